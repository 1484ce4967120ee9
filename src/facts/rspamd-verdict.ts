// What an rspamd that the user named makes of the message: asked over HTTP, with what is known of the connection (its /checkv2).
import { defineFact, Unknowable } from '../audit/fact.ts'
import type { GivenMessage, RspamdService } from '../audit/scope.ts'
import { parseAddress } from '../names/address.ts'
import type { Certificate } from '../net/certificate.ts'
import type { TlsSession } from '../net/dialer.ts'
import { type HttpPostAnswer, httpPost } from '../net/http-post.ts'
import { namesHost } from '../protocol/certificate-names.ts'
import { type RspamdVerdict, readRspamdVerdict } from '../protocol/message/rspamd-verdict.ts'
import { hostAddresses, knownAddresses, unlearned } from './host-addresses.ts'
import { messageContent } from './message-content.ts'

/** rspamd's own limit for a message is 60 s by default; its answers have some 10 KB. */
const PATIENCE = 60_000
const MOST_ANSWER = 1024 * 1024

export const rspamdVerdict = defineFact({
  name: 'rspamd-verdict',
  scope: 'rspamd',
  async gather({ message, author, service }, { dialer, know, note }): Promise<RspamdVerdict> {
    const { octets } = await know(messageContent, { message, author })
    const { host, port, secure, path } = service
    const addresses = await addressesOf(service, async () => know(hostAddresses, { host }))
    const started = performance.now()
    const answer = await httpPost(dialer, {
      ...{ addresses, host, port, secure, path, body: octets },
      fields: [['Content-Type', 'message/rfc822'], ...connectionFields(message, service)],
      mostBody: MOST_ANSWER,
      timeoutMs: PATIENCE,
      refuses: (leaf, tls) => certificateFault(leaf, tls, host),
    })
    note({
      ask: `POST ${service.url}, ${octets.length} octets`,
      answer: told(answer),
      server: 'address' in answer ? answer.address : addresses[0]!,
      ms: Math.round(performance.now() - started),
    })
    return verdictIn(answer, service.url)
  },
})

async function addressesOf(
  { host }: RspamdService,
  lookUp: () => Promise<Parameters<typeof knownAddresses>[0]>,
): Promise<readonly string[]> {
  if (parseAddress(host)) return [parseAddress(host)!.text]
  // RFC 6761 §6.3: never asked of DNS.
  if (/^localhost\.?$/i.test(host)) return ['127.0.0.1', '::1']
  const found = await lookUp()
  const addresses = knownAddresses(found).map(({ text }) => text)
  if (addresses.length === 0) throw new Unknowable(unlearned(found) ?? `${host} has no address`)
  return addresses
}

/** By rspamd's names. Whether a value may stand in a field was seen to where it came from. */
function connectionFields(
  { came }: GivenMessage,
  { recipients }: RspamdService,
): readonly (readonly [string, string])[] {
  const rcpt = recipients.map(recipient => ['Rcpt', recipient] as const)
  if (!came) return rcpt
  const { client, helo, mailFrom } = came
  return [
    ['IP', client.text],
    ...(helo === undefined ? [] : ([['Helo', helo]] as const)),
    ['From', mailFrom === '' ? '<>' : mailFrom],
    ...rcpt,
  ]
}

function certificateFault(
  leaf: Certificate | undefined,
  { trusted, trustFault }: Omit<TlsSession, 'chain'>,
  host: string,
): string | undefined {
  if (leaf === undefined) return 'it shows no certificate that can be read'
  if (!trusted) return `its certificate is not trusted (${trustFault ?? 'for no reason given'}); --ca names a root`
  return parseAddress(host) || namesHost(leaf.altNames, host) ? undefined : `its certificate does not name ${host}`
}

function verdictIn(answer: HttpPostAnswer, url: string): RspamdVerdict {
  switch (answer.kind) {
    case 'not-connected':
      throw new Unknowable(`there was no connection to rspamd at ${url} (${answer.detail})`)
    case 'not-secured':
      throw new Unknowable(`TLS with rspamd at ${url} cannot be relied on: ${answer.detail}`)
    case 'unanswered':
      throw new Unknowable(`${url} gave no answer of HTTP (${answer.detail})`)
    case 'response': {
      if (answer.isCut) throw new Unknowable(`the answer of ${url} is larger than ${MOST_ANSWER / 1024} KB`)
      const read = readRspamdVerdict(Buffer.from(answer.body).toString('utf8'))
      if (answer.status !== 200) {
        const reason = !read.ok && read.error !== undefined ? `: ${read.error}` : ''
        throw new Unknowable(`${url} answered with status ${answer.status}${reason}`)
      }
      if (!read.ok) throw new Unknowable(`${url} is no rspamd that could be understood: ${read.why}`)
      return read.verdict
    }
  }
}

function told(answer: HttpPostAnswer): string {
  if (answer.kind !== 'response') return `${answer.kind}: ${answer.detail}`
  return `${answer.status}: ${Buffer.from(answer.body).toString('utf8').slice(0, 2000)}`
}
