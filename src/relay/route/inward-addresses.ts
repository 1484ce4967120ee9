// Which addresses mail is never sent to because a stranger's DNS says so: those that lead into our own network, or to nobody.
import { fromBytes, type IpAddress, inNetwork, parseAddress } from '../../names/address.ts'

/**
 * Says why an address may not be connected, or undefined when it may. Whoever owns a recipient domain chooses its MX
 * addresses: without such a guard, strangers would choose which machines of ours we talk to.
 */
export type AddressGuard = (address: IpAddress) => string | undefined

/** IANA's special-purpose registries (RFC 6890), as far as the addresses lead inwards or to more than one host. */
const inward: readonly (readonly [network: string, prefix: number, what: string])[] = [
  ['0.0.0.0', 8, 'unspecified'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'shared by a provider'],
  ['127.0.0.0', 8, 'loopback'],
  // The metadata services of clouds live at 169.254.169.254.
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'for benchmarks'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved'],
  // `::`, `::1`, and the IPv4-compatible addresses that are no more (RFC 4291 §2.5.5.1).
  ['::', 96, 'loopback or unspecified'],
  // RFC 8215: NAT64 inside one network.
  ['64:ff9b:1::', 48, 'translated to IPv4'],
  ['100::', 64, 'discarded'],
  ['2001::', 32, 'a Teredo tunnel'],
  ['fc00::', 7, 'private'],
  ['fe80::', 10, 'link-local'],
  ['fec0::', 10, 'site-local'],
  ['ff00::', 8, 'multicast'],
]

/** IPv6 networks with an IPv4 address inside: where it begins. */
const carriers: readonly (readonly [network: string, prefix: number, at: number])[] = [
  // RFC 6052 §2.1 and RFC 3056 §2.
  ['64:ff9b::', 96, 12],
  ['2002::', 16, 2],
]

const inwardNetworks = inward.map(([network, ...rest]) => [parseAddress(network)!, ...rest] as const)
const carrierNetworks = carriers.map(([network, ...rest]) => [parseAddress(network)!, ...rest] as const)

/**
 * The guard for delivery by MX. Documentation addresses pass: they lead nowhere, and the lab stands behind them. Addresses
 * mapped into IPv6 are judged as the IPv4 addresses that they are.
 */
export const outwardOnly: AddressGuard = address => {
  for (const [network, prefix, what] of inwardNetworks) {
    if (inNetwork(address, network, prefix)) return what
  }
  for (const [network, prefix, at] of carrierNetworks) {
    if (!inNetwork(address, network, prefix)) continue
    const inside = outwardOnly(fromBytes(address.bytes.slice(at, at + 4)))
    if (inside !== undefined) return `${inside}, inside an IPv6 address`
  }
  return undefined
}
