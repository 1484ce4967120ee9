// Which addresses of a host may be connected to from here, and why the others are left out.
import type { NoSubjects, Target } from '../audit/scope.ts'
import { type IpAddress, isLoopback } from '../names/address.ts'

/** The addresses that are looked at, and that others are not. */
export interface ReachableAddresses {
  readonly addresses: readonly IpAddress[]
  readonly left: NoSubjects | undefined
}

/** Why an address is not connected to: an IPv6 host is not judged from a machine without IPv6, since that says nothing about the host. */
export function whyLeftOut(address: IpAddress, { families, ownFamilies }: Target): string | undefined {
  const { family } = address
  if (!families.includes(family)) return `IPv${family} addresses were left out (-${family === 4 ? 6 : 4})`
  if (ownFamilies.includes(family) || isLoopback(address)) return undefined
  return `IPv${family} addresses were left out, since this machine has none itself`
}

/** Parts the addresses of a host. */
export function reachableOf(addresses: readonly IpAddress[], target: Target): ReachableAddresses {
  const reasons = addresses.map(address => [address, whyLeftOut(address, target)] as const)
  const reason = reasons.find(([, why]) => why !== undefined)?.[1]
  return {
    addresses: reasons.filter(([, why]) => why === undefined).map(([address]) => address),
    left: reason === undefined ? undefined : { none: 'not-asked', reason },
  }
}
