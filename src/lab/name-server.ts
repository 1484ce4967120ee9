// The name server of the lab: serves a Zone over UDP and TCP on one loopback port, as a resolver would and as badly as
// it is told to. Nobody but the lab and tests should believe it: it answers for every name there is.
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { decodeMessage, type WireMessage } from '../net/dns/wire-message.ts'
import { typeNumbers } from '../net/dns/wire-records.ts'
import type { RecordType, Signature } from '../net/resolver.ts'
import {
  type Draft,
  type DraftRecord,
  draftRecord,
  draftSignature,
  type ExtendedError,
  encodeResponse,
} from './response-wire.ts'
import type { Zone, ZoneRecord } from './zone.ts'
import { answerWithAuthority } from './zone-authority.ts'

/** What is asked: the canonical name and the type, `TYPE65` and the like for types that a Zone cannot hold. */
export interface LabQuestion {
  readonly name: string
  readonly type: string
}

/** How the server misbehaves. Nothing by default. */
export interface Behavior {
  /** The fraction of UDP packets, in and out, that get lost; the same ones for the same seed. */
  readonly loss?: { readonly fraction: number; readonly seed: number }
  /** Milliseconds that each answer takes. */
  readonly delayMs?: number
  /** How many questions it can hold at once; it drops the others. */
  readonly most?: number
  /** `refused`: FORMERR to every question with EDNS. `unknown`: answers without, as old servers do. `badvers`: RFC 6891 §6.1.3. */
  readonly edns?: 'refused' | 'unknown' | 'badvers'
  /** A server that follows no CNAME: of a chain it gives only the first link. */
  readonly firstLinkOnly?: boolean
  /** Answers with authority for these zones, and refuses the rest; below NS records it refers to their servers. */
  readonly zones?: readonly string[]
  /** Says that it does not recurse, nor answers with authority. */
  readonly lame?: boolean
  /** Never listens on TCP. */
  readonly udpOnly?: boolean
  /** Truncates every answer over UDP. */
  readonly truncates?: boolean
  /** Sends answers over TCP in pieces of so many octets. */
  readonly pieces?: number
  /** Extended errors to send along. */
  readonly extended?: (question: LabQuestion) => ExtendedError | undefined
  /** A last hand on the response: records with odd data, other flags. */
  readonly alter?: (draft: Draft, question: LabQuestion) => Draft
  /** What is sent instead of the finished response: forged messages before it, broken octets, or nothing. */
  readonly replace?: (response: Buffer, question: LabQuestion, by: 'udp' | 'tcp') => readonly Uint8Array[]
}

export interface NameServer {
  readonly address: string
  readonly port: number
  /** `name TYPE` of every question that was heard, in order. */
  readonly asked: readonly string[]
  /** Questions that came, over each transport, and those dropped because there were too many at once. */
  readonly counts: { readonly udp: number; readonly tcp: number; readonly dropped: number }
  close(): Promise<void>
}

/** Starts the name server. @throws Error when nothing can listen there. */
export async function startNameServer(options: {
  readonly zone: Zone
  readonly address?: string
  readonly port?: number
  readonly behavior?: Behavior
}): Promise<NameServer> {
  const { zone, address = '127.0.0.1', port = 0, behavior = {} } = options
  const server = new LabNameServer(zone, behavior)
  // Port 0 is chosen by UDP; TCP may find the same number taken, and then another one is tried.
  for (let tries = 1; ; tries++) {
    try {
      return await server.listen(address, port)
    } catch (fault) {
      if (port !== 0 || tries === 10) throw fault
    }
  }
}

const OTHER_SERVERS = ['a.root-servers.example', 'b.root-servers.example']
const UDP_SIZE = 1232
const NEGATIVE_TTL = 300

class LabNameServer {
  readonly asked: string[] = []
  readonly counts = { udp: 0, tcp: 0, dropped: 0 }
  readonly #zone: Zone
  readonly #behavior: Behavior
  readonly #lost: () => boolean
  readonly #connections = new Set<Socket>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #open = 0

  constructor(zone: Zone, behavior: Behavior) {
    this.#zone = zone
    this.#behavior = behavior
    const { loss } = behavior
    const random = seeded(loss?.seed ?? 0)
    this.#lost = () => loss !== undefined && random() < loss.fraction
  }

