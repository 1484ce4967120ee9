// Does a name of the sending address lead back to it? Anybody can write any name into his own reverse zone.
import { defineCheck } from '../audit/check.ts'
import { type PtrName, reverseDns } from '../facts/reverse-dns.ts'
import { readHelo, wantedName } from '../protocol/helo.ts'

export default defineCheck({
  id: 'rdns-forward-confirmed',
  group: 'rdns',
  scope: 'egress',
  title: 'A name of the sending address leads back to it',
  why: 'Receivers believe a PTR record only when the name that it gives has the address in turn. Without that the address counts as nameless, and mail is refused or marked.',
  refs: ['RFC 1912 §2.1', 'RFC 8601 §3 (iprev)', 'RFC 7208 §5.5'],
  needs: { reverse: reverseDns },
  outcomes: {
    confirmed: { level: 'pass', says: '{address} is called {name}, and {name} has the address {address}.' },
    'not-confirmed': {
      level: 'fail',
      says: 'No name of {address} leads back to it: {details}.',
      fix: 'Publish the {type} record below, so that {name} leads to {address}. If the name is not yours, have the provider of the address change the PTR record at {owner} to a name of yours, such as {wanted}, that has this {type} record.',
    },
    unanswered: {
      level: 'unknown',
      says: 'It is not known whether a name of {address} leads back to it: {details}.',
    },
    'no-ptr': { level: 'info', says: 'There is nothing to confirm: {address} has no PTR record.' },
  },
  evaluate({ reverse }, { domain, address, helo }) {
    const { names, owner } = reverse
    const type = address.family === 4 ? 'A' : 'AAAA'
    if (names.length === 0) return { outcome: 'no-ptr', data: { address: address.text } }

    const confirmed = names.find(n => n.leadsBack === 'confirmed')
    if (confirmed !== undefined) {
      return { outcome: 'confirmed', data: { address: address.text, name: confirmed.name } }
    }
    const more =
      reverse.unused.length > 0 ? [`${reverse.unused.length} more names were not looked up, as no receiver does`] : []
    const details = [...names.map(n => describe(n, type)), ...more].join('; ')
    // One that was not learnt may be the one that leads back.
    if (names.some(n => n.leadsBack === 'unknown')) {
      return { outcome: 'unanswered', data: { address: address.text, details } }
    }
    const wanted = wantedName(helo, domain)
    const usable = names.map(n => n.name).filter(name => readHelo(name).kind === 'name')
    const name = usable.includes(wanted) ? wanted : (usable[0] ?? wanted)
    const forward = { do: 'publish', name, type, value: address.text } as const
    const reverseToo = { do: 'publish', name: owner, type: 'PTR', value: wanted } as const
    return {
      outcome: 'not-confirmed',
      data: { address: address.text, details, type, name, owner, wanted },
      // A name that nobody can own (`localhost`, the root) must be replaced before anything can lead back.
      records: usable.length > 0 ? [forward] : [reverseToo, forward],
    }
  },
})

function describe({ name, leadsBack, addresses, reason }: PtrName, type: string): string {
  if (leadsBack === 'unknown') return reason ?? `${name} could not be looked up`
  if (reason !== undefined) return `${name} cannot be looked up (${reason})`
  return addresses.length === 0 ? `${name} has no ${type} record` : `${name} has ${addresses.join(', ')}`
}
