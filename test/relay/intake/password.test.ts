// Passwords of clients: what is hashed verifies, nothing else does, and a text that is none is never repeated.
import { scryptSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { hashPassword, parsePasswordHash, passwordFault, verifyPassword } from '../../../src/relay/intake/password.ts'

describe('passwords', () => {
  it('verify against their text, which holds salt and parameters', async () => {
    const text = await hashPassword('correct horse')
    expect(text).toMatch(/^scrypt:15:8:1:[\w-]{22}:[\w-]{43}$/)
    expect(await verifyPassword('correct horse', text)).toBe(true)
    expect(await verifyPassword('correct horsE', text)).toBe(false)
    expect(await verifyPassword('', text)).toBe(false)
    expect(await hashPassword('correct horse')).not.toBe(text)
    const [, , , , salt, hash] = text.split(':')
    const own = scryptSync('correct horse', Buffer.from(salt!, 'base64url'), 32, {
      N: 2 ** 15,
      r: 8,
      p: 1,
      maxmem: 2 ** 26,
    })
    expect(own.toString('base64url')).toBe(hash)
  })

  it('verify with the parameters that the text says', async () => {
    const salt = Buffer.from('0123456789abcdef')
    const hash = scryptSync('x', salt, 64, { N: 2 ** 14, r: 16, p: 2, maxmem: 2 ** 27 })
    const text = `scrypt:14:16:2:${salt.toString('base64url')}:${hash.toString('base64url')}`
    expect(await verifyPassword('x', text)).toBe(true)
  })

  it('are the same in both ways to write an accent (RFC 8265)', async () => {
    expect(await verifyPassword('cafe\u0301', await hashPassword('café'))).toBe(true)
  })

  it('are wrong for nobody, and that takes as long', async () => {
    const timed = async (stored: string | undefined): Promise<number> => {
      const start = performance.now()
      expect(await verifyPassword('guess', stored)).toBe(false)
      return performance.now() - start
    }
    const text = await hashPassword('correct horse')
    await timed(text)
    const [known, nobody] = [await timed(text), await timed(undefined)]
    expect(nobody).toBeGreaterThan(known / 5)
    expect(await verifyPassword('x', undefined)).toBe(false)
  })

  it('that cannot be are never taken for one that can', async () => {
    expect(await verifyPassword('', await hashPassword('x'))).toBe(false)
    expect(await verifyPassword('a\0b', await hashPassword('x'))).toBe(false)
  })

  it.each([
    ['', 'it is empty'],
    ['a\0b', 'a control character stands in it'],
    ['x'.repeat(1025), 'it is longer than 1024 octets'],
  ])('cannot be %j', async (password, why) => {
    expect(passwordFault(password)).toBe(why)
    expect(await verifyPassword(password, await hashPassword(password))).toBe(false)
  })

  it.each([
    '',
    'hunter2',
    'scrypt:',
    'scrypt:15:8:1:short:hash',
    'scrypt:99:8:1:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAA',
    '$2b$10$hunter2',
  ])('is no text: %s', text => {
    const parsed = parsePasswordHash(text)
    expect(parsed.ok).toBe(false)
    expect(parsed.ok ? '' : parsed.why).not.toContain('hunter2')
  })
})
