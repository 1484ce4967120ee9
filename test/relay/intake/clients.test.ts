// Who a client is and as whom it may write: the most specific match wins, and only what was allowed is allowed.
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../src/names/address.ts'
import { createClientDirectory, mayUseAuthor, mayUseSender } from '../../../src/relay/intake/clients.ts'
import { parseMailbox } from '../../../src/relay/intake/mailbox.ts'
import { client } from '../../support/intake.ts'

const at = (text: string) => parseAddress(text)!

describe('the client directory', () => {
  const directory = createClientDirectory([
    client({ name: 'all', match: { ips: ['10.0.0.0/8', '2001:db8::/32'] } }),
    client({ name: 'printers', match: { ips: ['10.1.0.0/16'] } }),
    client({ name: 'one', match: { ips: ['10.1.2.3'] } }),
    client({ name: 'mapped', match: { ips: ['::ffff:192.0.2.0/120'] } }),
    client({ name: 'lan', match: { ips: ['2001:db8:1::/48'] } }),
    client({ name: 'erp', match: { user: 'erp' } }),
    client({ name: 'scanner', match: { user: 'scanner', ips: ['10.0.0.0/8'] } }),
    client({ name: 'scanner-here', match: { user: 'scanner', ips: ['10.1.0.0/16'] } }),
  ])

  it.each([
    ['10.9.9.9', 'all'],
    ['10.1.9.9', 'printers'],
    ['10.1.2.3', 'one'],
    ['::ffff:10.1.2.3', 'one'],
    ['192.0.2.7', 'mapped'],
    ['2001:db8:9::1', 'all'],
    ['2001:db8:1::1', 'lan'],
    ['192.0.3.1', undefined],
    ['::1', undefined],
  ])('knows %s as %s', (address, name) => {
    expect(directory.byAddress(at(address))?.name).toBe(name)
  })

  it('knows users by name, in any case, and where they are tied to addresses only there', () => {
    expect(directory.byUser('ERP', at('203.0.113.1'))?.name).toBe('erp')
    expect(directory.byUser('scanner', at('10.1.0.1'))?.name).toBe('scanner-here')
    expect(directory.byUser('scanner', at('10.2.0.1'))?.name).toBe('scanner')
    expect(directory.byUser('scanner', at('203.0.113.1'))).toBeUndefined()
    expect(directory.byUser('nobody', at('10.1.2.3'))).toBeUndefined()
  })

  it('refuses what is no address', () => {
    for (const text of ['10.0.0.0/33', '10.0.0/8', 'example.org', '::ffff:10.0.0.0/90', '10.0.0.0/', ''])
      expect(() => createClientDirectory([client({ name: 'x', match: { ips: [text] } })]), text).toThrow(RangeError)
  })
})

describe('allowed senders', () => {
  const may = (pattern: string, address: string): boolean =>
    mayUseAuthor(client({ name: 'x', match: {}, senders: [pattern] }), address)

  it.each([
    ['a@example.org', 'a@example.org', true],
    ['a@example.org', 'A@EXAMPLE.ORG', true],
    ['a@example.org', '"a"@example.org', true],
    ['"a b"@example.org', '"a b"@example.org', true],
    ['a@example.org', 'b@example.org', false],
    ['*@example.org', 'anyone@example.org', true],
    ['*@example.org', 'a@sub.example.org', false],
    ['*@example.org', 'a@notexample.org', false],
    ['*@example.org', 'a@example.org.evil.example', false],
    ['*@example.org', '"a@example.org"@evil.example', false],
    ['*@*.example.org', 'a@sub.example.org', true],
    ['*@*.example.org', 'a@deep.sub.example.org', true],
    ['*@*.example.org', 'a@example.org', false],
    ['*@bücher.example', 'a@xn--bcher-kva.example', true],
    ['*@xn--bcher-kva.example', 'a@bücher.example', true],
    ['*', 'a@anything.example', true],
    ['*', 'not an address', false],
    ['a', 'a@example.org', false],
    ['*@example.org', '', false],
  ])('%s for %s: %s', (pattern, address, allowed) => {
    expect(may(pattern, address)).toBe(allowed)
  })

  it('give the null sender only where it is given', () => {
    const nullSender = (senders: string[]): boolean =>
      mayUseSender(client({ name: 'x', match: {}, senders }), undefined)
    expect([nullSender(['*@example.org']), nullSender(['<>']), nullSender(['*'])]).toEqual([false, true, true])
    const read = parseMailbox('a@example.org')
    expect(
      read.kind === 'mailbox' && mayUseSender(client({ name: 'x', match: {}, senders: ['<>'] }), read.mailbox),
    ).toBe(false)
  })
})
