// One attempt as the queue asks for it: the gate again, the route, an egress without fault, fresh signatures where needed, the courier.
import type { QueueStore } from '../store/store.ts'
import type { Courier } from './deliver/courier.ts'
import { ownReply } from './deliver/replies.ts'
import type { Content, Envelope, Message, Outcome } from './envelope.ts'
import type { Evidence } from './gate/decide.ts'
import { inWords } from './gate/reply.ts'
import { gateMode, type Judgment, judge, signaturesOf } from './judge.ts'
import type { QueueJob } from './queue/ports.ts'
import { recipientDomain } from './route/routes.ts'
import type { DomainSettings, EgressSettings, GateMode, RelaySettings } from './settings.ts'
import { signMessage } from './sign/sign.ts'
import { routeOf } from './way.ts'

/** Begins the reason of everything that the gate holds, so that it can be let go when the gate opens. */
export const GATE = 'Gate: '

export interface SendPorts {
  readonly settings: RelaySettings
  readonly evidence: Evidence
  readonly requestAudit: (domain: string, why: string) => void
  readonly courier: Pick<Courier, 'attempt'>
  readonly store: Pick<QueueStore, 'sign'>
  readonly now: () => number
}

/** What the queue calls for each job. */
export function createSender(ports: SendPorts): (job: QueueJob) => Promise<readonly Outcome[]> {
  const domains = new Map(ports.settings.domains.map(domain => [domain.name, domain]))
  return async job => {
    const { message, envelopes } = job
    const all = (outcome: Outcome): readonly Outcome[] => envelopes.map(() => outcome)
    const route = routeOf(envelopes[0]!.recipient, ports.settings)
    if (route === undefined) return all(failed('5.4.4', 'There is no route to this recipient'))
    const domain = domains.get(recipientDomain(message.author))
    if (domain === undefined) {
      return all({ kind: 'held', because: `mail from ${recipientDomain(message.author)} is not set up here any more` })
    }
    const gate = askGate(message, envelopes, domain, ports)
    if ('kind' in gate) return all(gate)
    const content = await signedContent(job, domain, ports)
    if (content === undefined)
      return all(deferred('4.3.5', 'The message could not be signed anew; nothing leaves unsigned'))
    return ports.courier.attempt({ message, content, envelopes, route, egress: gate.egress })
  }
}

/** Whether the gate would let it go now. */
export function wouldGo(
  message: Message,
  recipients: readonly string[],
  { settings, evidence }: Pick<SendPorts, 'settings' | 'evidence'>,
): boolean {
  const domain = settings.domains.find(one => one.name === recipientDomain(message.author))
  if (domain === undefined) return false
  if (modeOf(message, domain, settings) === 'observe') return true
  return judgeAgain(message, recipients, domain, { settings, evidence })?.decision.kind === 'open'
}

function modeOf(message: Message, domain: DomainSettings, settings: RelaySettings): GateMode {
  const client = settings.clients.find(one => one.name === message.client)
  return gateMode(client, domain.name, settings)
}

function judgeAgain(
  message: Message,
  recipients: readonly string[],
  domain: DomainSettings,
  { settings, evidence }: Pick<SendPorts, 'settings' | 'evidence'>,
): Judgment | undefined {
  return judge(
    {
      authorDomain: domain.name,
      senderDomain: message.sender === '' ? undefined : recipientDomain(message.sender),
      recipients,
      signatures: signaturesOf(domain),
    },
    settings,
    evidence,
  )
}

function askGate(
  message: Message,
  envelopes: readonly Envelope[],
  domain: DomainSettings,
  ports: SendPorts,
): Outcome | { readonly egress: EgressSettings } {
  const { settings } = ports
  const judgment = judgeAgain(
    message,
    envelopes.map(envelope => envelope.recipient),
    domain,
    ports,
  )
  if (judgment === undefined) return failed('5.4.4', 'There is no route to this recipient')
  const { decision, egress } = judgment
  if (decision.kind === 'open' || modeOf(message, domain, settings) === 'observe') return { egress }
  const because = decision.because.map(inWords).join('; ')
  if (decision.kind === 'unsure') {
    ports.requestAudit(domain.name, because)
    return deferred('4.7.1', because)
  }
  // Closed is no attempt, and no bounce: it goes out after the repair.
  return { kind: 'held', because: `${GATE}${because}` }
}

/**
 * Signatures are made anew when the domain signs with other selectors than when the message was taken, and when they would
 * expire before its last attempt: a release gives mail new time to arrive.
 */
async function signedContent(job: QueueJob, domain: DomainSettings, ports: SendPorts): Promise<Content | undefined> {
  const content = await job.content()
  const fields = Buffer.from(content.signatures).toString('latin1')
  const made = new Set([...fields.matchAll(/\bs=([^;\s]+)/g)].map(m => m[1]))
  const ends = [...fields.matchAll(/\bx=([0-9]+)/g)].map(m => Number(m[1]) * 1000)
  const latest = Math.max(...job.envelopes.map(envelope => envelope.expiresAt))
  const same = domain.dkim.every(({ selector }) => made.has(selector)) && made.size === domain.dkim.length
  if (same && ends.every(end => end >= latest)) return content
  const signed = await signMessage(content.message, domain, { now: ports.now(), expiresAt: latest + 86_400_000 })
  if (signed.kind === 'not-signed') return undefined
  await ports.store.sign(job.message.id, signed.signatures)
  return { ...content, signatures: signed.signatures }
}

const failed = (enhanced: string, text: string): Outcome => ({ kind: 'failed', reply: ownReply(enhanced, text) })

const deferred = (enhanced: string, text: string): Outcome => ({
  kind: 'deferred',
  reply: ownReply(enhanced, text),
  nextAt: 0,
})
