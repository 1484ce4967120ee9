import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFqdn } from '../../src/names/domain.ts'
import { readHelo, wantedName } from '../../src/protocol/helo.ts'

describe('what stands after HELO', () => {
  it.each(['mail.example.org', ' mail.example.org ', 'mail.example.org.', 'MAIL.example.ORG'])('%j is a name', text => {
    expect(readHelo(text)).toEqual({ kind: 'name', name: 'mail.example.org' })
  })

  it.each([
    ['[192.0.2.1]', '192.0.2.1'],
    ['[IPv6:2001:DB8::1]', '2001:db8::1'],
    ['[ipv6:2001:db8:0:0::1]', '2001:db8::1'],
    ['[IPv6:::ffff:192.0.2.1]', '192.0.2.1'],
  ])('%s is an address literal', (text, address) => {
    const form = readHelo(text)
    expect(form.kind === 'literal' && form.address.text).toBe(address)
  })

  it.each([
    '',
    '.',
    'localhost',
    'mail',
    'mail.local',
    'a.b.lan',
    'ad.internal',
    'x.home.arpa',
    'no.invalid',
    'a_b.example.org',
    '192.0.2.1',
    '2001:db8::1',
    '1.2.3',
    '-a.example.org',
    'a-.example.org',
    'a..example.org',
    'mail.example.org..',
    '[192.0.2.1',
    '192.0.2.1]',
    '[]',
    '[IPv6:192.0.2.1]',
    '[2001:db8::1]',
    '[IPv6:]',
    '[[192.0.2.1]]',
    '[192.0.2.1] x',
    'a b.example.org',
    'mail.example.org\r\nMAIL FROM:<x>',
    `${'a'.repeat(64)}.example.org`,
    `${'a.'.repeat(130)}org`,
  ])('%j is neither', text => {
    expect(readHelo(text)).toMatchObject({ kind: 'malformed', fault: expect.stringMatching(/\S/) })
  })

  it('never throws, and a name that it finds is one', () => {
    const label = fc.stringMatching(/^[a-z0-9_-]{0,8}$/)
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.array(label).map(l => l.join('.')),
      fc.string().map(s => `[${s}]`),
    )
    fc.assert(
      fc.property(text, given => {
        const form = readHelo(given)
        if (form.kind === 'name') expect(isFqdn(form.name)).toBe(true)
      }),
    )
  })

  it('proposes the HELO name where it can be one, else mail and the domain', () => {
    expect(wantedName('relay.example.net', 'example.org')).toBe('relay.example.net')
    expect(wantedName('localhost', 'example.org')).toBe('mail.example.org')
    expect(wantedName(undefined, 'example.org')).toBe('mail.example.org')
  })
})
