import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPublic, parseAddress } from '../../src/names/address.ts'
import { addressEchoed } from '../../src/protocol/ehlo-echo.ts'

const server = parseAddress('198.51.100.25')!
const echoed = (line: string, said = 'client.example.net') => addressEchoed(line, said, server)?.text

describe('the address that a server sees', () => {
  it.each([
    ['mx.example Hello client.example.net [203.0.113.5]', '203.0.113.5'],
    ['mx.google.com at your service, [203.0.113.5]', '203.0.113.5'],
    ['mx.google.com at your service, [2001:DB8:0::25]', '2001:db8::25'],
    ['mx.example Hello client.example.net [IPv6:2001:db8::25], pleased to meet you', '2001:db8::25'],
    ['mx.example Hello client.example.net [203.0.113.5] (may be forged), pleased to meet you', '203.0.113.5'],
    ['DB5.mail.protection.outlook.com Hello [203.0.113.5]', '203.0.113.5'],
    ['mx.example Hello client.example.net (203.0.113.5)', '203.0.113.5'],
    ['mx.example Hello [203.0.113.5] [203.0.113.5]', '203.0.113.5'],
    ['[198.51.100.25] Hello [::ffff:203.0.113.5]', '203.0.113.5'],
    ['mx.example [198.51.100.25] greets [203.0.113.5]', '203.0.113.5'],
  ])('%s', (line, address) => expect(echoed(line)).toBe(address))

  it.each([
    ['nothing at all', ''],
    ['a name alone', 'mx.example'],
    ['the name of the server, which is its address', '[203.0.113.9]'],
    ['no brackets', 'mx.example Hello 203.0.113.5'],
    ['an address of a network of their own', 'mx.example Hello client.example.net [10.1.2.3]'],
    ['an address for carriers (RFC 6598)', 'mx.example Hello client.example.net [100.64.0.9]'],
    ['its own machine', 'mx.example Hello client.example.net [127.0.0.1]'],
    ['the address of the server', 'mx.example [198.51.100.25] at your service'],
    ['two addresses', 'mx.example Hello [203.0.113.5] or [203.0.113.6]'],
    ['an address that is none', 'mx.example Hello client.example.net [203.0.113.500]'],
    ['an address beyond the end of any line', `mx.example Hello ${'x'.repeat(512)} [203.0.113.5]`],
  ])('is not told by %s', (_, line) => expect(echoed(line)).toBeUndefined())

  it('is not what the client said itself', () => {
    expect(echoed('mx.example Hello [203.0.113.5]', '[203.0.113.5]')).toBeUndefined()
    expect(echoed('mx.example Hello [203.0.113.5] [203.0.113.6]', '[203.0.113.5]')).toBe('203.0.113.6')
    expect(echoed('mx.example Hello [IPv6:2001:db8::1]', '[IPv6:2001:db8:0::1]')).toBeUndefined()
  })

  it('is found wherever it stands, and nothing is thrown for any line', () => {
    const noise = fc.string({ unit: 'binary', maxLength: 80 }).filter(text => !/[[\]()]/.test(text))
    const four = fc.ipV4().filter(text => isPublic(parseAddress(text)!) && text !== server.text)
    fc.assert(
      fc.property(noise, noise, four, (before, after, address) => {
        expect(echoed(`mx.example Hello ${before} [${address}] ${after}`)).toBe(address)
      }),
    )
    const pieces = fc.constantFrom('[', ']', '(', ')', ' ', '203.0.113.5', '2001:db8::1', 'IPv6:', ':', '\0', 'é', '\n')
    const hostile = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 400 })
    fc.assert(
      fc.property(hostile, fc.string({ unit: 'binary' }), (parts, said) => {
        const found = addressEchoed(parts.join(''), said, server)
        expect(found === undefined || (isPublic(found) && found.text !== server.text)).toBe(true)
      }),
    )
  })

  it('takes no longer for a long line of brackets', () => {
    const line = '['.repeat(1_000_000)
    const started = performance.now()
    for (let round = 0; round < 200; round++) echoed(line)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
