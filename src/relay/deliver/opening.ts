// Opens a connection to a next hop by the rules of the route: the address it leaves from, TLS or not, and who we say we are.
import type { Socket } from 'node:net'
import type { RemoteReply } from '../envelope.ts'
import type { NextHop } from '../route/next-hops.ts'
import { Dialogue } from './dialogue.ts'
import { durationText, type Patience } from './patience.ts'
import { ownReply, remoteReply, replyLine } from './replies.ts'
import { type Fault, faultText, Session } from './session.ts'
import type { OpenSocket } from './sockets.ts'
import type { TlsOptions, TlsPolicy } from './tls.ts'

/** What a connection is opened with. */
export interface SessionWish {
  readonly hop: NextHop
  readonly localAddress: string | undefined
  readonly helo: string
  readonly tls: TlsPolicy
  readonly auth: { readonly user: string; readonly password: string } | undefined
}

/** What sessions have in common. */
export interface SessionMeans {
  readonly open: OpenSocket
  readonly tlsOptions: TlsOptions
  readonly patience: Patience
}

/** Why a host could not be used at all. `permanent`: it said so itself, with a 5xx to the greeting or EHLO. */
export interface HostTrouble {
  readonly reply: RemoteReply
  readonly permanent: boolean
}

/** RFC 8314 §3.3: on this port TLS comes first. */
const IMPLICIT_TLS = 465

/** A reply of more octets is not awaited to its end. */
const LONGEST_REPLY = 64 * 1024

/** setTimeout holds no more than this; longer than every wait of ours. */
const LONGEST_TIMER = 2 ** 31 - 1

/** `mx1.example.net [192.0.2.1]`, with the port when it is not 25. */
export function hopText({ name, address, port }: NextHop): string {
  return `${name === address ? '' : `${name} `}[${address}]${port === 25 ? '' : `:${port}`}`
}

/** Opens a session. Under `opportunistic`, a handshake that fails is followed by one connection in clear. */
export async function openSession(wish: SessionWish, means: SessionMeans): Promise<Session | HostTrouble> {
  const first = await openOnce(wish, means)
  // On 465 nobody greets in clear.
  if (first instanceof Session || !first.tls || wish.tls !== 'opportunistic' || wish.hop.port === IMPLICIT_TLS)
    return first
  return openOnce({ ...wish, tls: 'none' }, means)
}

async function openOnce(
  wish: SessionWish,
  { open, tlsOptions, patience }: SessionMeans,
): Promise<Session | (HostTrouble & { readonly tls: boolean })> {
  const { hop, localAddress } = wish
  const by = hopText(hop)
  const socket = await open({ address: hop.address, port: hop.port, localAddress, timeoutMs: patience.connect })
  if ('failed' in socket) {
    return { reply: ownReply('4.4.1', `connect to ${by}: ${socket.failed}`), permanent: false, tls: false }
  }
  const dialogue = new Dialogue({
    connection: socket,
    host: hop.name,
    port: hop.port,
    name: wish.helo,
    secure: hop.port === IMPLICIT_TLS && wish.tls !== 'none',
    ignoreTLS: wish.tls === 'none',
    opportunisticTLS: wish.tls === 'opportunistic',
    requireTLS: wish.tls === 'required' || wish.tls === 'verify',
    tls: tlsOptions(wish.tls, hop.name),
    greetingTimeout: patience.greeting,
    connectionTimeout: LONGEST_TIMER,
    // The waits are ours; this one, of silence alone, must not end them before their time.
    socketTimeout: LONGEST_TIMER,
    // Whoever closes here has nothing more to say or to hear.
    socketCloseTimeout: 0,
    maxResponseSize: LONGEST_REPLY,
  })
  const fault = await setUp(dialogue, socket, patience)
  const trouble = fault && openingTrouble(fault, dialogue, by)
  if (trouble) return trouble
  const session = new Session(dialogue, by, patience)
  const refused = wish.auth && (await session.login(wish.auth))
  if (!refused) return session
  session.destroy()
  return { reply: refused, permanent: false, tls: false }
}

/** Until EHLO is answered, or the reason why it never will be. */
async function setUp(dialogue: Dialogue, socket: Socket, patience: Patience): Promise<Fault | undefined> {
  const fault = await new Promise<Fault | undefined>(resolve => {
    const most = patience.greeting + patience.command
    const timer = setTimeout(() => resolve({ message: `no session within ${durationText(most)}` }), most)
    const end = (fault: Fault | undefined): void => {
      clearTimeout(timer)
      resolve(fault)
    }
    // Also later errors come here; whoever waits for something hears of them from its own callback.
    dialogue.on('error', end)
    dialogue.on('end', () => end({ message: 'the connection was closed' }))
    // It may have been closed before nodemailer began to listen.
    socket.once('close', () => setImmediate(() => end({ message: 'the connection was closed' })))
    if (socket.destroyed) end({ message: 'the connection was closed' })
    else dialogue.connect(fault => end(fault ?? undefined))
  })
  if (fault) {
    dialogue.close()
    return fault
  }
  // A 421 to STARTTLS lets nodemailer go on in clear, and closes.
  return dialogue.destroyed ? { message: 'the connection was closed', ...lastRefusal(dialogue) } : undefined
}

function lastRefusal({ lastServerResponse: last }: Dialogue): { response?: string } {
  return typeof last === 'string' && /^[45]/.test(last) ? { response: last } : {}
}

function openingTrouble(fault: Fault, dialogue: Dialogue, by: string): HostTrouble & { readonly tls: boolean } {
  const said = fault.response === undefined ? undefined : remoteReply(fault.response, by)
  const detail = faultText(fault)
  if (dialogue.tlsBegun && !dialogue.introduced) {
    // RFC 3463 §3.8: X.7.5 a cryptographic failure, X.7.4 something that is not supported.
    const text = said
      ? `this route wants TLS, and ${by} does not offer it: ${replyLine(said)}`
      : `the TLS that this route wants could not be had from ${by}: ${detail}`
    return { reply: ownReply(said ? '4.7.4' : '4.7.5', text), permanent: false, tls: true }
  }
  if (said === undefined || said.code === 0) {
    const heard = said === undefined ? '' : ` (it said: ${said.text})`
    return { reply: ownReply('4.4.2', `no session with ${by}: ${detail}${heard}`), permanent: false, tls: false }
  }
  return { reply: said, permanent: said.code >= 500, tls: false }
}
