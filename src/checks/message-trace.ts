// Which way did the message take, was each step encrypted, and where did it wait?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { messageContent } from '../facts/message-content.ts'
import { canonicalName } from '../names/domain.ts'
import { durationText } from '../protocol/message/duration-text.ts'
import { borderOf, type Hop, readTrace, type Trace } from '../protocol/message/trace.ts'
import type { Json } from '../report/report.ts'
import { mostHops } from '../rules/message-limits.ts'

type Outcome = 'none' | 'encrypted' | 'way' | 'plain' | 'loop' | 'slow' | 'clocks' | 'undated' | 'private'

/** Longer than greylisting takes. */
const SLOW_SECONDS = 900
/** No server keeps a message for longer (RFC 5321 §4.5.4.1 has four to five days). */
const QUEUE_SECONDS = 10 * 86_400
/** Honest clocks differ by less. */
const CLOCK_SECONDS = 60

export default defineCheck({
  id: 'message-trace',
  group: 'message',
  scope: 'message',
  title: 'The message came straight, and was encrypted on the internet',
  why: 'Each server writes a Received field in front: read from below they show the way, where the message waited, and where anyone could read it. Only what your own servers wrote is proven.',
  refs: ['RFC 5321 §4.4', 'RFC 5321 §6.3', 'RFC 3848', 'RFC 8314 §4.3'],
  needs: { content: messageContent },
  outcomes: {
    none: {
      level: 'info',
      says: 'The message has no Received field: it was not taken by any server yet, or they were cut off.',
    },
    encrypted: { level: 'pass', says: 'The message went {steps}{time}; every step over the internet was encrypted.' },
    way: { level: 'info', says: 'The message went {steps}{time}.' },
    plain: {
      level: 'warn',
      says: 'Step {step} was not encrypted: {by} took the message {how}, and anyone on the way could read it.',
      fix: 'Offer STARTTLS at the receiving server and let the sending one use it. Gmail demands TLS of whoever sends to it.',
    },
    loop: {
      level: 'warn',
      says: 'The message runs in a circle: {why}.',
      fix: 'Look for a forwarding that leads back: an address that forwards to one that forwards to it, or a domain that two servers each give to the other.',
    },
    slow: { level: 'info', says: 'The message waited {time} before {by} took it{share}.' },
    clocks: {
      level: 'info',
      says: '{by} dates the message {time} the server in front of it: one of the two clocks is wrong.',
    },
    undated: { level: 'info', says: 'When {by} took the message is not known: {why}.' },
    private: { level: 'info', says: 'The header tells addresses inside of a private network: {addresses}.' },
  },
  evaluate({ content }, { message: { trustedServers } }) {
    const trace = readTrace(content.octets, content.fields)
    if (trace.hops.length === 0) return { outcome: 'none' }
    const found: Ruling<Outcome>[] = [...plainSteps(trace), ...loops(trace), ...waits(trace)]
    const [first, ...more] = trace.privateAddresses
    if (first !== undefined) found.push({ outcome: 'private', data: { addresses: [first, ...more] } })
    const steps = trace.hops.length === 1 ? 'one step' : `${trace.hops.length} steps`
    const { total } = trace
    const time = total === undefined || total < 0 || trace.hops.length === 1 ? '' : ` in ${durationText(total)}`
    const trusted = new Set(trustedServers)
    const border = borderOf(trace, name => trusted.has(name))
    const data = { steps, time, total: total ?? null, hops: trace.hops.map(hop => told(hop, border)) }
    const isEncrypted = trace.hops.every(hop => hop.tls === 'yes' || hop.inside)
    const isStraight = !found.some(({ outcome }) => outcome === 'plain' || outcome === 'loop')
    return [{ outcome: isEncrypted && isStraight ? 'encrypted' : 'way', data }, ...found]
  },
})

/** A step as data; views make a table of it. */
function told(hop: Hop, border: Hop | undefined): { readonly [key: string]: Json } {
  return {
    number: hop.number,
    from: hop.from ?? null,
    address: hop.address?.text ?? null,
    by: hop.by ?? null,
    protocol: hop.protocol ?? null,
    tls: hop.tls,
    inside: hop.inside,
    tlsVersion: hop.tlsVersion ?? null,
    cipher: hop.cipher ?? null,
    id: hop.id ?? null,
    at: hop.at === undefined ? null : new Date(hop.at).toISOString(),
    delay: hop.delay ?? null,
    // Without a named server nobody knows what is proven.
    proven: border === undefined ? null : hop.number >= border.number,
  }
}

function nameOf({ by, number }: Hop): string {
  return by === undefined ? `server ${number}` : canonicalName(by)
}

/** Within somebody's own network it is their matter. */
function plainSteps({ hops }: Trace): readonly Ruling<Outcome>[] {
  return hops
    .filter(hop => hop.tls === 'no' && !hop.inside)
    .slice(0, 20)
    .map(hop => {
      const from = hop.from ?? hop.address?.text ?? 'a client'
      const data = { step: hop.number, by: nameOf(hop), how: `from ${from} by ${hop.protocol ?? 'SMTP'}` }
      return { outcome: 'plain', data }
    })
}

function loops({ hops, repeated, more }: Trace): readonly Ruling<Outcome>[] {
  if (repeated.length > 0)
    return [{ outcome: 'loop', data: { why: `it went the way ${repeated.slice(0, 3).join(', ')} more than once` } }]
  const count = hops.length + more
  if (count < mostHops) return []
  return [{ outcome: 'loop', data: { why: `${count} servers took it, and Exchange stops at ${mostHops}` } }]
}

function waits({ hops, total }: Trace): readonly Ruling<Outcome>[] {
  return hops.slice(0, 50).flatMap((hop): readonly Ruling<Outcome>[] => {
    const { delay, at, dateFault } = hop
    if (at === undefined)
      return [{ outcome: 'undated', data: { by: nameOf(hop), why: `its date cannot be read, since ${dateFault}` } }]
    if (delay === undefined) return []
    if (delay < -CLOCK_SECONDS)
      return [{ outcome: 'clocks', data: { by: nameOf(hop), time: `${durationText(-delay)} before` } }]
    if (delay > QUEUE_SECONDS) {
      return [{ outcome: 'clocks', data: { by: nameOf(hop), time: `${durationText(delay)} after` } }]
    }
    if (delay < SLOW_SECONDS) return []
    const share = total === undefined || total <= delay ? '' : ` (of ${durationText(total)} in all)`
    return [{ outcome: 'slow', data: { by: nameOf(hop), time: durationText(delay), share } }]
  })
}
