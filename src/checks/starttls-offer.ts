// Can mail reach this MX under TLS? Judged is only what the server said; what kept us from hearing it is said in its own words.
import { defineCheck } from '../audit/check.ts'
import { scopes } from '../audit/scope.ts'
import { smtpProbe } from '../facts/smtp-probe.ts'
import { displayName } from '../names/domain.ts'
import { endpointText } from '../names/endpoint.ts'
import { replyLine } from '../protocol/smtp-greeting.ts'

const HERE = 'Run the check from a machine that may connect to port {port} of others, such as the mail server itself.'

export default defineCheck({
  id: 'starttls-offer',
  group: 'tls',
  scope: 'endpoint',
  title: 'The MX host offers STARTTLS, and TLS comes about',
  why: 'Without STARTTLS mail to the domain crosses the Internet in clear, and senders who demand TLS do not deliver. An offer that then fails is worse: many senders neither deliver in clear nor under TLS.',
  refs: ['RFC 3207 §4', 'RFC 5321 §3.1', 'RFC 7435'],
  needs: { probe: smtpProbe },
  outcomes: {
    works: { level: 'pass', says: '{endpoint} offers STARTTLS, and it works: {protocol}, {cipher}.' },
    'not-offered': {
      level: 'warn',
      says: '{endpoint} does not offer STARTTLS: mail to it travels in clear, and senders who demand TLS do not deliver.',
      fix: 'Give {host} a certificate and switch STARTTLS on (Postfix: smtpd_tls_security_level = may; Exchange: TLS on the receive connector).',
    },
    refused: {
      level: 'fail',
      says: '{endpoint} offers STARTTLS but refuses it: "{reply}". Senders who took the offer defer the mail or deliver in clear.',
      fix: 'Look into the log of {host}: a certificate or key that cannot be read is the usual cause. Until it is mended, do not offer STARTTLS.',
    },
    'handshake-failed': {
      level: 'fail',
      says: '{endpoint} offers STARTTLS, but the TLS handshake fails: {detail}.',
      fix: 'Try `openssl s_client -starttls smtp -connect {address}` and look into the log of {host}: certificate and key that do not belong together, or protocol versions and ciphers that nobody else has, are the usual causes.',
    },
    injected: {
      level: 'warn',
      says: 'After its reply to STARTTLS {endpoint} sent {octets} octets in clear before TLS began. A server that does so is faulty, or somebody on the way put them in to be taken for words said under TLS.',
      fix: 'Check again from another network. If it stays, update the mail server, or the proxy before it, that answers for {host}.',
    },
    masked: {
      level: 'unknown',
      says: 'Something between here and {endpoint} overwrites SMTP ("{masked}" in the EHLO reply): whether STARTTLS is offered cannot be seen through it.',
      fix: 'Switch off SMTP inspection (Cisco: "no inspect esmtp") in the firewall that stands before {host}, or before the network this ran in.',
    },
    'handshake-stalled': {
      level: 'unknown',
      says: '{endpoint} offers STARTTLS, but the TLS handshake came to no end ({detail}).',
    },
    timeout: {
      level: 'unknown',
      says: 'There was no answer from {endpoint} ({detail}). Port {port} may be blocked from here, which many networks do; whether STARTTLS is offered is not known.',
      fix: HERE,
    },
    'connection-refused': {
      level: 'unknown',
      says: '{endpoint} did not take the connection ({detail}). Either no mail server listens there, or port {port} is blocked from here; whether STARTTLS is offered is not known.',
      fix: `If {host} should take mail at this address, see that its mail server runs. ${HERE}`,
    },
    'no-route': {
      level: 'unknown',
      says: 'There is no way from here to {endpoint} ({detail}): this machine may have no {family}. Whether STARTTLS is offered is not known.',
      fix: `Run the check from a machine with {family}.`,
    },
    'turned-away': {
      level: 'unknown',
      says: '{endpoint} turned this check away ({at}): "{reply}". That is about us or about the moment; {open} is not known.',
      fix: 'Check again later, or from an address with reverse DNS that is on no blocklist.',
    },
    'no-answer': {
      level: 'unknown',
      says: '{endpoint} took the connection, but {lost}; {open} is not known. A firewall or a limit of connections can be the reason.',
    },
    'not-smtp': {
      level: 'unknown',
      says: 'What answers at {endpoint} does not speak SMTP as it should ({at}): {reason}; {open} is not known.',
    },
  },
  evaluate({ probe }, subject) {
    const { address, port } = subject
    const host = displayName(subject.host)
    const endpoint = scopes.endpoint.says(subject)
    const told = { endpoint, host, port }
    const { end } = probe
    switch (end.kind) {
      case 'secured': {
        const { protocol, cipher } = end.session
        const works = { outcome: 'works', data: { endpoint, protocol, cipher } } as const
        return probe.injected === 0
          ? works
          : [works, { outcome: 'injected', data: { endpoint, host, octets: probe.injected } }]
      }
      case 'no-starttls': {
        // Firewalls that inspect SMTP write X over every keyword that they do not know, STARTTLS among them.
        const masked = probe.extensions?.find(keyword => /^X{4,}[A-Z]?$/.test(keyword))
        return masked === undefined
          ? { outcome: 'not-offered', data: told }
          : { outcome: 'masked', data: { ...told, masked } }
      }
      case 'starttls-refused':
        return { outcome: 'refused', data: { ...told, reply: replyLine(end.reply) } }
      case 'handshake-failed': {
        const failed = end.why === 'tls' || end.why === 'closed'
        const data = { ...told, detail: end.detail, address: endpointText(address.text, port) }
        return { outcome: failed ? 'handshake-failed' : 'handshake-stalled', data }
      }
      case 'not-connected': {
        const data = { ...told, detail: end.detail, family: `IPv${address.family}` }
        const outcomes = { timeout: 'timeout', network: 'no-route' } as const
        return { outcome: outcomes[end.why as keyof typeof outcomes] ?? 'connection-refused', data }
      }
      case 'turned-away':
        return {
          outcome: 'turned-away',
          data: { ...told, at: steps[end.at], open: open(end.at), reply: replyLine(end.reply) },
        }
      case 'lost': {
        const lost = `${end.why === 'timeout' ? 'said nothing more in time' : 'hung up'} (${steps[end.at]})`
        return { outcome: 'no-answer', data: { ...told, lost, open: open(end.at) } }
      }
      case 'not-smtp':
        return { outcome: 'not-smtp', data: { ...told, at: steps[end.at], open: open(end.at), reason: end.reason } }
    }
  },
})

const steps = { banner: 'at the banner', EHLO: 'in answer to EHLO', STARTTLS: 'in answer to STARTTLS' } as const

/** What stays open: who got as far as STARTTLS has seen it offered. */
function open(at: keyof typeof steps): string {
  return at === 'STARTTLS' ? 'STARTTLS is offered, but whether TLS comes about' : 'whether STARTTLS is offered'
}
