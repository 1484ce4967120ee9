// Do resolvers see what the zone's own servers publish now? Asked only with --authoritative.
import { defineCheck } from '../audit/check.ts'
import { published } from '../facts/published.ts'
import { publishedWords, unheardWords } from './published-words.ts'

export default defineCheck({
  id: 'dns-propagation',
  group: 'dns',
  scope: 'published',
  title: 'Resolvers see what the name servers publish',
  why: 'After a change resolvers go on telling the old record until its TTL is over: some receivers then judge mail by one record, some by the other.',
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
      level: 'info',
      says: 'The name servers of {zone} do not agree on what is published (see `dns-consistency`). The resolver that was asked here sees {seen}.',
    },
  },
  evaluate({ published: { zone, views, unheard, seen } }) {
    const [first] = views
    const data = {
      zone: zone === '' ? 'the root' : zone,
      seen: publishedWords(seen),
      unheard: unheard.map(unheardWords),
    }
    if (views.length > 1) return { outcome: 'servers-differ', data }
    const now = { ...data, published: publishedWords(first!) }
    if (publishedWords(first!) !== publishedWords(seen)) return { outcome: 'changed', data: { ...now, left: seen.ttl } }
    return { outcome: unheard.length > 0 ? 'same-heard' : 'same', data: now }
  },
})
