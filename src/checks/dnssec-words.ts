// The words for what is broken or weak about signatures: the cause as far as it can be seen, and what mends it.
import type { BrokenChain } from '../facts/dnssec.ts'
import { displayName } from '../names/domain.ts'
import { type BrokenCause, brokenCause } from '../protocol/dnssec.ts'
import type { DnssecWeakness } from '../protocol/dnssec-weakness.ts'
import { algorithmText, retiredDigests } from '../rules/dnssec-algorithms.ts'

/** What a finding tells of a chain that does not hold. */
export function brokenWords(chain: BrokenChain, now: Date) {
  const [cause, cure] = causeWords(brokenCause(chain, now))
  const told = chain.extended === undefined ? '' : ` The resolver says: ${chain.extended}.`
  return { zone: displayName(chain.zone), cause: `${cause}${told}`, cure, extended: chain.extended ?? null }
}

function causeWords(cause: BrokenCause): readonly [cause: string, cure: string] {
  switch (cause.kind) {
    case 'no-keys':
      return [
        'The zone above names keys for it (DS), and the zone has none (DNSKEY).',
        'Sign the zone again, or let the registrar take the DS records away, as must be done before a zone stops being signed or moves to a provider that does not sign.',
      ]
    case 'no-match':
      return [
        `The zone above names the keys ${cause.signers.join(', ')} (DS), and none of them is among those of the zone (${cause.keys.join(', ')}).`,
        'Let the registrar publish the DS record of the key that the zone is signed with now, in place of the old one.',
      ]
    case 'no-signatures':
      return [
        'The zone above vouches for it (DS), and its records come without signatures.',
        'Sign the zone, and see that every name server loads the signed version.',
      ]
    case 'expired':
      return [
        `Its signatures ran out at ${timeText(cause.at)}.`,
        'Sign the zone again, and see why its signer stopped: is it running, can it read its keys, does the signed zone reach the servers?',
      ]
    case 'not-yet':
      return [
        `Its signatures begin only at ${timeText(cause.at)}.`,
        'Set the clock of the machine that signs, and sign the zone again.',
      ]
    case 'unseen':
      return [
        'Its answers come when signatures are left unchecked, and fail when they are checked.',
        'Sign the zone again with the keys that its DS records name, and see that every name server loads the same signed version.',
      ]
  }
}

/** What a finding tells of a weakness. */
export function weaknessWords(weak: DnssecWeakness) {
  switch (weak.kind) {
    case 'retired-algorithm':
    case 'rare-algorithm':
      return { algorithms: weak.algorithms.map(algorithmText) }
    case 'retired-digest':
      return { digests: weak.digests.map(type => retiredDigests[type]!) }
    case 'short-key':
    case 'weak-key':
      return { keyTag: weak.keyTag, bits: weak.bits }
    case 'running-out':
      return { until: timeText(weak.until) }
  }
}

/** A moment to the minute. */
export function timeText(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
