// The log: one line for each outcome, as text or as JSON, with everything from the network escaped.
import { inspect } from 'node:util'
import type { Envelope, Message, RemoteReply } from '../relay/envelope.ts'
import type { RelayEvent } from '../relay/relay.ts'
import { visible, visibleJson } from '../report/visible.ts'

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'

/** The fields of a line, in order; undefined ones are left out. */
export type LogFields = { readonly [name: string]: string | number | undefined }

export type Log = (level: LogLevel, event: string, fields: LogFields) => void

const order: readonly LogLevel[] = ['error', 'warn', 'info', 'debug']

/** Writes lines of at least this level. */
export function createLog(
  { level, format }: { readonly level: LogLevel; readonly format: 'text' | 'json' },
  write: (line: string) => void,
  now: () => Date = () => new Date(),
): Log {
  return (of, event, fields) => {
    if (order.indexOf(of) > order.indexOf(level)) return
    const said = Object.entries(fields).filter(([, value]) => value !== undefined) as [string, string | number][]
    const at = now().toISOString()
    if (format === 'json')
      write(`${visibleJson(JSON.stringify({ at, level: of, event, ...Object.fromEntries(said) }))}\n`)
    else write(`${at} ${of} ${event}${said.map(([name, value]) => ` ${name}=${shown(value)}`).join('')}\n`)
  }
}

/** As it is, or in quotes. A backslash there begins an escape: one of the value's own is doubled, or it could end the quotes. */
function shown(value: string | number): string {
  const text = visible(String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"'))
  return /^[^\s"=\\]+$/.test(text) ? text : `"${text}"`
}

type Line = readonly [LogLevel, string, LogFields]

/** Writes a line for everything that happens in the relay. */
export function logRelay(log: Log): (event: RelayEvent) => void {
  return happened => log(...lineOf(happened))
}

function lineOf(happened: RelayEvent): Line {
  switch (happened.from) {
    case 'queue':
      return queueLine(happened.event)
    case 'accept':
      return acceptLine(happened.event)
    case 'intake':
      return intakeLine(happened.event)
  }
}

function queueLine(event: Extract<RelayEvent, { from: 'queue' }>['event']): Line {
  switch (event.kind) {
    case 'accepted':
      return [
        'info',
        'queued',
        {
          ...aboutMessage(event.message),
          to: event.envelopes.map(e => e.recipient).join(','),
        },
      ]
    case 'delivered':
      return ['info', 'delivered', { ...about(event), ...replied(event.reply), status: 'sent' }]
    case 'failed':
    case 'expired':
      return ['warn', event.kind, { ...about(event), ...replied(event.reply), status: 'bounced' }]
    case 'deferred':
      return [
        'info',
        'deferred',
        {
          ...about(event),
          ...replied(event.reply),
          status: 'deferred',
          next: new Date(event.envelope.dueAt).toISOString(),
        },
      ]
    case 'held':
      return ['warn', 'held', { ...about(event), because: event.because }]
    case 'released':
    case 'retried':
    case 'dropped':
      return ['info', event.kind, about(event)]
    case 'paused':
      return ['warn', event.because === undefined ? 'resumed' : 'paused', { because: event.because }]
    case 'clock-set':
      return ['warn', 'clock-set', { by: event.by }]
    case 'fault':
      return ['error', 'fault', { says: event.says, cause: causeOf(event.cause) }]
  }
}

function acceptLine(event: Extract<RelayEvent, { from: 'accept' }>['event']): Line {
  switch (event.kind) {
    case 'queued':
    case 'held':
      return [
        'info',
        event.kind,
        {
          ...aboutMessage(event.message),
          to: event.recipients.join(','),
          because: event.because,
          notes: event.notes.length > 0 ? event.notes.join('; ') : undefined,
        },
      ]
    case 'refused': {
      const { session, sender, recipients } = event.submission
      return [
        'info',
        'refused',
        {
          id: event.id,
          client: session.client.name,
          peer: session.peer.address,
          from: `<${sender.address}>`,
          to: recipients.map(r => r.address).join(','),
          reply: `${event.reply.code} ${event.reply.enhanced ?? ''} ${event.reply.lines[0] ?? ''}`,
        },
      ]
    }
    case 'fault':
      return ['error', 'fault', { id: event.id, says: event.says, cause: causeOf(event.cause) }]
  }
}

function intakeLine(event: Extract<RelayEvent, { from: 'intake' }>['event']): Line {
  switch (event.kind) {
    case 'connected':
    case 'disconnected':
      return ['debug', event.kind, { listener: event.listener, peer: event.peer, session: event.session }]
    case 'turned-away':
      return ['info', event.kind, { listener: event.listener, peer: event.peer, because: event.because }]
    case 'authenticated':
      return ['debug', event.kind, { listener: event.listener, peer: event.peer, user: event.user }]
    case 'not-authenticated':
      return [
        'warn',
        event.kind,
        {
          listener: event.listener,
          peer: event.peer,
          user: event.user,
          because: event.because,
        },
      ]
    case 'refused':
      return [
        'info',
        'refused',
        {
          listener: event.listener,
          peer: event.peer,
          command: event.command,
          reply: `${event.reply.code} ${event.reply.enhanced ?? ''} ${event.reply.lines[0] ?? ''}`,
        },
      ]
    case 'fault':
      return ['error', 'fault', { listener: event.listener, says: event.because, cause: causeOf(event.cause) }]
  }
}

function aboutMessage(message: Message): LogFields {
  return { id: message.id, client: message.client, from: `<${message.sender}>`, size: message.size }
}

function about({
  at,
  message,
  envelope,
}: {
  readonly at: number
  readonly message: Message
  readonly envelope: Envelope
}): LogFields {
  return {
    id: message.id,
    client: message.client,
    from: `<${message.sender}>`,
    to: `<${envelope.recipient}>`,
    delay: `${((at - message.takenAt) / 1000).toFixed(1)}s`,
    attempts: envelope.attempts,
  }
}

function replied({ by, code, enhanced, text }: RemoteReply): LogFields {
  return { relay: by, dsn: enhanced, reply: `${code === 0 ? '' : `${code} `}${text}` }
}

function causeOf(cause: unknown): string | undefined {
  if (cause === undefined) return undefined
  return cause instanceof Error
    ? (cause.stack ?? cause.message)
    : inspect(cause, { breakLength: Number.POSITIVE_INFINITY })
}
