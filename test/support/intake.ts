// Listeners for tests, as administrators configure them, with a judge of passwords that takes no time, and a box for what they took.
import { onTestFinished } from 'vitest'
import { createAuthority } from '../../src/lab/certificates.ts'
import type { IntakeLimits } from '../../src/relay/intake/limits.ts'
import { type Listener, startListener } from '../../src/relay/intake/listener.ts'
import type { LineEndings } from '../../src/relay/intake/message-reader.ts'
import { type Reply, reply } from '../../src/relay/intake/reply.ts'
import type { IntakeEvent, IntakePorts, Submission } from '../../src/relay/intake/submission.ts'
import type { ClientSettings, ListenerSettings, TlsMaterial } from '../../src/relay/settings.ts'

export function client(given: Partial<ClientSettings> & Pick<ClientSettings, 'name' | 'match'>): ClientSettings {
  return {
    password: undefined,
    senders: ['*@example.org'],
    rate: undefined,
    gate: undefined,
    lineEndings: 'strict',
    ...given,
  }
}

/** A user with the password `correct horse`. */
export const erp = client({
  name: 'erp',
  match: { user: 'erp' },
  password: 'stored:correct horse',
  senders: ['*@example.org', '<>'],
})
/** Whoever comes from this machine. */
export const printers = client({
  name: 'printers',
  match: { ips: ['127.0.0.0/8', '::1'] },
  senders: ['scan@example.org'],
})

/** AUTH PLAIN's answer. */
export const plain = (user: string, password: string, authorization = ''): string =>
  Buffer.from(`${authorization}\0${user}\0${password}`).toString('base64')

const authority = createAuthority(new Date())
export function materialFor(name: string): TlsMaterial {
  const now = Date.now()
  return authority.issue({ names: [name], from: new Date(now - 86_400_000), to: new Date(now + 86_400_000) })
}
export const material = materialFor('mail.example.org')

export interface Taken {
  readonly submission: Submission
  readonly raw: Buffer
  readonly lineEndings: LineEndings
}

export interface TestIntake {
  readonly listener: Listener
  readonly port: number
  readonly taken: Taken[]
  readonly events: IntakeEvent[]
  /** Passwords that were hashed, so to speak. */
  readonly verified: string[]
}

interface Wish {
  readonly listener?: Partial<ListenerSettings>
  readonly clients?: readonly ClientSettings[]
  readonly limits?: Partial<IntakeLimits>
  readonly ports?: Partial<IntakePorts>
}

/** Strict about bare line endings, as the relay is unless told otherwise. */
export const takeStrictly = (lineEndings: LineEndings): Reply =>
  lineEndings.bareCr + lineEndings.bareLf > 0
    ? reply(550, '5.6.0', 'Bare CR or LF in the message')
    : reply(250, '2.0.0', 'Ok: queued as T1')

/** Starts a listener on loopback; it ends with the test. Clients: a user, and nobody by address. */
export async function startTestIntake({ listener, clients = [erp], limits, ports }: Wish = {}): Promise<TestIntake> {
  const taken: Taken[] = []
  const events: IntakeEvent[] = []
  const verified: string[] = []
  const started = await startListener(
    {
      hostname: 'mail.example.org',
      clients,
      limits: { greetingDelayMs: 0, tarpitMs: 0, ...limits },
      listener: {
        name: 'submission',
        bind: [{ address: '127.0.0.1', port: 0 }],
        tls: 'required',
        material,
        auth: ['plain', 'login'],
        maxMessageSize: 1_000_000,
        maxRecipients: 10,
        maxConnections: 50,
        ...listener,
      },
    },
    {
      onSender: () => undefined,
      async onMessage(submission, raw, lineEndings) {
        const said = takeStrictly(lineEndings)
        if (said.code === 250) taken.push({ submission, raw: Buffer.from(raw), lineEndings })
        return said
      },
      async verify(user, password, stored) {
        verified.push(`${user}:${password}`)
        return stored === `stored:${password}`
      },
      onEvent: event => events.push(event),
      ...ports,
    },
  )
  onTestFinished(() => started.close())
  return { listener: started, port: started.bound[0]!.port, taken, events, verified }
}

/** A listener for whoever comes from this machine, without TLS. */
export function startPrinters(wish: Wish = {}): Promise<TestIntake> {
  const listener = { name: 'printers', tls: 'none', material: undefined, auth: [], ...wish.listener } as const
  return startTestIntake({ clients: [printers], ...wish, listener })
}
