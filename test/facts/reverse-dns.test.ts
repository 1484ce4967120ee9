import { describe, expect, it } from 'vitest'
import { Gatherer, SharedFacts } from '../../src/audit/gather.ts'
import { forwardConfirmed, ptrName, type ReverseDns, reverseDns } from '../../src/facts/reverse-dns.ts'
import { parseAddress } from '../../src/names/address.ts'
import { nobody } from '../support/check-tester.ts'
import { zoneResolver } from '../support/zone-resolver.ts'

const reverse = '10.2.0.192.in-addr.arpa'

async function learn(zone: string): Promise<{ value: ReverseDns; asked: readonly string[] }> {
  const resolver = zoneResolver(zone)
  const gatherer = new Gatherer({ resolver, dialer: nobody, ehloName: 'probe.example.net' }, new SharedFacts())
  const value = await gatherer.know(reverseDns, { address: parseAddress('192.0.2.10')! })
  return { value, asked: resolver.asked }
}

describe('reverse DNS', () => {
  it('asks for the records that can lead back, and no others', async () => {
    const { asked } = await learn(`${reverse} PTR a.example.org\n${reverse} PTR b.example.org`)
    expect(asked).toEqual([`${reverse} PTR`, 'a.example.org A', 'b.example.org A'])
  })

  it('asks about fifty names at most, in their own order: DNS gives them in any', async () => {
    const zone = Array.from({ length: 90 }, (_, i) => `${reverse} PTR n${i}.example.org`).join('\n')
    const { value, asked } = await learn(zone)
    expect(asked).toHaveLength(51)
    expect(value.names).toHaveLength(50)
    expect(value.unused).toHaveLength(40)
    expect(value.names.slice(0, 3).map(n => n.name)).toEqual(['n0.example.org', 'n1.example.org', 'n10.example.org'])
  })

  it('takes one name once, however often it stands there', async () => {
    const { value } = await learn(`${reverse} PTR a.example.org\n${reverse} PTR A.example.org.`)
    expect(value.names.map(n => n.name)).toEqual(['a.example.org'])
  })

  it('says where the record stands', async () => {
    const { value } = await learn(`${reverse} CNAME 10.cust.example.net\n10.cust.example.net PTR a.example.org`)
    expect(value).toMatchObject({ reverseName: reverse, owner: '10.cust.example.net' })
  })

  it.each([
    ['no name', 'x.example A 192.0.2.1', null, false],
    [
      'confirmed',
      `${reverse} PTR b.example.org\n${reverse} PTR a.example.org\nb.example.org A 192.0.2.10`,
      'b.example.org',
      true,
    ],
    ['not confirmed', `${reverse} PTR b.example.org\n${reverse} PTR a.example.org`, 'a.example.org', false],
    [
      'not known of all of very many',
      Array.from({ length: 60 }, (_, i) => `${reverse} PTR n${i}.example.org`).join('\n'),
      'n0.example.org',
      null,
    ],
    ['seen from the inside', `${reverse} PTR a.example.org\na.example.org A 192.168.1.5`, 'a.example.org', null],
    ['not known', `${reverse} PTR a.example.org\na.example.org FAULT timeout`, 'a.example.org', null],
  ])('reads as a name and three states: %s', async (_, zone, name, confirmed) => {
    const { value } = await learn(zone)
    expect(ptrName(value)).toBe(name)
    expect(forwardConfirmed(value)).toBe(confirmed)
  })

  it('cannot be learned when DNS does not answer', async () => {
    await expect(learn(`${reverse} FAULT servfail`)).rejects.toThrow('SERVFAIL')
  })
})
