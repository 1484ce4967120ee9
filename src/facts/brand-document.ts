// Fetches what a BIMI record leads to, by HTTPS alone and within bounds: a logo, or the file of a mark certificate.
import { Unknowable, type World } from '../audit/fact.ts'
import { type HttpsAnswer, httpsGet } from '../net/https-get.ts'
import { namesHost } from '../protocol/certificate-names.ts'
import { hostAddresses, knownAddresses, unlearned } from './host-addresses.ts'

/** Octets that are read at most: several times what a logo should have. */
const MOST_OCTETS = 256 * 1024
const PATIENCE = 30_000

/** Redirects that are followed. The drafts say nothing of any: receivers need not follow one. */
const MOST_REDIRECTS = 3

/** What the place of a document held. `wrong` keeps every receiver from it; `why` is a clause. */
export type BrandDocument =
  | {
      readonly kind: 'document'
      readonly url: string
      readonly octets: Uint8Array
      readonly type: string | undefined
      /** Where redirects led, each. */
      readonly redirects: readonly string[]
    }
  | { readonly kind: 'wrong'; readonly url: string; readonly why: string }

/** Fetches it. Throws `Unknowable` when nothing was learned. */
export async function fetchBrandDocument(url: string, world: World): Promise<BrandDocument> {
  const redirects: string[] = []
  for (let place = url; ; ) {
    const at = httpsPlace(place)
    if (at === undefined) return { kind: 'wrong', url, why: `${place} is no address by HTTPS` }
    const found = await ask(at, place, world)
    if (found.kind === 'wrong') return { ...found, url }
    if (found.kind === 'document') return { kind: 'document', url, octets: found.octets, type: found.type, redirects }
    redirects.push(found.to)
    if (redirects.length > MOST_REDIRECTS) {
      return { kind: 'wrong', url, why: `${url} leads on more than ${MOST_REDIRECTS} times` }
    }
    place = found.to
  }
}

interface HttpsPlace {
  readonly host: string
  readonly port: number
  readonly path: string
}

function httpsPlace(url: string): HttpsPlace | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, hostname, port, pathname, search, username } = new URL(url)
  const isName = hostname.includes('.') && !/^[\d.]+$/.test(hostname) && !hostname.startsWith('[')
  if (protocol !== 'https:' || username !== '' || !isName) return undefined
  return { host: hostname, port: port === '' ? 443 : Number(port), path: `${pathname}${search}` }
}

type Asked =
  | { readonly kind: 'document'; readonly octets: Uint8Array; readonly type: string | undefined }
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'wrong'; readonly why: string }

async function ask({ host, port, path }: HttpsPlace, url: string, { dialer, know, note }: World): Promise<Asked> {
  const found = await know(hostAddresses, { host })
  const addresses = knownAddresses(found).map(({ text }) => text)
  if (addresses.length === 0) {
    const reason = unlearned(found)
    if (reason !== undefined) throw new Unknowable(reason)
    return { kind: 'wrong', why: `${host} has no address` }
  }
  const started = performance.now()
  const answer = await httpsGet(dialer, { addresses, host, port, path, mostBody: MOST_OCTETS, timeoutMs: PATIENCE })
  note({
    ask: `GET ${url}`,
    answer: told(answer),
    server: 'address' in answer ? answer.address : addresses[0]!,
    ms: Math.round(performance.now() - started),
  })
  return judged(answer, host, url)
}

function judged(answer: HttpsAnswer, host: string, url: string): Asked {
  switch (answer.kind) {
    case 'not-connected':
      // Something there answered that nobody listens; the rest may be about the way from here.
      if (answer.why === 'refused') return { kind: 'wrong', why: `${host} takes no connection (${answer.detail})` }
      throw new Unknowable(`there was no connection to ${host} (${answer.detail})`)
    case 'tls-failed':
      if (answer.why === 'tls') return { kind: 'wrong', why: `TLS with ${host} fails (${answer.detail})` }
      throw new Unknowable(`TLS with ${host} came to no end (${answer.detail})`)
    case 'unanswered':
      if (answer.why === 'not-http') return { kind: 'wrong', why: `${host} does not speak HTTP (${answer.detail})` }
      throw new Unknowable(`${host} did not answer (${answer.detail})`)
    case 'response':
      return judgedResponse(answer, host, url)
  }
}

function judgedResponse(answer: Extract<HttpsAnswer, { kind: 'response' }>, host: string, url: string): Asked {
  const { status, fields, body, isCut, tls } = answer
  // What a busy server cannot do now it may do later; what wants to know who asks may let receivers in.
  if (status === 429 || status === 403 || status >= 500) throw new Unknowable(`${host} answered with status ${status}`)
  const [leaf] = answer.certificates
  if (leaf === undefined || !namesHost(leaf.altNames, host)) {
    return { kind: 'wrong', why: `the certificate of ${host} does not name it` }
  }
  if (!tls.trusted) {
    return {
      kind: 'wrong',
      why: `the certificate of ${host} is not trusted (${tls.trustFault ?? 'for no reason given'})`,
    }
  }
  const to = fields.get('location')
  if ([301, 302, 303, 307, 308].includes(status) && to !== undefined && URL.canParse(to, url)) {
    return { kind: 'redirect', to: new URL(to, url).href }
  }
  if (status !== 200) return { kind: 'wrong', why: `${host} answers with status ${status}` }
  if (isCut) return { kind: 'wrong', why: `it has more than ${MOST_OCTETS / 1024} KB` }
  return { kind: 'document', octets: body, type: fields.get('content-type') }
}

// Pictures and certificates are long, and nothing of them is read here by people.
function told(answer: HttpsAnswer): string {
  if (answer.kind !== 'response') return `${answer.kind}: ${answer.detail}`
  const to = answer.fields.get('location')
  const type = answer.fields.get('content-type') ?? 'no type'
  return `${answer.status}${to === undefined ? '' : `, to ${to}`}, ${type}, ${answer.body.length} octets`
}
