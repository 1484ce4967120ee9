// The DMARC result of a message, from what passed and what is aligned (RFC 9989 §5.3): what is not known is never a failure.
import type { FromReading } from '../message/from.ts'
import type { SpfResult } from '../spf/evaluate.ts'
import type { PolicyDiscovery } from './policy.ts'
import type { Disposition } from './record.ts'

/** One identifier that was authenticated or not. `aligned`: with the author domain; `unknown` when DNS left it open. */
export interface Authenticated<R> {
  readonly result: R
  readonly domain: string
  readonly aligned: boolean | 'unknown'
}

export interface DmarcInput {
  readonly from: FromReading
  /** The policy of the author domain, or why it could not be learned. */
  readonly policy:
    | Exclude<PolicyDiscovery, { kind: 'unknown' }>
    | { readonly kind: 'unanswered'; readonly reason: string }
  /** Undefined when SPF was not asked. */
  readonly spf: Authenticated<SpfResult> | undefined
  readonly dkim: readonly Authenticated<string>[]
}

export interface DmarcVerdict {
  /** RFC 8601 §2.7.6; null when it depends on SPF, and SPF was not asked. */
  readonly result: 'none' | 'pass' | 'fail' | 'temperror' | 'permerror' | null
  readonly policy: Disposition | null
  readonly alignedBy: readonly ('spf' | 'dkim')[]
  /** A clause. */
  readonly reason: string
}

/** Evaluates. `input.policy` must be that of the domain in `input.from`, when there is exactly one. */
export function evaluateDmarc({ from, policy, spf, dkim }: DmarcInput): DmarcVerdict {
  const told = (result: DmarcVerdict['result'], reason: string, alignedBy: DmarcVerdict['alignedBy'] = []) => ({
    result,
    policy: policy.kind === 'policy' ? policy.effective : null,
    alignedBy,
    reason,
  })
  // §5.3.1: with none or several author domains there is nothing to evaluate.
  if (from.kind !== 'author') return { ...told('permerror', 'there is not exactly one author domain'), policy: null }
  if (policy.kind === 'unanswered') return told('temperror', policy.reason)
  if (policy.kind !== 'policy') return told('none', `no DMARC policy applies to ${from.domain}`)
  const spfAligned = spf?.result === 'pass' ? spf.aligned : false
  const signed = dkim.filter(one => one.result === 'pass')
  const alignedBy = [
    ...(spfAligned === true ? (['spf'] as const) : []),
    ...(signed.some(one => one.aligned === true) ? (['dkim'] as const) : []),
  ]
  if (alignedBy.length > 0) return told('pass', passedBy(alignedBy, spf, signed), alignedBy)
  // Each of these could have made it pass.
  if (spfAligned === 'unknown' || signed.some(one => one.aligned === 'unknown')) {
    return told('temperror', 'DNS left open whether what passed is aligned')
  }
  const open = dkim.find(one => one.result === 'temperror' && one.aligned !== false)
  if (open) return told('temperror', `the key of the signature of ${open.domain} could not be asked for`)
  if (spf?.result === 'temperror' && spf.aligned !== false) {
    return told('temperror', `SPF could not be evaluated for ${spf.domain}`)
  }
  if (!spf) return told(null, 'no aligned signature verifies, and SPF, which could make it pass, was not asked')
  return told('fail', whyFailed(spf, dkim))
}

function passedBy(by: readonly ('spf' | 'dkim')[], spf: DmarcInput['spf'], signed: DmarcInput['dkim']): string {
  const names = by.map(one =>
    one === 'spf' ? `SPF (${spf!.domain})` : `DKIM (${signed.find(({ aligned }) => aligned === true)!.domain})`,
  )
  return `${names.join(' and ')} ${names.length > 1 ? 'pass and are' : 'passes and is'} aligned`
}

function whyFailed(spf: NonNullable<DmarcInput['spf']>, dkim: DmarcInput['dkim']): string {
  const bySpf =
    spf.result === 'pass'
      ? `SPF passes for ${spf.domain}, which is not aligned`
      : `SPF gives ${spf.result} for ${spf.domain}`
  const passing = [...new Set(dkim.filter(one => one.result === 'pass').map(one => one.domain))]
  const byDkim =
    dkim.length === 0
      ? 'there is no DKIM signature'
      : passing.length > 0
        ? `DKIM passes for ${passing.join(', ')}, which is not aligned`
        : 'no DKIM signature verifies'
  return `${bySpf}, and ${byDkim}`
}
