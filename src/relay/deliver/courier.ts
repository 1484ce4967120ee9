// One attempt to hand a message to the next server, for all recipients that go the same way: what came of each of them.
import type { Resolver } from '../../net/resolver.ts'
import type { Content, Envelope, Message, Outcome, RemoteReply } from '../envelope.ts'
import { survey } from '../message/octets.ts'
import { type AddressGuard, outwardOnly } from '../route/inward-addresses.ts'
import { type NextHop, nextHops, type Ourselves } from '../route/next-hops.ts'
import { recipientDomain } from '../route/routes.ts'
import type { EgressSettings, RouteSettings } from '../settings.ts'
import { KeptSessions } from './kept-sessions.ts'
import { notificationParameters } from './notification-parameters.ts'
import { type HostTrouble, hopText, openSession } from './opening.ts'
import { type Patience, usualPatience } from './patience.ts'
import { decides, meansTooMany, ownReply } from './replies.ts'
import { Session, type WireMail } from './session.ts'
import { egressFamilies, localAddress, type OpenSocket, openSocket, rememberedInterfaces } from './sockets.ts'
import { tlsOptions, tlsPolicy } from './tls.ts'

/** What is to be delivered: envelopes of one message with the same `groupKey` on their route. */
export interface DeliveryJob {
  readonly message: Message
  readonly content: Content
  readonly envelopes: readonly Envelope[]
  readonly route: RouteSettings
  readonly egress: EgressSettings
}

/** Delivers. `deferred` outcomes have 0 as `nextAt`: when it is tried again is the queue's to say. */
export interface Courier {
  /** One outcome for each envelope, in their order. Throws only for bugs. */
  attempt(job: DeliveryJob): Promise<readonly Outcome[]>
  /** Ends the connections that are kept; attempts that are under way go on, and keep none. */
  close(): Promise<void>
}

export interface CourierOptions {
  readonly resolver: Resolver
  readonly ourselves: Ourselves
  /** Which addresses are never connected by MX; `outwardOnly` unless the lab or a test says otherwise. */
  readonly guard?: AddressGuard
  readonly open?: OpenSocket
  /** PEM texts of roots that are trusted beside those of Node and of the system. */
  readonly ca?: readonly string[]
  readonly patience?: Partial<Patience>
  readonly random?: () => number
  /** Milliseconds; only differences count. */
  readonly clock?: () => number
}

/** Addresses that one attempt tries: an MX set may have hundreds, and the next attempt shuffles anew. */
const MOST_TRIED = 5
/** RFC 5321 §4.5.3.1.8: what every server takes in one transaction. */
const MOST_RECIPIENTS = 100

const TRANSACTIONS_PER_SESSION = 20
const IDLE_PER_KEY = 20

export function createCourier(options: CourierOptions): Courier {
  const { resolver, ourselves, guard = outwardOnly, random = Math.random } = options
  const { open = openSocket, clock = () => performance.now() } = options
  const patience = { ...usualPatience, ...options.patience }
  const means = { open, patience, tlsOptions: tlsOptions(options.ca ?? []) }
  const interfaces = rememberedInterfaces(clock)
  const kept = new KeptSessions({
    transactionsPerSession: TRANSACTIONS_PER_SESSION,
    idlePerKey: IDLE_PER_KEY,
    idleMs: patience.idle,
  })

  async function attempt(job: DeliveryJob): Promise<readonly Outcome[]> {
    const delivery = new Delivery(job)
    const first = delivery.open[0]
    if (first === undefined) return delivery.outcomes()
    const families = egressFamilies(job.egress)
    if (families.length === 0) return delivery.defer(ownReply('4.3.5', `the egress ${job.egress.name} has no address`))
    const domain = recipientDomain(first.recipient)
    const hops = await nextHops(job.route, domain, families, { resolver, guard, ourselves, random })
    if (hops.kind !== 'hosts') {
      return hops.kind === 'failed' ? delivery.fail(hops.reply) : delivery.defer(hops.reply)
    }
    const troubles: HostTrouble[] = []
    const until = clock() + patience.search
    const tried = hops.hosts.slice(0, MOST_TRIED)
    let complete = tried.length === hops.hosts.length
    for (const hop of tried) {
      if (delivery.open.length === 0) break
      if (clock() > until) {
        complete = false
        break
      }
      const trouble = await visit(job, delivery, hop)
      if (trouble) troubles.push(trouble)
    }
    if (delivery.open.length === 0) return delivery.outcomes()
    // A 5xx to the greeting or EHLO is final when no host is left that might say otherwise (RFC 7504 §4). What we ourselves
    // configured as smart host refuses us, not the mail.
    const final = complete && job.route.via === 'mx' && troubles.length > 0 && troubles.every(one => one.permanent)
    return final ? delivery.fail(troubles.at(-1)!.reply) : delivery.defer(mostTelling(troubles))
  }

  /** Tries one address. What is left open afterwards may be tried at the next. */
  async function visit(job: DeliveryJob, delivery: Delivery, hop: NextHop): Promise<HostTrouble | undefined> {
    const wish = sessionWish(job, hop, interfaces())
    const key = JSON.stringify([job.egress.name, wish])
    for (;;) {
      const old = kept.take(key)
      const session = old ?? (await openSession(wish, means))
      if (!(session instanceof Session)) return session
      const trouble = await converse(delivery, session, hop)
      kept.keep(key, session)
      // The server may have ended a kept connection just now; that says nothing about it.
      const stale = old !== undefined && trouble?.reply.code === 0 && delivery.open.length > 0
      if (!stale) return trouble
    }
  }

  return { attempt, close: () => kept.close() }
}

