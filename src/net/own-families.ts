// Which families of addresses this machine has a way to, and which addresses are its own.
import { networkInterfaces } from 'node:os'
import { type IpAddress, isPublic, parseAddress } from '../names/address.ts'

/** Families with an address that leads off this machine; both when there is none at all, since then nothing is told. */
export function ownFamilies(
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
): readonly (4 | 6)[] {
  const leading = Object.values(interfaces)
    .flatMap(addresses => addresses ?? [])
    // Link-local addresses lead to neighbors only (RFC 4291 §2.5.6, RFC 3927).
    .filter(({ internal, address }) => !internal && !/^fe[89ab]/i.test(address) && !address.startsWith('169.254.'))
  const own = ([4, 6] as const).filter(family => leading.some(address => address.family === `IPv${family}`))
  return own.length === 0 ? [4, 6] : own
}

/** The public addresses of this machine. Others mean nothing to whoever reads of them elsewhere. */
export function ownAddresses(
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
): readonly IpAddress[] {
  return Object.values(interfaces)
    .flatMap(addresses => addresses ?? [])
    .flatMap(({ address }) => parseAddress(address) ?? [])
    .filter(isPublic)
}
