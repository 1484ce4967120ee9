// Do resolvers see what the zone's own servers publish, and do these agree? Asked only with --authoritative.
import { defineCheck } from '../audit/check.ts'
import { type PublishedView, published } from '../facts/published.ts'
import type { Unheard } from '../protocol/delegation/publication.ts'

export default defineCheck({
  id: 'dns-propagation',
  group: 'dns',
  scope: 'published',
  title: 'Every name server publishes the same, and resolvers see it',
  why: 'After a change resolvers go on telling the old record until its TTL is over, and name servers that were not updated tell it for ever: some receivers then judge mail by one record, some by the other.',
  refs: ['RFC 1034 §4.3.5', 'RFC 2181 §5.2', 'RFC 1035 §7.3'],
  needs: { published },
  outcomes: {
    same: { level: 'pass', says: 'The name servers of {zone} publish what resolvers see ({published}).' },
    'same-heard': {
      level: 'info',
      says: 'The name servers of {zone} that answer publish what resolvers see ({published}). Not heard: {unheard}.',
    },
    changed: {
      level: 'info',
      says: 'Published now by the name servers of {zone}: {published}. The resolver that was asked here still sees {seen}, for up to {left} s more; others may do so as well.',
    },
    'servers-differ': {
      level: 'warn',
      says: 'The name servers of {zone} do not publish the same: {views}. Resolvers see {seen}.',
      fix: 'See that all name servers of {zone} load the same version of the zone: compare the serial numbers of their SOA records, and look why zone transfers or the update at the provider do not reach those that lag behind. Until then receivers are told now one, now the other.',
    },
  },
  evaluate({ published: { zone, views, unheard, seen } }) {
    const [first] = views
    const data = { zone: zone === '' ? 'the root' : zone, seen: shown(seen), unheard: unheard.map(unheardWords) }
    if (views.length > 1) {
      const told = views.map(view => ({ servers: view.servers, publish: shown(view) }))
      const words = told.map(({ servers, publish }) => `${servers.join(', ')}: ${publish}`).join('; ')
      return { outcome: 'servers-differ', data: { ...data, views: words, told } }
    }
    const now = { ...data, published: shown(first!) }
    if (shown(first!) !== shown(seen)) return { outcome: 'changed', data: { ...now, left: seen.ttl } }
    return { outcome: unheard.length > 0 ? 'same-heard' : 'same', data: now }
  },
})

function shown({ records, alias }: Pick<PublishedView, 'records' | 'alias'>): string {
  if (alias !== undefined) return `an alias of ${alias}`
  return records.length === 0 ? 'no such record' : records.map(record => `"${record}"`).join(' and ')
}

function unheardWords({ server, reason }: Unheard): string {
  return `${server} (${reason})`
}
