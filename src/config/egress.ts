// Builds the egresses: what the world sees, and where connections leave from.
import { type IpAddress, isLoopback, parseAddress } from '../names/address.ts'
import { isFqdn } from '../names/domain.ts'
import type { EgressSettings } from '../relay/settings.ts'
import { type Building, domainOf, fitting, uniqueNames } from './building.ts'
import { type Path, quoted } from './problem.ts'
import type { RawEgress } from './schema.ts'

/** Builds them all. `hostname` is the name that egresses without one of their own give. */
export function buildEgress(
  building: Building,
  list: readonly RawEgress[],
  hostname: string | undefined,
): readonly EgressSettings[] {
  const items = fitting(building, ['egress'], list)
  uniqueNames(building, 'egress', items)
  const seen = new Map<string, string>()
  return items.map(([raw, path]) => {
    const seenAs = addresses(building, [...path, 'seenAs'], raw.seenAs)
    for (const [address, at] of seenAs) {
      const other = seen.get(address.text)
      if (other !== undefined) building.fault(at, `${address.text} stands in the egress ${quoted(other)} already`)
      seen.set(address.text, raw.name)
      if (isHidden(address))
        building.warn(
          at,
          `receivers never see ${address.text}: name the address behind NAT here, and this one as source`,
        )
    }
    const source = sources(
      building,
      [...path, 'source'],
      raw.source,
      seenAs.map(([address]) => address),
    )
    const helo = raw.helo === undefined ? (hostname ?? '') : (hostName(building, [...path, 'helo'], raw.helo) ?? '')
    return { name: raw.name, seenAs: seenAs.map(([{ text }]) => text), source, helo }
  })
}

/** A name that a host gives itself: two labels or more of letters, digits and hyphens (RFC 5321 §2.3.5). */
export function hostName(building: Building, path: Path, text: string): string | undefined {
  const name = domainOf(building, path, text)
  if (name === undefined) return undefined
  if (!isFqdn(name)) {
    building.fault(path, `${quoted(text)} is no host name: only letters, digits and hyphens may stand between its dots`)
    return undefined
  }
  const last = name.slice(name.lastIndexOf('.') + 1)
  if (['local', 'lan', 'internal', 'localdomain', 'localhost', 'home', 'corp'].includes(last)) {
    building.warn(path, `the world knows no name that ends in .${last}: receivers refuse such a HELO`)
  }
  return name
}

function addresses(building: Building, path: Path, texts: readonly string[]): readonly (readonly [IpAddress, Path])[] {
  return texts.flatMap((text, index) => {
    const at = [...path, index]
    const address = parseAddress(text.trim())
    if (address === undefined) building.fault(at, `${quoted(text)} is no IPv4 or IPv6 address`)
    else if (isNobody(address)) building.fault(at, `no host can have the address ${address.text}`)
    else return [[address, at] as const]
    return []
  })
}

function sources(
  building: Building,
  path: Path,
  raw: string | readonly string[] | undefined,
  seenAs: readonly IpAddress[],
): readonly string[] {
  if (raw === undefined) return []
  const texts = typeof raw === 'string' ? [raw] : raw
  const found = addresses(building, path, texts)
  for (const [address] of found) {
    if (!seenAs.some(seen => seen.family === address.family)) {
      building.fault(path, `nothing in seenAs says what the world sees of connections from ${address.text}`)
    }
  }
  return found.map(([{ text }]) => text)
}

/** The unspecified address, multicast and above (RFC 1122 §3.2.1.3, RFC 4291 §2.7). */
function isNobody({ family, bytes }: IpAddress): boolean {
  const first = bytes[0]!
  return family === 4 ? first === 0 || first >= 224 : first === 0xff || bytes.every(byte => byte === 0)
}

/** Loopback, private use (RFC 1918), shared (RFC 6598), link-local, unique local (RFC 4193). */
function isHidden(address: IpAddress): boolean {
  const [a, b] = address.bytes as [number, number]
  if (isLoopback(address)) return true
  if (address.family === 6) return (a & 0xfe) === 0xfc || (a === 0xfe && (b & 0xc0) === 0x80)
  return (
    a === 10 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b < 128)
  )
}
