import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayName, isFqdn, nameFault, parseDomain } from '../../src/names/domain.ts'

describe('a domain as people type it', () => {
  it.each([
    ['Example.ORG', 'example.org'],
    ['example.org.', 'example.org'],
    [' example.org ', 'example.org'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['_spf.example.org', '_spf.example.org'],
  ])('%s is %s', (typed, name) => expect(parseDomain(typed)).toEqual({ ok: true, name }))

  it.each([
    ['', 'empty'],
    ['192.0.2.1', 'an address'],
    ['2001:db8::1', 'an address'],
    ['user@example.org', 'mail address'],
    ['https://example.org', 'web address'],
    ['example..org', 'empty label'],
    ['.example.org', 'empty label'],
    ['exa mple.org', 'space'],
    [`${'a'.repeat(64)}.org`, '63 octets'],
    [`${'a.'.repeat(130)}org`, '253 octets'],
    ['localhost', 'no dot'],
    ['exa;mple.org', 'only letters'],
    ['\u001b[31m.org', 'cannot have'],
    ['example.123', 'a number'],
  ])('%j is none: %s', (typed, reason) => {
    const parsed = parseDomain(typed)
    expect(parsed.ok).toBe(false)
    expect(!parsed.ok && parsed.reason).toContain(reason)
  })

  it('never throws, and what it takes can be asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const parsed = parseDomain(text)
        if (parsed.ok) expect(nameFault(parsed.name)).toBeUndefined()
      }),
    )
  })
})

describe('host names', () => {
  it.each(['mail.example.org', 'xn--bcher-kva.example', '3com.example'])('%s is one', name =>
    expect(isFqdn(name)).toBe(true),
  )
  it.each(['localhost', 'mail_1.example.org', '-a.example', 'a-.example', '192.0.2.1', 'example.org.', ''])(
    '%j is none',
    name => expect(isFqdn(name)).toBe(false),
  )
})

it('shows the readable form of an internationalized name beside the one in DNS', () => {
  expect(displayName('xn--bcher-kva.example')).toBe('bücher.example (xn--bcher-kva.example)')
  expect(displayName('example.org')).toBe('example.org')
})
