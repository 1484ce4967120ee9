// What tests of delivery share: messages, envelopes, routes, and a courier whose documentation addresses lead to sinks.
import { onTestFinished } from 'vitest'
import { type CourierOptions, createCourier, type DeliveryJob } from '../../../src/relay/deliver/courier.ts'
import { replyLine } from '../../../src/relay/deliver/replies.ts'
import { mappedSockets } from '../../../src/relay/deliver/sockets.ts'
import type { Content, Envelope, Message, Outcome } from '../../../src/relay/envelope.ts'
import type { EgressSettings, RouteSettings } from '../../../src/relay/settings.ts'
import { zoneResolver } from '../../support/zone-resolver.ts'

export const message = (more: Partial<Message> = {}): Message => ({
  id: '01HTEST',
  takenAt: Date.UTC(2026, 10, 20, 8),
  client: 'erp',
  listener: 'submission',
  peer: { address: '192.0.2.99', ehlo: 'erp.example.org' },
  sender: 'billing@example.org',
  author: 'billing@example.org',
  messageId: '<1@example.org>',
  subject: 'Invoice',
  size: 100,
  smtpUtf8: false,
  dsn: { ret: undefined, envid: undefined },
  ...more,
})

let lastId = 0

export const envelope = (recipient: string, dsn: Partial<Envelope['dsn']> = {}): Envelope => ({
  id: ++lastId,
  message: '01HTEST',
  recipient,
  state: 'queued',
  dueAt: 0,
  attempts: 0,
  firstTriedAt: undefined,
  lastTriedAt: undefined,
  expiresAt: Date.UTC(2026, 10, 25, 8),
  warnAt: undefined,
  crashes: 0,
  lastReply: undefined,
  heldBecause: undefined,
  dsn: { notify: [], orcpt: undefined, ...dsn },
})

export const content = (message: string | Uint8Array, signatures = 'DKIM-Signature: v=1\r\n'): Content => ({
  signatures: Buffer.from(signatures),
  message: typeof message === 'string' ? Buffer.from(message) : message,
})

export const egress: EgressSettings = { name: 'main', seenAs: ['192.0.2.10'], source: [], helo: 'mail.example.org' }

export const route = (more: Partial<RouteSettings> = {}): RouteSettings => ({
  name: 'out',
  match: ['*'],
  cost: 10,
  via: 'mx',
  tls: 'auto',
  auth: undefined,
  appearsAs: undefined,
  ...more,
})

export const zone = `
one.test        MX 10 mx1.one.test
mx1.one.test    A 192.0.2.1
two.test        MX 10 mx1.two.test
two.test        MX 20 mx2.two.test
mx1.two.test    A 192.0.2.1
mx2.two.test    A 192.0.2.2
six.test        MX 10 mx.six.test
mx.six.test     AAAA 2001:db8::1
mx.six.test     A 192.0.2.1
null.test       MX 0 .
slow.test       FAULT servfail
loop.test       MX 10 mail.example.org
mail.example.org A 192.0.2.10
inward.test     MX 10 mx.inward.test
mx.inward.test  A 127.0.0.1
many.test       MX 10 mx.many.test
${Array.from({ length: 8 }, (_, i) => `mx.many.test A 192.0.2.${101 + i}`).join('\n')}
relay.test      A 192.0.2.1
second.test     A 192.0.2.2
`

const simple = 'From: billing@example.org\r\nSubject: Invoice\r\n\r\nHello.\r\n'

/** A courier for a world where the ports stand for 192.0.2.1, 192.0.2.2, … on port 25 and 587. */
export function courierTo(ports: readonly number[], more: Partial<CourierOptions> = {}) {
  const map = new Map(
    ports.flatMap((port, index) =>
      [25, 465, 587].map(from => [`192.0.2.${index + 1}:${from}`, { address: '127.0.0.1', port }] as const),
    ),
  )
  const courier = createCourier({
    resolver: zoneResolver(zone),
    ourselves: { names: ['mail.example.org'], addresses: ['192.0.2.10'] },
    open: mappedSockets(map),
    ...more,
  })
  onTestFinished(() => courier.close())
  const attempt = (recipients: readonly (string | Envelope)[], job: Partial<DeliveryJob> = {}) =>
    courier.attempt({
      message: message(),
      content: content(simple),
      envelopes: recipients.map(one => (typeof one === 'string' ? envelope(one) : one)),
      route: route(),
      egress,
      ...job,
    })
  return {
    courier,
    attempt,
    /** The outcomes as lines: `failed 550 5.1.1 No such user`. */
    said: async (...call: Parameters<typeof attempt>) => (await attempt(...call)).map(outcomeLine),
  }
}

export function outcomeLine(outcome: Outcome): string {
  return outcome.kind === 'held' ? 'held' : `${outcome.kind} ${replyLine(outcome.reply)}`
}
