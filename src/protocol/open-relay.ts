// Would a server relay for strangers? Which addresses are tried, and what the answers to them prove. Nothing is ever sent.
import { isWithin } from '../names/domain.ts'
import type { Attempted } from '../net/recipient-trial.ts'
import { replyLine } from './smtp-greeting.ts'

/**
 * `known`, `unlikely`: addresses of theirs, one that there must be and some that nobody has, to compare with. `plain`: somebody elsewhere. `foreign`: the same,
 * written in a way that RFC 5321 makes mean the same. `trick`: what some servers take for somebody elsewhere.
 */
export type RelayForm = 'known' | 'unlikely' | 'plain' | 'foreign' | 'trick'

/** `sender` and `recipient` in angle brackets. */
export interface RelayAttempt {
  readonly form: RelayForm
  readonly sender: string
  readonly recipient: string
  /** Of a trick: the unlikely recipient at the same place. Where that one is taken, the trick says nothing. */
  readonly like?: string
}

/** The server that is asked and the domain that it is asked for. `literal`: `[192.0.2.1]`. */
export interface RelaySubject {
  readonly domain: string
  readonly host: string
  readonly literal: string
  readonly ehloName: string
}

const USER = 'mailworthy-relay-test'
const NOBODY = `${USER}-nobody`

/** A domain that is certainly not theirs, and nobody's mailbox (RFC 2606 §3). */
export function strangerDomain({ domain, host }: Pick<RelaySubject, 'domain' | 'host'>): string {
  const reserved = ['example.com', 'example.net', 'example.org']
  return reserved.find(one => !isWithin(domain, one) && !isWithin(host, one)) ?? 'example.com'
}

/** Whom every server of the domain knows, whom none does, and a stranger, by each kind of sender. */
export function plainAttempts(subject: RelaySubject): readonly RelayAttempt[] {
  const { domain, ehloName } = subject
  const stranger = strangerDomain(subject)
  const recipient = `<${USER}@${stranger}>`
  return [
    { form: 'known', sender: '<>', recipient: `<postmaster@${domain}>` },
    ...unlikely(subject).map(recipient => ({ form: 'unlikely' as const, sender: '<>', recipient })),
    { form: 'plain', sender: '<>', recipient },
    { form: 'plain', sender: `<postmaster@${ehloName}>`, recipient },
    { form: 'plain', sender: `<${USER}@${stranger}>`, recipient },
    // Whoever says that he is one of us is not one of us.
    { form: 'plain', sender: `<postmaster@${domain}>`, recipient },
  ]
}

/** A user that nobody is, at the domain, at the host by its name and its address, and at no domain. */
function unlikely({ domain, host, literal }: RelaySubject): readonly string[] {
  return [...[...new Set([domain, host, literal])].map(here => `<${NOBODY}@${here}>`), `<${NOBODY}>`]
}

/** Every other way to write the stranger, from one sender that the server took. */
export function trickAttempts(subject: RelaySubject, sender: string): readonly RelayAttempt[] {
  const { domain, host, literal } = subject
  const stranger = strangerDomain(subject)
  const there = `${USER}@${stranger}`
  const hack = `${USER}%${stranger}`
  const bang = `${stranger}!${USER}`
  const foreign = [
    // RFC 5321 §4.1.2: a source route is taken off, and what is left counts.
    `<@${host}:${there}>`,
    `<@${domain},@${host}:${there}>`,
    `<${there}.>`,
  ]
  const places = [...new Set([domain, host, literal])].map(here => ({
    like: `<${NOBODY}@${here}>`,
    recipients: [`<${hack}@${here}>`, `<${bang}@${here}>`, `<"${there}"@${here}>`, `<${there}@${here}>`],
  }))
  const elsewhere = [
    // To who takes users that nobody is, `[127.0.0.1]` may be himself.
    {
      like: `<${NOBODY}@${domain}>`,
      recipients: [`<"${hack}"@${domain}>`, `<${USER}@[127.0.0.1]>`, `<${USER}@[IPv6:::1]>`],
    },
    // Without a domain, or with an empty one, servers put their own behind it.
    {
      like: `<${NOBODY}>`,
      recipients: [`<${hack}>`, `<${hack}@localhost>`, `<${bang}>`, `<"${there}">`, `<${there}@>`, `<${hack}@>`],
    },
  ]
  return [
    ...foreign.map(recipient => ({ form: 'foreign' as const, sender, recipient })),
    ...[...places, ...elsewhere].flatMap(({ like, recipients }) =>
      recipients.map(recipient => ({ form: 'trick' as const, sender, recipient, like })),
    ),
  ]
}

export type RelayAnswer = Attempted<RelayAttempt>

/** The sender with which the tricks are tried: the first whose MAIL was taken; undefined when none was. */
export function takenSender(answers: readonly RelayAnswer[]): string | undefined {
  return answers.find(one => one.kind === 'answered' && one.at === 'RCPT')?.sender
}

