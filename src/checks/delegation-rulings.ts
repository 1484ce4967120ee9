// What is wrong with a delegation, from what the zone above and each server say: the judgments of dns-delegation, one after the other.
import type { Ruling } from '../audit/check.ts'
import type { AddressView, Delegation, ServerView } from '../facts/delegation.ts'
import { isPublic, parseAddress } from '../names/address.ts'
import { displayName } from '../names/domain.ts'
import { isBelow } from '../protocol/delegation/zone-servers.ts'

type Zone = Extract<Delegation, { kind: 'zone' }>
/** What dns-delegation can end with. */
export type DelegationOutcome =
  | ('delegated' | 'nobody' | 'lame' | 'failing' | 'silent' | 'unreached' | 'names-differ' | 'parent-unknown')
  | ('alias' | 'no-address' | 'private-address' | 'glue-differs' | 'glue-incomplete' | 'no-zone' | 'omitted')

/** Who answers, and who does not. */
export function answering({ servers, open }: Zone): Ruling<DelegationOutcome>[] {
  const all = servers.flatMap(server => server.views.map(view => ({ server, view })))
  const isUnreached = ({ view }: (typeof all)[number]): boolean =>
    view.state === 'silent' && !open.has(`udp${view.family}`)
  const unreached = all.filter(isUnreached)
  const others = all.filter(one => !isUnreached(one) && one.view.state !== 'answers')
  const rulings: Ruling<DelegationOutcome>[] = []
  if (unreached.length > 0) {
    const ways = [...new Set(unreached.map(({ view }) => `IPv${view.family}`))].sort()
    rulings.push({ outcome: 'unreached', data: { way: ways.join(' or '), reasons: unreached.map(reasonOf) } })
  }
  if (all.every(({ view }) => view.state !== 'answers') && unreached.length === 0) {
    const unasked = servers
      .filter(({ views }) => views.length === 0)
      .map(({ name, unaddressed }) => `${name}: ${unaddressed}`)
    return [{ outcome: 'nobody', data: { reasons: [...others.map(reasonOf), ...unasked] } }]
  }
  for (const state of ['lame', 'failing', 'silent'] as const) {
    const found = others.filter(({ view }) => view.state === state)
    if (found.length > 0) rulings.push({ outcome: state, data: { reasons: found.map(reasonOf) } })
  }
  return rulings
}

function reasonOf({ server, view }: { readonly server: ServerView; readonly view: AddressView }): string {
  return `${displayName(server.name)} (${view.address}): ${'reason' in view ? view.reason : 'it answers'}`
}

/** Who is named as a server, by the zone above and by the servers themselves. */
export function naming({ zone, parent, servers, omitted }: Zone): Ruling<DelegationOutcome>[] {
  const views = new Map<string, string[]>()
  const say = (names: readonly string[], by: string): void => {
    const key = names.map(displayName).join(', ')
    views.set(key, [...new Set([...(views.get(key) ?? []), by])])
  }
  if (parent.state === 'delegates') say(parent.names, `the zone above (${displayName(parent.zone) || 'the root'})`)
  for (const { name, views: own } of servers) {
    for (const view of own) if (view.state === 'answers' && view.names) say(view.names, displayName(name))
  }
  const rulings: Ruling<DelegationOutcome>[] = []
  if (views.size > 1) {
    const told = [...views].map(([names, by]) => `${by.join(' and ')}: ${names}`)
    rulings.push({ outcome: 'names-differ', data: { views: told.join('; ') } })
  }
  if (parent.state === 'unknown' && zone !== '')
    rulings.push({ outcome: 'parent-unknown', data: { reason: parent.reason } })
  if (omitted > 0) rulings.push({ outcome: 'omitted', data: { count: omitted } })
  return rulings
}

/** Where the servers are, by their own records and by those of the zone above. */
export function addressing({ zone, parent, servers }: Zone): Ruling<DelegationOutcome>[] {
  return servers.flatMap(({ name, alias, addresses, unaddressed }): Ruling<DelegationOutcome>[] => {
    const server = displayName(name)
    const rulings: Ruling<DelegationOutcome>[] = []
    if (alias !== undefined) rulings.push({ outcome: 'alias', data: { server, target: displayName(alias) } })
    // Where DNS did not answer nothing is known of the addresses.
    const reason = addresses?.length === 0 ? (unaddressed ?? 'only the zone above gives it one (glue)') : unaddressed
    if (reason !== undefined && addresses !== undefined) {
      rulings.push({ outcome: 'no-address', data: { server, reason } })
    }
    const parsed = (addresses ?? []).flatMap(text => parseAddress(text) ?? [])
    const hidden = parsed.filter(address => !isPublic(address)).map(({ text }) => text)
    if (hidden.length > 0 && unaddressed === undefined)
      rulings.push({ outcome: 'private-address', data: { server, addresses: hidden } })
    // Of a server outside of the zone the zone above has nothing to say (RFC 9471 §2).
    if (parent.state !== 'delegates' || !isBelow(name, zone) || addresses === undefined || addresses.length === 0)
      return rulings
    const own = parsed.map(({ text }) => text)
    const glue = parent.glue
      .filter(one => one.name === name)
      .flatMap(({ address }) => parseAddress(address)?.text ?? [])
    const old = glue.filter(address => !own.includes(address))
    const missing = own.filter(address => !glue.includes(address))
    if (old.length > 0) rulings.push({ outcome: 'glue-differs', data: { server, glue: old, addresses: own } })
    else if (missing.length > 0 && parent.names.includes(name))
      rulings.push({ outcome: 'glue-incomplete', data: { server, missing } })
    return rulings
  })
}