  async listen(address: string, port: number): Promise<NameServer> {
    const udp = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 4 * 1024 * 1024 })
    udp.bind(port, address)
    await once(udp, 'listening')
    const bound = udp.address().port
    const tcp = this.#behavior.udpOnly ? undefined : createServer(connection => this.#serve(connection))
    try {
      tcp?.listen(bound, address)
      if (tcp) await once(tcp, 'listening')
    } catch (fault) {
      udp.close()
      throw fault
    }
    udp.on('message', (bytes, from) => this.#datagram(udp, bytes, from))
    // An answer to someone who has gone is nobody's loss.
    udp.on('error', () => {})
    const { asked, counts } = this
    return { address, port: bound, asked, counts, close: () => this.#close(udp, tcp) }
  }

  async #close(udp: UdpSocket, tcp: Server | undefined): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    for (const connection of this.#connections) connection.destroy()
    const closed = [udp, ...(tcp === undefined ? [] : [tcp])].map(server => once(server, 'close'))
    udp.close()
    tcp?.close()
    await Promise.all(closed)
  }

  #datagram(udp: UdpSocket, bytes: Buffer, from: RemoteInfo): void {
    this.counts.udp++
    if (this.#lost()) return
    this.#hold(bytes, 'udp', messages => {
      for (const message of messages) if (!this.#lost()) udp.send(message, from.port, from.address, () => {})
    })
  }

  #serve(connection: Socket): void {
    this.#connections.add(connection)
    connection.setNoDelay(true)
    connection.on('close', () => this.#connections.delete(connection))
    connection.on('error', () => connection.destroy())
    let received: Buffer = Buffer.alloc(0)
    connection.on('data', piece => {
      received = Buffer.concat([received, piece])
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0)
        const query = received.subarray(2, end)
        received = received.subarray(end)
        this.counts.tcp++
        this.#hold(query, 'tcp', messages => this.#write(connection, messages))
      }
    })
  }

  #write(connection: Socket, messages: readonly Uint8Array[]): void {
    const framed = messages.flatMap(message => [Buffer.of(message.length >> 8, message.length & 255), message])
    const bytes = Buffer.concat(framed)
    const size = this.#behavior.pieces ?? bytes.length
    const writeFrom = (at: number): void => {
      if (at >= bytes.length || connection.destroyed) return
      connection.write(bytes.subarray(at, at + size), () => writeFrom(at + size))
    }
    writeFrom(0)
  }

  /** Holds the question for as long as an answer takes, or drops it when too many are held. */
  #hold(query: Buffer, by: 'udp' | 'tcp', send: (messages: readonly Uint8Array[]) => void): void {
    const { most = Number.POSITIVE_INFINITY, delayMs = 0 } = this.#behavior
    if (this.#open >= most) {
      this.counts.dropped++
      return
    }
    if (delayMs === 0) {
      send(this.#respond(query, by))
      return
    }
    this.#open++
    const timer = setTimeout(() => {
      this.#open--
      this.#timers.delete(timer)
      send(this.#respond(query, by))
    }, delayMs)
    this.#timers.add(timer)
  }

  /** The messages that answer a query; none when it is meant to be lost or is no query. */
  #respond(bytes: Buffer, by: 'udp' | 'tcp'): readonly Uint8Array[] {
    const query = decodeMessage(bytes)
    if (query === undefined || query.response) return []
    if (query.opcode !== 0) return [encodeResponse(this.#draft(query, 4))]
    if (query.questions !== 1 || query.question === undefined) return [encodeResponse(this.#draft(query, 1))]
    const question = { name: query.question.name, type: typeName(query.question.type) }
    this.asked.push(`${question.name} ${question.type}`)
    const drafted = this.#answer(query, question)
    if (drafted === undefined) return []
    const draft = this.#behavior.alter?.(drafted, question) ?? drafted
    let response = encodeResponse(draft)
    // RFC 6891 §6.2.3: without EDNS an answer over UDP has 512 octets, with it at least as many.
    const room = by === 'tcp' ? 65_535 : Math.max(512, query.edns?.udpSize ?? 512)
    if (response.length > room || (by === 'udp' && this.#behavior.truncates)) {
      response = encodeResponse({ ...draft, truncated: true, answers: [], authorities: [] })
    }
    return this.#behavior.replace?.(response, question, by) ?? [response]
  }

  #answer(query: WireMessage, question: LabQuestion): Draft | undefined {
    const { edns, extended, lame, firstLinkOnly } = this.#behavior
    const along = extended?.(question)
    if (query.edns && edns === 'refused') return withoutEdns(this.#draft(query, 1))
    if (query.edns && edns === 'badvers') return this.#draft(query, 16)
    if (this.#behavior.zones) {
      const own = { ...this.#draft(query, 0), recursionAvailable: false }
      return answerWithAuthority(this.#zone, this.#behavior.zones, question, own, name => this.#startOfAuthority(name))
    }
    if (lame) {
      const answers: DraftRecord[] = []
      const authorities = OTHER_SERVERS.map(value => draftRecord('', { type: 'NS', ttl: NEGATIVE_TTL, value }))
      return { ...this.#draft(query, 0), authoritative: false, recursionAvailable: false, answers, authorities }
    }
    const first = firstLinkOnly ? this.#zone.lookup(question.name, 'CNAME') : undefined
    const isAlias = first !== undefined && first.fault === undefined && first.records.length > 0
    const unchecked = query.checkingDisabled
    const found =
      isAlias && question.type !== 'CNAME' ? first : this.#zone.lookup(question.name, question.type, unchecked)
    if (found.fault === 'timeout') return undefined
    if (found.fault !== undefined) {
      const bogus = found.extendedCode === undefined ? along : { code: found.extendedCode }
      return this.#draft(query, found.fault === 'servfail' ? 2 : 5, bogus)
    }
    try {
      const links = found.chain.slice(0, -1).map(({ name, ttl }, index) => {
        return draftRecord(name, { type: 'CNAME', ttl, value: found.chain[index + 1]!.name })
      })
      const last = found.chain.at(-1)!.name
      const answers = [...links, ...found.records.map(record => draftRecord(last, record))]
      const authorities = found.records.length > 0 ? [] : [this.#startOfAuthority(last)]
      if (query.edns?.dnssecOk) {
        const [first] = found.records
        const [section, owner] = first ? [answers, last] : [authorities, authorities[0]!.name]
        const sign = (signature: Signature) => draftSignature(owner, first?.type ?? 'SOA', first?.ttl ?? 300, signature)
        section.push(...found.signatures.map(sign))
      }
      const authentic = found.authentic && !unchecked
      const draft = { ...this.#draft(query, found.exists ? 0 : 3, along), authentic, answers, authorities }
      return edns === 'unknown' ? withoutEdns(draft) : draft
    } catch (fault) {
      // The zone holds something that no server could send.
      return this.#draft(query, 2, { code: 24, text: fault instanceof Error ? fault.message : String(fault) })
    }
  }

  /** The SOA of the zone around a name; where the text has none, that of a root which holds the whole little world. */
  #startOfAuthority(name: string): DraftRecord {
    for (let zone = name; zone !== ''; zone = zone.includes('.') ? zone.slice(zone.indexOf('.') + 1) : '') {
      const found = this.#zone.lookup(zone, 'SOA')
      if (found.fault === undefined && found.chain.length === 1 && found.records[0]) {
        return draftRecord(zone, found.records[0])
      }
    }
    const [mname, rname] = [OTHER_SERVERS[0]!, 'hostmaster.root-servers.example']
    const value = { mname, rname, serial: 1, refresh: 7200, retry: 3600, expire: 1_209_600, minimum: NEGATIVE_TTL }
    return draftRecord('', { type: 'SOA', ttl: NEGATIVE_TTL, value } satisfies ZoneRecord)
  }

  #draft(query: WireMessage, rcode: number, extended?: ExtendedError): Draft {
    const { question, edns, bytes } = query
    return {
      id: query.id,
      rcode,
      authoritative: rcode === 0 || rcode === 3,
      truncated: false,
      recursionDesired: query.recursionDesired,
      recursionAvailable: true,
      authentic: false,
      question: question === undefined ? Buffer.alloc(0) : bytes.subarray(12, question.end),
      answers: [],
      authorities: [],
      ...(edns === undefined
        ? {}
        : { edns: { udpSize: UDP_SIZE, dnssecOk: edns.dnssecOk, ...(extended === undefined ? {} : { extended }) } }),
    }
  }
}

function withoutEdns({ edns: _, ...draft }: Draft): Draft {
  return draft
}

function typeName(number: number): string {
  return Object.keys(typeNumbers).find(name => typeNumbers[name as RecordType] === number) ?? `TYPE${number}`
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}
