// From a submission to its reply: prepared, judged by the gate, signed, the signature verified, queued durably, and only then 250.

import { type QueueStore, StoreFailure } from '../store/store.ts'
import type { Envelope, Message } from './envelope.ts'
import type { Evidence } from './gate/decide.ts'
import type { Decision } from './gate/decision.ts'
import { inWords, verdictOf } from './gate/reply.ts'
import { mayUseAuthor } from './intake/clients.ts'
import { type Reply, reply } from './intake/reply.ts'
import type { IntakePorts, Submission, SubmittedRecipient } from './intake/submission.ts'
import { gateMode, judge, signaturesOf } from './judge.ts'
import { type Prepared, prepare } from './message/prepare.ts'
import { GATE } from './send.ts'
import type { DomainSettings, RelaySettings } from './settings.ts'
import { type Signed, signMessage } from './sign/sign.ts'
import { verifyOwn } from './sign/verify-own.ts'

/** What became of a submission, for the log. */
export type AcceptEvent =
  | {
      readonly kind: 'queued' | 'held'
      readonly message: Message
      readonly recipients: readonly string[]
      readonly because: string | undefined
      readonly notes: readonly string[]
    }
  | {
      readonly kind: 'refused'
      readonly id: string
      readonly submission: Submission
      readonly reply: Reply
      readonly notes: readonly string[]
    }
  | { readonly kind: 'fault'; readonly id: string; readonly says: string; readonly cause: unknown }

export interface AcceptPorts {
  readonly settings: RelaySettings
  readonly evidence: Evidence
  /** Asks for an audit of a domain, at once; never waits for it. */
  readonly requestAudit: (domain: string, why: string) => void
  readonly store: Pick<QueueStore, 'health' | 'put'>
  readonly newId: (now: number) => string
  readonly onEvent: (event: AcceptEvent) => void
  /** Told when something new is due. */
  readonly onQueued: (envelopes: readonly Envelope[]) => void
  readonly now: () => number
}

/** The intake's ports that decide. */
export function createAcceptance(ports: AcceptPorts): Pick<IntakePorts, 'onSender' | 'onMessage'> {
  const domains = new Map(ports.settings.domains.map(domain => [domain.name, domain]))
  return {
    onSender: () => (ports.store.health.kind === 'healthy' ? undefined : storeReply(ports.store.health.kind)),
    async onMessage(submission, raw) {
      const now = ports.now()
      const id = ports.newId(now)
      const refuse = (answer: Reply, notes: readonly string[] = []): Reply => {
        ports.onEvent({ kind: 'refused', id, submission, reply: answer, notes })
        return answer
      }
      const { session, sender, recipients } = submission
      const { client } = session
      const prepared = prepare(raw, {
        ...traceOf(id, now, submission, ports.settings),
        lineEndings: client.lineEndings,
      })
      if (prepared.kind === 'refused') return refuse(reply(prepared.code, prepared.enhanced, prepared.says))
      const { author } = prepared
      if (!mayUseAuthor(client, author.address)) {
        return refuse(reply(550, '5.7.1', `The client ${client.name} may not write as ${author.address} (header From)`))
      }
      const domain = domains.get(author.domain)
      if (domain === undefined) {
        return refuse(reply(550, '5.7.1', `Mail from ${author.domain} (header From) is not set up here`))
      }
      const judgment = judge(
        {
          authorDomain: author.domain,
          senderDomain: sender.domain === '' ? undefined : sender.domain,
          recipients: recipients.map(r => r.address),
          signatures: signaturesOf(domain),
        },
        ports.settings,
        ports.evidence,
      )
      if (judgment === undefined) return refuse(reply(550, '5.7.1', 'There is no route to one of the recipients'))
      const { decision } = judgment
      if (decision.kind === 'unsure') {
        for (const { domain: about } of decision.because)
          ports.requestAudit(about, decision.because.map(inWords).join('; '))
      }
      const mode = gateMode(client, author.domain, ports.settings)
      const verdict = verdictOf(decision, mode)
      if (verdict.kind === 'refuse') {
        const { code, enhanced, lines } = verdict.reply
        return refuse(reply(code, enhanced, ...lines), decision.notes)
      }
      const expiresAt = now + ports.settings.retry.expiresAfter
      const signed = await signAndVerify(prepared, domain, expiresAt, now, ports, id)
      if (signed === undefined)
        return refuse(reply(451, '4.3.5', 'The message could not be signed; nothing leaves unsigned'))
      const message = messageOf(id, now, submission, prepared, signed.signatures.length)
      const held = verdict.kind === 'hold' ? `${GATE}${verdict.because}` : undefined
      try {
        const envelopes = await ports.store.put(
          message,
          { signatures: signed.signatures, message: prepared.message },
          recipients.map(recipient => envelopeOf(recipient, now, expiresAt, ports.settings, held)),
        )
        ports.onEvent({
          kind: held === undefined ? 'queued' : 'held',
          message,
          recipients: recipients.map(r => r.address),
          because: held ?? told(decision),
          notes: decision.notes,
        })
        ports.onQueued(envelopes)
        return reply(250, '2.0.0', held === undefined ? `Ok: queued as ${id}` : `Ok: held as ${id}`)
      } catch (failure) {
        if (!(failure instanceof StoreFailure)) throw failure
        ports.onEvent({ kind: 'fault', id, says: failure.message, cause: failure })
        return refuse(storeReply(failure.fault === 'full' ? 'full' : 'failed'))
      }
    },
  }
}

