// What does an MX host, or a listener of ours, say to a stranger at one address, and which certificates does it show?
import { defineFact, Unknowable } from '../audit/fact.ts'
import { endpointText } from '../names/endpoint.ts'
import type { Certificate } from '../net/certificate.ts'
import { probeSmtp, type SmtpProbe } from '../net/smtp-probe.ts'
import { replyText } from '../net/smtp-replies.ts'

export const smtpProbe = defineFact({
  name: 'smtp-probe',
  scope: 'endpoint',
  async gather({ host, address, port, tls }, { dialer, ehloName, note }): Promise<SmtpProbe> {
    const target = { address: address.text, port, serverName: host, ehloName, implicit: tls === 'implicit' }
    const probe = await probeSmtp(dialer, target)
    const server = endpointText(address.text, port)
    for (const [index, { said, heard, ms }] of probe.dialogue.entries()) {
      // Numbered, since evidence may be sorted and a dialogue has an order.
      note({ ask: `SMTP with ${server}, ${index + 1}: ${said}`, answer: heard, server, ms })
    }
    return probe
  },
})

/** The certificates of an endpoint, or that it has none to show since TLS does not come about: `starttls-offer` says why. */
export type PresentedCertificates =
  | {
      readonly kind: 'presented'
      readonly leaf: Certificate
      /** What was sent with it. */
      readonly others: readonly Certificate[]
      readonly trusted: boolean
      readonly trustFault: string | undefined
    }
  | { readonly kind: 'no-tls' }

export const certificates = defineFact({
  name: 'certificates',
  scope: 'endpoint',
  async gather(endpoint, { know }): Promise<PresentedCertificates> {
    const { end } = await know(smtpProbe, endpoint)
    switch (end.kind) {
      case 'secured': {
        const [leaf, ...others] = end.certificates
        if (leaf === undefined) throw new Unknowable('the server showed no certificate that can be read')
        return { kind: 'presented', leaf, others, trusted: end.session.trusted, trustFault: end.session.trustFault }
      }
      case 'no-starttls':
      case 'starttls-refused':
        return { kind: 'no-tls' }
      case 'handshake-failed':
        if (end.why === 'tls' || end.why === 'closed') return { kind: 'no-tls' }
        throw new Unknowable(`the TLS handshake came to no end (${end.detail})`)
      default:
        throw new Unknowable(whyUntold(end))
    }
  },
})

type Untold = Extract<SmtpProbe['end'], { kind: 'not-connected' | 'turned-away' | 'lost' | 'not-smtp' }>

/** Why a probe told nothing about TLS, to complete "Could not be checked: …". */
export function whyUntold(end: Untold): string {
  switch (end.kind) {
    case 'not-connected':
      return `there was no connection (${end.detail})`
    case 'turned-away':
      return `the server turned us away with "${replyText(end.reply)}"`
    case 'lost':
      return end.why === 'timeout'
        ? `the server did not answer in time (${whereIn(end.at)})`
        : `the server hung up (${whereIn(end.at)})`
    case 'not-smtp':
      return `the server does not speak SMTP (${end.reason})`
  }
}

function whereIn(at: 'banner' | 'EHLO' | 'STARTTLS'): string {
  return at === 'banner' ? 'before its banner was over' : `after ${at}`
}
