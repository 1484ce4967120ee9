// A real Postfix with its own folders and loopback ports: one smtpd for each certificate.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Certificate } from './certificates.ts'
import { freePort, mustRun, type Server, startServer, temporaryFolder } from './program.ts'

export interface Postfix extends Server {
  /** Its configuration, for `MAIL_CONFIG`: Postfix's own tools want one. */
  readonly configuration: string
  /** The port of each smtpd by its name. */
  readonly ports: { readonly [name: string]: number }
  /** How many clients have connected so far. */
  visits(): number
}

/**
 * Starts Postfix as root. A name whose certificate is undefined does not offer STARTTLS.
 * @param options settings of single smtpds, as `name=value`; braces around values with spaces
 */
export async function startPostfix(
  hostname: string,
  services: { readonly [name: string]: Certificate | undefined },
  options: { readonly [name: string]: readonly string[] } = {},
): Promise<Postfix> {
  const folder = temporaryFolder('postfix')
  const configuration = join(folder, 'etc')
  for (const name of ['etc', 'spool', 'data']) mkdirSync(join(folder, name))
  await mustRun('chown', ['postfix', join(folder, 'data')])
  const ports: Record<string, number> = {}
  for (const name of Object.keys(services)) ports[name] = await freePort()
  writeFileSync(
    join(configuration, 'main.cf'),
    `
compatibility_level = 3.6
queue_directory = ${folder}/spool
data_directory = ${folder}/data
maillog_file = ${folder}/maillog
maillog_file_prefixes = ${folder}
myhostname = ${hostname}
mydestination = example.org
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
smtpd_peername_lookup = no
smtpd_relay_restrictions = reject
smtpd_tls_loglevel = 1
smtpd_tls_chain_files =
smtpd_tls_dh1024_param_file =
smtputf8_enable = no
`,
  )
  const smtpds = Object.entries(services).map(([name, certificate]) =>
    [
      `127.0.0.1:${ports[name]} inet n - n - - smtpd`,
      `  -o smtpd_tls_security_level=${certificate === undefined ? 'none' : 'may'}`,
      ...(certificate === undefined
        ? []
        : [`  -o smtpd_tls_cert_file=${certificate.certificate}`, `  -o smtpd_tls_key_file=${certificate.key}`]),
      ...(options[name] ?? []).map(option => `  -o ${option}`),
    ].join('\n'),
  )
  writeFileSync(
    join(configuration, 'master.cf'),
    `${smtpds.join('\n')}
cleanup unix n - n - 0 cleanup
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`,
  )
  const server = await startServer('postfix', ['-c', configuration, 'start-fg'], {
    // The program that is started is a script; the server that it starts tells its own id.
    serverId: () => Number(readFileSync(join(folder, 'spool/pid/master.pid'), 'latin1')),
    ready: async () => {
      const greeted = await Promise.all(Object.values(ports).map(greets))
      return greeted.every(Boolean)
    },
  })
  const visits = (): number => {
    const log = readFileSync(join(folder, 'maillog'), 'latin1')
    return [...log.matchAll(/smtpd\[\d+\]: connect from /g)].length
  }
  return { ...server, configuration, ports, visits }
}

/** Whether a mail server greets at a port of this machine. */
export function greets(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    const done = (good: boolean): void => {
      socket.destroy()
      resolve(good)
    }
    socket.setTimeout(2_000, () => done(false))
    socket.once('error', () => done(false))
    socket.once('data', bytes => done(bytes.toString('latin1').startsWith('220 ')))
  })
}
