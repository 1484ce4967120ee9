import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBytes, inNetwork, isPublic, parseAddress, reverseName, sameAddress } from '../../src/names/address.ts'

const at = (text: string) => parseAddress(text)!

describe('addresses', () => {
  it('are equal as bytes, whatever their text', () => {
    expect(sameAddress(at('2001:DB8:0:0::1'), at('2001:db8::0:1'))).toBe(true)
    expect(sameAddress(at('::ffff:192.0.2.1'), at('192.0.2.1'))).toBe(true)
    expect(sameAddress(at('192.0.2.1'), at('192.0.2.2'))).toBe(false)
  })

  it('are written by RFC 5952', () => {
    expect(at('2001:0DB8:0000:0000:0001:0000:0000:0001').text).toBe('2001:db8::1:0:0:1')
    expect(at('0:0:0:0:0:0:0:0').text).toBe('::')
  })

  it.each([
    '',
    '1.2.3',
    '01.2.3.4',
    '0x7f.1',
    '1.2.3.4.5',
    '256.1.1.1',
    'fe80::1%eth0',
    ':::',
    'example.org',
    ' 192.0.2.1',
  ])('refuses %j', text => expect(parseAddress(text)).toBeUndefined())

  it('lie in networks of their own family', () => {
    expect(inNetwork(at('192.0.2.77'), at('192.0.2.64'), 28)).toBe(true)
    expect(inNetwork(at('192.0.2.80'), at('192.0.2.64'), 28)).toBe(false)
    expect(inNetwork(at('203.0.113.1'), at('192.0.2.0'), 0)).toBe(true)
    expect(inNetwork(at('2001:db8::1'), at('192.0.2.0'), 0)).toBe(false)
    expect(inNetwork(at('2001:db8:ffff::1'), at('2001:db8::'), 32)).toBe(true)
    expect(inNetwork(at('2001:db9::1'), at('2001:db8::'), 32)).toBe(false)
  })

  it('have reverse names', () => {
    expect(reverseName(at('192.0.2.10'))).toBe('10.2.0.192.in-addr.arpa')
    expect(reverseName(at('2001:db8::567:89ab'))).toBe(
      'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
    )
  })

  it('are public or mean something only at home', () => {
    const inner = '10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 169.254.1.1 127.0.0.2 0.0.0.0'
    for (const text of `${inner} :: ::1 fe80::1 fd00::1 ::ffff:10.0.0.1`.split(' ')) {
      expect(isPublic(at(text)), text).toBe(false)
    }
    for (const text of '192.0.2.1 172.32.0.1 100.128.0.1 8.8.8.8 2001:db8::1 2a00::1'.split(' ')) {
      expect(isPublic(at(text)), text).toBe(true)
    }
  })

  it('survive the way through text', () => {
    const octets = fc.oneof(
      fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }),
      fc.array(fc.nat(255), { minLength: 16, maxLength: 16 }),
    )
    fc.assert(
      fc.property(octets, bytes => {
        const address = fromBytes(bytes)
        expect(at(address.text).bytes).toEqual(address.bytes)
      }),
    )
  })
})
