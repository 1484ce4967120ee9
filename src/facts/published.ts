// What do the zone's own servers publish at a name, and what does the resolver see there? Asked of each server itself.
import { defineFact, Unknowable } from '../audit/fact.ts'
import type { Subjects } from '../audit/scope.ts'
import { publicSuffixOrganization } from '../names/organizational.ts'
import type { Answer, RecordTypes } from '../net/resolver.ts'
import { type Publication, publicationAt, type Unheard } from '../protocol/delegation/publication.ts'
import { learned, txtText } from './answers.ts'
import { findZone } from './zone-servers.ts'

/** What stands at the name for one of those who were asked: the records that matter here, sorted; none is none. */
export interface PublishedView {
  readonly servers: readonly string[]
  readonly records: readonly string[]
  /** The target of a CNAME on which the servers do not agree. */
  readonly alias?: string
  readonly ttl: number
}

export interface Published {
  /** The zone of the name, or of the name that aliases lead to. */
  readonly zone: string
  readonly chain: readonly string[]
  /** One when all servers agree. */
  readonly views: readonly PublishedView[]
  readonly unheard: readonly Unheard[]
  /** As the resolver tells it; `ttl` is what is left. */
  readonly seen: Omit<PublishedView, 'servers'>
}

type Wanted = RecordTypes[Subjects['published']['type']]
type Said = Exclude<Answer<Wanted>, { kind: 'unreachable' }>

export const published = defineFact({
  name: 'published',
  scope: 'published',
  async gather(subject, { resolver, know }): Promise<Published> {
    const { name, type } = subject
    const find = (zone: string) => findZone(know, zone)
    const text = (said: Said): string => JSON.stringify(recordsIn(said, subject))
    const [publication, answer] = await Promise.all([
      publicationAt(resolver, find, name, type, text) as Promise<Publication<Wanted>>,
      resolver.resolve(name, type),
    ])
    if (!publication.known) throw new Unknowable(publication.reason)
    const seen = learned<Wanted>(answer, name, type)
    const { zone, chain, views, unheard } = publication
    return {
      zone,
      chain,
      views: views.map(({ servers, said }) =>
        said.kind === 'alias'
          ? { servers, records: [], alias: said.target, ttl: said.ttl }
          : { servers, records: recordsIn(said, subject), ttl: said.ttl },
      ),
      unheard,
      seen: { records: recordsIn(seen, subject), ttl: seen.ttl },
    }
  },
})

/**
 * The records that an audit of the domain leans on: where they stand, and how those that matter begin.
 * @param hosts MX hosts whose TLSA records are among them
 */
export function leanedOn(
  domain: string,
  selectors: readonly string[],
  hosts: readonly string[],
): readonly Subjects['published'][] {
  const organization = publicSuffixOrganization(domain)
  const policies = [domain, ...(organization === undefined || organization === domain ? [] : [organization])]
  const txt = (name: string, beginning: string) => ({ domain, name, type: 'TXT' as const, beginning })
  return [
    { domain, name: domain, type: 'MX', beginning: '' },
    txt(domain, 'v=spf1'),
    ...selectors.map(selector => txt(`${selector}._domainkey.${domain}`, '')),
    ...policies.map(name => txt(`_dmarc.${name}`, 'v=dmarc1')),
    txt(`_mta-sts.${domain}`, 'v=stsv1'),
    txt(`_smtp._tls.${domain}`, 'v=tlsrptv1'),
    ...hosts.map(host => ({ domain, name: `_25._tcp.${host}`, type: 'TLSA' as const, beginning: '' })),
  ]
}

/** The records as text, each once. Beside an SPF record stand many that are nobody's business here. */
function recordsIn(said: Said, { type, beginning }: Subjects['published']): readonly string[] {
  if (said.kind !== 'records') return []
  const texts = said.records.map(record => textOf[type](record as never))
  const unread = said.malformed.map(bad => `a record that cannot be read: ${bad.reason}`)
  const wanted = texts.filter(text => beginning === '' || text.trimStart().toLowerCase().startsWith(beginning))
  return [...new Set([...wanted, ...unread])].sort()
}

const textOf: { readonly [T in Subjects['published']['type']]: (record: RecordTypes[T]) => string } = {
  MX: ({ preference, exchange }) => `${preference} ${exchange === '' ? '.' : exchange}`,
  TXT: txtText,
  TLSA: ({ usage, selector, matchingType, data }) => `${usage} ${selector} ${matchingType} ${data}`,
}
