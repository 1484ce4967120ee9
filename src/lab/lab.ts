// Starts the embedded little internet: its name server, its MX hosts with their certificates, and the map that leads there.
import { endpointText } from '../names/endpoint.ts'
import { certificateFor, createAuthority } from './certificates.ts'
import { startMx, type TakenMail } from './mx-server.ts'
import { startNameServer } from './name-server.ts'
import { CA_NAME, MAP_NAME } from './visit.ts'
import { broken, freshKeys, healthy, labZone, mxHosts, type SigningKeys } from './world.ts'
import { Zone } from './zone.ts'

/** A running lab. */
export interface Lab {
  /** The name server's address and port on loopback. */
  readonly resolver: { readonly address: string; readonly port: number }
  /** What each domain signs with, by domain name. */
  readonly signingKeys: { readonly [domain: string]: SigningKeys }
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
  const zone = new Zone([labZone(keys), ...map, root].join('\n'))
  try {
    const names = await startNameServer({ zone, port })
    return {
      resolver: { address: names.address, port: names.port },
      signingKeys: { [healthy.domain]: keys.healthy, [broken.domain]: keys.broken },
      async close() {
        await names.close()
        await closeHosts()
      },
    }
  } catch (failure) {
    await closeHosts()
    throw failure
  }
}
