// How the subjects of an audit follow from each other: a domain has egresses, selectors and MX hosts; a host has addresses.
import { type Know, Unknowable } from '../audit/fact.ts'
import {
  defineExpansion,
  type Expansion,
  type Listening,
  type NoSubjects,
  type SomeSubjects,
  type Target,
} from '../audit/scope.ts'
import { canonicalName } from '../names/domain.ts'
import { publicSuffixOrganization } from '../names/organizational.ts'
import { dkimSelectors, type FoundSelector } from './dkim-selectors.ts'
import { hostAddresses, knownAddresses, unlearned } from './host-addresses.ts'
import { messageContent } from './message-content.ts'
import { signatureLabel, signaturesOf } from './message-dkim.ts'
import { isAnnounced, stsRecord } from './mta-sts.ts'
import { mailHosts, mx } from './mx.ts'
import { outgoingExpansions } from './outgoing-targets.ts'
import { ownHostExpansions } from './own-hosts.ts'
import { leanedOn } from './published.ts'
import { whyLeftOut } from './reachable-addresses.ts'
import { reflections } from './reflections.ts'
import { tlsaSet } from './tlsa.ts'

const egresses = defineExpansion({
  from: 'domain',
  to: 'egress',
  async subjects({ domain }, _know, target) {
    if (target.egress.length === 0) {
      return { none: 'not-asked', reason: 'no sending address was given (--sender-ip)' }
    }
    return target.egress.map(({ address, helo }) => ({ domain, address, helo }))
  },
})

const selectors = defineExpansion({
  from: 'domain',
  to: 'selector',
  kind: 'given',
  async subjects({ domain }, _know, target) {
    if (target.selectors.length === 0) {
      return { none: 'not-asked', reason: 'no DKIM selector was given (--selector), and DNS cannot list them' }
    }
    return target.selectors.map(selector => ({
      domain,
      selector,
      ourKey: target.ourKeys[selector],
      ourRecord: target.ourRecords?.[selector],
      ourKeySince: target.ourKeysSince?.[selector],
    }))
  },
})

// What was not found, and why, is said by dkim-selectors alone.
const foundSelectors = defineExpansion({
  from: 'domain',
  to: 'selector',
  kind: 'found',
  async subjects({ domain }, know, target) {
    if (target.givenSelectorsOnly) return []
    const { found } = await know(dkimSelectors, { domain }).catch(nothingFound)
    const given = new Set(target.selectors.map(canonicalName))
    return found
      .filter(({ selector }) => !given.has(selector))
      .map(({ selector, provider }) => ({ domain, selector, ourKey: undefined, found: { provider } }))
  },
})

// What of MX is not known is told about the MX records themselves.
function noHosts(failure: unknown): readonly string[] {
  if (failure instanceof Unknowable) return []
  throw failure
}

function nothingFound(failure: unknown): { readonly found: readonly FoundSelector[] } {
  if (failure instanceof Unknowable) return { found: [] }
  throw failure
}

const hosts = defineExpansion({
  from: 'domain',
  to: 'host',
  async subjects({ domain }, know) {
    const found = await know(mx, { domain })
    if (found.kind === 'null') return { none: 'not-applicable', reason: 'the domain takes no mail (null MX)' }
    const names = mailHosts(found)
    if (names.length === 0) return { none: 'not-applicable', reason: 'the domain has no mail host that could be asked' }
    return names.map(host => ({ host }))
  },
})

const endpoints = defineExpansion({
  from: 'host',
  to: 'endpoint',
  kind: 'mx',
  subjects: ({ host }, know, target) => endpointsOf(host, know, target),
})

async function endpointsOf(
  host: string,
  know: Know,
  target: Target,
): Promise<readonly Listening[] | SomeSubjects<'endpoint'> | NoSubjects> {
  if (!target.smtp) return { none: 'not-asked', reason: 'SMTP was left out (--no-smtp)' }
  const found = await know(hostAddresses, { host })
  const addresses = knownAddresses(found)
  if (addresses.length > 0) {
    const left = addresses.map(address => whyLeftOut(address, target)).find(reason => reason !== undefined)
    const subjects = addresses
      .filter(address => whyLeftOut(address, target) === undefined)
      .map(address => ({ host, address, port: target.smtpPort, tls: 'starttls' as const }))
    return left === undefined ? subjects : { subjects, left: { none: 'not-asked', reason: left } }
  }
  // Of a host that is half known the known half is looked at; `mx-hosts` tells about the other.
  const reason = unlearned(found)
  if (reason !== undefined) throw new Unknowable(reason)
  return { none: 'not-applicable', reason: 'the host has no address' }
}

