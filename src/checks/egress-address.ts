// At which address do other mail servers see this machine, and is it one that mail is said to come from?
//
// An audit may run on another machine than the one that sends, and a server may say what it likes: nothing here is a fault.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { outgoingConnections } from '../facts/outgoing-connections.ts'
import { sendingAddresses } from '../facts/sending-addresses.ts'
import { displayName } from '../names/domain.ts'

type Outcome = 'named' | 'not-named' | 'none-named' | 'servers-differ' | 'not-told'

export default defineCheck({
  id: 'egress-address',
  group: 'egress',
  scope: 'outgoing',
  title: 'Other servers see this machine at an address that mail is sent from',
  why: 'Behind address translation a machine does not know the address that others see, and often there is one more than anybody thought of. SPF, reverse DNS and blocklists are all about that one.',
  refs: ['RFC 5321 §4.1.1.1', 'RFC 7208 §4.1'],
  needs: { connections: outgoingConnections, named: sendingAddresses },
  outcomes: {
    named: {
      level: 'pass',
      says: 'Connections from here come from {address}, one of the sending addresses (according to {servers}).',
    },
    'not-named': {
      level: 'info',
      says: 'Connections from here come from {address} (according to {servers}). That is none of the sending addresses that were named for {family} ({named}); if mail leaves from this machine, name it too (--sender-ip {address}).',
    },
    'none-named': {
      level: 'info',
      says: 'Connections from here come from {address} (according to {servers}). No sending address was named for {family}; if mail leaves from this machine, name it (--sender-ip {address}).',
    },
    'servers-differ': {
      level: 'info',
      says: 'Connections from here come from several {family} addresses, or servers tell what is not so: {seen}. Each that mail may leave from wants its own entry in SPF and its own reverse name.',
    },
    'not-told': {
      level: 'info',
      says: 'No server told at which {family} address it sees this machine ({asked}). Not all of them do.',
    },
  },
  evaluate({ connections, named }, subject): Ruling<Outcome> {
    const family = `IPv${subject.family}`
    const own = named.filter(address => address.family === subject.family).map(({ text }) => text)
    const seen = [...new Set(connections.flatMap(({ seenAs }) => seenAs?.text ?? []))]
    const serversOf = (address: string | undefined): readonly string[] => [
      ...new Set(connections.filter(one => one.seenAs?.text === address).map(({ host }) => displayName(host))),
    ]
    const [address, another] = seen
    if (address === undefined) return { outcome: 'not-told', data: { family, asked: serversOf(undefined) } }
    if (another !== undefined) {
      const told = seen.map(one => `${one} according to ${serversOf(one).join(', ')}`)
      return { outcome: 'servers-differ', data: { family, seen: told.join('; '), addresses: seen, named: own } }
    }
    const outcome = own.includes(address) ? 'named' : own.length > 0 ? 'not-named' : 'none-named'
    return { outcome, data: { family, address, servers: serversOf(address), named: own } }
  },
})
