// Starts the servers of the lab's strange hosts, and says where each of their addresses really leads.
import { type Authority, certificateFor, type ServerCertificate } from './certificates.ts'
import { type MxServer, startMx } from './mx-server.ts'
import { type StrangeHost, strangeAddresses, strangeDomain, strangeHosts, strangeMx } from './strange-hosts.ts'

/** An endpoint of the lab, and its port on loopback. */
export interface Place {
  readonly address: string
  readonly listens: number
  readonly really: number
}

export interface StrangeServers {
  readonly places: readonly Place[]
  close(): Promise<void>
}

/** tcpmux, which nobody has run for thirty years: whoever connects is refused. */
const NOBODY = 1

const DAY = 86_400_000

/** Starts them all. Who waits for a greet pause of theirs waits for two seconds. */
export async function startStrangeHosts(authority: Authority, now: Date): Promise<StrangeServers> {
  const servers: MxServer[] = []
  const close = async (): Promise<void> => {
    await Promise.all(servers.map(server => server.close()))
  }
  const places = await Promise.all(strangeHosts.map(host => startOne(host, authority, now, servers))).catch(
    async (failure: unknown) => {
      await close()
      throw failure
    },
  )
  return { places: places.flat(), close }
}

async function startOne(host: StrangeHost, authority: Authority, now: Date, servers: MxServer[]): Promise<Place[]> {
  const { misbehavior, submission } = host
  const common = {
    hostname: strangeMx(host),
    certificate: certificateOf(host, authority, now),
    domains: [strangeDomain(host)],
    users: ['postmaster', 'somebody'],
    pause: 2000,
  }
  const start = async (more: Parameters<typeof startMx>[0]): Promise<number> => {
    const server = await startMx(more)
    servers.push(server)
    return server.port
  }
  const [address, v6] = strangeAddresses(host)
  const mx = await start({ ...common, ...(misbehavior && { misbehavior }) })
  return [
    { address: address!, listens: 25, really: mx },
    ...(v6 === undefined ? [] : [{ address: v6, listens: 25, really: NOBODY }]),
    ...(submission
      ? [
          { address: address!, listens: 587, really: await start({ ...common, login: true }) },
          { address: address!, listens: 465, really: await start({ ...common, login: true, implicit: true }) },
        ]
      : [587, 465].map(listens => ({ address: address!, listens, really: NOBODY }))),
  ]
}

function certificateOf(host: StrangeHost, authority: Authority, now: Date): ServerCertificate {
  if (!host.rsa) return certificateFor(strangeMx(host), host.certificate ?? 'good', authority, now)
  const [from, to] = [-10, 80].map(days => new Date(now.getTime() + days * DAY))
  return authority.issue({ names: [strangeMx(host)], from: from!, to: to!, key: 'rsa' })
}
