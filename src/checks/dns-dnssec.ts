// Is the domain signed with DNSSEC, and do its signatures hold? Who validates cannot reach a domain whose signatures are broken.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type BrokenChain, type Dnssec, dnssec } from '../facts/dnssec.ts'
import { displayName } from '../names/domain.ts'
import { type DnssecWeakness, dnssecWeaknesses } from '../protocol/dnssec-weakness.ts'
import { algorithmText } from '../rules/dnssec-algorithms.ts'
import { brokenWords, timeText, weaknessWords } from './dnssec-words.ts'

type Trouble = 'broken' | 'broken-above' | 'broken-host'
type Weak = DnssecWeakness['kind']
type Standing = 'signed' | 'unsigned' | 'unanchored' | 'not-validated' | 'unvalidated' | 'unseen' | 'no-domain'

const renewal =
  'Certificate authorities must validate too (CA/Browser Forum, since 15 March 2026), so that certificates of its hosts cannot be renewed either.'

export default defineCheck({
  id: 'dns-dnssec',
  group: 'dns',
  scope: 'domain',
  title: 'The domain is signed with DNSSEC, and its signatures hold',
  why: 'Large resolvers and certificate authorities validate signatures: for them a domain whose signatures are broken is gone, for mail as for the renewal of certificates. A signed domain can also bind its mail hosts to their certificates (DANE).',
  refs: ['RFC 4035 §5', 'RFC 8914 §4', 'RFC 9904 §2', 'RFC 9905 §2', 'CA/Browser Forum SC-085v2'],
  needs: { dnssec },
  outcomes: {
    signed: { level: 'pass', says: 'The resolver validated the records of {zone}{signed}.' },
    unsigned: {
      level: 'info',
      says: '{domain} is not signed with DNSSEC: nothing is broken by that, but DANE is out of reach.',
    },
    unanchored: {
      level: 'info',
      says: '{zone} is signed, but the zone above has no DS record for it: nobody validates the signatures.',
    },
    'not-validated': {
      level: 'info',
      says: '{zone} is signed and the zone above has a DS record for it, but the resolver takes it for unsigned: it does not know its algorithms, or a zone above is not signed.',
    },
    unvalidated: {
      level: 'unknown',
      says: 'Whether the signatures of {zone} hold could not be learned: the resolver that was asked does not validate. Ask one that does (unbound on 127.0.0.1, or --resolver tls://…).',
    },
    unseen: {
      level: 'info',
      says: 'No signatures of {domain} were seen. The resolver that was asked does not validate, so that a zone it shows no signatures of counts as not signed.',
    },
    'no-domain': { level: 'info', says: '{domain} does not exist, so nothing of it is signed.' },
    'unsigned-hosts': {
      level: 'info',
      says: 'The addresses of the MX hosts {hosts} are not signed, so that DANE cannot protect mail to them though {domain} is signed.',
    },
    broken: {
      level: 'fail',
      says: 'The signatures of {zone} are broken: who validates cannot learn {records}, and takes {domain} for out of order. {cause} {renewal}',
      fix: '{cure} Check with a validating resolver afterwards (dig +dnssec, delv). If it cannot be mended soon, let the registrar take the DS records of {zone} away: the domain is then unsigned, and reachable again when their TTL is over.',
    },
    'broken-above': {
      level: 'fail',
      says: 'Who validates cannot learn {records}, since the signatures of {above}, above {zone}, are broken. {renewal}',
      fix: 'Tell whoever runs {above}. If {above} is yours, mend its signatures first.',
    },
    'broken-host': {
      level: 'fail',
      says: 'The signatures of {zone} are broken: senders that validate cannot learn the address of the MX host {host}. {cause}',
      fix: '{cure} If {host} is not yours, tell whoever runs it, or let the MX records name another host.',
    },
    'retired-algorithm': {
      level: 'warn',
      says: '{zone} is signed with {algorithms}, which must not sign any more: validators begin to take such zones for unsigned, and some fail for them.',
      fix: 'Change the zone to ECDSAP256SHA256 (13): most signers do it by themselves once the policy names it (BIND: dnssec-policy, Knot DNS: policy algorithm), and then wait for the DS record at the registrar.',
    },
    'rare-algorithm': {
      level: 'info',
      says: '{zone} is signed with {algorithms}, which many validators do not know: for them it is unsigned.',
    },
    'retired-digest': {
      level: 'warn',
      says: 'The DS records of {zone} have only digests of {digests}, which must not be used any more: validators begin to take the zone for unsigned.',
      fix: 'Let the registrar publish a DS record with a SHA-256 digest (type 2) of the same key, and then take the old one away.',
    },
    'weak-key': {
      level: 'warn',
      says: 'The key {keyTag} of {zone} has only {bits} bits: who wants to can compute its private half.',
      fix: 'Change to a new key: RSA with 2048 bits, or better ECDSAP256SHA256 (13).',
    },
    'short-key': {
      level: 'info',
      says: 'The key {keyTag} of {zone} has {bits} bits; 2048 are usual for RSA today.',
    },
    'running-out': {
      level: 'warn',
      says: 'The signatures of {zone} run out at {until}, and were not made anew although little of their time is left.',
      fix: 'See why the signer does not sign again: is it running, can it read its keys, does the signed zone reach the servers? When the time is over, who validates cannot reach {domain}.',
    },
  },
  evaluate({ dnssec }, { domain }, now) {
    const shown = displayName(domain)
    const zone = displayName(dnssec.zone) || '.'
    const troubles = troublesIn(dnssec, shown, now)
    const { own, keys, signers } = dnssec
    if (own === undefined) return troubles as [Ruling<Trouble>]
    const standing = standingOf(dnssec)
    const algorithms = [...new Set((signers ?? keys ?? []).map(({ algorithm }) => algorithmText(algorithm)))]
    const until = own.signatures.map(one => one.until).sort((a, b) => b - a)[0]
    const signed =
      (algorithms.length > 0 ? `, signed with ${algorithms.join(' and ')}` : '') +
      (until === undefined ? '' : `, until ${timeText(new Date(until * 1000))}`)
    const rulings: Ruling<Trouble | Standing | Weak | 'unsigned-hosts'>[] = [
      ...troubles,
      // What is broken in part is not called sound as well.
      ...(standing === 'signed' && dnssec.broken.length > 0
        ? []
        : [{ outcome: standing, data: { domain: shown, zone, signed } }]),
    ]
    if (standing === 'signed' || standing === 'not-validated') {
      const weak = dnssecWeaknesses(keys, signers, own.signatures, now)
      rulings.push(...weak.map(one => ({ outcome: one.kind, data: { domain: shown, zone, ...weaknessWords(one) } })))
    }
    if (standing === 'signed' && dnssec.unsignedHosts.length > 0) {
      rulings.push({ outcome: 'unsigned-hosts', data: { domain: shown, hosts: dnssec.unsignedHosts.map(displayName) } })
    }
    return rulings as [Ruling<Trouble | Standing | Weak | 'unsigned-hosts'>]
  },
})

