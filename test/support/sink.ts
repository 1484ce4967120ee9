// An SMTP server on loopback that does what a test tells it at each step, and keeps every line and octet that it was sent.
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import { onTestFinished } from 'vitest'
import type { ServerCertificate } from '../../src/lab/certificates.ts'

/** Where in the dialogue a client is. `content`: the first octets of a message; `dot`: its end. */
export type Step =
  | 'greeting'
  | 'EHLO'
  | 'HELO'
  | 'STARTTLS'
  | 'AUTH'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'content'
  | 'dot'
  | 'RSET'
  | 'QUIT'

/** `drop`: FIN. `reset`: RST. `silence`: nothing, for ever. */
export type Act = { readonly do: 'drop' | 'reset' | 'silence' } | { readonly say: string; readonly last: true }

/** What the sink does at a step; a string is said as it is, with CRLF; undefined: what a good server does. */
export type Behavior = (step: Step, line: string, visit: Visit) => Act | string | undefined

export interface SinkOptions {
  readonly behavior?: Behavior
  readonly extensions?: readonly string[]
  readonly certificate?: ServerCertificate
  readonly implicitTls?: boolean
  /** Demands AUTH with these, and offers it by these mechanisms (only under TLS unless said otherwise). */
  readonly auth?: { readonly user: string; readonly password: string; readonly by?: string; readonly inClear?: boolean }
}

/** A message as it came over the wire: `wire` with its dot stuffing and the final dot, `data` without. */
export interface SunkMail {
  readonly from: string
  readonly to: readonly string[]
  readonly wire: Buffer
  readonly data: Buffer
  readonly tls: boolean
}

/** One connection. */
export interface Visit {
  readonly lines: string[]
  readonly localAddress: string | undefined
  tls: boolean
  authenticated: boolean
  closed: boolean
}

export interface Sink {
  readonly port: number
  readonly visits: readonly Visit[]
  readonly mails: readonly SunkMail[]
  /** Closes every open connection from this side. */
  hangUp(): void
}

const usual = ['PIPELINING', 'SIZE 10485760', '8BITMIME', 'ENHANCEDSTATUSCODES', 'DSN', 'SMTPUTF8']