// What observe mode lets through is told all the same.
function told(decision: Decision): string | undefined {
  return decision.kind === 'open' ? undefined : decision.because.map(inWords).join('; ')
}

function storeReply(kind: 'full' | 'failed'): Reply {
  return kind === 'full'
    ? reply(452, '4.3.1', 'There is no room for more mail at the moment; try again later')
    : reply(451, '4.3.0', 'The queue cannot be written; try again later')
}

function traceOf(id: string, now: number, { session, sender }: Submission, { hostname }: RelaySettings) {
  return {
    id,
    hostname,
    takenAt: now,
    peer: { address: session.peer.address, ehlo: session.ehlo },
    session: {
      extended: session.extended,
      encrypted: session.tls !== undefined,
      authenticated: session.user !== undefined,
      smtpUtf8: sender.smtpUtf8,
    },
  }
}

async function signAndVerify(
  prepared: Prepared,
  domain: DomainSettings,
  expiresAt: number,
  now: number,
  ports: AcceptPorts,
  id: string,
): Promise<Signed | undefined> {
  const signed = await signMessage(prepared.message, domain, { now, expiresAt: expiresAt + 86_400_000 })
  if (signed.kind === 'not-signed') {
    ports.onEvent({ kind: 'fault', id, says: signed.says, cause: signed.cause })
    return undefined
  }
  // The gate has compared the keys with DNS; here it is our own work that is checked before anybody is told 250.
  const verdicts = await verifyOwn(
    signed,
    prepared.message,
    (selector, name) => signed.made.find(made => made.selector === selector && made.domain === name)?.keyHash,
  )
  const broken = verdicts.find(verdict => verdict.result !== 'pass')
  if (broken === undefined) return signed
  ports.onEvent({ kind: 'fault', id, says: `the signature of ${broken.selector} does not verify`, cause: broken })
  return undefined
}

function messageOf(
  id: string,
  now: number,
  { session, sender }: Submission,
  prepared: Prepared,
  signatures: number,
): Message {
  return {
    id,
    takenAt: now,
    client: session.client.name,
    listener: session.listener,
    peer: { address: session.peer.address, ehlo: session.ehlo },
    sender: sender.address,
    author: prepared.author.address,
    messageId: prepared.messageId,
    subject: prepared.subject,
    size: prepared.message.length + signatures,
    smtpUtf8: prepared.smtpUtf8 || sender.smtpUtf8,
    dsn: { ret: sender.ret, envid: sender.envid },
  }
}

function envelopeOf(
  { address, notify, orcpt }: SubmittedRecipient,
  now: number,
  expiresAt: number,
  { retry }: RelaySettings,
  held: string | undefined,
): Omit<Envelope, 'id' | 'message'> {
  return {
    recipient: address,
    state: held === undefined ? 'queued' : 'held',
    dueAt: now,
    attempts: 0,
    firstTriedAt: undefined,
    lastTriedAt: undefined,
    expiresAt,
    warnAt: retry.warnAfter === undefined ? undefined : now + retry.warnAfter,
    crashes: 0,
    lastReply: undefined,
    heldBecause: held,
    dsn: { notify, orcpt },
  }
}
