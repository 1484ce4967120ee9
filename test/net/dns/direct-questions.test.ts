// Questions to one server itself, over the wire: its own answers, and where it points when they are not its to give.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readReferral } from '../../../src/net/dns/referral.ts'
import { decodeMessage } from '../../../src/net/dns/wire-message.ts'
import { mappedResolver } from '../../../src/net/mapped-resolver.ts'
import { loopback, nameServer } from '../../support/loopback-dns.ts'

const ZONE = `
  example.org SOA ns.example.org hostmaster.example.org 7
  example.org NS ns.example.org
  example.org TXT "own"
  ns.example.org A 192.0.2.53
  in.example.org CNAME example.org
  out.example.org CNAME elsewhere.example.net
  sub.example.org NS ns1.sub.example.org
  sub.example.org NS ns2.example.net
  ns1.sub.example.org A 192.0.2.54
  ns1.sub.example.org AAAA 2001:db8::54
  elsewhere.example.net TXT "hearsay"
`

async function authority() {
  const server = await nameServer(ZONE, { zones: ['example.org'] })
  const { resolver } = await loopback('')
  return { server, resolver, from: { address: server.address, port: server.port } }
}

describe('a server that is asked itself', () => {
  it('answers with authority, and within its zone follows aliases', async () => {
    const { resolver, from } = await authority()
    const own = { kind: 'records', records: [['own']], authoritative: true }
    expect(await resolver.resolve('example.org', 'TXT', from)).toMatchObject({ ...own, chain: ['example.org'] })
    expect(await resolver.resolve('in.example.org', 'TXT', from)).toMatchObject({
      ...own,
      chain: ['in.example.org', 'example.org'],
    })
    expect(await resolver.resolve('no.example.org', 'TXT', from)).toMatchObject({
      kind: 'nxdomain',
      authoritative: true,
    })
  })

  it('is asked anew each time', async () => {
    const { resolver, server, from } = await authority()
    for (let i = 0; i < 3; i++) await resolver.resolve('example.org', 'TXT', from)
    expect(server.asked).toHaveLength(3)
    expect(resolver.stats()).toMatchObject({ fromCache: 0, cached: 0 })
  })

  it('points to where an alias leads out of its zone, and says nothing of what is there', async () => {
    const { resolver, from } = await authority()
    expect(await resolver.resolve('out.example.org', 'TXT', from)).toEqual({
      kind: 'unreachable',
      why: 'refused',
      server: expect.stringContaining('127.0.0.1'),
      extended: 'it names elsewhere.example.net as an alias, of which it does not know',
      elsewhere: {
        kind: 'alias',
        target: 'elsewhere.example.net',
        chain: ['out.example.org'],
        ttl: 300,
        authentic: false,
        authoritative: true,
        server: expect.stringContaining('127.0.0.1'),
      },
    })
  })

  it('refers to the servers of a zone below, with their addresses; that is no absence', async () => {
    const { resolver, from } = await authority()
    expect(await resolver.resolve('x.sub.example.org', 'TXT', from)).toMatchObject({
      kind: 'unreachable',
      why: 'refused',
      elsewhere: {
        kind: 'referral',
        zone: 'sub.example.org',
        servers: ['ns1.sub.example.org', 'ns2.example.net'],
        glue: [
          { name: 'ns1.sub.example.org', address: '192.0.2.54' },
          { name: 'ns1.sub.example.org', address: '2001:db8::54' },
        ],
        ttl: 300,
      },
    })
  })

  it('refuses what is not its own', async () => {
    const { resolver, from } = await authority()
    expect(await resolver.resolve('example.net', 'TXT', from)).toMatchObject({ kind: 'unreachable', why: 'refused' })
  })

  it('may be asked over TCP alone', async () => {
    const { resolver, server, from } = await authority()
    expect(await resolver.resolve('example.org', 'TXT', { ...from, transport: 'tcp' })).toMatchObject({
      kind: 'records',
    })
    expect(server.counts).toMatchObject({ udp: 0, tcp: 1 })
  })
})

describe('a referral', () => {
  it('of any octets is read without throwing, and is never long', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 12, maxLength: 1500 }), bytes => {
        const message = decodeMessage(Buffer.from(bytes))!
        const referral = readReferral(message, 'a.b.example.org')
        expect(referral?.servers.length ?? 0).toBeLessThanOrEqual(32)
        expect(referral?.glue.length ?? 0).toBeLessThanOrEqual(128)
      }),
    )
  })
})

describe('the servers of a lab', () => {
  it('are asked where the map leads, and named as they are known; others are out of reach', async () => {
    const { server, resolver } = await authority()
    const mapped = mappedResolver(resolver, new Map([['192.0.2.53:53', { address: '127.0.0.1', port: server.port }]]))
    const at = (address: string) => ({ address, port: 53 })
    expect(await mapped.resolve('example.org', 'TXT', at('192.0.2.53'))).toMatchObject({
      kind: 'records',
      server: '192.0.2.53',
    })
    expect(await mapped.resolve('out.example.org', 'TXT', at('192.0.2.53'))).toMatchObject({
      elsewhere: { server: '192.0.2.53' },
    })
    expect(await mapped.resolve('example.org', 'TXT', at('192.0.2.99'))).toEqual({
      kind: 'unreachable',
      why: 'network',
      server: '192.0.2.99',
      extended: 'not a part of this network',
    })
  })
})
