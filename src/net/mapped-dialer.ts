// A Dialer for the lab: documentation addresses lead to loopback ports, and nothing else is ever connected.
import { endpointText } from '../names/endpoint.ts'
import type { Dialer } from './dialer.ts'

/** Where an endpoint, written as `endpointText` does, really leads. */
export type EndpointMap = ReadonlyMap<string, { readonly address: string; readonly port: number }>

/** Connects what stands in the map, which may grow meanwhile; for the rest there is no way (`network`). */
export function mappedDialer(dialer: Dialer, map: EndpointMap): Dialer {
  return {
    async connect({ address, port }, timeoutMs) {
      const real = map.get(endpointText(address, port))
      if (real === undefined) return { kind: 'failed', why: 'network', detail: 'not a part of this network' }
      return dialer.connect(real, timeoutMs)
    },
  }
}
