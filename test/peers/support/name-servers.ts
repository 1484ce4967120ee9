// Name servers that we did not write: NSD for any zones, unbound in front of it, rbldnsd for blocklists. Each on a port of its own.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { digOne } from './dig.ts'
import { freePort, type Server, startServer, temporaryFolder } from './program.ts'

export interface NameServer extends Server {
  readonly port: number
  /** As `--resolver` takes it. */
  readonly address: string
}

/**
 * NSD with these zones: origin (`.` for the root) → master file text. It refuses all names outside of them, and listens at
 * 127.0.0.1 and ::1.
 */
export async function startNsd(zones: { readonly [origin: string]: string }, at?: number): Promise<NameServer> {
  const folder = temporaryFolder('nsd')
  const port = at ?? (await freePort())
  const origins = Object.keys(zones)
  for (const [index, origin] of origins.entries())
    writeFileSync(join(folder, `${index}.zone`), zones[origin]!, 'latin1')
  const configuration = `
server:
  ip-address: 127.0.0.1@${port}
  ip-address: ::1@${port}
  username: ""
  chroot: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: ""
  zonelistfile: "${folder}/zone.list"
  xfrdfile: "${folder}/xfrd.state"
  xfrdir: "${folder}"
  server-count: 1
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  minimal-responses: yes
remote-control:
  control-enable: no
${origins.map((origin, index) => `zone:\n  name: "${origin}"\n  zonefile: "${folder}/${index}.zone"`).join('\n')}
`
  writeFileSync(join(folder, 'nsd.conf'), configuration)
  const server = await startServer('nsd', ['-d', '-c', join(folder, 'nsd.conf')], {
    ready: async () =>
      (await digOne(port, { name: origins[0] === '.' ? '' : origins[0]!, type: 'SOA' })).records.length > 0,
  })
  return { ...server, port, address: `127.0.0.1:${port}` }
}

/**
 * unbound as a caching resolver that asks one server for everything. It does not validate: the zones are not signed.
 * @param more lines for its `server:` clause
 */
export async function startUnbound(upstream: NameServer, more: readonly string[] = []): Promise<NameServer> {
  const folder = temporaryFolder('unbound')
  const port = await freePort()
  const configuration = `
server:
  interface: 127.0.0.1@${port}
  port: ${port}
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  use-syslog: no
  logfile: ""
  verbosity: 0
  module-config: "iterator"
  do-not-query-localhost: no
  access-control: 127.0.0.0/8 allow
  qname-minimisation: no
  num-threads: 1
  num-queries-per-thread: 4096
  outgoing-range: 8192
  so-rcvbuf: 0
  ip-ratelimit: 0
  local-zone: "test." nodefault
  local-zone: "invalid." nodefault
  local-zone: "2.0.192.in-addr.arpa." nodefault
  local-zone: "100.51.198.in-addr.arpa." nodefault
  local-zone: "113.0.203.in-addr.arpa." nodefault
  local-zone: "8.b.d.0.1.0.0.2.ip6.arpa." nodefault
  local-zone: "127.in-addr.arpa." nodefault
${more.map(line => `  ${line}\n`).join('')}remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${upstream.port}
`
  writeFileSync(join(folder, 'unbound.conf'), configuration)
  const server = await startServer('unbound', ['-d', '-p', '-c', join(folder, 'unbound.conf')], {
    // A name that unbound answers by itself: whether its upstream answers is what tests ask.
    ready: async () => (await digOne(port, { name: 'localhost', type: 'A' })).status === 'NOERROR',
  })
  return { ...server, port, address: `127.0.0.1:${port}` }
}

/** The same unbound, also over TLS and HTTPS with this certificate. */
export async function startEncryptedUnbound(
  upstream: NameServer,
  { certificate, key }: { readonly certificate: string; readonly key: string },
): Promise<NameServer & { readonly tlsPort: number; readonly httpsPort: number }> {
  const folder = temporaryFolder('unbound-tls')
  const [tlsPort, httpsPort] = [await freePort(), await freePort()]
  const [pem, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  writeFileSync(pem, certificate)
  writeFileSync(keyFile, key)
  const server = await startUnbound(upstream, [
    `interface: 127.0.0.1@${tlsPort}`,
    `interface: 127.0.0.1@${httpsPort}`,
    `tls-port: ${tlsPort}`,
    `https-port: ${httpsPort}`,
    `tls-service-pem: "${pem}"`,
    `tls-service-key: "${keyFile}"`,
    'incoming-num-tcp: 50',
  ])
  return { ...server, tlsPort, httpsPort }
}

/** What a list holds: the text of an `ip4set` and, if it has one, of an `ip6trie`. */
export interface ListData {
  readonly ip4?: string
  readonly ip6?: string
  /** A list of domains. */
  readonly names?: string
}

/** rbldnsd with these lists, by zone. It needs root, and gives it up. All other zones it refuses. */
export async function startRbldnsd(lists: { readonly [zone: string]: ListData }): Promise<NameServer> {
  const folder = temporaryFolder('rbldnsd')
  const port = await freePort()
  const datasets = Object.entries(lists).flatMap(([zone, { ip4, ip6, names }], index) => {
    const named = (kind: string, data: string): string => {
      writeFileSync(join(folder, `${kind}-${index}`), data)
      return `${zone}:${kind}:${kind}-${index}`
    }
    return [
      ...(ip4 === undefined ? [] : [named('ip4set', ip4)]),
      ...(ip6 === undefined ? [] : [named('ip6trie', ip6)]),
      ...(names === undefined ? [] : [named('dnset', names)]),
    ]
  })
  const args = ['-n', '-u', 'nobody', '-w', folder, '-b', `127.0.0.1/${port}`, ...datasets]
  const server = await startServer('rbldnsd', args, {
    ready: async () =>
      (await digOne(port, { name: `1.0.0.127.${Object.keys(lists)[0]}`, type: 'A' })).status !== 'none',
  })
  return { ...server, port, address: `127.0.0.1:${port}` }
}
