// Builds the clients: who may submit, as whom, and that no two of them can be taken for each other.
import { parsePasswordHash } from '../relay/intake/password.ts'
import type { ClientSettings } from '../relay/settings.ts'
import { type AddressRange, networksOf, parseRange, relation, sizeOf } from './address-range.ts'
import { type Building, fitting, secretLine, uniqueNames } from './building.ts'
import { type Path, quoted } from './problem.ts'
import { durationOf } from './quantity.ts'
import { isReference } from './reference.ts'
import type { RawClient } from './schema.ts'
import { checkSenders } from './senders.ts'

/** Builds them all. `domains`: the configured ones; undefined when some could not be read. */
export function buildClients(
  building: Building,
  list: readonly RawClient[],
  domains: readonly string[] | undefined,
): readonly ClientSettings[] {
  const items = fitting(building, ['clients'], list)
  uniqueNames(building, 'client', items)
  uniqueUsers(building, items)
  const networks = networksOfClients(building, items)
  return items.map(([raw, path]) => {
    const { user, ips } = raw.match
    if (user === undefined && ips === undefined) building.fault([...path, 'match'], 'matches nobody: set user or ips')
    return {
      name: raw.name,
      match: {
        ...(user === undefined ? {} : { user }),
        ...(ips === undefined ? {} : { ips: networks.get(raw.name) ?? [] }),
      },
      password: passwordOf(building, path, raw),
      senders: checkSenders(building, [...path, 'senders'], raw.senders, domains),
      rate: raw.rate === undefined ? undefined : { messages: raw.rate.messages, perMs: durationOf(raw.rate.per) },
      gate: raw.gate,
      lineEndings: raw.lineEndings ?? 'strict',
    }
  })
}

/** User names are compared without case: nobody means two people by `erp` and `ERP`. */
const userOf = ({ match }: RawClient): string | undefined => match.user?.toLowerCase()

// The same user may stand for several clients where addresses tell them apart.
function uniqueUsers(building: Building, items: readonly (readonly [RawClient, Path])[]): void {
  const first = new Map<string, string>()
  for (const [raw, path] of items) {
    const user = userOf(raw)
    if (user === undefined) continue
    const at = [...path, 'match', 'user']
    if (/[\p{Cc}]/u.test(user)) building.fault(at, 'a control character stands in it')
    if (raw.match.ips !== undefined) continue
    const other = first.get(user)
    if (other === undefined) first.set(user, raw.name)
    else building.fault(at, `the client ${quoted(other)} has the same user`)
  }
}

/** The networks of each client. Ranges are compared among clients that are known by address alone, and among those of one user. */
function networksOfClients(
  building: Building,
  items: readonly (readonly [RawClient, Path])[],
): ReadonlyMap<string, readonly string[]> {
  const groups = Map.groupBy(items, ([raw]) => userOf(raw))
  const networks = [...groups.values()].flatMap(group =>
    separate(
      building,
      group.flatMap(([raw, path]) => claimsOf(building, [...path, 'match', 'ips'], raw)),
    ),
  )
  return new Map(networks.flatMap(one => [...one]))
}

function passwordOf(building: Building, path: Path, { match, password }: RawClient): string | undefined {
  const at = [...path, 'password']
  if (match.user === undefined) {
    if (password !== undefined) building.fault(at, 'is not used: only a client that is matched by user has a password')
    return undefined
  }
  if (password === undefined) {
    building.fault(path, 'a user needs a password: `mailworthy clients password` makes its text')
    return undefined
  }
  const text = isReference(password) ? secretLine(building, at, password) : password
  if (text === undefined) return undefined
  const parsed = parsePasswordHash(text)
  if (parsed.ok) return text
  // Never shown: it may be the password itself.
  building.fault(at, parsed.why)
  return undefined
}

/** A range that a client is matched by. */
interface Claim {
  readonly client: string
  readonly range: AddressRange
  readonly path: Path
}

function claimsOf(building: Building, path: Path, { name, match }: RawClient): readonly Claim[] {
  return (match.ips ?? []).flatMap((text, index) => {
    const at = [...path, index]
    const parsed = parseRange(text)
    if (!parsed.ok) {
      building.fault(at, parsed.why)
      return []
    }
    const { range } = parsed
    // A /24, and in IPv6 the one network of a LAN.
    if (match.user === undefined && sizeOf(range) > (range.family === 4 ? 256n : 1n << 64n)) {
      const count = range.family === 4 ? `${sizeOf(range).toLocaleString('en-US')} addresses` : 'more than one network'
      building.warn(at, `${quoted(text)} is wide: whoever has one of its ${count} may relay through this host`)
    }
    return [{ client: name, range, path: at }]
  })
}

/**
 * The networks of each client. Ranges may lie in each other, and the narrower one wins; but none may lie across another
 * (Exchange's rule for receive connectors), since then nobody could say which one is meant.
 */
function separate(building: Building, claims: readonly Claim[]): ReadonlyMap<string, readonly string[]> {
  const sorted = claims.toSorted(
    ({ range: a }, { range: b }) => a.family - b.family || compare(a.first, b.first) || compare(b.last, a.last),
  )
  const around: Claim[] = []
  for (const claim of sorted) {
    while (around.length > 0 && relation(claim.range, around.at(-1)!.range) === 'apart') around.pop()
    const outer = around.at(-1)
    if (outer !== undefined) complain(building, claim, outer)
    around.push(claim)
  }
  const owners = new Map<string, Claim>()
  // Narrow ranges last: what they have of a wider one's networks becomes theirs.
  for (const claim of claims.toSorted(({ range: a }, { range: b }) => compare(sizeOf(b), sizeOf(a)))) {
    for (const network of networksOf(claim.range)) owners.set(network, claim)
  }
  const networks = new Map<string, string[]>()
  for (const [network, { client }] of owners) networks.set(client, [...(networks.get(client) ?? []), network])
  return networks
}

function complain(building: Building, claim: Claim, outer: Claim): void {
  const kind = relation(claim.range, outer.range)
  if (kind !== 'same' && kind !== 'across') return
  const other = outer.client === claim.client ? 'the same client' : `the client ${quoted(outer.client)}`
  const what = quoted(claim.range.text)
  building.fault(
    claim.path,
    kind === 'same'
      ? `${what} is a range of ${other} already (${quoted(outer.range.text)})`
      : `${what} lies across ${quoted(outer.range.text)} of ${other}: one must lie inside the other, or apart`,
  )
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)
