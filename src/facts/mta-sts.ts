// What a domain says of MTA-STS: its record in DNS, and the policy that its web server shows (RFC 8461).
import { defineFact, Unknowable } from '../audit/fact.ts'
import type { Certificate } from '../net/certificate.ts'
import { type HttpsAnswer, httpsGet } from '../net/https-get.ts'
import { namesHost } from '../protocol/certificate-names.ts'
import { readStsPolicy, type StsPolicy, type StsRecords, selectStsRecords } from '../protocol/mta-sts.ts'
import { learned, recordsOf, txtText } from './answers.ts'
import { hostAddresses, knownAddresses, unlearned } from './host-addresses.ts'

/** §3.3: no policy is larger, and senders wait no longer. */
const MOST_OCTETS = 64 * 1024
const PATIENCE = 60_000

export interface StsAnnouncement extends StsRecords {
  /** The name that a CNAME at `_mta-sts` leads to, where whoever runs the policy publishes the record. */
  readonly alias: string | undefined
}

export const stsRecord = defineFact({
  name: 'mta-sts-record',
  scope: 'domain',
  async gather({ domain }, { resolver }): Promise<StsAnnouncement> {
    const name = `_mta-sts.${domain}`
    const answer = learned(await resolver.resolve(name, 'TXT'), name, 'TXT')
    const found = selectStsRecords(recordsOf(answer).map(txtText))
    const unread = answer.kind === 'records' ? answer.malformed[0] : undefined
    // It may be the one, or a second one.
    if (unread !== undefined) throw new Unknowable(`a TXT record of ${name} cannot be read (${unread.reason})`)
    return { ...found, alias: answer.chain.length > 1 ? answer.chain.at(-1) : undefined }
  },
})

/** The host that must show the policy (§3.2). */
export function stsHost(domain: string): string {
  return `mta-sts.${domain}`
}

/** True when senders fetch the policy: exactly one record, and that one readable (§3.1). */
export function isAnnounced({ records }: StsRecords): boolean {
  return records.length === 1 && records[0]!.id !== undefined
}

/** What the web server showed; nobody looks where nothing is announced. Only `shown` gives senders a policy; `wrong` says what keeps them from using it. */
export type ShownStsPolicy =
  | { readonly kind: 'unannounced' }
  | { readonly kind: 'shown'; readonly policy: StsPolicy }
  | { readonly kind: 'wrong'; readonly fault: StsHostFault; readonly detail: string; readonly policy?: StsPolicy }

export type StsHostFault = 'no-host' | 'refused' | 'tls' | 'certificate' | 'status' | 'type' | 'size' | 'not-http'

export const stsPolicy = defineFact({
  name: 'mta-sts-policy',
  scope: 'web',
  async gather({ domain }, { dialer, know, note }): Promise<ShownStsPolicy> {
    if (!isAnnounced(await know(stsRecord, { domain }))) return { kind: 'unannounced' }
    const host = stsHost(domain)
    const found = await know(hostAddresses, { host })
    const addresses = knownAddresses(found).map(({ text }) => text)
    if (addresses.length === 0) {
      const reason = unlearned(found)
      if (reason !== undefined) throw new Unknowable(reason)
      return { kind: 'wrong', fault: 'no-host', detail: `${host} has no address` }
    }
    const started = performance.now()
    const path = '/.well-known/mta-sts.txt'
    const answer = await httpsGet(dialer, { addresses, host, path, mostBody: MOST_OCTETS, timeoutMs: PATIENCE })
    note({
      ask: `GET https://${host}${path}`,
      answer: told(answer),
      server: 'address' in answer ? answer.address : addresses[0]!,
      ms: Math.round(performance.now() - started),
    })
    return judged(answer, host)
  },
})

function judged(answer: HttpsAnswer, host: string): ShownStsPolicy {
  switch (answer.kind) {
    case 'not-connected':
      // Something there answered that nobody listens; the rest may be about the way from here.
      if (answer.why === 'refused') return { kind: 'wrong', fault: 'refused', detail: answer.detail }
      throw new Unknowable(`there was no connection to ${host} (${answer.detail})`)
    case 'tls-failed':
      if (answer.why === 'tls') return { kind: 'wrong', fault: 'tls', detail: answer.detail }
      throw new Unknowable(`TLS with ${host} came to no end (${answer.detail})`)
    case 'unanswered':
      if (answer.why === 'not-http') return { kind: 'wrong', fault: 'not-http', detail: answer.detail }
      throw new Unknowable(`${host} did not answer (${answer.detail})`)
    case 'response':
      return judgedResponse(answer, host)
  }
}

function judgedResponse(answer: Extract<HttpsAnswer, { kind: 'response' }>, host: string): ShownStsPolicy {
  const { status, fields, body, isCut, tls } = answer
  // What a busy server cannot do now it may do later.
  if (status === 429 || status >= 500) throw new Unknowable(`${host} answered with status ${status}`)
  const policy = readStsPolicy(Buffer.from(body).toString('latin1'))
  const wrong = (fault: StsHostFault, detail: string): ShownStsPolicy =>
    status === 200 ? { kind: 'wrong', fault, detail, policy } : { kind: 'wrong', fault, detail }
  const [leaf] = answer.certificates
  if (leaf === undefined) return wrong('certificate', 'it shows none that can be read')
  const amiss = certificateFault(leaf, tls, host)
  if (amiss !== undefined) return wrong('certificate', amiss)
  // §3.3: a redirect is not followed; only 200 carries a policy.
  if (status !== 200) {
    const to = fields.get('location')
    return wrong('status', to === undefined ? `${status}` : `${status}, to ${to}`)
  }
  if (isCut) return wrong('size', `it is larger than ${MOST_OCTETS / 1024} KB`)
  const type = fields.get('content-type')
  // §3.2: text/plain, whatever its parameters are.
  if (!/^text\/plain[ \t]*(?:;|$)/i.test(type ?? '')) return wrong('type', type ?? 'none at all')
  return { kind: 'shown', policy }
}

// §3.3: as senders verify it, by RFC 6125 for the name of the policy host.
function certificateFault(
  leaf: Certificate,
  { trusted, trustFault }: { readonly trusted: boolean; readonly trustFault?: string },
  host: string,
): string | undefined {
  if (!namesHost(leaf.altNames, host)) {
    return `it does not name ${host}, but ${leaf.altNames.slice(0, 5).join(', ') || 'nothing'}`
  }
  return trusted ? undefined : `it is not trusted (${trustFault ?? 'for no reason given'})`
}

function told(answer: HttpsAnswer): string {
  switch (answer.kind) {
    case 'response': {
      const type = answer.fields.get('content-type') ?? 'no type'
      return `${answer.status}, ${type}, ${answer.body.length} octets: ${Buffer.from(answer.body).toString('latin1')}`
    }
    case 'unanswered':
    case 'not-connected':
    case 'tls-failed':
      return `${answer.kind}: ${answer.detail}`
  }
}
