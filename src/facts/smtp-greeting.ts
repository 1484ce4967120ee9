// How does an MX host greet a stranger: its banner, its answer to EHLO, before and under TLS?
import { defineFact, Unknowable } from '../audit/fact.ts'
import type { SmtpReply } from '../net/smtp-replies.ts'
import { smtpProbe, whyUntold } from './smtp-probe.ts'

export interface SmtpGreeting {
  readonly banner: SmtpReply
  readonly bannerMs: number
  /** The first word of its reply to EHLO; undefined when it does not know EHLO. */
  readonly calledItself: string | undefined
  /** EHLO keywords with their parameters; undefined where TLS came first, or EHLO is not known. */
  readonly inClear: readonly string[] | undefined
  readonly underTls: readonly string[] | undefined
}

export const smtpGreeting = defineFact({
  name: 'smtp-greeting',
  scope: 'endpoint',
  async gather(endpoint, { know }): Promise<SmtpGreeting> {
    const { end, banner, bannerMs = 0, greeting, extensions, extensionsUnderTls } = await know(smtpProbe, endpoint)
    const isUntold = end.kind === 'turned-away' || end.kind === 'lost' || end.kind === 'not-smtp'
    if (end.kind === 'not-connected' || (isUntold && end.at !== 'STARTTLS')) throw new Unknowable(whyUntold(end))
    if (banner === undefined) throw new Unknowable('the server showed no banner')
    return { banner, bannerMs, calledItself: greeting, inClear: extensions, underTls: extensionsUnderTls }
  },
})
