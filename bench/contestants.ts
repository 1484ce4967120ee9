// The relays that are compared: mailworthy as its users run it, and Postfix with OpenDKIM, tuned for this very work.
import type { KeyObject } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { askControl } from '../src/daemon/control.ts'
import { type Account, end, openAccount } from './accounts.ts'

export const SENDER = 'app@healthy.example'
export const RECIPIENT = 'someone@recipient.example'

/** What both are given: the same key, the same next hop. */
export interface Course {
  readonly folder: string
  /** RSA, of healthy.example, under the selector s1. */
  readonly key: KeyObject
  readonly resolver: string
  readonly sink: number
  /** Free ports of loopback. */
  readonly port: number
  /** Where a CPU profile of mailworthy goes. */
  readonly profile?: string
}

/** A relay that runs. */
export interface Contestant {
  readonly name: string
  readonly account: Account
  readonly port: number
  stop(): Promise<void>
}

/** `mailworthy serve`, with a healthy report of its domain, in mode reject. */
export async function startMailworthy({ folder, key, resolver, sink, port, profile }: Course): Promise<Contestant> {
  const home = join(folder, 'mailworthy')
  mkdirSync(home)
  writeFileSync(join(home, 's1.pem'), key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const file = join(home, 'mailworthy.yaml')
  writeFileSync(
    file,
    `
hostname: mail.healthy.example
resolver: "${resolver}"
egress: [{ name: main, seenAs: [192.0.2.25], source: 127.0.0.1 }]
domains: [{ name: healthy.example, dkim: [{ selector: s1, key: "file:s1.pem" }] }]
listeners: [{ name: inside, bind: ["127.0.0.1:${port}"], tls: none }]
clients: [{ name: app, match: { ips: [127.0.0.1] }, senders: ["*@healthy.example"] }]
routes: [{ name: sink, match: ["*"], via: ["127.0.0.1:${sink}"] }]
gate: { mode: reject }
`,
  )
  const account = openAccount('mailworthy')
  const profiling = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile]
  const bin = fileURLToPath(new URL('../bin/mailworthy.js', import.meta.url))
  const log = join(home, 'log')
  const child = account.start('sh', [
    '-c',
    `exec "$0" "$@" > ${log}`,
    process.execPath,
    ...profiling,
    bin,
    'serve',
    '--config',
    file,
  ])
  const stop = async (): Promise<void> => {
    await end(child)
    account.close()
  }
  const control = join(home, 'var', 'mailworthy.sock')
  for (let tries = 0; tries < 300; tries++) {
    const told = existsSync(control)
      ? await askControl(control, 'POST', '/api/v1/gate/explain', { from: SENDER, to: RECIPIENT }).catch(
          () => undefined,
        )
      : undefined
    if ((told?.body as { decision?: { kind: string } } | undefined)?.decision?.kind === 'open') {
      return { name: 'mailworthy', account, port, stop }
    }
    await wait(100)
  }
  await stop()
  throw new Error(`mailworthy did not come up with an open gate:\n${readFileSync(log, 'utf8')}`)
}

/** Without a log, as where no syslog daemon runs: to its favor. */
export async function startPostfix({ folder, key, sink, port }: Course): Promise<Contestant> {
  const home = join(folder, 'postfix')
  for (const name of ['', 'etc', 'spool', 'data', 'dkim']) mkdirSync(join(home, name), { mode: 0o755 })
  chmodSync(folder, 0o755)
  const account = openAccount('postfix')
  await toEnd(account, 'chown', ['postfix', join(home, 'data')])
  const milter = join(home, 'dkim', 'socket')
  writeFileSync(join(home, 'dkim', 's1.pem'), key.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
  writeFileSync(
    join(home, 'dkim', 'conf'),
    `
Mode s
Domain healthy.example
Selector s1
KeyFile ${home}/dkim/s1.pem
Canonicalization relaxed/relaxed
OversignHeaders From
InternalHosts 127.0.0.1
Socket local:${milter}
UMask 000
Syslog no
RequireSafeKeys no
Background no
PidFile ${home}/dkim/pid
`,
  )
  writeFileSync(
    join(home, 'etc', 'main.cf'),
    `
compatibility_level = 3.6
queue_directory = ${home}/spool
data_directory = ${home}/data
myhostname = mail.healthy.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
fast_flush_domains =
relayhost = [127.0.0.1]:${sink}
in_flow_delay = 0
initial_destination_concurrency = 5
default_destination_concurrency_limit = 5
smtp_connection_cache_on_demand = no
smtpd_peername_lookup = no
smtpd_milters = unix:${milter}
milter_default_action = tempfail
`,
  )
  writeFileSync(
    join(home, 'etc', 'master.cf'),
    `127.0.0.1:${port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
`,
  )
  const signer = account.start('opendkim', ['-f', '-x', join(home, 'dkim', 'conf')])
  for (let tries = 0; tries < 100 && !existsSync(milter); tries++) await wait(50)
  const server = account.start('postfix', ['-c', join(home, 'etc'), 'start-fg'])
  const stop = async (): Promise<void> => {
    // Its master runs apart from the script that started it, and takes its children along.
    const master = Number(readFileSync(join(home, 'spool', 'pid', 'master.pid'), 'latin1'))
    process.kill(master, 'SIGTERM')
    await end(signer)
    await end(server)
    for (let tries = 0; tries < 100 && account.busy(); tries++) await wait(50)
    account.close()
  }
  for (let tries = 0; tries < 200; tries++) {
    if (await greets(port)) return { name: 'Postfix + OpenDKIM', account, port, stop }
    await wait(50)
  }
  await stop()
  throw new Error('Postfix did not come up')
}

async function toEnd(account: Account, program: string, args: readonly string[]): Promise<void> {
  const child = account.start(program, args)
  await new Promise(resolve => child.once('exit', resolve))
}

/** Whether an SMTP server greets there. */
export function greets(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection(port, '127.0.0.1')
    const done = (good: boolean): void => {
      socket.destroy()
      resolve(good)
    }
    socket.setTimeout(2_000, () => done(false))
    socket.once('error', () => done(false))
    socket.once('data', bytes => done(bytes.toString('latin1').startsWith('220')))
  })
}
