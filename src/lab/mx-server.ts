// An SMTP server on loopback that takes mail politely, or misbehaves in one of the ways that MX hosts do.
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { createSecureContext, type SecureContext, type SecureContextOptions, TLSSocket } from 'node:tls'
import type { ServerCertificate } from './certificates.ts'

/** What an MX can do wrong, or do right in a way that hasty clients mistake for wrong. */
export type Misbehavior =
  /** Accepts the connection and says nothing, for ever. */
  | 'silent'
  /** `421`: too many connections. */
  | 'busy'
  /** `554`: no service for you. */
  | 'unwelcoming'
  /** A first banner line at once, the rest after a while; who speaks in between is thrown out. */
  | 'slow-banner'
  | 'endless-banner'
  /** Speaks, but not SMTP. */
  | 'not-smtp'
  | 'hangs-up'
  | 'no-ehlo'
  /** Never ends its reply to EHLO. */
  | 'endless-ehlo'
  | 'refuses-ehlo'
  | 'no-starttls'
  /** A firewall that overwrites what it does not like in EHLO replies. */
  | 'masked'
  | 'busy-at-starttls'
  | 'refuses-starttls'
  | 'drops-after-starttls'
  | 'stalls-after-starttls'
  /** Answers the handshake with octets that are no TLS. */
  | 'no-tls-after-starttls'
  /** Says something in clear after the reply to STARTTLS and before TLS. */
  | 'injected'
  /** TLS 1.0 and nothing newer. */
  | 'old-tls'
  | 'silent-under-tls'
  /** TLS 1.2 with a cipher that whoever gets the key later can read. */
  | 'no-forward-secrecy'
  /** Lets people log in before TLS. */
  | 'auth-in-clear'
  /** Puts every recipient off. */
  | 'greylists'
  | 'no-postmaster'
  /** Takes mail for everybody. */
  | 'open-relay'
  /** Takes `user%elsewhere@here` for `user@elsewhere`, and relays it. */
  | 'percent-hack'

/** A message as it was taken, with its envelope. `data` is without the dot stuffing (RFC 5321 §4.5.2). */
export interface TakenMail {
  readonly from: string
  readonly to: readonly string[]
  readonly data: Buffer
  readonly tls: boolean
}

export interface MxOptions {
  readonly hostname: string
  /** Without one, STARTTLS is not offered. */
  readonly certificate?: ServerCertificate
  readonly misbehavior?: Misbehavior
  /** The address at which it tells clients, in answer to EHLO, that it sees them. */
  readonly seesClientsAt?: string
  /** Milliseconds of the greet pause of `slow-banner`. */
  readonly pause?: number
  /** The domains that it takes mail for; all when not given. */
  readonly domains?: readonly string[]
  /** The local parts that it knows there; all when not given. */
  readonly users?: readonly string[]
  /** People may log in, under TLS. */
  readonly login?: boolean
  /** Instead of what the machine would speak. */
  readonly tls?: Pick<SecureContextOptions, 'minVersion' | 'maxVersion' | 'ciphers' | 'dhparam'>
  /** TLS at once, as on port 465. */
  readonly implicit?: boolean
  readonly onMail?: (mail: TakenMail) => void
}

export interface MxServer {
  readonly port: number
  /** How many connections were made, and how many are open. */
  readonly connections: { readonly made: number; readonly open: number }
  close(): Promise<void>
}

const LARGEST_MESSAGE = 10 * 1024 * 1024

