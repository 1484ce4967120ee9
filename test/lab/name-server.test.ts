// The lab's name server as others see it: dns-packet and node's own resolver judge what it sends.
import { createSocket } from 'node:dgram'
import { promises as dns } from 'node:dns'
import { once } from 'node:events'
import packet from 'dns-packet'
import { describe, expect, it } from 'vitest'
import type { NameServer } from '../../src/lab/name-server.ts'
import { nameServer } from '../support/loopback-dns.ts'

const ZONE = `
  example.org   SOA   ns.example.org hostmaster.example.org 7 60
  example.org   MX    10 mx.example.org
  example.org   TXT   "v=spf1 mx" " -all"
  raw.example.org TXT "\\000\\255\\"\\\\" ""
  long.example.org TXT "${'x'.repeat(600)}"
  mx.example.org A    192.0.2.1
  mx.example.org AAAA 2001:db8::1
  www.example.org CNAME mx.example.org
  bad.example.org A   "not an address"
  down.example.org FAULT servfail
  no.example.org FAULT refused
  void.example.org FAULT timeout
`

function nodeResolver(server: NameServer): dns.Resolver {
  const resolver = new dns.Resolver({ timeout: 500, tries: 2 })
  resolver.setServers([`${server.address}:${server.port}`])
  return resolver
}

/** One exchange over UDP in raw octets. */
async function exchange(server: NameServer, query: Buffer): Promise<packet.DecodedPacket> {
  const socket = createSocket('udp4')
  try {
    socket.send(query, server.port, server.address)
    const [bytes] = (await once(socket, 'message')) as [Buffer]
    return packet.decode(bytes)
  } finally {
    socket.close()
  }
}

const query = (name: string, type: packet.RecordType, more: Partial<packet.Packet> = {}): Buffer =>
  packet.encode({ type: 'query', id: 99, flags: packet.RECURSION_DESIRED, questions: [{ name, type }], ...more })

describe('the name server of the lab', () => {
  it("answers node's own resolver", async () => {
    const resolver = nodeResolver(await nameServer(ZONE))
    expect(await resolver.resolveMx('example.org')).toMatchObject([{ exchange: 'mx.example.org', priority: 10 }])
    expect(await resolver.resolveTxt('example.org')).toEqual([['v=spf1 mx', ' -all']])
    expect(await resolver.resolve4('www.example.org')).toEqual(['192.0.2.1'])
    expect(await resolver.resolve6('mx.example.org')).toEqual(['2001:db8::1'])
    expect(await resolver.resolveSoa('example.org')).toMatchObject({ nsname: 'ns.example.org', serial: 7, minttl: 60 })
    await expect(resolver.resolveMx('mx.example.org')).rejects.toMatchObject({ code: 'ENODATA' })
    await expect(resolver.resolve4('nobody.example.org')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    await expect(resolver.resolve4('down.example.org')).rejects.toMatchObject({ code: 'ESERVFAIL' })
    await expect(resolver.resolve4('no.example.org')).rejects.toMatchObject({ code: 'EREFUSED' })
  })

  it('sends any octets in TXT, and long texts in pieces of 255', async () => {
    const server = await nameServer(ZONE)
    const raw = await exchange(server, query('raw.example.org', 'TXT'))
    expect((raw.answers![0] as packet.TxtAnswer).data).toEqual([Buffer.from([0, 255, 0x22, 0x5c]), Buffer.alloc(0)])
    const edns = { type: 'OPT', name: '.', udpPayloadSize: 1232, flags: packet.DNSSEC_OK, options: [] } as never
    const long = await exchange(server, query('long.example.org', 'TXT', { additionals: [edns] }))
    const strings = (long.answers![0] as packet.TxtAnswer).data as Buffer[]
    expect(strings.map(s => s.length)).toEqual([255, 255, 90])
    expect(long.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232, flag_do: true }])
  })

  it('puts the SOA beside an absence, and truncates what does not fit', async () => {
    const server = await nameServer(ZONE)
    const nodata = await exchange(server, query('mx.example.org', 'MX'))
    expect(nodata).toMatchObject({ rcode: 'NOERROR', flag_aa: true, flag_ra: true, answers: [], additionals: [] })
    expect(nodata.authorities).toMatchObject([{ name: 'example.org', type: 'SOA', data: { minimum: 60 } }])
    const outside = await exchange(server, query('nobody.example.net', 'MX'))
    expect(outside).toMatchObject({ rcode: 'NXDOMAIN', authorities: [{ name: '.', type: 'SOA' }] })
    const cut = await exchange(server, query('long.example.org', 'TXT'))
    expect(cut).toMatchObject({ flag_tc: true, answers: [], questions: [{ name: 'long.example.org' }] })
  })

  it('refuses what it cannot answer', async () => {
    const server = await nameServer(ZONE)
    expect(await exchange(server, query('bad.example.org', 'A'))).toMatchObject({ rcode: 'SERVFAIL' })
    expect(await exchange(server, query('example.org', 'HINFO'))).toMatchObject({ rcode: 'NOERROR', answers: [] })
    const status = query('example.org', 'A', { flags: 2 << 11 })
    expect(await exchange(server, status)).toMatchObject({ rcode: 'NOTIMP' })
    const none = packet.encode({ type: 'query', id: 1, questions: [] })
    expect(await exchange(server, none)).toMatchObject({ rcode: 'FORMERR' })
  })

  it('counts what it is asked, and forgets what it should not answer', async () => {
    const server = await nameServer(ZONE)
    const socket = createSocket('udp4')
    for (const bytes of [
      query('void.example.org', 'A'),
      Buffer.of(1, 2, 3),
      packet.encode({ type: 'response', id: 1 }),
    ]) {
      socket.send(bytes, server.port, server.address)
    }
    socket.send(query('Example.org', 'MX'), server.port, server.address)
    const [bytes] = (await once(socket, 'message')) as [Buffer]
    socket.close()
    expect(packet.decode(bytes).questions).toMatchObject([{ name: 'Example.org', type: 'MX' }])
    expect(server.asked).toEqual(['void.example.org A', 'example.org MX'])
    expect(server.counts).toEqual({ udp: 4, tcp: 0, dropped: 0 })
  })

  it('says when its port is taken', async () => {
    const { startNameServer } = await import('../../src/lab/name-server.ts')
    const { Zone } = await import('../../src/lab/zone.ts')
    const first = await nameServer(ZONE)
    await expect(startNameServer({ zone: new Zone(''), port: first.port })).rejects.toThrow('EADDRINUSE')
  })
})
