// Compares addresses of a configuration with those of this machine: what does not exist here can be neither listened to nor left from.
import type { NetworkInterfaceInfo } from 'node:os'
import { isLoopback, parseAddress } from '../names/address.ts'
import type { RelaySettings } from '../relay/settings.ts'

/** Remarks on addresses that this machine does not have. No faults: the file may be meant for another machine. */
export function strangeAddresses(
  { listeners, egress }: Pick<RelaySettings, 'listeners' | 'egress'>,
  interfaces: { readonly [name: string]: readonly NetworkInterfaceInfo[] | undefined },
): readonly string[] {
  const own = new Set(
    Object.values(interfaces).flatMap(all =>
      (all ?? []).map(one => parseAddress(one.address.replace(/%.*/, ''))?.text),
    ),
  )
  const strange = (text: string): boolean => {
    const address = parseAddress(text)
    return text !== '0.0.0.0' && text !== '::' && address !== undefined && !isLoopback(address) && !own.has(text)
  }
  return [
    ...listeners.flatMap(({ name, bind }) =>
      bind
        .filter(({ address }) => strange(address))
        .map(({ address }) => `the listener ${name} binds ${address}, which this machine does not have`),
    ),
    ...egress.flatMap(({ name, source, seenAs }) =>
      source.length > 0
        ? source
            .filter(strange)
            .map(address => `the egress ${name} leaves from ${address}, which this machine does not have`)
        : seenAs
            .filter(strange)
            .map(
              address =>
                `this machine does not have ${address} of the egress ${name}: behind NAT, name its own address as source`,
            ),
    ),
  ]
}
