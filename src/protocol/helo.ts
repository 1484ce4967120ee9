// What the text after HELO or EHLO is: a full name, an address in brackets, or something that should not stand there.
import { type IpAddress, parseAddress } from '../names/address.ts'
import { canonicalName, isFqdn, isWithin, nameFault } from '../names/domain.ts'

/**
 * RFC 5321 §4.1.1.1 allows two forms: the fully qualified name of the client, or, when it has none, an address literal
 * (§4.1.3). `fault` completes "… is no full host name: ".
 */
export type HeloForm =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'literal'; readonly address: IpAddress }
  | { readonly kind: 'malformed'; readonly fault: string }

// Names that mean something else on every network, or nothing at all (RFC 6761, RFC 6762, RFC 8375, and the private-use
// top-level domains of ICANN's SSAC 113). `.test` and `.example` are left out: they are for labs and examples.
const localNames = [
  'localhost',
  'local',
  'localdomain',
  'internal',
  'home.arpa',
  'lan',
  'home',
  'corp',
  'intranet',
  'private',
  'workgroup',
  'invalid',
]

/** Reads what a client says after HELO or EHLO. A trailing dot is taken for the way in which it was written down here. */
export function readHelo(text: string): HeloForm {
  const said = text.trim()
  if (said.startsWith('[') || said.endsWith(']')) return readLiteral(said)
  const name = canonicalName(said)
  const fault = faultOf(name)
  return fault === undefined ? { kind: 'name', name } : { kind: 'malformed', fault }
}

function readLiteral(said: string): HeloForm {
  const inner = /^\[([^[\]]*)\]$/.exec(said)?.[1]
  if (inner === undefined)
    return { kind: 'malformed', fault: 'its brackets are not closed, or something stands outside' }
  const tagged = /^ipv6:(.*)$/i.exec(inner)?.[1]
  const address = parseAddress(tagged ?? inner)
  // RFC 5321 §4.1.3: an IPv6 address must carry the tag, an IPv4 address must not. (The tag decides, not the family: an
  // IPv4-mapped IPv6 address is tagged and means the IPv4 one.)
  if (address === undefined) return { kind: 'malformed', fault: 'what stands in the brackets is no address' }
  if (inner.includes(':') && tagged === undefined)
    return { kind: 'malformed', fault: 'an IPv6 address wants the form [IPv6:…]' }
  if (tagged !== undefined && !tagged.includes(':'))
    return { kind: 'malformed', fault: 'an IPv4 address wants the form [192.0.2.1], without IPv6:' }
  return { kind: 'literal', address }
}

function faultOf(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (parseAddress(name) !== undefined) return 'it is an address without brackets'
  if (/[^\x00-\x7f]/.test(name)) return 'it has letters outside ASCII (the xn-- form belongs there, RFC 6531 §3.7.1)'
  const unfit = nameFault(name)
  if (unfit !== undefined) return unfit
  if (name === 'localhost' || name === 'localhost.localdomain') return 'it is a name that every machine has'
  if (!name.includes('.')) return 'it has no dot: the domain is missing'
  const local = localNames.find(suffix => isWithin(name, suffix))
  if (local !== undefined) return `names under .${local} mean nothing outside your own network`
  if (name.includes('_')) return 'host names have no underscore (RFC 1123 §2.1)'
  if (/(^|\.)[0-9]+$/.test(name)) return 'its last label is a number'
  return isFqdn(name)
    ? undefined
    : 'only letters, digits and hyphens may stand in its labels, and no hyphen at their ends'
}

/** The name that an egress should be known by: the one it gives in HELO where that can be one, else `mail.` and the domain. */
export function wantedName(helo: string | undefined, domain: string): string {
  const form = helo === undefined ? undefined : readHelo(helo)
  return form?.kind === 'name' ? form.name : `mail.${domain}`
}

/** What a probe of ours says in EHLO: the HELO name of the egress where it can be said, else `otherwise`. */
export function ehloName(helo: string | undefined, otherwise: string): string {
  const form = helo === undefined ? undefined : readHelo(helo)
  if (form === undefined || form.kind === 'malformed') return otherwise
  return form.kind === 'name' ? form.name : helo!.trim()
}
