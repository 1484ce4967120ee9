import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPublic } from '../../src/names/address.ts'
import { readReflector, reflectedIn } from '../../src/protocol/reflector.ts'

describe('the URL of a reflector', () => {
  it.each([
    ['https://ip.example.org', { url: 'https://ip.example.org/', host: 'ip.example.org', port: 443, path: '/' }],
    ['https://IP.example.org:8443/me?plain=1', { host: 'ip.example.org', port: 8443, path: '/me?plain=1' }],
  ])('%s', (text, parts) => expect(readReflector(text)).toMatchObject(parts))

  it.each([
    ['http://ip.example.org/', 'only https://'],
    ['ftp://ip.example.org/', 'only https://'],
    ['ip.example.org', 'no URL'],
    ['https://', 'no URL'],
    ['https://[2001:db8::1]/', 'by its name'],
    ['https://192.0.2.1/', 'by its name'],
    ['https://0x7f000001/', 'by its name'],
    ['', 'no URL'],
    [`https://ip.example.org/${'x'.repeat(1000)}`, 'no URL'],
    ['https://me:secret@ip.example.org/', 'no user name or password'],
    ['https://ip.example.org/#here', 'nothing may follow'],
  ])('is not %s', (text, why) => expect(readReflector(text)).toMatchObject({ fault: expect.stringContaining(why) }))

  it('is one line of a request, whatever is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.webUrl({ withQueryParameters: true }), (noise, url) => {
        for (const text of [noise, `https://${noise}`, `${url.replace(/^http:/, 'https:')}${noise}`]) {
          const read = readReflector(text)
          if (!('fault' in read)) expect(`${read.host}${read.path}`).toMatch(/^[\x21-\x7e]+$/)
        }
      }),
    )
  })
})

describe('the answer of a reflector', () => {
  const read = (text: string) => reflectedIn(Buffer.from(text, 'latin1'))?.text

  it.each([
    ['203.0.113.5', '203.0.113.5'],
    ['203.0.113.5\r\n', '203.0.113.5'],
    [' 2001:DB8:0::5\n', '2001:db8::5'],
    ['::ffff:203.0.113.5', '203.0.113.5'],
  ])('%j is %s', (text, address) => expect(read(text)).toBe(address))

  it.each([
    '',
    '<html>203.0.113.5</html>',
    '203.0.113.5 203.0.113.6',
    '203.0.113.5, 10.0.0.1',
    '{"ip":"203.0.113.5"}',
    '10.0.0.5',
    '100.64.0.1',
    '127.0.0.1',
    'fe80::1',
    '203.0.113.500',
    '203.0.113.5%eth0',
    `${' '.repeat(300)}203.0.113.5`,
  ])('%j is none', text => expect(read(text)).toBeUndefined())

  it('never throws, and gives public addresses only', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), body => {
        const found = reflectedIn(body)
        expect(found === undefined || isPublic(found)).toBe(true)
      }),
    )
  })
})
