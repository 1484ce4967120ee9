import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { notificationParameters } from '../../../src/relay/deliver/notification-parameters.ts'
import { decides, remoteReply, replyLine } from '../../../src/relay/deliver/replies.ts'
import { egressFamilies, localAddress } from '../../../src/relay/deliver/sockets.ts'

describe('a remote reply', () => {
  it.each([
    ['250 2.0.0 Ok', 250, '2.0.0', 'Ok'],
    [
      '550-5.7.26 This mail\n550-5.7.26 is unauthenticated.\n550 5.7.26 See https://x',
      550,
      '5.7.26',
      'This mail is unauthenticated. See https://x',
    ],
    ['550 User 5.1.1 unknown', 550, undefined, 'User 5.1.1 unknown'],
    ['550 4.1.1 class of another', 550, undefined, '4.1.1 class of another'],
    ['550 5.1.1', 550, '5.1.1', ''],
    ['550', 550, undefined, ''],
    ['550-one\n550', 550, undefined, 'one'],
    ['what?', 0, undefined, 'what?'],
    ['999 what?', 0, undefined, '999 what?'],
    ['5500 what?', 0, undefined, '5500 what?'],
    ['450 a\tb\rc\u0085d\u2028e\u202ef', 450, undefined, 'a b\\x0dc\\x85d\\u2028e\\u202ef'],
  ])('%j is read', (raw, code, enhanced, text) => {
    expect(remoteReply(raw, 'mx')).toEqual({ code, enhanced, text, by: 'mx' })
  })

  it('is of one line, printable and bounded, whatever came', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), raw => {
        const reply = remoteReply(raw, undefined)
        expect(replyLine(reply)).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/)
        expect(reply.text.length).toBeLessThan(2100)
        expect(['delivered', 'deferred', 'failed']).toContain(decides(reply))
      }),
    )
  })
})

describe('a long reply', () => {
  it('is shortened', () => {
    const { text } = remoteReply(`550 ${'x'.repeat(60_000)}`, undefined)
    expect(text).toMatch(/^x{2000}… \(58,000 more characters\)$/)
  })
})

describe('notification parameters', () => {
  it.each([
    [{ notify: [], orcpt: undefined }, ''],
    [{ notify: ['never', 'failure'], orcpt: undefined }, ' NOTIFY=NEVER'],
    [{ notify: ['failure', 'delay'], orcpt: 'rfc822;ü@x' }, ' NOTIFY=FAILURE,DELAY ORCPT=rfc822;+C3+BC@x'],
    [{ notify: [], orcpt: 'no kind' }, ''],
    [{ notify: [], orcpt: 'a b\r\n;x' }, ' ORCPT=ab;x'],
  ] as const)('of %j are "%s"', (dsn, text) => expect(notificationParameters(dsn)).toBe(text))
})

describe('the local address', () => {
  const address = (address: string) => ({ address }) as never
  const here = { eth0: [address('192.0.2.10'), address('2001:db8::10')] }
  it('is what source says, else a seen address of this machine, else left to the system', () => {
    const egress = { seenAs: ['192.0.2.10', '2001:DB8:0::10'], source: [] as string[] }
    expect(localAddress(egress, 4, here)).toBe('192.0.2.10')
    expect(localAddress(egress, 6, here)).toBe('2001:db8::10')
    expect(localAddress(egress, 4, {})).toBeUndefined()
    expect(localAddress({ ...egress, source: ['10.0.0.5'] }, 4, here)).toBe('10.0.0.5')
    expect(localAddress({ ...egress, source: ['10.0.0.5'] }, 6, here)).toBe('2001:db8::10')
  })

  it('is of the families that the world has seen', () => {
    expect(egressFamilies({ seenAs: ['192.0.2.1'] })).toEqual([4])
    expect(egressFamilies({ seenAs: ['2001:db8::1', '192.0.2.1'] })).toEqual([4, 6])
    expect(egressFamilies({ seenAs: [] })).toEqual([])
  })
})
