// Can senders everywhere reach the addresses of the MX hosts, over IPv4 and IPv6?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type HostAddresses, knownAddresses } from '../facts/host-addresses.ts'
import { mxAddresses } from '../facts/mx-addresses.ts'
import { isPublic } from '../names/address.ts'
import { displayName } from '../names/domain.ts'

export default defineCheck({
  id: 'mx-addresses',
  group: 'mx',
  scope: 'domain',
  title: 'The MX hosts have addresses that every sender can reach',
  why: 'Many senders have no IPv6, and none has a way into a private network. Mail that finds only such addresses waits for days and then comes back.',
  refs: ['RFC 5321 §5.1', 'RFC 3974 §3', 'RFC 1918 §3'],
  needs: { mxAddresses },
  outcomes: {
    reachable: {
      level: 'pass',
      says: 'The MX hosts have {ipv4} IPv4 and {ipv6} IPv6 addresses that the world can reach.',
    },
    'not-public': {
      level: 'warn',
      says: 'The MX host {host} has addresses that nobody outside its own network can reach: {addresses}. Mail from the Internet is not delivered there.',
      fix: 'Publish only the outer addresses of {host} to the world. If your resolver gives other answers inside your network than outside (split DNS), check again through one that is outside (--resolver).',
    },
    'ipv6-only': {
      level: 'warn',
      says: 'No MX host of {domain} has an IPv4 address ({hosts}). Senders without IPv6 cannot deliver.',
      fix: 'Publish an A record for at least one of the MX hosts.',
    },
    'one-address': {
      level: 'info',
      says: '{hosts} all have the address {addresses}: when it is down, none of them takes mail. Senders try again for days.',
    },
    none: { level: 'info', says: 'There is no MX host with a known address (see `mx-hosts`).' },
  },
  evaluate({ mxAddresses }, { domain }) {
    const hosts = [...mxAddresses].filter(([, found]) => knownAddresses(found).length > 0)
    if (hosts.length === 0) return { outcome: 'none' }
    const shown = hosts.map(([host]) => displayName(host))
    const rulings: Ruling<'not-public' | 'ipv6-only' | 'one-address'>[] = hosts.flatMap(([host, found]) => {
      const inner = knownAddresses(found).filter(address => !isPublic(address))
      if (inner.length === 0) return []
      return [
        { outcome: 'not-public' as const, data: { host: displayName(host), addresses: inner.map(({ text }) => text) } },
      ]
    })
    const all = hosts.map(([, found]) => found)
    // Of hosts whose IPv4 addresses were not learned nothing is claimed.
    if ([...mxAddresses.values()].every(({ ipv4 }) => ipv4.state === 'none')) {
      rulings.push({ outcome: 'ipv6-only', data: { domain, hosts: shown } })
    }
    const [ipv4, ipv6] = [distinct(all, 4), distinct(all, 6)]
    if (hosts.length > 1 && ipv4.length <= 1 && ipv6.length <= 1) {
      rulings.push({ outcome: 'one-address', data: { hosts: shown, addresses: [...ipv4, ...ipv6] } })
    }
    const pass = { outcome: 'reachable', data: { ipv4: ipv4.length, ipv6: ipv6.length } } as const
    const [first, ...rest] = rulings
    if (first === undefined) return pass
    return rulings.every(({ outcome }) => outcome === 'one-address') ? [pass, ...rulings] : [first, ...rest]
  },
})

function distinct(all: readonly HostAddresses[], family: 4 | 6): readonly string[] {
  const addresses = all.flatMap(knownAddresses).filter(address => address.family === family)
  return [...new Set(addresses.map(({ text }) => text))]
}