// Only where something is demanded: of all others there is nothing to try.
const deliveries = defineExpansion({
  from: 'domain',
  to: 'delivery',
  async subjects({ domain }, know, target) {
    if (!target.smtp) return { none: 'not-asked', reason: 'SMTP was left out (--no-smtp)' }
    const found = await know(mx, { domain })
    if (found.kind === 'null') return { none: 'not-applicable', reason: 'the domain takes no mail (null MX)' }
    const hosts = mailHosts(found)
    const announced = know(stsRecord, { domain })
    const bound = hosts.map(host => know(tlsaSet, { host }))
    // Of several failures the first by order is told, not the first in time.
    await Promise.allSettled([announced, ...bound])
    const [record, tlsa] = [await announced, await Promise.all(bound)]
    if (!isAnnounced(record) && tlsa.every(({ kind }) => kind === 'none')) {
      return { none: 'not-applicable', reason: 'the domain has neither an MTA-STS policy nor TLSA records' }
    }
    const endpoints = await Promise.all(hosts.map(host => endpointsOf(host, know, target)))
    return endpoints.flatMap(found => {
      const subjects = 'none' in found ? [] : 'left' in found ? found.subjects : found
      return subjects.map(endpoint => ({ ...endpoint, domain, via: 'https' as const }))
    })
  },
})

const web = defineExpansion({
  from: 'domain',
  to: 'web',
  async subjects({ domain }, _know, target) {
    if (!target.smtp) return { none: 'not-asked', reason: 'connections were left out (--no-smtp)' }
    return [{ domain, via: 'https' }]
  },
})

// Whoever has no listeners is not told so with every report.
const listeners = defineExpansion({
  from: 'domain',
  to: 'endpoint',
  kind: 'listener',
  subjects: async (_domain, _know, target) => target.listeners,
})

const messages = defineExpansion({
  from: 'domain',
  to: 'message',
  async subjects({ domain }, _know, target) {
    if (!target.message) return { none: 'not-asked', reason: 'no message was given (mailworthy message FILE)' }
    return [{ author: domain, message: target.message }]
  },
})

// What was not wished for is not told either: without --authoritative nobody reads about servers that were not asked.
const publications = defineExpansion({
  from: 'domain',
  to: 'published',
  async subjects({ domain }, know, target) {
    if (!target.authoritative) return []
    const [{ found }, hosts] = await Promise.all([
      target.givenSelectorsOnly ? { found: [] } : know(dkimSelectors, { domain }).catch(nothingFound),
      know(mx, { domain }).then(mailHosts, noHosts),
    ])
    // The TLSA records of others' hosts are theirs to keep alike.
    const owner = publicSuffixOrganization(domain)
    const own = hosts.filter(host => publicSuffixOrganization(host) === owner)
    const selectors = [...target.selectors, ...found.map(({ selector }) => selector)]
    return leanedOn(domain, [...new Set(selectors.map(canonicalName))], own)
  },
})

const zones = defineExpansion({
  from: 'domain',
  to: 'zone',
  subjects: async ({ domain }, _know, target) => (target.authoritative ? [{ domain, via: 'servers' }] : []),
})

const resolvers = defineExpansion({
  from: 'domain',
  to: 'resolver',
  subjects: async (_domain, _know, target) => target.resolvers ?? [],
})

const signatures = defineExpansion({
  from: 'message',
  to: 'signature',
  async subjects(parent, know) {
    const found = signaturesOf(await know(messageContent, parent))
    if (found.length === 0) return { none: 'not-applicable', reason: 'the message has no DKIM signature' }
    return found.map((signature, index) => ({
      ...parent,
      number: index + 1,
      label: signatureLabel(signature, index + 1),
    }))
  },
})

// Nobody reads about an rspamd that was not named.
const rspamds = defineExpansion({
  from: 'message',
  to: 'rspamd',
  subjects: async ({ author, message }) => (message.rspamd ? [{ author, message, service: message.rspamd }] : []),
})

/** Every expansion, from the domain down. */
export const expansions: readonly Expansion[] = [
  egresses,
  selectors,
  foundSelectors,
  hosts,
  endpoints,
  deliveries,
  listeners,
  messages,
  signatures,
  rspamds,
  web,
  publications,
  zones,
  resolvers,
  ...ownHostExpansions,
  ...outgoingExpansions,
  reflections,
]
