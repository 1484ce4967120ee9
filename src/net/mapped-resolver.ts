// A Resolver for the lab: name servers at documentation addresses are asked where they really listen, and no others.
import { endpointText } from '../names/endpoint.ts'
import type { EndpointMap } from './mapped-dialer.ts'
import type { Resolver } from './resolver.ts'

/** Questions to one server go where the map leads; the others go to the resolver as they are. */
export function mappedResolver(resolver: Resolver, map: EndpointMap): Resolver {
  return {
    async resolve(name, type, from) {
      // A recursive server is one of the resolver's own, and is named as it really is.
      if (from === undefined || 'unchecked' in from || from.recursive) return resolver.resolve(name, type, from)
      const real = map.get(endpointText(from.address, from.port))
      const server = from.address
      if (real === undefined) {
        return { kind: 'unreachable', why: 'network', server, extended: 'not a part of this network' }
      }
      const answer = await resolver.resolve(name, type, { ...from, ...real })
      const elsewhere =
        answer.kind === 'unreachable' && answer.elsewhere?.kind === 'alias'
          ? { elsewhere: { ...answer.elsewhere, server } }
          : {}
      return { ...answer, server, ...elsewhere }
    },
  }
}
