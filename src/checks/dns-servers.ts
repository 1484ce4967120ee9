// Are there several name servers, in several places, that answer over TCP too and hold the same version of the zone? Asked only with --authoritative.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type AddressView, type Delegation, delegation } from '../facts/delegation.ts'
import { inNetwork, parseAddress } from '../names/address.ts'
import { displayName } from '../names/domain.ts'

type Zone = Extract<Delegation, { kind: 'zone' }>
type Outcome = 'good' | 'one-server' | 'one-network' | 'without-tcp' | 'serials-differ' | 'timers' | 'nobody'

export default defineCheck({
  id: 'dns-servers',
  group: 'dns',
  scope: 'zone',
  title: 'Several name servers in several networks hold the same version of the zone',
  why: 'When the only server, or the only network, is down, so is the domain: mail to it waits, and mail from it is judged without its records. Long records need TCP.',
  refs: ['RFC 1034 §4.1', 'RFC 2182 §3.1', 'RFC 7766 §5', 'RFC 1912 §2.2', 'RFC 2308 §5'],
  needs: { delegation },
  outcomes: {
    good: {
      level: 'pass',
      says: '{count} name servers hold {zone} in the same version ({serial}), in several networks, and answer over TCP too.',
    },
    'one-server': {
      level: 'warn',
      says: '{zone} has a single name server, {servers}. When it is down, so is the domain.',
      fix: 'Let a second server, in another network, hold the zone as well, and name it in the NS records and at the registrar.',
    },
    'one-network': {
      level: 'info',
      says: 'All name servers of {zone} are in one network ({networks}): one failure there takes away all of them, unless its addresses are announced from several places (anycast).',
    },
    'without-tcp': {
      level: 'warn',
      says: 'Not answering over TCP: {servers}. What does not fit a datagram, such as long TXT records and many keys, cannot be learned there.',
      fix: 'Open TCP port 53 to these servers, in the firewall and in the server itself (RFC 7766 §5 demands it of every server).',
    },
    'serials-differ': {
      level: 'info',
      says: 'The name servers of {zone} hold different versions: {serials}. That is normal for minutes after a change, or where providers count each for themselves; what differs is told by `dns-consistency`.',
    },
    timers: { level: 'info', says: 'The SOA record of {zone} has unusual values: {oddities}.' },
    nobody: {
      level: 'info',
      says: 'No name server of {zone} answered for it, so that nothing can be said of them (see `dns-delegation`).',
    },
  },
  evaluate({ delegation }, { domain }) {
    if (delegation.kind === 'no-zone') return { outcome: 'nobody', data: { zone: displayName(domain) } }
    const zone = displayName(delegation.zone) || '.'
    const views = delegation.servers.flatMap(({ name, views }) =>
      views.flatMap(view => (view.state === 'answers' ? [{ name: displayName(name), ...view }] : [])),
    )
    if (views.length === 0) return { outcome: 'nobody', data: { zone } }
    const rulings: Ruling<Outcome>[] = [...places(delegation)]
    // Where nobody is heard over TCP, the way from here may be closed.
    const untcp = views.filter(({ tcp, family }) => !tcp && delegation.open.has(`tcp${family}`))
    if (untcp.length > 0) {
      rulings.push({
        outcome: 'without-tcp',
        data: { servers: untcp.map(({ name, address }) => `${name} (${address})`) },
      })
    }
    const serials = new Map<number, string[]>()
    for (const { name, soa } of views) {
      if (soa) serials.set(soa.serial, [...new Set([...(serials.get(soa.serial) ?? []), name])])
    }
    if (serials.size > 1) {
      const told = [...serials].map(([serial, names]) => `${serial} at ${names.join(' and ')}`)
      rulings.push({ outcome: 'serials-differ', data: { serials: told.join('; ') } })
    }
    const soa = views.find(view => view.soa !== undefined)?.soa
    const oddities = soa === undefined ? [] : oddTimers(soa)
    if (oddities.length > 0) rulings.push({ outcome: 'timers', data: { oddities } })
    const told = rulings.map(ruling => ({ ...ruling, data: { zone, ...ruling.data } }))
    const [
      first = {
        outcome: 'good',
        data: { zone, count: delegation.servers.length, serial: soa?.serial ?? 'no SOA record' },
      },
      ...rest
    ] = told
    return [first, ...rest]
  },
})

function places({ servers }: Zone): Ruling<Outcome>[] {
  const names = servers.map(({ name }) => displayName(name))
  if (servers.length === 1) return [{ outcome: 'one-server', data: { servers: names } }]
  const addresses = servers.flatMap(server => (server.addresses ?? []).flatMap(text => parseAddress(text) ?? []))
  // Of a server whose address is not known it is not known either where it is.
  if (addresses.length === 0 || servers.some(server => (server.addresses ?? []).length === 0)) return []
  const nets = [4, 6].map(family => {
    const [first, ...others] = addresses.filter(address => address.family === family)
    if (first === undefined) return []
    const prefix = family === 4 ? 24 : 48
    return others.every(other => inNetwork(other, first, prefix)) ? [`${first.text}/${prefix}`] : undefined
  })
  const networks = nets.flatMap(net => net ?? [])
  if (nets.includes(undefined) || networks.length === 0) return []
  return [{ outcome: 'one-network', data: { networks } }]
}

const DAY = 86_400

type StartOfAuthority = NonNullable<Extract<AddressView, { state: 'answers' }>['soa']>

/** What differs from all advice (RFC 1912 §2.2, RFC 2308 §5); what only differs from some is nobody's fault. */
function oddTimers({ refresh, retry, expire, minimum, rname }: StartOfAuthority): readonly string[] {
  return [
    minimum > DAY ? `an absent record is remembered for ${minimum} s: a new one is seen late` : '',
    refresh > 2 * DAY ? `servers look for changes every ${refresh} s only (refresh)` : '',
    retry > refresh ? `after a failure they wait longer (retry ${retry} s) than otherwise (refresh ${refresh} s)` : '',
    expire <= refresh + retry ? `they drop the zone (expire ${expire} s) before they have tried twice` : '',
    expire > refresh + retry && expire < 2 * DAY
      ? `they drop the zone after ${expire} s without its source (expire)`
      : '',
    rname === '' || rname.includes('@') ? 'the mailbox of who is responsible is none' : '',
  ].filter(text => text !== '')
}
