// Opens the listeners: addresses and TLS as configured, no more connections than allowed, certificates replaced while running, an orderly end.
import { once } from 'node:events'
import type { AddressInfo, ListenOptions, Socket } from 'node:net'
import { createSecureContext } from 'node:tls'
import { SMTPServer } from 'smtp-server'
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js'
import tlsDefaults from 'smtp-server/lib/tls-options.js'
import { type IpAddress, parseAddress } from '../../names/address.ts'
import type { ClientSettings, ListenerSettings, RelaySettings, TlsMaterial } from '../settings.ts'
import { Authenticator } from './authentication.ts'
import { createClientDirectory } from './clients.ts'
import { IntakeConnection } from './connection.ts'
import type { House } from './house.ts'
import { defaultLimits, type IntakeLimits } from './limits.ts'
import { renderReply, reply } from './reply.ts'
import { Allowance, neighborhood, Open } from './standing.ts'
import type { IntakePorts } from './submission.ts'

/** What listeners are told; those that are started together share what they know of clients. */
export interface IntakeSettings {
  readonly hostname: string
  readonly clients: readonly ClientSettings[]
  readonly limits?: Partial<IntakeLimits>
}

export interface Listener {
  readonly name: string
  /** Where it listens in fact: port 0 has become a port. */
  readonly bound: readonly { readonly address: string; readonly port: number }[]
  /** New connections and handshakes use this certificate; those that are open keep theirs. Throws when it is unfit. */
  replaceMaterial(material: TlsMaterial): void
  /** Stops accepting, lets messages that are being received finish, says goodbye. */
  close(): Promise<void>
}

/** Starts all listeners of a relay. When one cannot start, none does. */
export async function startIntake(
  settings: Pick<RelaySettings, 'hostname' | 'listeners' | 'clients'> & { readonly limits?: Partial<IntakeLimits> },
  ports: IntakePorts,
): Promise<readonly Listener[]> {
  const shared = share(settings, ports)
  const started = await Promise.allSettled(settings.listeners.map(one => open({ ...shared, listener: one })))
  const listeners = started.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []))
  const failed = started.find(one => one.status === 'rejected')
  if (failed === undefined) return listeners
  await Promise.all(listeners.map(one => one.close()))
  throw failed.reason
}

/**
 * Starts one listener.
 * @throws Error when an address cannot be bound, or TLS is wanted without a certificate and key of our own that fit.
 */
export function startListener(
  settings: IntakeSettings & { readonly listener: ListenerSettings },
  ports: IntakePorts,
): Promise<Listener> {
  return open({ ...share(settings, ports), listener: settings.listener })
}

function share({ hostname, clients, limits: some }: IntakeSettings, ports: IntakePorts): Omit<House, 'listener'> {
  const limits = { ...defaultLimits, ...some }
  const directory = createClientDirectory(clients)
  const authenticator = new Authenticator(directory, ports.verify, limits)
  const memory = { used: 0, most: limits.memory }
  const now = ports.now ?? Date.now
  return { hostname, directory, authenticator, allowance: new Allowance(), memory, limits, ports, now }
}

async function open(house: House): Promise<Listener> {
  const { listener, limits } = house
  const { material, tls, name } = listener
  if (tls !== 'none') checkMaterial(name, material)
  const connections = new Connections(house)
  const servers = listener.bind.map(() => new IntakeServer(connections))
  const closeAll = (): Promise<unknown> => Promise.all(servers.map(server => server.stop()))
  try {
    await Promise.all(servers.map((server, i) => server.start(listener.bind[i]!, listener.bind)))
  } catch (fault) {
    await closeAll()
    throw fault
  }
  const clock = setInterval(() => connections.checkTime(), tick(limits)).unref()
  return {
    name,
    bound: servers.map(server => server.bound),
    replaceMaterial(replacement) {
      checkMaterial(name, replacement)
      for (const server of servers) server.updateSecureContext({ key: replacement.key, cert: replacement.certificate })
    },
    async close() {
      const closed = closeAll()
      connections.leave()
      const late = setTimeout(() => connections.abort(), limits.graceMs)
      await closed
      clearTimeout(late)
      clearInterval(clock)
    },
  }
}

/** smtp-server has a key that everybody can read in its source, and takes it where none is given. */
const wellKnownKey = (tlsDefaults() as { readonly key: string }).key.trim()

function checkMaterial(name: string, material: TlsMaterial | undefined): asserts material is TlsMaterial {
  if (!material?.certificate || !material.key) throw new Error(`listener ${name}: TLS needs a certificate and its key`)
  if (material.key.trim() === wellKnownKey) throw new Error(`listener ${name}: this key is publicly known`)
  try {
    createSecureContext({ key: material.key, cert: material.certificate, minVersion: 'TLSv1.2' })
  } catch (cause) {
    throw new Error(`listener ${name}: the certificate and the key are not fit for TLS: ${String(cause)}`, { cause })
  }
}

/** How often times are looked at: often enough for the shortest limit. */
function tick({ idleMs, transactionMs, rateWindowMs, tlsHandshakeMs, sessionMs }: IntakeLimits): number {
  return Math.max(10, Math.min(1000, Math.min(idleMs, transactionMs, rateWindowMs, tlsHandshakeMs, sessionMs) / 4))
}

/** The connections of a listener, on all its addresses. */
class Connections {
  readonly house: House
  readonly #sessions = new Set<IntakeConnection>()
  /** Those counted in, by the neighborhood that they are counted for. */
  readonly #sockets = new Map<Socket, string>()
  readonly #perNeighborhood = new Open()
  #isLeaving = false

