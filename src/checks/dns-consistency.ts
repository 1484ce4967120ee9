// Do all name servers publish the same records for mail? Asked only with --authoritative.
import { defineCheck } from '../audit/check.ts'
import { published } from '../facts/published.ts'
import { publishedWords, unheardWords } from './published-words.ts'

export default defineCheck({
  id: 'dns-consistency',
  group: 'dns',
  scope: 'published',
  title: 'All name servers publish the same records for mail',
  why: 'A resolver asks any of the servers. Where one of them was not updated, some receivers judge mail by one record and some by the other, for as long as it stays so: mail passes here and is refused there.',
  refs: ['RFC 1034 §4.3.5', 'RFC 2182 §2', 'RFC 2181 §5'],
  needs: { published },
  outcomes: {
    same: { level: 'pass', says: 'All name servers of {zone} publish the same: {published}.' },
    'same-heard': {
      level: 'info',
      says: 'The name servers of {zone} that answer publish the same: {published}. Not heard: {unheard}.',
    },
    differ: {
      level: 'warn',
      says: 'The name servers of {zone} do not publish the same: {views}.',
      fix: 'See that all name servers of {zone} load the same version of the zone: compare the serial numbers of their SOA records, and look why zone transfers or the update at the provider do not reach those that lag behind. Until then receivers are told now one, now the other.',
    },
  },
  evaluate({ published: { zone, views, unheard } }) {
    const data = { zone: zone === '' ? 'the root' : zone, unheard: unheard.map(unheardWords) }
    const [first, ...others] = views
    if (others.length === 0) {
      const outcome = unheard.length > 0 ? 'same-heard' : 'same'
      return { outcome, data: { ...data, published: publishedWords(first!) } }
    }
    const told = views.map(view => ({ servers: view.servers, publish: publishedWords(view) }))
    const words = told.map(({ servers, publish }) => `${servers.join(', ')}: ${publish}`).join('; ')
    return { outcome: 'differ', data: { ...data, views: words, told } }
  },
})
