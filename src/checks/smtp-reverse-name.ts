// Is the address of a host that takes mail called by the host's name in reverse DNS?
//
// Nobody who delivers mail looks at that: receivers ask it of the addresses that mail comes from (`rdns-presence`), which are
// often others. It is told since a host that takes mail may send some as well, bounces for one, and since names that differ
// confuse whoever reads logs. Never a fault.
import { defineCheck } from '../audit/check.ts'
import { scopes } from '../audit/scope.ts'
import { reverseDns } from '../facts/reverse-dns.ts'
import { canonicalName, displayName } from '../names/domain.ts'

const MOST_SHOWN = 10

export default defineCheck({
  id: 'smtp-reverse-name',
  group: 'smtp',
  scope: 'endpoint',
  title: 'The address of the mail host is called by its name in reverse DNS',
  why: 'Taking mail needs no PTR record. But a host that takes mail often sends some too, and one name in the MX record, in the banner and in reverse DNS is easier to follow through logs.',
  refs: ['RFC 1912 §2.1', 'RFC 5321 §4.1.4'],
  needs: { reverse: reverseDns },
  outcomes: {
    same: { level: 'pass', says: '{endpoint} has its name in reverse DNS, and the name leads back.' },
    other: {
      level: 'info',
      says: '{endpoint} is called {names} in reverse DNS. Senders do not mind; if it sends mail too, that is the name which receivers see.',
    },
    'not-confirmed': {
      level: 'info',
      says: '{endpoint} is called {names} in reverse DNS, and no such name leads back. Senders do not mind; if it sends mail too, name the address as a sending one (--sender-ip).',
    },
    nameless: {
      level: 'info',
      says: '{endpoint} has no PTR record. Taking mail needs none; if it sends mail too, name the address as a sending one (--sender-ip).',
    },
    'not-known': {
      level: 'info',
      says: '{endpoint} is called {names} in reverse DNS; whether such a name leads back was not learned.',
    },
  },
  evaluate({ reverse }, subject) {
    const all = [...reverse.names.map(({ name }) => name), ...reverse.unused]
    const rest = all.length - MOST_SHOWN
    const names = rest > 0 ? [...all.slice(0, MOST_SHOWN), `${rest} more`] : all
    const data = { endpoint: scopes.endpoint.says(subject), names: names.map(displayName) }
    if (all.length === 0) return { outcome: 'nameless', data }
    const own = reverse.names.find(({ name }) => name === canonicalName(subject.host))
    if (own?.leadsBack === 'confirmed') return { outcome: 'same', data }
    if (reverse.names.some(({ leadsBack }) => leadsBack === 'confirmed')) return { outcome: 'other', data }
    const isOpen = reverse.unused.length > 0 || reverse.names.some(({ leadsBack }) => leadsBack === 'unknown')
    return { outcome: isOpen ? 'not-known' : 'not-confirmed', data }
  },
})
