// Asks a server which recipients it would take, for a host whose owner wants to know: MAIL, RCPT, RSET, QUIT. It never says DATA, so nothing is sent.
import type { Connection, Dialer } from './dialer.ts'
import { type Exchange, type Heard, isReply, SmtpDialogue } from './smtp-dialogue.ts'
import { type ProbePatience, type ProbeTarget, patience } from './smtp-probe.ts'
import { replyText, type SmtpReply } from './smtp-replies.ts'

/** Paths as they stand after `MAIL FROM:` and `RCPT TO:`, in angle brackets. */
export interface Attempt {
  readonly sender: string
  readonly recipient: string
}

/** What became of an attempt. `untold`: it was not answered, with the reason as a clause. */
export type Attempted<A extends Attempt = Attempt> = A &
  (
    | { readonly kind: 'answered'; readonly at: 'MAIL' | 'RCPT'; readonly reply: SmtpReply }
    | { readonly kind: 'untold'; readonly reason: string }
  )

export interface RecipientTrial<A extends Attempt = Attempt> {
  /** In the order of the attempts. */
  readonly attempts: readonly Attempted<A>[]
  readonly dialogue: readonly Exchange[]
}

/** Postfix slows down after 10 errors of one client and hangs up after 20; Exim and Exchange are alike. */
const MOST_AT_ONCE = 6
/** Connections that brought nothing, after which the rest stays untold. */
const MOST_FRUITLESS = 2

/** Makes the attempts, a few on each connection, one connection after the other. Never throws for anything that a server does. */
export async function tryRecipients<A extends Attempt>(
  dialer: Dialer,
  target: ProbeTarget,
  attempts: readonly A[],
  waits: Partial<ProbePatience> = {},
): Promise<RecipientTrial<A>> {
  const timeouts = { ...patience, ...waits }
  const dialogue: Exchange[] = []
  const done: Attempted<A>[] = []
  let [fruitless, inClear] = [0, false]
  while (done.length < attempts.length) {
    const visit = await visitOnce(dialer, target, attempts.slice(done.length, done.length + MOST_AT_ONCE), {
      timeouts,
      inClear,
    })
    dialogue.push(...visit.dialogue)
    done.push(...visit.attempts)
    inClear ||= visit.tlsFailed
    const isFruitless = !visit.attempts.some(one => one.kind === 'answered')
    fruitless = isFruitless ? fruitless + 1 : 0
    if (fruitless < MOST_FRUITLESS) continue
    const reason = visit.lost ?? 'the server hung up'
    done.push(...attempts.slice(done.length).map(one => ({ ...one, kind: 'untold' as const, reason })))
  }
  return { attempts: done, dialogue }
}

interface Visit<A extends Attempt> {
  /** As many as were begun; one that was not answered is the last. */
  readonly attempts: readonly Attempted<A>[]
  readonly dialogue: readonly Exchange[]
  /** Why the visit ended early, as a clause. */
  readonly lost?: string
  readonly tlsFailed: boolean
}

async function visitOnce<A extends Attempt>(
  dialer: Dialer,
  target: ProbeTarget,
  attempts: readonly A[],
  { timeouts, inClear }: { readonly timeouts: ProbePatience; readonly inClear: boolean },
): Promise<Visit<A>> {
  const connection = await dialer.connect({ address: target.address, port: target.port }, timeouts.connect)
  if (connection.kind === 'failed') {
    return { attempts: [], dialogue: [], lost: `there was no connection (${connection.detail})`, tlsFailed: false }
  }
  try {
    return await talk(connection, target, attempts, timeouts, inClear)
  } finally {
    connection.close()
  }
}

async function talk<A extends Attempt>(
  connection: Connection,
  { serverName, ehloName }: ProbeTarget,
  attempts: readonly A[],
  timeouts: ProbePatience,
  inClear: boolean,
): Promise<Visit<A>> {
  const dialogue = new SmtpDialogue(connection, timeouts)
  const done: Attempted<A>[] = []
  const ended = (lost?: string, tlsFailed = false): Visit<A> => ({
    attempts: done,
    dialogue: dialogue.exchanges,
    ...(lost !== undefined && { lost }),
    tlsFailed,
  })
  const banner = await dialogue.banner()
  if (!isReply(banner) || banner.code !== 220) return ended(unfit(banner))
  const greeting = await greet(dialogue, ehloName)
  if (!isReply(greeting) || greeting.code !== 250) return ended(unfit(greeting))
  if (!inClear && greeting.lines.some(line => /^STARTTLS\b/i.test(line.trim()))) {
    const go = await dialogue.say('STARTTLS')
    if (!isReply(go)) return ended(unfit(go), true)
    if (go.code === 220) {
      dialogue.forget()
      const { outcome } = await dialogue.startTls(serverName)
      if (outcome.kind === 'failed') return ended(`TLS did not come about (${outcome.detail})`, true)
      const again = await greet(dialogue, ehloName)
      if (!isReply(again) || again.code !== 250) return ended(unfit(again))
    }
  }
  for (const attempt of attempts) {
    const tried = await tryOne(dialogue, attempt)
    done.push(tried)
    if (tried.kind === 'untold') return ended(tried.reason)
    if (tried.reply.code === 421) return ended(`the server turned us away with "${replyText(tried.reply)}"`)
    const reset = await dialogue.say('RSET')
    if (!isReply(reset)) return ended(unfit(reset))
  }
  await dialogue.say('QUIT', timeouts.quit)
  return ended()
}

async function greet(dialogue: SmtpDialogue, name: string): Promise<Heard> {
  const greeting = await dialogue.say(`EHLO ${name}`)
  // RFC 5321 §3.2: a server from before 1995 knows HELO alone.
  return isReply(greeting) && [500, 502, 504].includes(greeting.code) ? dialogue.say(`HELO ${name}`) : greeting
}

async function tryOne<A extends Attempt>(dialogue: SmtpDialogue, attempt: A): Promise<Attempted<A>> {
  const mail = await dialogue.say(`MAIL FROM:${attempt.sender}`)
  if (!isReply(mail)) return { ...attempt, kind: 'untold', reason: unfit(mail) }
  if (mail.code !== 250) return { ...attempt, kind: 'answered', at: 'MAIL', reply: mail }
  const recipient = await dialogue.say(`RCPT TO:${attempt.recipient}`)
  if (!isReply(recipient)) return { ...attempt, kind: 'untold', reason: unfit(recipient) }
  return { ...attempt, kind: 'answered', at: 'RCPT', reply: recipient }
}

/** Why it went no further, as a clause. */
function unfit(heard: Heard): string {
  if (isReply(heard)) return `the server turned us away with "${replyText(heard).slice(0, 300)}"`
  if (heard === 'timeout') return 'the server did not answer in time'
  return heard === 'closed' ? 'the server hung up' : `the server does not speak SMTP (${heard.fault})`
}
