import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isTaken,
  judgeRelay,
  plainAttempts,
  type RelayAnswer,
  type RelayAttempt,
  strangerDomain,
  trickAttempts,
} from '../../src/protocol/open-relay.ts'

const subject = { domain: 'example.org', host: 'mx.example.org', literal: '[192.0.2.1]', ehloName: 'probe.example.net' }
const all: readonly RelayAttempt[] = [...plainAttempts(subject), ...trickAttempts(subject, '<>')]
const reply = fc.tuple(
  fc.constantFrom(250, 251, 421, 450, 454, 530, 550, 554, 556),
  fc.constantFrom('Ok', 'no', 'Relay access denied', 'User unknown', 'blocked using bl.example', 'Domain has null MX'),
)
const answer = fc.oneof(
  {
    weight: 5,
    arbitrary: reply.map(([code, text]) => ({ kind: 'answered', at: 'RCPT', reply: { code, lines: [text] } })),
  },
  reply.map(([code, text]) => ({ kind: 'answered', at: 'MAIL', reply: { code, lines: [text] } })),
  fc.constant({ kind: 'untold', reason: 'the server hung up' }),
)
const answers = fc
  .array(answer, { minLength: all.length, maxLength: all.length })
  .map(list => list.map((one, index) => ({ ...all[index]!, ...one })) as readonly RelayAnswer[])

describe('whether a server relays', () => {
  it('is never called closed when a stranger was taken, and never open when none was', () => {
    fc.assert(
      fc.property(answers, given => {
        const strangers = given.filter(({ form }) => form === 'plain' || form === 'foreign')
        expect(judgeRelay(given).kind === 'open').toBe(strangers.some(isTaken))
      }),
    )
  })

  it('is closed only when somebody was refused, and no stranger was put off or left without an answer', () => {
    fc.assert(
      fc.property(answers, given => {
        if (judgeRelay(given).kind !== 'closed') return
        const plain = given.filter(({ form }) => form === 'plain')
        expect(plain.every(one => one.kind === 'answered')).toBe(true)
        const codes = plain.flatMap(one => (one.kind === 'answered' ? [one.reply.code] : []))
        expect(Math.max(...codes)).toBeGreaterThanOrEqual(450)
      }),
    )
  })

  it('is asked in words that stay in their brackets, whatever the names', () => {
    for (const { sender, recipient } of all) {
      expect(`${sender}${recipient}`).toMatch(/^<[\x21-\x7e]*><[\x21-\x7e]+>$/)
    }
    expect(new Set(all.map(({ sender, recipient }) => `${sender} ${recipient}`)).size).toBe(all.length)
  })

  it.each([
    ['example.com', 'mx.example.com', 'example.net'],
    ['example.net', 'mx.example.com', 'example.org'],
    ['example.org', 'mx.example.org', 'example.com'],
  ])('for %s at %s is asked about %s', (domain, host, stranger) => {
    expect(strangerDomain({ domain, host })).toBe(stranger)
  })
})
