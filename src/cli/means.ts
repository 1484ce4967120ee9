// What an audit asks the world by: the system's name servers or named ones and real connections, or a running lab.
import { readFileSync } from 'node:fs'
import type { Means } from '../audit/gather.ts'
import type { Target } from '../audit/scope.ts'
import { blocklistKeys } from '../config/blocklist-keys.ts'
import { visitLab } from '../lab/visit.ts'
import { describeServer, parseServer, type ServerAddress, systemServers } from '../net/dns/server-address.ts'
import { createResolver, type StubResolver } from '../net/dns/stub-resolver.ts'
import { withKeyedZones } from '../net/keyed-zones.ts'
import { mappedDialer } from '../net/mapped-dialer.ts'
import { mappedResolver } from '../net/mapped-resolver.ts'
import { withoutRewriting } from '../net/rewriting.ts'
import { createDialer } from '../net/socket-dialer.ts'
import { visible } from '../report/visible.ts'
import { fileTrouble, UsageError } from './failure.ts'

/** Means that hold sockets. */
export interface OpenMeans extends Means {
  /** What was asked so far, in a line. */
  tell(): string
  close(): void
}

/** The options that say whom to ask. */
export interface MeansFlags {
  readonly resolver?: readonly string[]
  readonly ca: readonly string[]
  readonly lab?: string
}

/** Opens resolver and dialer. Throws `UsageError` for what cannot be used. */
export async function openMeans(flags: MeansFlags, ehloName: string): Promise<OpenMeans> {
  if (flags.lab !== undefined && flags.resolver !== undefined) {
    throw new UsageError('--lab and --resolver exclude each other: a lab has its own name server')
  }
  const servers = serversOf(flags)
  const keys = blocklistKeys(process.env)
  if (!keys.ok) throw new UsageError(keys.reason)
  const roots = flags.ca.map(readRoot)
  const resolver = createResolver({ servers, ca: roots })
  try {
    const lab = flags.lab === undefined ? undefined : await visitLab(resolver)
    if (flags.lab !== undefined && lab === undefined) throw new UsageError(`no lab answers at ${visible(flags.lab)}`)
    const ca = lab === undefined ? roots : [...roots, lab.root]
    const real = createDialer({ ca })
    return {
      resolver: withoutRewriting(
        lab === undefined ? withKeyedZones(resolver, keys.zones) : mappedResolver(resolver, lab.map),
      ),
      dialer: lab === undefined ? real : mappedDialer(real, lab.map),
      ehloName,
      tell: () => tell(resolver),
      close() {
        real.close()
        resolver.close()
      },
    }
  } catch (failure) {
    resolver.close()
    throw failure
  }
}

function tell(resolver: StubResolver): string {
  const stats = resolver.stats()
  const servers = stats.servers.map(s => s.server).join(', ')
  const again = `${stats.fromCache} from the cache, ${stats.shared} shared`
  const encrypted = [
    ...(stats.tls > 0 ? [`${stats.tls} by TLS`] : []),
    ...(stats.https > 0 ? [`${stats.https} by HTTPS`] : []),
  ]
  const ways = [`${stats.udp} questions by UDP`, `${stats.tcp} by TCP`, ...encrypted].join(', ')
  return `asked ${servers}: ${ways}, ${again}, ${stats.timeouts} time-outs`
}

/** The name servers that will be asked, as reports name them: a running lab listens on another port each time. */
export function resolversOf(flags: Pick<MeansFlags, 'resolver' | 'lab'>): NonNullable<Target['resolvers']> {
  return serversOf(flags).map(server => ({
    name: flags.lab === undefined ? describeServer(server) : 'the lab',
    server,
  }))
}

function serversOf({ resolver, lab }: Pick<MeansFlags, 'resolver' | 'lab'>): readonly ServerAddress[] {
  return (lab === undefined ? resolver : [lab])?.map(serverOrFail) ?? systemServers()
}

function serverOrFail(text: string): ServerAddress {
  const parsed = parseServer(text)
  if (parsed.ok) return parsed.server
  throw new UsageError(`"${visible(text)}" is no name server: ${parsed.reason}`)
}

function readRoot(file: string): string {
  try {
    const pem = readFileSync(file, 'utf8')
    createDialer({ ca: [pem] })
    return pem
  } catch (error) {
    throw new UsageError(`cannot use the certificates in ${visible(file)}: ${fileTrouble(error)}`)
  }
}
