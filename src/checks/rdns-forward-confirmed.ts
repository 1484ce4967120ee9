// Does a name of the sending address lead back to it? Anybody can write any name into his own reverse zone.
import { defineCheck } from '../audit/check.ts'
import { NAMES_LOOKED_AT, type PtrName, type ReverseDns, reverseDns } from '../facts/reverse-dns.ts'
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
    'confirmed-by-chance': {
      level: 'warn',
      says: '{address} has {count} names, but few of them ({confirmed}) lead back to it. A receiver looks at ten names at most, many at one, and DNS gives them in any order: some find the one that leads back and some do not.',
      fix: 'Have the provider of the address keep a single PTR record at {owner}: the one for {name}.',
    },
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

    const confirmed = names.filter(n => n.leadsBack === 'confirmed')
    const [first] = confirmed
    if (first !== undefined) {
      const data = { address: address.text, name: first.name }
      const count = names.length + reverse.unused.length
      // Ten of the others fit into what a receiver looks at.
      const missable = count - confirmed.length >= NAMES_LOOKED_AT
      return missable
        ? { outcome: 'confirmed-by-chance', data: { ...data, owner, count, confirmed: confirmed.length } }
        : { outcome: 'confirmed', data }
    }
    const details = described(reverse, type)
    // One that was not learned may be the one that leads back.
    if (names.some(n => n.leadsBack === 'unknown') || reverse.unused.length > 0) {
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

function described({ names, unused }: ReverseDns, type: string): string {
  const rest = names.length - NAMES_LOOKED_AT
  // Of too many to tell, those that are unknown come first: they decide.
  const told =
    rest > 0 ? names.toSorted((a, b) => Number(b.leadsBack === 'unknown') - Number(a.leadsBack === 'unknown')) : names
  return [
    ...told.slice(0, NAMES_LOOKED_AT).map(name => describe(name, type)),
    ...(rest > 0 ? [`${rest} more names likewise`] : []),
    ...(unused.length > 0 ? [`${unused.length} more were not looked up`] : []),
  ].join('; ')
}

function describe({ name, leadsBack, addresses, reason }: PtrName, type: string): string {
  if (leadsBack === 'unknown') return reason ?? `${name} could not be looked up`
  if (reason !== undefined) return `${name} cannot be looked up (${reason})`
  return addresses.length === 0 ? `${name} has no ${type} record` : `${name} has ${addresses.join(', ')}`
}
