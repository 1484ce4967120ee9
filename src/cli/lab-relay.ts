// A relay on the lab: for both of its domains, to try the whole line on without a network.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { Configuration } from '../config/load.ts'
import { type Daemon, startDaemon } from '../daemon/daemon.ts'
import type { Log } from '../daemon/log.ts'
import type { Lab } from '../lab/lab.ts'
import type { TakenMail } from '../lab/mx-server.ts'
import { visitLab } from '../lab/visit.ts'
import { createResolver } from '../net/dns/stub-resolver.ts'
import { mappedDialer } from '../net/mapped-dialer.ts'
import type { Resolver } from '../net/resolver.ts'
import { createDialer } from '../net/socket-dialer.ts'
import { mappedSockets } from '../relay/deliver/sockets.ts'
import type { GateMode, ListenerSettings } from '../relay/settings.ts'

/** A relay that runs on a lab. */
export interface LabRelay {
  readonly daemon: Daemon
  /** Of the lab's own DNS. */
  readonly resolver: Resolver
  stop(): Promise<void>
}

export interface LabRelayOptions {
  readonly mode?: GateMode
  readonly log?: Log
  /** Where the queue lives; in a temporary folder by default. */
  readonly folder?: string
  /** Answers of DNS that are kept (0: none), and milliseconds between audits of one domain that are asked for. */
  readonly cache?: number
  readonly requestGap?: number
  /** More listeners than the one without TLS. */
  readonly listeners?: readonly ListenerSettings[]
  /** Done between the visit to the lab and the start of the relay. */
  readonly before?: () => Promise<void>
}

/** Starts it, and waits until both domains have been audited. */
export async function startLabRelay(lab: Lab, options: LabRelayOptions = {}): Promise<LabRelay> {
  const { log = () => {}, folder, requestGap } = options
  const own = folder === undefined ? mkdtempSync(join(tmpdir(), 'mailworthy-lab-')) : undefined
  const resolver = createResolver({
    servers: [lab.resolver],
    ...(options.cache === undefined ? {} : { cache: options.cache }),
  })
  const cleanUp = (): void => {
    resolver.close()
    if (own !== undefined) rmSync(own, { recursive: true, force: true })
  }
  try {
    const visited = await visitLab(resolver)
    if (visited === undefined) throw new Error('the lab does not answer')
    await options.before?.()
    const sockets = createDialer({ ca: [visited.root] })
    const mapped = mappedDialer(sockets, visited.map)
    const configuration = configurationOf(lab, folder ?? own!, visited.root, options)
    const daemon = await startDaemon(configuration, log, {
      resolver,
      // The relay looks at its own listeners, which no map knows.
      dialer: { connect: (to, ms) => (to.address === '127.0.0.1' ? sockets : mapped).connect(to, ms) },
      courier: { open: mappedSockets(visited.map) },
      ...(requestGap === undefined ? {} : { requestGap }),
    })
    await Promise.all(Object.keys(lab.signingKeys).map(domain => daemon.scheduler.settled(domain)))
    return {
      daemon,
      resolver,
      async stop() {
        await daemon.stop()
        cleanUp()
      },
    }
  } catch (fault) {
    cleanUp()
    throw fault
  }
}

function configurationOf(
  lab: Lab,
  folder: string,
  root: string,
  { mode = 'reject', listeners = [] }: LabRelayOptions,
): Configuration {
  const domains = Object.entries(lab.signingKeys).map(([name, keys]) => ({
    name,
    dkim: Object.entries(keys).map(([selector, key]) => ({ selector, key })),
  }))
  return {
    file: 'lab',
    relay: {
      hostname: 'mail.healthy.example',
      egress: [{ name: 'main', seenAs: ['192.0.2.25'], source: [], helo: 'mail.healthy.example' }],
      domains,
      listeners: [
        {
          name: 'inside',
          bind: [{ address: '127.0.0.1', port: 0 }],
          tls: 'none',
          material: undefined,
          auth: [],
          maxMessageSize: 10_000_000,
          maxRecipients: 100,
          maxConnections: 100,
        },
        ...listeners,
      ],
      clients: [
        {
          name: 'app',
          match: { ips: ['127.0.0.1/32'] },
          password: undefined,
          senders: [...domains.map(({ name }) => `*@${name}`), '<>'],
          rate: undefined,
          gate: undefined,
          lineEndings: 'normalize',
        },
      ],
      routes: [
        { name: 'world', match: ['*'], cost: 1, via: 'mx', tls: 'verify', auth: undefined, appearsAs: undefined },
      ],
      gate: { mode, stale: 72 * 3_600_000, domains: {} },
      retry: { steps: [1000], expiresAfter: 3_600_000, warnAfter: undefined },
    },
    resolver: undefined,
    reflector: undefined,
    store: { kind: 'sqlite', path: join(folder, 'queue.db') },
    control: { path: join(folder, 'control.sock') },
    trust: [root],
    log: { level: 'info', format: 'text' },
    keys: [],
    warnings: [],
    written: {} as Configuration['written'],
  }
}

/** Submits a short letter as an application would. @returns the relay's last word, all of its lines */
export function submitLetter({ daemon }: LabRelay, from: string, to: string): Promise<string> {
  const { port } = daemon.relay.listeners[0]!.bound[0]!
  const letter = `From: <${from}>\r\nTo: <${to}>\r\nSubject: Hello\r\n\r\nGood day.\r\n`
  const connection = new SMTPConnection({ host: '127.0.0.1', port, ignoreTLS: true, name: 'app.healthy.example' })
  return new Promise((resolve, reject) => {
    connection.on('error', reject)
    connection.connect(() => {
      connection.send({ from, to: [to] }, letter, (error, info) => {
        connection.quit()
        resolve(error ? ((error as { response?: string }).response ?? String(error)) : (info.response ?? ''))
      })
    })
  })
}

/** How mailauth, which had no part in signing, judges the signatures of a message: `pass healthy.example rsa-sha256`. */
export async function judgeSignatures(mail: Pick<TakenMail, 'data'>, resolver: Resolver): Promise<readonly string[]> {
  const { results } = await dkimVerify(mail.data, {
    resolver: async (name: string) => {
      const answer = await resolver.resolve(name, 'TXT')
      if (answer.kind !== 'records') throw Object.assign(new Error('no such record'), { code: 'ENOTFOUND' })
      return answer.records.map(strings => [...strings])
    },
  })
  return results.map(({ status, signingDomain, algo }) => `${status.result} ${signingDomain} ${algo}`).sort()
}
