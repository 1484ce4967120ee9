// Is the HELO name one of the address's own names? No standard demands it, but filters count it in a server's favor.
import { defineCheck } from '../audit/check.ts'
import { heloAddresses } from '../facts/helo-addresses.ts'
import { ptrName, reverseDns } from '../facts/reverse-dns.ts'

const MOST_SHOWN = 10

export default defineCheck({
  id: 'helo-rdns-match',
  group: 'helo',
  scope: 'egress',
  title: 'The HELO name is the name of the sending address',
  why: 'No standard demands that the two are one, but filters score servers whose HELO name differs from their reverse name, and one name is easier to keep right than two.',
  refs: ['RFC 5321 §4.1.4', 'RFC 1912 §2.1'],
  needs: { helo: heloAddresses, reverse: reverseDns },
  outcomes: {
    matches: { level: 'pass', says: 'The HELO name {helo} is a name of {address} in reverse DNS.' },
    differs: {
      level: 'warn',
      says: 'The server greets as {helo}, but {address} is called {names} in reverse DNS. No standard forbids that; some filters count it against the server.',
      fix: 'Make them one name: let the mail server say {ptr} in HELO, or have the provider of the address set the PTR record below. {helo} must have the address {address} then.',
    },
    'no-ptr': { level: 'info', says: 'There is nothing to compare: {address} has no PTR record.' },
    'not-a-name': { level: 'info', says: 'There is nothing to compare: "{helo}" is no full host name.' },
    'not-known': { level: 'info', says: 'Not checked: no HELO name was given (--helo).' },
  },
  evaluate({ helo, reverse }, { address }) {
    if (helo.kind === 'not-given') return { outcome: 'not-known' }
    if (helo.kind !== 'name') return { outcome: 'not-a-name', data: { helo: helo.helo } }
    const names = [...reverse.names.map(n => n.name), ...reverse.unused]
    const data = { helo: helo.name, address: address.text }
    if (names.length === 0) return { outcome: 'no-ptr', data }
    if (names.includes(helo.name)) return { outcome: 'matches', data }
    return {
      outcome: 'differs',
      data: {
        ...data,
        names: names.length > MOST_SHOWN ? [...names.slice(0, MOST_SHOWN), `${names.length - MOST_SHOWN} more`] : names,
        ptr: ptrName(reverse),
      },
      // A name that does not lead back counts as none (`rdns-forward-confirmed`).
      records: [
        { do: 'publish', name: reverse.owner, type: 'PTR', value: helo.name },
        ...(helo.leadsBack === 'yes'
          ? []
          : [
              {
                do: 'publish',
                name: helo.name,
                type: address.family === 4 ? 'A' : 'AAAA',
                value: address.text,
              } as const,
            ]),
      ],
    }
  },
})
