// What does an MX host, or a listener of ours, say to a stranger at one address, and which certificates does it show?
import { defineFact, Unknowable } from '../audit/fact.ts'
import { endpointText } from '../names/endpoint.ts'
import { type Certificate, readCertificate } from '../net/certificate.ts'
import { chainShape } from '../net/certificate-chain.ts'
import type { TlsSession } from '../net/dialer.ts'
import { probeSmtp, type SmtpProbe } from '../net/smtp-probe.ts'
import { replyText } from '../net/smtp-replies.ts'

export const smtpProbe = defineFact({
  name: 'smtp-probe',
  scope: 'endpoint',
  // Who waited half a minute for a host does not wait again for each of its domains.
  once: true,
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

/** No TLS comes about: `starttls-offer`, or `smtp-submission`, says why. */
export interface NoTls {
  readonly kind: 'no-tls'
}

/** The certificates of an endpoint. */
export interface PresentedCertificates {
  readonly kind: 'presented'
  readonly leaf: Certificate
  /** What was sent with it. */
  readonly others: readonly Certificate[]
  /** From the leaf upwards, each issued by the next. */
  readonly path: readonly Certificate[]
  /** What was sent and is no part of the path. */
  readonly superfluous: readonly Certificate[]
  /** False when an issuer was sent before what it issued (RFC 5246 §7.4.2). */
  readonly ordered: boolean
  /** All that was sent, DER, the leaf first. */
  readonly chain: readonly Uint8Array[]
  readonly trusted: boolean
  readonly trustFault: string | undefined
}

export const certificates = defineFact({
  name: 'certificates',
  scope: 'endpoint',
  async gather(endpoint, { know }): Promise<PresentedCertificates | NoTls> {
    const session = sessionIn(await know(smtpProbe, endpoint))
    if (session === undefined) return { kind: 'no-tls' }
    const chain = session.chain.filter(der => readCertificate(der) !== undefined)
    const all = chain.map(der => readCertificate(der)!)
    const [leaf, ...others] = all
    if (leaf === undefined) throw new Unknowable('the server showed no certificate that can be read')
    const { path, superfluous } = chainShape(chain)
    return {
      kind: 'presented',
      leaf,
      others,
      path: path.map(index => all[index]!),
      superfluous: superfluous.map(index => all[index]!),
      ordered: path.every((position, index) => index === 0 || position > path[index - 1]!),
      chain: session.chain,
      trusted: session.trusted,
      trustFault: session.trustFault,
    }
  },
})

/** Protocol version, cipher and key exchange of an endpoint. */
export const tlsSession = defineFact({
  name: 'tls-session',
  scope: 'endpoint',
  async gather(endpoint, { know }): Promise<(Omit<TlsSession, 'chain'> & { readonly kind: 'session' }) | NoTls> {
    const session = sessionIn(await know(smtpProbe, endpoint))
    if (session === undefined) return { kind: 'no-tls' }
    const { chain: _, ...told } = session
    return { kind: 'session', ...told }
  },
})

/** @returns undefined when the server said, or showed, that there is no TLS */
function sessionIn({ end }: SmtpProbe): TlsSession | undefined {
  switch (end.kind) {
    case 'secured':
      return end.session
    case 'no-starttls':
    case 'starttls-refused':
      return undefined
    case 'handshake-failed':
      if (end.why === 'tls' || end.why === 'closed') return undefined
      throw new Unknowable(`the TLS handshake came to no end (${end.detail})`)
    default:
      throw new Unknowable(whyUntold(end))
  }
}

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
