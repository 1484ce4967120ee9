// Opens connections for outgoing mail, from an address of the egress and from no other.
import { createConnection, type Socket } from 'node:net'
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { parseAddress, sameAddress } from '../../names/address.ts'
import { endpointText } from '../../names/endpoint.ts'
import type { EndpointMap } from '../../net/mapped-dialer.ts'
import { dialFailure } from '../../net/socket-connection.ts'
import type { EgressSettings } from '../settings.ts'
import { durationText } from './patience.ts'

export interface SocketWish {
  readonly address: string
  readonly port: number
  /** The local address to bind; undefined leaves it to the system. */
  readonly localAddress: string | undefined
  readonly timeoutMs: number
}

/** Connects, or says in words why not. The seam where the lab and tests put their own network. */
export type OpenSocket = (wish: SocketWish) => Promise<Socket | { readonly failed: string }>

/** Real connections. */
export const openSocket: OpenSocket = ({ address, port, localAddress, timeoutMs }) =>
  new Promise(resolve => {
    const from = localAddress === undefined ? {} : { localAddress }
    const socket = createConnection({ host: address, port, noDelay: true, ...from })
    // From here on somebody always listens: an error without a listener would end the process.
    socket.on('error', fault => {
      clearTimeout(timer)
      const bound = (fault as NodeJS.ErrnoException).code === 'EADDRNOTAVAIL' && localAddress !== undefined
      resolve({ failed: bound ? `${localAddress} is no address of this machine` : dialFailure(fault).detail })
    })
    const timer = setTimeout(() => {
      socket.destroy()
      resolve({ failed: `no connection within ${durationText(timeoutMs)}` })
    }, timeoutMs)
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve(socket)
    })
  })

/** The network of the lab: documentation addresses lead to loopback ports, and there is nothing else. */
export function mappedSockets(map: EndpointMap, open: OpenSocket = openSocket): OpenSocket {
  return async wish => {
    const real = map.get(endpointText(wish.address, wish.port))
    if (real === undefined) return { failed: 'not a part of this network' }
    return open({ ...wish, ...real, localAddress: undefined })
  }
}

/** The families that an egress sends by: only those of which the world has seen, and judged, an address. */
export function egressFamilies({ seenAs }: Pick<EgressSettings, 'seenAs'>): readonly (4 | 6)[] {
  return ([4, 6] as const).filter(family => seenAs.some(text => parseAddress(text)?.family === family))
}

/** This machine's interfaces, asked for now and then: the system takes as long to tell them as a small message to be sent. */
export function rememberedInterfaces(clock: () => number): () => NodeJS.Dict<NetworkInterfaceInfo[]> {
  let known: { readonly interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>; readonly until: number } | undefined
  return () => {
    if (known === undefined || clock() > known.until) {
      known = { interfaces: networkInterfaces(), until: clock() + REMEMBERED_MS }
    }
    return known.interfaces
  }
}

const REMEMBERED_MS = 10_000

/**
 * The local address for connections of a family: what `source` says; else the address that the world sees, if it is one of
 * this machine; else, behind NAT, what the system chooses (undefined).
 */
export function localAddress(
  { seenAs, source }: Pick<EgressSettings, 'seenAs' | 'source'>,
  family: 4 | 6,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>,
): string | undefined {
  const ofFamily = (texts: readonly string[]) => texts.flatMap(text => parseAddress(text) ?? []).filter(isOf)
  const isOf = (address: { readonly family: 4 | 6 }): boolean => address.family === family
  const told = ofFamily(source)[0]
  if (told) return told.text
  const own = ofFamily(Object.values(interfaces).flatMap(list => (list ?? []).map(one => one.address)))
  return ofFamily(seenAs).find(seen => own.some(one => sameAddress(one, seen)))?.text
}
