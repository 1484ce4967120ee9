// The part of a bounce that programs read: message/delivery-status (RFC 3464), in ASCII, one line of ours per fact.
import { visible } from '../../report/visible.ts'
import type { Envelope, Message, RemoteReply } from '../envelope.ts'
import { mailDate } from '../message/additions.ts'

/** What a notice tells; `expired` is a failure by time. */
export type NoticeKind = 'failed' | 'expired' | 'delayed' | 'relayed'

const actions = { failed: 'failed', expired: 'failed', delayed: 'delayed', relayed: 'relayed' } as const
const classes = { failed: '5', expired: '4', delayed: '4', relayed: '2' } as const

/** RFC 3464 §2.2: about the message. Each line ends in CRLF. */
export function messageFields(message: Message, hostname: string): string {
  const { envid } = message.dsn
  return [
    field('Reporting-MTA', `dns; ${hostname}`),
    envid === undefined ? '' : field('Original-Envelope-Id', envid),
    field('Arrival-Date', mailDate(message.takenAt)),
    field('X-Mailworthy-Queue-Id', message.id),
  ].join('')
}

/** RFC 3464 §2.3: about one recipient. */
export function recipientFields(kind: NoticeKind, envelope: Envelope, reply: RemoteReply): string {
  const { orcpt } = envelope.dsn
  const colon = orcpt?.indexOf(';') ?? -1
  const server = reply.by === undefined ? undefined : (/^(\S+) \[/.exec(reply.by)?.[1] ?? reply.by)
  const said = [reply.code === 0 ? '' : String(reply.code), reply.enhanced ?? '', reply.text].filter(Boolean).join(' ')
  return [
    colon < 1 ? '' : field('Original-Recipient', `${orcpt!.slice(0, colon)}; ${orcpt!.slice(colon + 1)}`),
    field('Final-Recipient', typedAddress(envelope.recipient)),
    field('Action', actions[kind]),
    field('Status', statusOf(kind, reply)),
    server === undefined ? '' : field('Remote-MTA', `dns; ${server}`),
    said === '' ? '' : field('Diagnostic-Code', `${reply.by === undefined ? 'x-mailworthy' : 'smtp'}; ${said}`),
    envelope.lastTriedAt === undefined ? '' : field('Last-Attempt-Date', mailDate(envelope.lastTriedAt)),
    kind === 'delayed' ? field('Will-Retry-Until', mailDate(envelope.expiresAt)) : '',
  ].join('')
}

/** RFC 3464 §2.3.4: the class must agree with the action; where the reply's does not, only ours is sure. */
function statusOf(kind: NoticeKind, { enhanced }: RemoteReply): string {
  // RFC 3463 §3.5, X.4.7: the message has been too long on its way.
  if (kind === 'expired') return '4.4.7'
  return enhanced?.startsWith(`${classes[kind]}.`) ? enhanced : `${classes[kind]}.0.0`
}

/** RFC 3464 §2.3.2; for addresses beyond ASCII the 7-bit form of RFC 6533 §3. */
function typedAddress(address: string): string {
  if (/^[\x00-\x7f]*$/.test(address)) return `rfc822; ${address}`
  const encoded = [...address].map(one =>
    /[!-*,-<>-[\]-~]/.test(one) ? one : `\\x{${one.codePointAt(0)!.toString(16).toUpperCase()}}`,
  )
  return `utf-8; ${encoded.join('')}`
}

const WIDTH = 76

/** One field, folded at spaces. Nothing in the value can end it, and all of it is ASCII. */
export function field(name: string, value: string): string {
  const safe = visible(value).replace(/[^\x20-\x7e]/gu, one => `\\u{${one.codePointAt(0)!.toString(16)}}`)
  const lines: string[] = []
  let line = `${name}:`
  // RFC 5322 §2.1.1: no line is longer than 998 octets, whatever stands in it.
  for (const word of safe.split(' ').flatMap(word => word.match(/.{1,900}/g) ?? [])) {
    if (line.length + 1 + word.length > WIDTH && line !== `${name}:`) {
      lines.push(line)
      line = ''
    }
    line += ` ${word}`
  }
  return `${[...lines, line].join('\r\n')}\r\n`
}
