// What is remembered beyond a connection: counted within its window, bounded, and forgotten when it no longer holds.
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../src/names/address.ts'
import { Allowance, GoodPasswords, neighborhood, Recent } from '../../../src/relay/intake/standing.ts'

describe('recent events', () => {
  it('count within their window, which begins with the first', () => {
    const recent = new Recent(1_000)
    recent.add('a', 0)
    recent.add('a', 999)
    expect([recent.count('a', 999), recent.count('a', 1_000), recent.count('b', 0)]).toEqual([2, 0, 0])
    recent.add('a', 1_000)
    recent.undo('a')
    recent.undo('a')
    expect(recent.count('a', 1_000)).toBe(0)
  })

  it('of very many keys push out the oldest', () => {
    const recent = new Recent(1_000)
    for (let i = 0; i < 30_000; i++) recent.add(`${i}`, 0)
    expect([recent.count('0', 0), recent.count('29999', 0)]).toEqual([0, 1])
  })

  it('count for a whole /64, and for one IPv4 address', () => {
    const near = (text: string): string => neighborhood(parseAddress(text)!)
    expect(near('2001:db8::1')).toBe(near('2001:db8::ffff:2'))
    expect(near('2001:db8::1')).not.toBe(near('2001:db8:0:1::1'))
    expect(near('::ffff:192.0.2.1')).toBe(near('192.0.2.1'))
    expect(near('192.0.2.1')).not.toBe(near('192.0.2.2'))
  })
})

describe('a good password', () => {
  it('is known as long as the same is stored', () => {
    const passwords = new GoodPasswords()
    expect(passwords.knows('a', 'secret', 'stored')).toBe(false)
    passwords.remember('a', 'secret', 'stored')
    expect(passwords.knows('a', 'secret', 'stored')).toBe(true)
    expect(passwords.knows('a', 'secret', 'changed')).toBe(false)
    expect(passwords.knows('a', 'secreT', 'stored')).toBe(false)
    expect(passwords.knows('as', 'ecret', 'stored')).toBe(false)
  })
})

describe('an allowance', () => {
  it('fills evenly, holds no more than the whole, and bears a clock that goes back', () => {
    const allowance = new Allowance()
    const rate = { messages: 2, perMs: 1_000 }
    const take = (now: number): boolean => allowance.allows('a', rate, now, true)
    expect([take(0), take(0), take(0), take(499), take(500), take(500)]).toEqual([
      true,
      true,
      false,
      false,
      true,
      false,
    ])
    expect([take(100_000), take(100_000), take(100_000), take(0)]).toEqual([true, true, false, false])
  })
})