/** Starts a server on a free port of 127.0.0.1. */
export async function startMx(options: MxOptions): Promise<MxServer> {
  const context = options.certificate && secureContext(options.certificate, options)
  const open = new Set<Socket>()
  let made = 0
  const server = createServer({ noDelay: true }, socket => {
    made++
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => {})
    const session = new Session(socket, options, context)
    if (options.implicit) session.secureAtOnce()
    session.greet()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return { made, open: open.size }
    },
    close() {
      for (const socket of open) socket.destroy()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

function secureContext({ certificate, key }: ServerCertificate, { misbehavior, tls }: MxOptions): SecureContext {
  const own = { cert: certificate, key }
  switch (misbehavior) {
    case 'old-tls':
      return createSecureContext({ ...own, minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' })
    case 'no-forward-secrecy':
      return createSecureContext({ ...own, maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' })
    default:
      return createSecureContext({ ...own, ...tls })
  }
}

/** What the server says next; after a last word it hangs up, and nothing at all is silence. */
type Word = { readonly lines: readonly string[]; readonly last?: true } | undefined

const say = (...lines: readonly string[]): Word => ({ lines })
const last = (line: string): Word => ({ lines: [line], last: true })

/** One client, from the banner to QUIT. */
class Session {
  #socket: Socket
  #tls = false
  #greeted = false
  #input = Buffer.alloc(0)
  #from: string | undefined
  #to: string[] = []
  /** Lines of the message while DATA is under way. */
  #data: Buffer[] | undefined
  #size = 0
  #timer: NodeJS.Timeout | undefined
  readonly #options: MxOptions
  readonly #context: SecureContext | undefined

  constructor(socket: Socket, options: MxOptions, context: SecureContext | undefined) {
    this.#socket = socket
    this.#options = options
    this.#context = context
    socket.on('close', () => clearTimeout(this.#timer))
    socket.on('data', chunk => this.#take(chunk))
  }

  secureAtOnce(): void {
    this.#socket.removeAllListeners('data')
    if (this.#context) this.#secure(this.#socket, this.#context)
  }

  greet(): void {
    this.#utter(this.#banner())
  }

  #banner(): Word {
    const { hostname, misbehavior, pause = 100 } = this.#options
    switch (misbehavior) {
      case 'silent':
        return undefined
      case 'busy':
        return last(`421 4.7.0 ${hostname} Too many connections, try again later`)
      case 'unwelcoming':
        this.#greeted = true
        return say('554 5.7.1 No SMTP service for you here')
      case 'hangs-up':
        this.#socket.end()
        return undefined
      case 'not-smtp':
        return say('SSH-2.0-OpenSSH_9.2')
      case 'endless-banner':
        this.#endless('220-and another thing')
        return undefined
      case 'slow-banner':
        this.#timer = setTimeout(() => {
          this.#greeted = true
          this.#utter(say('220 thank you for waiting'))
        }, pause)
        return say(`220-${hostname} ESMTP`)
      default:
        this.#greeted = true
        return say(`220 ${hostname} ESMTP`)
    }
  }

  #endless(line: string): void {
    this.#socket.write(`${line}\r\n`.repeat(50), () => {
      if (!this.#socket.destroyed) setImmediate(() => this.#endless(line))
    })
  }

  #take(chunk: Buffer): void {
    const { misbehavior } = this.#options
    if (misbehavior === 'silent' || misbehavior === 'endless-banner') return
    if (!this.#greeted) {
      this.#utter(last('554 5.5.1 You spoke before the banner was over'))
      return
    }
    this.#input = Buffer.concat([this.#input, chunk])
    for (let end = this.#input.indexOf('\n'); end !== -1; end = this.#input.indexOf('\n')) {
      const line = this.#input.subarray(0, end + 1)
      this.#input = this.#input.subarray(end + 1)
      this.#utter(this.#data ? this.#message(line) : this.#command(line.toString('latin1').trimEnd()))
    }
    if (this.#input.length > LARGEST_MESSAGE) this.#utter(last('500 5.5.2 Line too long'))
  }

  #command(line: string): Word {
    const { hostname, misbehavior } = this.#options
    if (misbehavior === 'silent-under-tls' && this.#tls) return undefined
    switch (line.split(/[\s:]/)[0]!.toUpperCase()) {
      case 'EHLO':
        return this.#ehlo(line.slice(5).trim())
      case 'HELO':
      case 'NOOP':
        return say(`250 ${hostname}`)
      case 'STARTTLS':
        return this.#startTls()
      case 'MAIL':
        this.#reset()
        this.#from = pathOf(line)
        return say('250 2.1.0 Ok')
      case 'RCPT':
        return this.#recipient(line)
      case 'DATA':
        if (this.#to.length === 0) return say('503 5.5.1 RCPT first')
        this.#data = []
        this.#size = 0
        return say('354 End with <CR><LF>.<CR><LF>')
      case 'RSET':
        this.#reset()
        return say('250 2.0.0 Ok')
      case 'QUIT':
        return last('221 2.0.0 Bye')
      default:
        return say('502 5.5.2 Command not known')
    }
  }

  #recipient(line: string): Word {
    const { misbehavior, domains, users } = this.#options
    if (this.#from === undefined) return say('503 5.5.1 MAIL first')
    if (misbehavior === 'greylists') return say('450 4.2.0 Greylisted, try again in five minutes')
    const path = pathOf(line)
    const at = path.lastIndexOf('@')
    const [local, domain] = at === -1 ? [path, ''] : [path.slice(0, at), path.slice(at + 1).toLowerCase()]
    const isHack = misbehavior === 'percent-hack' && local.includes('%')
    if (misbehavior !== 'open-relay' && !isHack) {
      const isPostmaster = local.toLowerCase() === 'postmaster'
      // RFC 5321 §4.5.1: postmaster alone needs no domain.
      const isOurs = domains === undefined || domains.includes(domain) || (isPostmaster && at === -1)
      if (!isOurs) return say(`554 5.7.1 <${path}>: Relay access denied`)
      if (misbehavior === 'no-postmaster' && isPostmaster) return say('550 5.1.1 User unknown')
      if (users?.includes(local.toLowerCase()) === false) return say('550 5.1.1 User unknown')
    }
    this.#to.push(path)
    return say('250 2.1.5 Ok')
  }

  #ehlo(said: string): Word {
    const { hostname, misbehavior, seesClientsAt } = this.#options
    if (misbehavior === 'no-ehlo') return say('502 5.5.1 Command not implemented')
    if (misbehavior === 'endless-ehlo') {
      this.#endless('250-X-AND-ANOTHER-THING')
      return undefined
    }
    if (misbehavior === 'refuses-ehlo') return say('550 5.7.1 Helo command rejected: I do not like your name')
    const offersTls = this.#context !== undefined && !this.#tls && misbehavior !== 'no-starttls'
    const starttls = misbehavior === 'masked' ? 'XXXXXXXA' : offersTls ? 'STARTTLS' : undefined
    const login = misbehavior === 'auth-in-clear' || (this.#options.login && this.#tls) ? 'AUTH PLAIN LOGIN' : undefined
    const extensions = ['PIPELINING', `SIZE ${LARGEST_MESSAGE}`, starttls, login, 'ENHANCEDSTATUSCODES', '8BITMIME']
    const greeting = seesClientsAt === undefined ? hostname : `${hostname} Hello ${said} [${seesClientsAt}]`
    const lines = [greeting, ...extensions.filter(e => e !== undefined)]
    return say(...lines.map((text, i) => `250${i === lines.length - 1 ? ' ' : '-'}${text}`))
  }

  #startTls(): Word {
    const { misbehavior } = this.#options
    if (!this.#context || this.#tls) return say('502 5.5.1 STARTTLS is not offered')
    if (misbehavior === 'busy-at-starttls') return last('421 4.7.0 Too busy for this')
    if (misbehavior === 'refuses-starttls') return say('454 4.7.0 TLS not available due to local problem')
    this.#utter(
      say('220 2.0.0 Ready', ...(misbehavior === 'injected' ? ['250 2.0.0 said by somebody on the way'] : [])),
    )
    const plain = this.#socket
    plain.removeAllListeners('data')
    if (misbehavior === 'drops-after-starttls') plain.once('data', () => plain.destroy())
    else if (misbehavior === 'stalls-after-starttls') plain.resume()
    else if (misbehavior === 'no-tls-after-starttls') plain.once('data', () => plain.write('220 what was that?\r\n'))
    else this.#secure(plain, this.#context)
    return undefined
  }

  #secure(plain: Socket, secureContext: SecureContext): void {
    // RFC 3207 §4.2: what was said in clear is forgotten.
    this.#input = Buffer.alloc(0)
    this.#reset()
    this.#tls = true
    this.#socket = new TLSSocket(plain, { isServer: true, secureContext })
    this.#socket.on('error', () => {})
    this.#socket.on('data', chunk => this.#take(chunk))
  }

  #message(line: Buffer): Word {
    if (line.toString('latin1') !== '.\r\n') {
      this.#size += line.length
      if (this.#size <= LARGEST_MESSAGE) this.#data!.push(line[0] === 0x2e ? line.subarray(1) : line)
      return undefined
    }
    const mail = { from: this.#from!, to: this.#to, data: Buffer.concat(this.#data!), tls: this.#tls }
    this.#data = undefined
    this.#reset()
    if (this.#size > LARGEST_MESSAGE) return say('552 5.3.4 Too large')
    this.#options.onMail?.(mail)
    return say('250 2.0.0 Ok: taken')
  }

  #reset(): void {
    this.#from = undefined
    this.#to = []
  }

  #utter(word: Word): void {
    if (word === undefined || !this.#socket.writable) return
    const text = word.lines.map(line => `${line}\r\n`).join('')
    if (word.last) this.#socket.end(text)
    else this.#socket.write(text)
  }
}

/** `MAIL FROM:<a@b> SIZE=1` → `a@b`. */
function pathOf(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? line.slice(line.indexOf(':') + 1).trim()
}
