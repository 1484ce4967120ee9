// Starts the embedded little internet: its name servers, its MX hosts with their certificates, and the map that leads there.
import { endpointText } from '../names/endpoint.ts'
import { certificateFor, createAuthority } from './certificates.ts'
import { startMx, type TakenMail } from './mx-server.ts'
import { type NameServer, startNameServer } from './name-server.ts'
import { strangeZone } from './strange-hosts.ts'
import { startStrangeHosts } from './strange-servers.ts'
import { CA_NAME, MAP_NAME } from './visit.ts'
import { broken, freshKeys, healthy, labZone, mxHosts, type SigningKeys, zoneServers } from './world.ts'
import { Zone } from './zone.ts'

/** A running lab. */
export interface Lab {
  /** The name server's address and port on loopback. */
  readonly resolver: { readonly address: string; readonly port: number }
  /** What each domain signs with, by domain name. */
  readonly signingKeys: { readonly [domain: string]: SigningKeys }
  /** The name servers fall silent, until `serve`. */
  silence(): Promise<void>
  /** The name servers serve these zones from now on, on the same ports: what `edit` makes of those of the lab. */
  serve(edit?: (zones: string) => string): Promise<void>
  close(): Promise<void>
}

export interface LabOptions {
  /** The name server's, 0 for any free one. */
  readonly port?: number
  /** Mail that the MX hosts took. */
  readonly onMail?: (mail: TakenMail) => void
}

/** Throws when the port is taken. */
export async function startLab({ port = 0, onMail = () => {} }: LabOptions = {}): Promise<Lab> {
  const now = new Date()
  const authority = createAuthority(now)
  const hosts = await Promise.all(
    mxHosts.map(async ({ host, addresses, certificate }) => {
      const server = await startMx({
        hostname: host,
        domains: [host.slice(host.indexOf('.') + 1)],
        onMail,
        ...(host.endsWith(`.${healthy.domain}`) && { seesClientsAt: healthy.egress[0]!.address }),
        ...(certificate === 'none' ? {} : { certificate: certificateFor(host, certificate, authority, now) }),
      })
      return { addresses, server }
    }),
  )
  const strange = await startStrangeHosts(authority, now)
  const closeHosts = (): Promise<unknown> =>
    Promise.all([...hosts.map(({ server }) => server.close()), strange.close()])
  const placed = (address: string, listens: number, really: number): string =>
    `${MAP_NAME} TXT "${endpointText(address, listens)}" "127.0.0.1" "${really}"`
  const map = [
    ...hosts.flatMap(({ addresses, server }) => addresses.map(address => placed(address, 25, server.port))),
    ...strange.places.map(({ address, listens, really }) => placed(address, listens, really)),
  ]
  const root = `${CA_NAME} TXT "${authority.root.replaceAll('\n', '\\010')}"`
  const keys = freshKeys()
  const zones = [labZone(keys), strangeZone()].join('\n')
  let names: NameServer[] = []
  const silence = async (): Promise<void> => {
    await Promise.all(names.splice(0).map(server => server.close()))
  }
  // The resolver first, then the servers of the zones. What it says of them must be known before it starts.
  const serve = async (text: string, [own, ...ports]: readonly number[]): Promise<void> => {
    const authorities = await Promise.all(
      zoneServers.map(({ zones, holds }, index) =>
        startNameServer({ zone: new Zone(holds(text)), port: ports[index] ?? 0, behavior: { zones } }),
      ),
    )
    names = authorities
    const places = zoneServers.map(({ address }, index) => placed(address, 53, authorities[index]!.port))
    const zone = new Zone([text, ...map, ...places, root].join('\n'))
    names = [await startNameServer({ zone, port: own ?? 0 }), ...authorities]
  }
  try {
    await serve(zones, [port])
    const { address } = names[0]!
    const ports = names.map(server => server.port)
    return {
      resolver: { address, port: ports[0]! },
      signingKeys: { [healthy.domain]: keys.healthy, [broken.domain]: keys.broken },
      silence,
      async serve(edit = text => text) {
        const edited = edit(zones)
        await silence()
        await serve(edited, ports)
      },
      async close() {
        await silence()
        await closeHosts()
      },
    }
  } catch (failure) {
    await silence()
    await closeHosts()
    throw failure
  }
}
