// What came out for a message, in the words that every view of its report shares: a line for each method.
import type { Level, Report } from './report.ts'
import { shorten } from './visible.ts'
import { count } from './wording.ts'

/** One method and its result. Values from the network still need escaping. */
export interface MethodOutcome {
  readonly method: 'SPF' | 'DKIM' | 'DMARC' | 'ARC'
  /** By its name in RFC 8601, or why there is none: `not asked`. */
  readonly result: string
  readonly level: Level
  /** Whom it is about: `example.org`, `example.org, selector s1`. */
  readonly about: string | undefined
  /** A clause. */
  readonly reason: string
}

/** Nothing when the report is not about a message. */
export function methodOutcomes({ spf, dkim, dmarc, arc }: Report): readonly MethodOutcome[] {
  if (!spf || !dkim || !dmarc || !arc) return []
  const unsigned: MethodOutcome = {
    ...{ method: 'DKIM', result: 'none', level: 'warn', about: undefined },
    reason: 'the message has no signature that was judged',
  }
  const signed = dkim.map(({ result, domain, selector, reason }): MethodOutcome => {
    const about = domain === null ? undefined : selector === null ? domain : `${domain}, selector ${selector}`
    return { method: 'DKIM', result, level: levels[result] ?? 'fail', about, reason }
  })
  const policy = dmarc.policy === null ? undefined : `policy ${dmarc.policy}`
  const sets = arc.sets === 0 ? undefined : `${arc.sets} ${arc.sets === 1 ? 'set' : 'sets'}`
  return [
    outcome('SPF', spf.result, spf.domain ?? undefined, spf.reason, 'not asked'),
    ...(signed.length === 0 ? [unsigned] : signed),
    outcome('DMARC', dmarc.result, policy, dmarc.reason, 'not decided'),
    outcome('ARC', arc.result, sets, arc.reason, 'not asked'),
  ].map(one => (one.about === undefined ? one : { ...one, about: shorten(one.about, 200) }))
}

function outcome(
  method: MethodOutcome['method'],
  result: string | null,
  about: string | undefined,
  reason: string,
  without: string,
): MethodOutcome {
  // An ARC chain that does not hold, or none, hurts nobody.
  const level =
    method === 'ARC' && result !== 'pass' ? 'info' : result === null ? 'unknown' : (levels[result] ?? 'fail')
  return { method, result: result ?? without, level, about, reason }
}

const levels: { readonly [result: string]: Level } = {
  pass: 'pass',
  fail: 'fail',
  policy: 'fail',
  permerror: 'fail',
  softfail: 'warn',
  neutral: 'warn',
  none: 'warn',
  temperror: 'unknown',
}

/** `mail.eml, 1,204 octets; its lines end with LF in the file and were read with CRLF`. */
export function fileSentence({ name, octets, notes }: NonNullable<Report['target']['message']>): string {
  return [`${shorten(name, 200)}, ${count(octets, 'octet')}`, ...notes].join('; ')
}
