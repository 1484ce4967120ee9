// Starts the embedded little internet: its name server, its MX hosts with their certificates, and the map that leads there.
import { endpointText } from '../names/endpoint.ts'
import { certificateFor, createAuthority } from './certificates.ts'
import { startMx, type TakenMail } from './mx-server.ts'
import { type NameServer, startNameServer } from './name-server.ts'
import { CA_NAME, MAP_NAME } from './visit.ts'
import { broken, freshKeys, healthy, labZone, mxHosts, type SigningKeys } from './world.ts'
import { Zone } from './zone.ts'

/** A running lab. */
export interface Lab {
  /** The name server's address and port on loopback. */
  readonly resolver: { readonly address: string; readonly port: number }
  /** What each domain signs with, by domain name. */
  readonly signingKeys: { readonly [domain: string]: SigningKeys }
  /** The name server falls silent, until `serve`. */
  silence(): Promise<void>
  /** The name server serves these zones from now on, on the same port: what `edit` makes of those of the lab. */
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
        onMail,
        ...(certificate === 'none' ? {} : { certificate: certificateFor(host, certificate, authority, now) }),
      })
      return { addresses, server }
    }),
  )
  const closeHosts = (): Promise<unknown> => Promise.all(hosts.map(({ server }) => server.close()))
  const map = hosts.flatMap(({ addresses, server }) =>
    addresses.map(address => `${MAP_NAME} TXT "${endpointText(address, 25)}" "127.0.0.1" "${server.port}"`),
  )
  const root = `${CA_NAME} TXT "${authority.root.replaceAll('\n', '\\010')}"`
  const keys = freshKeys()
  const zones = labZone(keys)
  const zoneOf = (edited: string): Zone => new Zone([edited, ...map, root].join('\n'))
  try {
    const first = await startNameServer({ zone: zoneOf(zones), port })
    let names: NameServer | undefined = first
    const silence = async (): Promise<void> => {
      await names?.close()
      names = undefined
    }
    return {
      resolver: { address: first.address, port: first.port },
      signingKeys: { [healthy.domain]: keys.healthy, [broken.domain]: keys.broken },
      silence,
      async serve(edit = text => text) {
        const zone = zoneOf(edit(zones))
        await silence()
        names = await startNameServer({ zone, port: first.port })
      },
      async close() {
        await silence()
        await closeHosts()
      },
    }
  } catch (failure) {
    await closeHosts()
    throw failure
  }
}
