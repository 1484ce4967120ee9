// `mailworthy queue`: what waits and why, and what to do with it: through the running daemon, else in the store itself.
import type { Envelope } from '../relay/envelope.ts'
import { visible } from '../report/visible.ts'
import type { Stored } from '../store/store.ts'
import { type ConfigurationFlags, configured } from './configuration.ts'
import { UsageError } from './failure.ts'
import { atQueue, type QueueAct, type QueueDoor } from './queue-door.ts'
import { table } from './table.ts'

export type QueueFlags = ConfigurationFlags & {
  readonly json?: boolean
  readonly state?: string
  readonly all?: boolean
  readonly because?: string
}

const states: readonly string[] = ['queued', 'held', 'delivered', 'failed', 'dropped']

/** Lists messages that wait or are held; others with --state. */
export async function listQueue(flags: QueueFlags, out: NodeJS.WritableStream): Promise<void> {
  if (flags.state !== undefined && !states.includes(flags.state)) {
    throw new UsageError(`--state takes ${states.join(', ')}, not "${visible(flags.state)}"`)
  }
  const wanted = flags.state === undefined ? ['queued', 'held'] : [flags.state]
  const found = await atQueue(configured(flags), async door =>
    (await Promise.all(wanted.map(state => messagesIn(state, door)))).flat(),
  )
  const messages = [...new Map(found.map(one => [one.message.id, one])).values()].toSorted((a, b) =>
    a.message.id < b.message.id ? -1 : 1,
  )
  if (flags.json) out.write(`${JSON.stringify(messages, null, 2)}\n`)
  else if (messages.length === 0) out.write('Nothing is there.\n')
  else {
    const rows = messages.flatMap(({ message, envelopes }) =>
      envelopes
        .filter(envelope => wanted.includes(envelope.state))
        .map(envelope =>
          [message.id, envelope.state, `<${message.sender}>`, envelope.recipient, waits(envelope)].map(cell =>
            visible(cell),
          ),
        ),
    )
    out.write(table(['id', 'state', 'from', 'to', 'why'], rows))
  }
}

/** The whole story of one message. Throws `UsageError` when it is not known. */
export async function showMessage(id: string, flags: QueueFlags, out: NodeJS.WritableStream): Promise<void> {
  const stored = await atQueue(configured(flags), door => door.find(id))
  if (stored === undefined) throw new UsageError(`no message ${visible(id)} is known`)
  if (flags.json) {
    out.write(`${JSON.stringify(stored, null, 2)}\n`)
    return
  }
  const { message, envelopes } = stored
  const about = [
    ['Message', message.id],
    ['Taken', new Date(message.takenAt).toISOString()],
    ['Client', `${message.client} (${message.peer.address}, ${message.peer.ehlo}) at ${message.listener}`],
    ['MAIL FROM', `<${message.sender}>`],
    ['From', message.author],
    ['Subject', message.subject],
    ['Message-ID', message.messageId],
    ['Size', `${message.size} octets`],
  ]
  for (const [name, value] of about) out.write(`${name!.padEnd(11)} ${visible(value!)}\n`)
  for (const envelope of envelopes)
    out.write(`\n${visible(envelope.recipient)}: ${envelope.state}\n  ${visible(waits(envelope))}\n`)
}

/** hold, release, retry, drop: one message, or all with --all. */
export async function actOnQueue(
  act: QueueAct,
  id: string | undefined,
  flags: QueueFlags,
  out: NodeJS.WritableStream,
): Promise<void> {
  if ((id === undefined) === (flags.all !== true))
    throw new UsageError(`name one message, or --all of them: mailworthy queue ${act} ID`)
  const because = flags.because ?? 'held by hand'
  const changed = await atQueue(configured(flags), door => door.act(act, id, because))
  if (changed === 0 && id !== undefined)
    throw new UsageError(`nothing to ${act}: ${visible(id)} is not known, or not in a state for it`)
  const done = { hold: 'held', release: 'released', retry: 'to be tried now', drop: 'dropped' }[act]
  out.write(`${changed} ${changed === 1 ? 'recipient' : 'recipients'} ${done}\n`)
}

/** All of them, page by page. */
async function messagesIn(state: string, door: QueueDoor): Promise<readonly Stored[]> {
  const found: Stored[] = []
  for (;;) {
    const page = await door.list(state, found.at(-1)?.message.id)
    if (page.length === 0) return found
    found.push(...page)
  }
}

function waits({ state, dueAt, lastReply, heldBecause, attempts }: Envelope): string {
  const heard =
    lastReply === undefined
      ? ''
      : `${lastReply.code === 0 ? '' : `${lastReply.code} `}${lastReply.enhanced ?? ''} ${lastReply.text}${lastReply.by === undefined ? '' : ` (${lastReply.by})`}`.trim()
  if (state === 'held') return heldBecause ?? 'held'
  if (state !== 'queued') return heard
  const next = `next try ${new Date(dueAt).toISOString()}`
  return attempts === 0 ? next : `${heard}; ${attempts} ${attempts === 1 ? 'try' : 'tries'}, ${next}`
}
