// Would mail of the domain pass DMARC, as far as its hosts and selectors were told? What proves it, and what does not.
import { defineFact, type Know, Unknowable } from '../audit/fact.ts'
import type { Subjects } from '../audit/scope.ts'
import { knownResult } from '../protocol/spf/evaluate.ts'
import { dkimReading } from './dkim-key.ts'
import { spfEvaluation } from './spf-evaluation.ts'

/** Clauses without a full stop. All of them are about identifiers equal to the domain: aligned in relaxed and strict mode. */
export interface SendingProof {
  readonly proven: readonly string[]
  /** Hosts from which nothing proves the mail, and selectors without a key. */
  readonly unproven: readonly string[]
  readonly unknown: readonly string[]
  /** False when neither a sending address nor a selector was told. */
  readonly told: boolean
}

type Proof = { readonly state: 'yes' | 'no' | 'unknown'; readonly says: string }

export const sendingProof = defineFact({
  name: 'sending-proof',
  scope: 'domain',
  async gather({ domain }, { know, egress, selectors }): Promise<SendingProof> {
    const [hosts, keys] = await Promise.all([
      Promise.all(egress.map(one => spfProof(know, { domain, address: one.address, helo: one.helo }))),
      Promise.all(selectors.map(selector => keyProof(know, { domain, selector, ourKey: undefined }))),
    ])
    const signed = keys.some(({ state }) => state === 'yes')
    const all = [...hosts, ...keys]
    const inState = (state: Proof['state'], proofs: readonly Proof[]): readonly string[] =>
      proofs.filter(proof => proof.state === state).map(({ says }) => says)
    return {
      proven: inState('yes', all),
      // RFC 9989 §5.3.5: one of the two is enough, and a signature passes from every host.
      unproven: [...(signed ? [] : inState('no', hosts)), ...inState('no', keys)],
      unknown: [...(signed ? [] : inState('unknown', hosts)), ...inState('unknown', keys)],
      told: all.length > 0,
    }
  },
})

async function spfProof(know: Know, subject: Subjects['egress']): Promise<Proof> {
  const about = `SPF for ${subject.address.text}`
  try {
    const { mailfrom } = await know(spfEvaluation, subject)
    const result = knownResult(mailfrom)
    const state = result === 'pass' ? 'yes' : result === 'temperror' ? 'unknown' : 'no'
    return { state, says: `${about} (${result})` }
  } catch (failure) {
    if (failure instanceof Unknowable) return { state: 'unknown', says: `${about} (${failure.message})` }
    throw failure
  }
}

async function keyProof(know: Know, subject: Subjects['selector']): Promise<Proof> {
  const { state } = await dkimReading(know, subject)
  const says = `the DKIM key of ${subject.selector} (${state === 'unknown' ? 'DNS did not answer' : state})`
  return { state: state === 'valid' ? 'yes' : state === 'unknown' ? 'unknown' : 'no', says }
}
