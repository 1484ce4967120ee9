import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMxSet } from '../../src/protocol/mx.ts'

const set = (...records: readonly string[]) =>
  readMxSet(
    records.map(text => {
      const [preference, exchange = ''] = text.split(' ')
      return { preference: Number(preference), exchange }
    }),
  )

describe('a set of MX records', () => {
  it('is read in the order in which senders try the hosts, each host once, equals by name', () => {
    const read = set('20 b.example', '10 z.example', '20 a.example', '30 Z.example.')
    const hosts = read.kind === 'hosts' ? read.hosts : []
    expect(hosts.map(h => h.host)).toEqual(['z.example', 'a.example', 'b.example'])
  })

  it('is null when nothing but the root stands in it, with the preferences for a judge', () => {
    expect(set('0 .')).toEqual({ kind: 'null', nulls: [0] })
    expect(set('0 ')).toEqual({ kind: 'null', nulls: [0] })
    expect(set('10 .', '0 .')).toEqual({ kind: 'null', nulls: [0, 10] })
    expect(set('0 .', '10 mx.example')).toMatchObject({ kind: 'hosts', nulls: [0] })
    expect(set('0 mx.example')).toMatchObject({ kind: 'hosts', nulls: [] })
  })

  it.each([
    ['192.0.2.1', 'address'],
    ['2001:db8::1', 'address'],
    ['[192.0.2.1]', 'address'],
    ['localhost', 'localhost'],
    ['LOCALHOST.', 'localhost'],
    ['mx.localhost', 'localhost'],
    ['localhost.example.org', undefined],
    ['192.0.2.1.example.org', undefined],
  ])('%s has the fault %s', (exchange, fault) => {
    expect(set(`10 ${exchange}`)).toMatchObject({ kind: 'hosts', hosts: [{ fault }] })
  })

  it('never throws, and loses no host, whatever stands in the records', () => {
    const record = fc.record({ preference: fc.nat(65535), exchange: fc.string({ maxLength: 20 }) })
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), records => {
        const read = readMxSet(records)
        const hosts = read.kind === 'hosts' ? read.hosts : []
        const names = new Set(records.map(r => r.exchange.toLowerCase().replace(/\.$/, '')).filter(name => name !== ''))
        expect(new Set(hosts.map(h => h.host))).toEqual(names)
        expect(hosts.map(h => h.preference)).toEqual(hosts.map(h => h.preference).toSorted((a, b) => a - b))
      }),
    )
  })
})
