// A real Postfix that takes mail into mailboxes: as final MX, and as smart host that wants TLS and a password.
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Certificate } from './certificates.ts'
import { greets } from './postfix.ts'
import { freePort, mustRun, type Server, startServer, temporaryFolder } from './program.ts'

export interface MailboxPostfix extends Server {
  /** The port that takes mail for its own mailboxes from anyone. */
  readonly mx: number
  /** The port that takes mail from who knows the password. */
  readonly submission: number
  /** The messages in a mailbox, as Postfix wrote them, once there are so many. */
  mailbox(name: string, count: number): Promise<readonly Buffer[]>
  log(): string
}

interface Wish {
  readonly hostname: string
  readonly domain: string
  /** Local parts with a mailbox. Others are unknown; `later` is told to come again. */
  readonly mailboxes: readonly string[]
  readonly certificate: Certificate
  readonly user: string
  readonly password: string
}

/** Starts it as root; Cyrus SASL reads the password from a database of its own. */
export async function startMailboxPostfix(wish: Wish): Promise<MailboxPostfix> {
  const { hostname, domain, mailboxes, certificate, user, password } = wish
  const folder = temporaryFolder('postfix')
  const configuration = join(folder, 'etc')
  for (const name of ['etc', 'etc/sasl', 'spool', 'data', 'mail']) mkdirSync(join(folder, name))
  const secrets = join(configuration, 'sasl', 'sasldb2')
  // Debian's Postfix looks for it here.
  writeFileSync(
    join(configuration, 'sasl', 'smtpd.conf'),
    `pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: ${secrets}\nmech_list: PLAIN LOGIN\n`,
  )
  await mustRun('saslpasswd2', ['-c', '-p', '-f', secrets, '-u', hostname, user], { input: password })
  chmodSync(secrets, 0o644)
  await mustRun('chown', ['postfix', join(folder, 'data'), join(folder, 'mail')])
  const uid = Number((await mustRun('id', ['-u', 'postfix'])).stdout)
  const [mx, submission] = [await freePort(), await freePort()]
  writeFileSync(
    join(configuration, 'main.cf'),
    `
compatibility_level = 3.6
queue_directory = ${folder}/spool
data_directory = ${folder}/data
maillog_file = ${folder}/maillog
maillog_file_prefixes = ${folder}
myhostname = ${hostname}
mydestination =
mynetworks =
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
alias_database =
fast_flush_domains =
virtual_mailbox_domains = ${domain}
virtual_mailbox_base = ${folder}/mail
virtual_mailbox_maps = inline:{${mailboxes.map(name => `{${name}@${domain} = ${name}/}`).join(', ')}}
virtual_minimum_uid = 1
virtual_uid_maps = static:${uid}
virtual_gid_maps = static:${uid}
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access inline:{{later@${domain} = 450 4.2.0 Come again}}
smtpd_tls_cert_file = ${certificate.certificate}
smtpd_tls_key_file = ${certificate.key}
smtpd_tls_loglevel = 1
smtpd_tls_dh1024_param_file =
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = ${hostname}
smtputf8_enable = yes
message_size_limit = 5000000
`,
  )
  writeFileSync(
    join(configuration, 'master.cf'),
    `127.0.0.1:${mx} inet n - n - - smtpd
  -o smtpd_tls_security_level=may
127.0.0.1:${submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
virtual unix - n n - - virtual
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`,
  )
  const server = await startServer('postfix', ['-c', configuration, 'start-fg'], {
    serverId: () => Number(readFileSync(join(folder, 'spool/pid/master.pid'), 'latin1')),
    ready: () => greets(mx),
  })
  return {
    ...server,
    mx,
    submission,
    log: () => readFileSync(join(folder, 'maillog'), 'utf8'),
    async mailbox(name, count) {
      for (let tries = 0; tries < 200; tries++) {
        const found = filesOf(join(folder, 'mail', name, 'new'))
        if (found.length >= count) return found
        await new Promise(resolve => setTimeout(resolve, 50))
      }
      throw new Error(`no ${count} messages came to ${name}:\n${readFileSync(join(folder, 'maillog'), 'utf8')}`)
    },
  }
}

function filesOf(folder: string): readonly Buffer[] {
  try {
    return readdirSync(folder)
      .toSorted()
      .map(name => readFileSync(join(folder, name)))
  } catch {
    return []
  }
}