/** True when the server said that it would take the recipient (RFC 5321 §4.2.3: 250, 251, 252). */
export function isTaken(answer: RelayAnswer): boolean {
  return answer.kind === 'answered' && answer.at === 'RCPT' && answer.reply.code >= 250 && answer.reply.code < 260
}

export type RelayVerdict =
  /** A stranger was taken. */
  | { readonly kind: 'open'; readonly taken: readonly RelayAnswer[] }
  /** Strangers were refused, but not a trick, though a user that nobody is was refused at the same place. */
  | { readonly kind: 'tricked'; readonly taken: readonly RelayAnswer[] }
  /** `takesAll`: it takes every address of its own, so that what it makes of a trick cannot be seen. */
  | { readonly kind: 'closed'; readonly reply: string; readonly takesAll: boolean; readonly untold: number }
  | { readonly kind: 'deferred'; readonly reply: string }
  /** The refusals say nothing about relaying: everybody is refused alike, or the reason is another. */
  | { readonly kind: 'turned-away'; readonly reply: string }
  | { readonly kind: 'untold'; readonly reason: string }

/** What the answers prove, in the order in which it matters. */
export function judgeRelay(answers: readonly RelayAnswer[]): RelayVerdict {
  const of = (...forms: readonly RelayForm[]): readonly RelayAnswer[] => answers.filter(one => forms.includes(one.form))
  const open = of('plain', 'foreign').filter(isTaken)
  if (open.length > 0) return { kind: 'open', taken: open }
  const [known] = of('known')
  const controls = new Map(of('unlikely').map(one => [one.recipient, one]))
  const tricks = of('trick').filter(one => isTaken(one) && isUnknownThere(controls.get(one.like ?? '')))
  if (tricks.length > 0) return { kind: 'tricked', taken: tricks }
  const [ofDomain] = of('unlikely')
  const takesAll = ofDomain !== undefined && isTaken(ofDomain)
  const plain = of('plain')
  const refusal = plain.find(one => isRefusal(one, known))
  const lost = plain.find(one => one.kind === 'untold')
  if (lost?.kind === 'untold') return { kind: 'untold', reason: lost.reason }
  const deferred = plain.find(one => codeOf(one) >= 400 && codeOf(one) < 500 && !isRefusal(one, known))
  if (deferred !== undefined) return { kind: 'deferred', reply: textOf(deferred) }
  if (refusal === undefined) return { kind: 'turned-away', reply: plain[0] === undefined ? '' : textOf(plain[0]) }
  const untold = answers.filter(
    one => one.kind === 'untold' || (one.form !== 'known' && one.form !== 'unlikely' && isForNow(one)),
  ).length
  return { kind: 'closed', reply: textOf(refusal), takesAll, untold }
}

function isUnknownThere(control: RelayAnswer | undefined): boolean {
  return control?.kind === 'answered' && control.at === 'RCPT' && control.reply.code >= 500
}

function codeOf(answer: RelayAnswer): number {
  return answer.kind === 'answered' ? answer.reply.code : 0
}

function isForNow(answer: RelayAnswer): boolean {
  return codeOf(answer) >= 400 && codeOf(answer) < 500 && !/relay/i.test(textOf(answer))
}

/** What was answered, as one line. */
export function textOf(answer: Attempted): string {
  return answer.kind === 'untold' ? answer.reason : replyLine(answer.reply)
}

/** True when a refusal is about the address that we come from, and not about what was asked. */
export function isAboutClient(text: string): boolean {
  return /block ?list|black ?list|blocked|\blisted\b|dnsbl|\brbl\b|spamhaus|reputation/i.test(text)
}

/** The stranger's domain is refused for what it is. */
const aboutStranger = /5\.1\.(2|10)\b|null ?mx/i

/** True when the reply refuses to relay, and would not be said to everybody. */
function isRefusal(answer: RelayAnswer, known: RelayAnswer | undefined): boolean {
  if (answer.kind === 'untold') return false
  const text = textOf(answer)
  // 530: it relays for nobody who does not log in (RFC 4954 §6).
  if (answer.reply.code === 530) return true
  if (answer.at === 'MAIL' || answer.reply.code === 421) return false
  if (isAboutClient(text) || aboutStranger.test(text)) return false
  if (/relay|authenticat/i.test(text)) return true
  if (answer.reply.code < 500 || answer.reply.code === 556) return false
  return known?.kind === 'answered' && !isRefusedAlike(known, answer)
}

/** True when two recipients got the same answer, apart from the addresses in it: it is about the client then. */
export function isRefusedAlike(one: Attempted, other: Attempted): boolean {
  return one.kind === other.kind && withoutAddress(textOf(one)) === withoutAddress(textOf(other))
}

function withoutAddress(text: string): string {
  return text.replace(/<[^>]*>|\S+@\S+/g, '')
}