function sessionWish({ egress, route }: DeliveryJob, hop: NextHop, interfaces: Parameters<typeof localAddress>[2]) {
  return {
    hop,
    localAddress: localAddress(egress, hop.address.includes(':') ? 6 : 4, interfaces),
    helo: egress.helo,
    tls: tlsPolicy(route),
    auth: route.auth,
  }
}

/** Hands over what is open, in as many transactions as it takes. */
async function converse(delivery: Delivery, session: Session, hop: NextHop): Promise<HostTrouble | undefined> {
  const lacking = delivery.lacking(session, hop)
  if (lacking) delivery.fail(lacking)
  const passesNotifications = session.offers('DSN')
  while (delivery.open.length > 0) {
    if (!session.usable)
      return { reply: ownReply('4.4.2', `${hopText(hop)}: the connection was closed`), permanent: false }
    const batch = delivery.open.slice(0, MOST_RECIPIENTS)
    const recipients = batch.map(({ recipient, dsn }) => ({
      address: recipient,
      parameters: passesNotifications ? notificationParameters(dsn) : '',
    }))
    const end = await session.deliver(delivery.mail, recipients)
    const said = end.replies.flatMap(reply => reply ?? [])
    for (const [index, envelope] of batch.entries()) {
      const reply = end.replies[index]
      if (reply) delivery.decide(envelope, reply, said, passesNotifications)
    }
    if (end.kind === 'answered') continue
    if (!end.begun) return { reply: end.reply, permanent: false }
    // It may have been taken or not: another host now could only make two of it.
    delivery.defer(end.reply)
    return { reply: end.reply, permanent: false }
  }
  return undefined
}

/** The outcomes of one attempt as they come in. */
class Delivery {
  readonly mail: WireMail
  readonly #job: DeliveryJob
  readonly #outcomes = new Map<Envelope, Outcome>()

  constructor(job: DeliveryJob) {
    this.#job = job
    const { message, content, envelopes } = job
    const { bareEndings, eightBit } = survey(content.message)
    const addresses = [message.sender, ...envelopes.map(one => one.recipient)]
    this.mail = {
      sender: message.sender,
      content,
      eightBit,
      smtpUtf8: message.smtpUtf8 || addresses.some(address => /[^\x00-\x7f]/.test(address)),
      dsn: message.dsn,
    }
    // It would have to be changed on its way, and no signature would survive that.
    if (bareEndings > 0) this.fail(ownReply('5.6.0', 'the message holds a CR or LF that is no line ending'))
    if (!isSayable(message.sender)) this.fail(ownReply('5.1.7', `<${message.sender}> cannot be said to a server`))
    for (const one of this.open) {
      if (one.recipient !== '' && isSayable(one.recipient)) continue
      this.#outcomes.set(one, {
        kind: 'failed',
        reply: ownReply('5.1.3', `<${one.recipient}> cannot be said to a server`),
      })
    }
  }

  /** Envelopes without an outcome. */
  get open(): readonly Envelope[] {
    return this.#job.envelopes.filter(one => !this.#outcomes.has(one))
  }

  outcomes(): readonly Outcome[] {
    return this.#job.envelopes.map(one => this.#outcomes.get(one)!)
  }

  /** What the server would have to be able to do, and is not. */
  lacking(session: Session, hop: NextHop): RemoteReply | undefined {
    const by = hopText(hop)
    const size = this.mail.content.signatures.length + this.mail.content.message.length
    const most = session.largestMessage
    if (most > 0 && size > most) {
      return ownReply('5.3.4', `the message has ${size} octets, and ${by} takes no more than ${most}`)
    }
    if (this.mail.smtpUtf8 && !session.offers('SMTPUTF8')) {
      return ownReply('5.6.7', `the message needs internationalized mail (SMTPUTF8), and ${by} does not know it`)
    }
    if (this.mail.eightBit && !session.offers('8BITMIME')) {
      return ownReply('5.6.3', `the message holds 8-bit data, and ${by} does not take it (8BITMIME)`)
    }
    return undefined
  }

  decide(envelope: Envelope, reply: RemoteReply, said: readonly RemoteReply[], passedNotifications: boolean): void {
    const kind = decides(reply)
    if (kind === 'delivered') {
      const owed = !passedNotifications && envelope.dsn.notify.includes('success')
      this.#outcomes.set(envelope, { kind, reply, ...(owed ? { relayed: true } : {}) })
    } else if (kind === 'deferred' || meansTooMany(reply, said)) this.deferOne(envelope, reply)
    else this.#outcomes.set(envelope, { kind, reply })
  }

  deferOne(envelope: Envelope, reply: RemoteReply): void {
    if (!this.#outcomes.has(envelope)) this.#outcomes.set(envelope, { kind: 'deferred', reply, nextAt: 0 })
  }

  /** All that are open. */
  defer(reply: RemoteReply): readonly Outcome[] {
    for (const one of this.open) this.deferOne(one, reply)
    return this.outcomes()
  }

  /** All that are open. */
  fail(reply: RemoteReply): readonly Outcome[] {
    for (const one of this.open) this.#outcomes.set(one, { kind: 'failed', reply })
    return this.outcomes()
  }
}

/** False for what would end the path or the line (RFC 5321 §4.1.2); such an address should never have been taken. */
function isSayable(address: string): boolean {
  return !/[\x00-\x1f\x7f<>]/.test(address)
}

/** Of several troubles: what a server said counts more than that another was not there. */
function mostTelling(troubles: readonly HostTrouble[]): RemoteReply {
  const passing = troubles.filter(one => !one.permanent)
  const told = passing.findLast(one => one.reply.code !== 0) ?? passing.at(-1) ?? troubles.at(-1)
  return told?.reply ?? ownReply('4.4.1', 'no host was tried in time')
}