  constructor(house: House) {
    this.house = house
  }

  /** Counts a socket in, or says why not. */
  admit(socket: Socket): string | undefined {
    const { listener, limits, directory } = this.house
    const address = addressOf(socket)
    if (address === undefined) return 'it is gone already'
    if (this.#isLeaving) return 'shutting down'
    const key = neighborhood(address)
    if (this.#sockets.size >= listener.maxConnections) return 'too many connections'
    const isMany = this.#perNeighborhood.count(key) >= limits.connectionsPerAddress
    if (isMany && directory.byAddress(address) === undefined) return 'too many connections from this address'
    this.#sockets.set(socket, key)
    this.#perNeighborhood.add(key, 1)
    socket.once('close', () => this.#release(socket))
    return undefined
  }

  begin(server: SMTPServer, socket: Socket, options: SMTPConnectionOptions): void {
    const address = addressOf(socket)
    if (address === undefined) {
      socket.destroy()
      return
    }
    const connection = new IntakeConnection(server, socket, options, address, this.house, () => {
      this.#sessions.delete(connection)
      // STARTTLS takes all listeners from the socket, ours too.
      this.#release(socket)
    })
    this.#sessions.add(connection)
    server.connections.add(connection)
    connection.on('error', (fault: Error) => server.emit('error', fault))
    connection.init()
    if (this.#isLeaving) connection.leave()
  }

  #release(socket: Socket): void {
    const key = this.#sockets.get(socket)
    if (key === undefined) return
    this.#sockets.delete(socket)
    this.#perNeighborhood.add(key, -1)
  }

  checkTime(): void {
    const now = this.house.now()
    for (const session of this.#sessions) session.checkTime(now)
  }

  leave(): void {
    this.#isLeaving = true
    for (const session of this.#sessions) session.leave()
  }

  abort(): void {
    for (const session of this.#sessions) session.abort()
  }
}

type Endpoint = ListenerSettings['bind'][number]

/** How one address of a listener is bound; `all` are all of that listener. */
export function bindOptions({ address, port }: Endpoint, all: readonly Endpoint[]): ListenOptions {
  // `::` takes IPv4 too, unless the listener names 0.0.0.0 at the same port beside it.
  const beside = port !== 0 && all.some(other => other.address === '0.0.0.0' && other.port === port)
  return { host: address, port, ipv6Only: address.includes(':') && (address !== '::' || beside) }
}

/** smtp-server's server with our connections. */
class IntakeServer extends SMTPServer {
  readonly #connections: Connections

  constructor(connections: Connections) {
    const { listener, hostname, limits } = connections.house
    const { tls, material } = listener
    super({
      name: hostname,
      secure: tls === 'implicit',
      ...(material && tls !== 'none' ? { key: material.key, cert: material.certificate } : { hideSTARTTLS: true }),
      minVersion: 'TLSv1.2',
      disableReverseLookup: true,
      logger: false,
      // How long a handshake may take: octets do not wind this clock up again. Sessions have their own.
      socketTimeout: limits.tlsHandshakeMs,
    })
    this.#connections = connections
    this.on('error', (fault: NodeJS.ErrnoException & { readonly remoteAddress?: string }) => {
      // That an address cannot be bound is for whoever starts us: nobody was turned away.
      if (fault.syscall !== 'listen') this.#turnedAway(fault.message, fault.remoteAddress)
    })
  }

  async start(at: Endpoint, all: readonly Endpoint[]): Promise<void> {
    // `once` rejects when the server says `error` first.
    this.server.listen(bindOptions(at, all))
    await once(this.server, 'listening')
  }

  get bound(): { readonly address: string; readonly port: number } {
    const { address, port } = this.server.address() as AddressInfo
    return { address, port }
  }

  /** Stops accepting; resolves when the last connection is gone. */
  async stop(): Promise<void> {
    const closed = new Promise<void>(resolve => this.server.close(() => resolve()))
    for (const outermost of this._pendingSockets.values()) outermost.destroy()
    await closed
  }

  override connect(socket: Socket, options?: SMTPConnectionOptions | null): void {
    this.#connections.begin(this, socket, options ?? {})
  }

  override _acceptSocket(socket: Socket, handshake: boolean): (() => void) | false {
    const refusal = this.#connections.admit(socket)
    if (refusal !== undefined) {
      this.#turnAway(socket, handshake, refusal)
      return false
    }
    return super._acceptSocket(socket, handshake)
  }

  /** Node crashes when TLS is begun on a socket that is closed already, as it can be when we stop. */
  override _upgrade(socket: Socket, callback: Parameters<SMTPServer['_upgrade']>[1]): void {
    if (socket.destroyed) callback(new Error('the connection is gone'))
    else super._upgrade(socket, callback)
  }

  #turnAway(socket: Socket, handshake: boolean, because: string): void {
    this.#turnedAway(because, socket.remoteAddress)
    socket.on('error', () => undefined)
    if (handshake) {
      socket.destroy()
      return
    }
    socket.end(renderReply(reply(421, because === 'shutting down' ? '4.3.2' : '4.7.0', `${because}; try again later`)))
    socket.resume()
    setTimeout(() => socket.destroy(), 1_000).unref()
  }

  #turnedAway(because: string, peer = 'unknown'): void {
    const { ports, listener } = this.#connections.house
    ports.onEvent?.({ kind: 'turned-away', listener: listener.name, peer, because })
  }
}

function addressOf(socket: Socket): IpAddress | undefined {
  // Link-local addresses come with their interface: fe80::1%eth0.
  return parseAddress((socket.remoteAddress ?? '').replace(/%.*$/, ''))
}
