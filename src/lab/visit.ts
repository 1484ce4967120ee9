// What an audit needs of a running lab, read from the lab's own DNS: where its addresses really are, and whom it trusts.
import type { EndpointMap } from '../net/mapped-dialer.ts'
import type { Resolver } from '../net/resolver.ts'

/** TXT of three strings each: an endpoint of the lab, and the address and port where it really listens. */
export const MAP_NAME = '_map.lab.invalid'

/** TXT with the PEM text of the lab's root certificate. */
export const CA_NAME = '_ca.lab.invalid'

export interface VisitedLab {
  readonly map: EndpointMap
  /** PEM. */
  readonly root: string
}

/** @returns undefined when no lab answers through this resolver. */
export async function visitLab(resolver: Resolver): Promise<VisitedLab | undefined> {
  const [map, root] = await Promise.all([resolver.resolve(MAP_NAME, 'TXT'), resolver.resolve(CA_NAME, 'TXT')])
  if (map.kind !== 'records' || root.kind !== 'records') return undefined
  const endpoints = map.records.flatMap(([endpoint, address, port]) =>
    // Only loopback: a name server that plays the lab must not send connections elsewhere.
    endpoint !== undefined && address === '127.0.0.1' ? [[endpoint, { address, port: Number(port) }] as const] : [],
  )
  return { map: new Map(endpoints), root: root.records[0]!.join('') }
}