function standingOf({ own, validates, signers }: Dnssec): Standing {
  if (own!.authentic) return own!.exists ? 'signed' : 'no-domain'
  if (!own!.exists) return 'no-domain'
  const isSeen = own!.signatures.length > 0
  if (validates !== 'yes') return isSeen ? 'unvalidated' : 'unseen'
  if (!isSeen) return 'unsigned'
  return signers?.length === 0 ? 'unanchored' : 'not-validated'
}

function troublesIn({ broken, brokenHosts }: Dnssec, domain: string, now: Date): readonly Ruling<Trouble>[] {
  const zones = new Map<string, { records: string[]; chain: BrokenChain }>()
  for (const { records, chain } of broken) {
    const known = zones.get(chain.zone)
    if (known) known.records.push(records)
    else zones.set(chain.zone, { records: [records], chain })
  }
  const own = [...zones.values()].map(({ records, chain }): Ruling<Trouble> => {
    const data = { ...brokenWords(chain, now), domain, records, renewal }
    if (chain.above === undefined) return { outcome: 'broken', data }
    return { outcome: 'broken-above', data: { ...data, above: chain.above || 'the root' } }
  })
  const hosts = brokenHosts
    .filter(({ chain }) => !zones.has(chain.zone))
    .map(({ host, chain }): Ruling<Trouble> => {
      return { outcome: 'broken-host', data: { ...brokenWords(chain, now), domain, host: displayName(host) } }
    })
  return [...own, ...hosts]
}
