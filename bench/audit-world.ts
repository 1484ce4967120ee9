// A little world for the audit bench: NSD with made-up domains, unbound in front of it, and a path that takes its time.
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createResolver } from '../src/net/dns/stub-resolver.ts'

const path = [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter)
const KEY = 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='

export const domainName = (i: number): string => `d${i}.perf.example`

/** The records of one domain, all in the zone of the root: two MX, nested includes of providers that it shares with others, two selectors, reports to a vendor. */
function domain(i: number): string {
  const name = `${domainName(i)}.`
  const address = `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`
  const includes = [0, 1, 2].slice(0, 1 + (i % 3)).map(k => `include:spf${(i + k) % 5}.provider.example`)
  return `${name} MX 10 mx1.${name}
${name} MX 20 mx2.${name}
mx1.${name} A ${address}
mx1.${name} AAAA 2001:db8::${(i & 0xffff).toString(16)}
mx2.${name} A ${address}
${name} TXT "v=spf1 mx ${includes.join(' ')} -all"
${name} TXT "verification=${i}"
_dmarc.${name} TXT "v=DMARC1; p=${['none', 'quarantine', 'reject'][i % 3]}; rua=mailto:d${i}@vendor.example"
${name.slice(0, -1)}._report._dmarc.vendor.example. TXT "v=DMARC1"
s1._domainkey.${name} TXT "${KEY}"
selector1._domainkey.${name} TXT "${KEY}"
_smtp._tls.${name} TXT "v=TLSRPTv1; rua=mailto:tls@vendor.example"
${i % 2 === 0 ? `_mta-sts.${name} TXT "v=STSv1; id=${i}"\n` : ''}`
}

const shared = `
. SOA a.root. hostmaster.root. 1 3600 600 864000 300
. NS a.root.
a.root. A 127.0.0.1
vendor.example. MX 10 mx.vendor.example.
mx.vendor.example. A 10.255.0.1
ns.provider.example. A 10.255.0.2
${[0, 1, 2, 3, 4].map(k => `spf${k}.provider.example. TXT "v=spf1 ip4:10.${k}.0.0/16 include:nested${k}.provider.example ~all"\nnested${k}.provider.example. TXT "v=spf1 ip4:172.16.${k}.0/24 include:deep.provider.example ~all"`).join('\n')}
deep.provider.example. TXT "v=spf1 ip4:192.168.0.0/24 ~all"
1.0.0.10.in-addr.arpa. PTR mail.d1.perf.example.
mail.d1.perf.example. A 10.0.0.1
`

/** A server that runs until it is stopped. */
export interface Running {
  readonly port: number
  stop(): Promise<void>
}

/** NSD with this many domains. */
export async function startAuthority(folder: string, port: number, domains: number): Promise<Running> {
  const zone = join(folder, 'root.zone')
  writeFileSync(zone, `$TTL 3600\n${shared}${Array.from({ length: domains }, (_, i) => domain(i)).join('')}`)
  writeFileSync(
    join(folder, 'nsd.conf'),
    `server:
  ip-address: 127.0.0.1@${port}
  username: ""
  chroot: ""
  database: ""
  pidfile: ""
  zonelistfile: "${folder}/zone.list"
  xfrdfile: "${folder}/xfrd.state"
  xfrdir: "${folder}"
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: "${zone}"
`,
  )
  return started('nsd', ['-d', '-c', join(folder, 'nsd.conf')], port)
}

/** unbound that asks the authority for everything; it has nothing in its cache. */
export async function startRecursor(folder: string, port: number, authority: number): Promise<Running> {
  writeFileSync(
    join(folder, 'unbound.conf'),
    `server:
  interface: 127.0.0.1@${port}
  port: ${port}
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  use-syslog: no
  verbosity: 0
  module-config: "iterator"
  do-not-query-localhost: no
  access-control: 127.0.0.0/8 allow
  local-zone: "10.in-addr.arpa." nodefault
  local-zone: "127.in-addr.arpa." nodefault
  local-zone: "invalid." nodefault
  qname-minimisation: no
  msg-cache-size: 128m
  rrset-cache-size: 256m
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${authority}
`,
  )
  return started('unbound', ['-d', '-c', join(folder, 'unbound.conf')], port)
}

async function started(program: string, args: readonly string[], port: number): Promise<Running> {
  const child: ChildProcess = spawn(program, args, { env: { ...process.env, PATH: path }, stdio: 'ignore' })
  child.on('error', () => {})
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.pid === undefined) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  }
  for (let tries = 0; tries < 100; tries++) {
    const resolver = createResolver({ servers: [{ address: '127.0.0.1', port }], timeoutMs: 200, tries: 1 })
    const answer = await resolver.resolve('', 'SOA')
    resolver.close()
    if (answer.kind === 'records') return { port, stop }
    if (child.exitCode !== null || child.pid === undefined) break
    await wait(50)
  }
  await stop()
  throw new Error(`${program} did not come up: is it installed?`)
}

/** A path to 127.0.0.1:`to` on which each answer takes `ms` longer; over TCP also the opening of the connection. */
export async function startDelay(port: number, to: number, ms: number): Promise<Running> {
  const front = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 })
  const sockets = new Set<Socket>()
  front.on('message', (question: Buffer, from: RemoteInfo) => {
    const back = createSocket('udp4')
    sockets.add(back)
    back.once('message', answer => {
      sockets.delete(back)
      back.close()
      setTimeout(() => front.send(answer, from.port, from.address, () => {}), ms)
    })
    back.send(question, to, '127.0.0.1')
  })
  const tcp = createServer(client => {
    const server = connect(to, '127.0.0.1')
    for (const end of [client, server]) end.on('error', () => end.destroy())
    client.on('data', bytes => setTimeout(() => server.write(bytes), ms))
    server.on('data', bytes => setTimeout(() => client.write(bytes), ms))
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
  })
  front.bind(port, '127.0.0.1')
  tcp.listen(port, '127.0.0.1')
  await Promise.all([once(front, 'listening'), once(tcp, 'listening')])
  return {
    port,
    async stop() {
      for (const socket of sockets) socket.close()
      front.close()
      tcp.close()
    },
  }
}
