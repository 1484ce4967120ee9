// Does the domain answer for names below it that nobody made? Then no typing error is noticed, and mail to one goes astray.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { wildcard } from '../facts/wildcard.ts'
import { displayName } from '../names/domain.ts'

type Outcome = 'none' | 'alias' | 'mail' | 'null-mail' | 'addresses' | 'texts'

export default defineCheck({
  id: 'dns-wildcard',
  group: 'dns',
  scope: 'domain',
  title: 'Names below the domain exist only where somebody made them',
  why: 'A wildcard record answers for every name that has no records of its own: a mistyped host name, a forgotten subdomain or a selector that was taken away all seem to be there, and mail for them is sent somewhere.',
  refs: ['RFC 4592 §2.1.1', 'RFC 1034 §4.3.3', 'RFC 7505 §3'],
  needs: { wildcard },
  outcomes: {
    none: { level: 'pass', says: 'Names below {domain} that nobody made do not exist.' },
    alias: {
      level: 'info',
      says: 'Every name below {domain} that has no records of its own is an alias (CNAME) of {target}: whatever stands there counts for all of them.',
    },
    mail: {
      level: 'info',
      says: 'A wildcard gives every name below {domain} that has no records of its own the MX hosts {exchanges}: mail to mistyped subdomains is sent there instead of being returned at once.',
    },
    'null-mail': {
      level: 'info',
      says: 'A wildcard says of every name below {domain} that has no records of its own that it takes no mail (null MX).',
    },
    addresses: {
      level: 'info',
      says: 'A wildcard gives every name below {domain} that has no records of its own the address {addresses}: senders take each for a domain that exists, and deliver mail for it there.',
    },
    texts: {
      level: 'info',
      says: 'A wildcard gives every name below {domain} that has no records of its own the TXT records {texts}: also names at which receivers look for something, such as policies of subdomains.',
    },
  },
  evaluate({ wildcard: { alias, exchanges, addresses, texts } }, { domain }) {
    const shown = displayName(domain)
    if (alias !== undefined) return { outcome: 'alias', data: { domain: shown, target: displayName(alias) } }
    const rulings: Ruling<Outcome>[] = []
    if (exchanges.length === 1 && exchanges[0] === '.') rulings.push({ outcome: 'null-mail', data: { domain: shown } })
    else if (exchanges.length > 0) rulings.push({ outcome: 'mail', data: { domain: shown, exchanges } })
    // With an MX of their own nobody delivers to the address (RFC 5321 §5.1).
    else if (addresses.length > 0) rulings.push({ outcome: 'addresses', data: { domain: shown, addresses } })
    if (texts.length > 0)
      rulings.push({ outcome: 'texts', data: { domain: shown, texts: texts.map(text => `"${text}"`) } })
    const [first = { outcome: 'none', data: { domain: shown } }, ...others] = rulings
    return [first, ...others]
  },
})