/** Starts a sink that ends with the test. */
export async function startSink(options: SinkOptions = {}): Promise<Sink> {
  const visits: Visit[] = []
  const mails: SunkMail[] = []
  const open = new Set<Socket>()
  const server = createServer({ noDelay: true }, socket => {
    open.add(socket)
    const visit: Visit = {
      lines: [],
      localAddress: socket.remoteAddress,
      tls: false,
      authenticated: false,
      closed: false,
    }
    visits.push(visit)
    socket.on('error', () => {})
    socket.on('close', () => {
      open.delete(socket)
      visit.closed = true
    })
    new Talk(socket, visit, options, mail => mails.push(mail)).begin()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const hangUp = (): void => {
    for (const socket of open) socket.destroy()
  }
  onTestFinished(async () => {
    hangUp()
    await new Promise(resolve => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, visits, mails, hangUp }
}

class Talk {
  #socket: Socket
  #input = Buffer.alloc(0)
  #from = ''
  #to: string[] = []
  #inData = false
  #contentBegan = false
  #muted = false
  #login: 'user' | 'password' | 'plain' | undefined
  #user = ''
  readonly #plain: Socket
  readonly #visit: Visit
  readonly #options: SinkOptions
  readonly #onMail: (mail: SunkMail) => void

  constructor(socket: Socket, visit: Visit, options: SinkOptions, onMail: (mail: SunkMail) => void) {
    this.#socket = socket
    this.#plain = socket
    this.#visit = visit
    this.#options = options
    this.#onMail = onMail
  }

  begin(): void {
    if (this.#options.implicitTls) this.#secure()
    else this.#listen()
    this.#act('greeting', '', '220 sink.example.net ESMTP')
  }

  #listen(): void {
    this.#socket.on('data', chunk => this.#take(chunk))
  }

  #secure(): void {
    this.#visit.tls = true
    this.#input = Buffer.alloc(0)
    this.#socket.removeAllListeners('data')
    const { certificate, key } = this.#options.certificate!
    this.#socket = new TLSSocket(this.#plain, {
      isServer: true,
      secureContext: createSecureContext({ cert: certificate, key }),
    })
    this.#socket.on('error', () => {})
    this.#listen()
  }

  #take(chunk: Buffer): void {
    this.#input = Buffer.concat([this.#input, chunk])
    while (!this.#muted) {
      if (this.#inData) {
        if (this.#input.length > 0 && !this.#contentBegan) {
          this.#contentBegan = true
          this.#act('content', '', undefined)
          if (this.#muted) return
        }
        const end = this.#input.indexOf('\r\n.\r\n')
        if (end === -1) return
        const wire = this.#input.subarray(0, end + 5)
        this.#input = this.#input.subarray(end + 5)
        this.#inData = false
        this.#sink(wire)
        continue
      }
      const end = this.#input.indexOf('\r\n')
      if (end === -1) return
      const line = this.#input.subarray(0, end).toString('utf8')
      this.#input = this.#input.subarray(end + 2)
      this.#visit.lines.push(line)
      this.#command(line)
    }
  }

  #sink(wire: Buffer): void {
    const stuffed = wire.subarray(0, -3).toString('latin1')
    const mail = {
      from: this.#from,
      to: this.#to,
      wire,
      data: Buffer.from(stuffed.replace(/(^|\r\n)\./g, '$1'), 'latin1'),
      tls: this.#visit.tls,
    }
    this.#to = []
    const said = this.#act('dot', '', '250 2.0.0 Ok: queued as SINK1')
    if (said?.startsWith('250')) this.#onMail(mail)
  }

  #command(line: string): void {
    if (this.#login) {
      this.#credentials(line)
      return
    }
    const verb = line.split(/[\s:]/)[0]!.toUpperCase()
    const path = /<([^>]*)>/.exec(line)?.[1] ?? ''
    switch (verb) {
      case 'EHLO':
        this.#act('EHLO', line, this.#ehlo())
        break
      case 'STARTTLS':
        if (
          this.#act('STARTTLS', line, this.#options.certificate ? '220 2.0.0 Ready' : '502 5.5.2 What?')?.startsWith(
            '220',
          )
        )
          this.#secure()
        break
      case 'AUTH':
        this.#auth(line)
        break
      case 'MAIL':
        this.#from = path
        this.#to = []
        this.#act('MAIL', line, this.#mayRelay() ? '250 2.1.0 Ok' : '530 5.7.0 Authentication required')
        break
      case 'RCPT':
        if (this.#act('RCPT', line, '250 2.1.5 Ok')?.startsWith('250')) this.#to.push(path)
        break
      case 'DATA':
        this.#inData = true
        this.#contentBegan = false
        if (
          !this.#act('DATA', line, this.#to.length > 0 ? '354 Go on' : '554 5.5.1 No valid recipients')?.startsWith(
            '354',
          )
        )
          this.#inData = false
        break
      case 'RSET':
        this.#to = []
        this.#act('RSET', line, '250 2.0.0 Ok')
        break
      case 'QUIT':
        this.#act('QUIT', line, { say: '221 2.0.0 Bye', last: true })
        break
      default:
        this.#act(verb === 'HELO' ? 'HELO' : 'QUIT', line, verb === 'HELO' ? '250 sink' : '502 5.5.2 What?')
    }
  }

  #mayRelay(): boolean {
    return this.#options.auth === undefined || this.#visit.authenticated
  }

  #ehlo(): string {
    const { extensions = usual, certificate, auth } = this.#options
    const lines = ['sink.example.net', ...extensions]
    if (certificate && !this.#visit.tls) lines.push('STARTTLS')
    if (auth && (this.#visit.tls || auth.inClear)) lines.push(`AUTH ${auth.by ?? 'PLAIN LOGIN'}`)
    return lines.map((text, index) => `250${index === lines.length - 1 ? ' ' : '-'}${text}`).join('\r\n')
  }

  #auth(line: string): void {
    const [, mechanism, initial] = line.split(' ')
    if (this.#act('AUTH', line, undefined)) return
    if (mechanism === 'PLAIN' && initial !== undefined) {
      this.#login = 'plain'
      this.#credentials(initial)
    } else {
      this.#login = 'user'
      this.#act('AUTH', line, '334 VXNlcm5hbWU6')
    }
  }

  #credentials(line: string): void {
    const text = Buffer.from(line, 'base64').toString('utf8')
    const { user, password } = this.#options.auth ?? { user: '', password: '' }
    if (this.#login === 'user') {
      this.#user = text
      this.#login = 'password'
      this.#socket.write('334 UGFzc3dvcmQ6\r\n')
      return
    }
    const good = text === (this.#login === 'plain' ? `\0${user}\0${password}` : password)
    this.#visit.authenticated = good && (this.#login === 'plain' || this.#user === user)
    this.#login = undefined
    this.#socket.write(this.#visit.authenticated ? '235 2.7.0 Welcome\r\n' : '535 5.7.8 Wrong\r\n')
  }

  /** Does what the test wants at this step, else what is usual; returns what was said. */
  #act(step: Step, line: string, usual: Act | string | undefined): string | undefined {
    const act = this.#options.behavior?.(step, line, this.#visit) ?? usual
    if (act === undefined || this.#muted) return undefined
    // Whoever hung up or fell silent says nothing more, also not to what was sent ahead.
    if (typeof act === 'object') this.#muted = true
    if (typeof act === 'string') this.#socket.write(`${act}\r\n`)
    else if ('say' in act) this.#socket.end(`${act.say}\r\n`)
    else if (act.do === 'drop') this.#socket.end()
    else if (act.do === 'reset') this.#plain.resetAndDestroy()
    return typeof act === 'string' ? act : 'say' in act ? act.say : ''
  }
}
