// A name server of the lab and a resolver that asks it, both ended with the test.
import { onTestFinished } from 'vitest'
import { type Behavior, type NameServer, startNameServer } from '../../src/lab/name-server.ts'
import { Zone } from '../../src/lab/zone.ts'
import { createResolver, type ResolverOptions, type StubResolver } from '../../src/net/dns/stub-resolver.ts'

/** A server for the zone, ended with the test. */
export async function nameServer(zone: string, behavior: Behavior = {}): Promise<NameServer> {
  const server = await startNameServer({ zone: new Zone(zone), behavior })
  onTestFinished(() => server.close())
  return server
}

/** A resolver that asks these servers, ended with the test. */
export function resolverOf(servers: readonly NameServer[], options: ResolverOptions = {}): StubResolver {
  const resolver = createResolver({ servers, ...options })
  onTestFinished(() => resolver.close())
  return resolver
}

/** One server and its resolver. */
export async function loopback(
  zone: string,
  behavior: Behavior = {},
  options: ResolverOptions = {},
): Promise<{ readonly server: NameServer; readonly resolver: StubResolver }> {
  const server = await nameServer(zone, behavior)
  return { server, resolver: resolverOf([server], options) }
}

/** A server that has gone: its port was there, and nothing listens on it now. */
export async function goneServer(): Promise<NameServer> {
  const server = await startNameServer({ zone: new Zone('') })
  await server.close()
  return server
}
