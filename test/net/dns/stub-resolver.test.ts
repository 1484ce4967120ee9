// Scenarios over loopback sockets: what each thing that a server can do is told as.
import { describe, expect, it } from 'vitest'
import type { Draft, DraftRecord } from '../../../src/lab/response-wire.ts'
import { createResolver } from '../../../src/net/dns/stub-resolver.ts'
import { goneServer, loopback, nameServer, resolverOf } from '../../support/loopback-dns.ts'

const ZONE = `
  example.org          SOA   ns.example.org hostmaster.example.org 7 60
  example.org    120   MX    10 mx.example.org
  example.org          MX    20 MX2.example.org.
  example.org          NS    ns.example.org
  example.org          TXT   "v=spf1 mx" " -all"
  mx.example.org       A     192.0.2.1
  mx.example.org       AAAA  2001:DB8:0:0::1
  mapped.example.org   AAAA  ::ffff:192.0.2.9
  alias.example.org 30 CNAME mx.example.org
  null.example.org     MX    0 .
  1.2.0.192.in-addr.arpa PTR mx.example.org
  silent.example.org   FAULT timeout
  broken.example.org   FAULT servfail
  closed.example.org   FAULT refused
`
const BIG = Array.from({ length: 60 }, (_, i) => `big.example.org TXT "record ${i} of a long row of records"`).join(
  '\n',
)

const name = (...labels: readonly string[]): Buffer =>
  Buffer.concat([...labels.map(l => Buffer.concat([Buffer.of(l.length), Buffer.from(l, 'latin1')])), Buffer.of(0)])
const record = (owner: string, type: DraftRecord['type'], data: Uint8Array): DraftRecord => ({
  name: owner,
  type,
  ttl: 60,
  data,
})
const adding =
  (...more: readonly DraftRecord[]) =>
  (draft: Draft): Draft => ({ ...draft, answers: [...draft.answers, ...more] })
const answering =
  (...answers: readonly DraftRecord[]) =>
  (draft: Draft): Draft => ({ ...draft, rcode: 0, answers, authorities: [] })

describe('what a server says', () => {
  it('is told in the shapes of the record types', async () => {
    const { resolver, server } = await loopback(ZONE)
    const told = { ttl: 120, authentic: false, authoritative: true, server: `127.0.0.1:${server.port}` }
    expect(await resolver.resolve('Example.ORG.', 'MX')).toEqual({
      kind: 'records',
      records: [
        { preference: 10, exchange: 'mx.example.org' },
        { preference: 20, exchange: 'mx2.example.org' },
      ],
      malformed: [],
      chain: ['example.org'],
      ...told,
    })
    const records = async (owner: string, type: 'A' | 'AAAA' | 'NS' | 'SOA' | 'TXT' | 'PTR' | 'MX' | 'CNAME') => {
      const answer = await resolver.resolve(owner, type)
      return answer.kind === 'records' ? answer.records : answer
    }
    expect(await records('example.org', 'TXT')).toEqual([['v=spf1 mx', ' -all']])
    expect(await records('example.org', 'NS')).toEqual(['ns.example.org'])
    expect(await records('example.org', 'SOA')).toEqual([
      {
        ...{ mname: 'ns.example.org', rname: 'hostmaster.example.org', serial: 7 },
        ...{ refresh: 7200, retry: 3600, expire: 1_209_600, minimum: 60 },
      },
    ])
    expect(await records('mx.example.org', 'A')).toEqual(['192.0.2.1'])
    expect(await records('mx.example.org', 'AAAA')).toEqual(['2001:db8::1'])
    expect(await records('mapped.example.org', 'AAAA')).toEqual(['::ffff:192.0.2.9'])
    expect(await records('1.2.0.192.in-addr.arpa', 'PTR')).toEqual(['mx.example.org'])
    expect(await records('null.example.org', 'MX')).toEqual([{ preference: 0, exchange: '' }])
    expect(await records('alias.example.org', 'CNAME')).toEqual(['mx.example.org'])
  })

  it('keeps an absent record and an absent name apart', async () => {
    const { resolver } = await loopback(ZONE)
    expect(await resolver.resolve('mx.example.org', 'TXT')).toMatchObject({ kind: 'nodata', ttl: 60 })
    expect(await resolver.resolve('in-addr.arpa', 'TXT')).toMatchObject({ kind: 'nodata' })
    expect(await resolver.resolve('nobody.example.org', 'TXT')).toMatchObject({ kind: 'nxdomain', ttl: 60 })
  })

  it('tells silence, failure and refusal as what they are', async () => {
    const { resolver } = await loopback(ZONE, {}, { timeoutMs: 40, tries: 2 })
    expect(await resolver.resolve('silent.example.org', 'A')).toMatchObject({ kind: 'unreachable', why: 'timeout' })
    expect(await resolver.resolve('broken.example.org', 'A')).toMatchObject({ kind: 'unreachable', why: 'servfail' })
    expect(await resolver.resolve('closed.example.org', 'A')).toMatchObject({ kind: 'unreachable', why: 'refused' })
  })

  it('shows the AD bit and authority as they were set', async () => {
    const { resolver } = await loopback(ZONE, { alter: d => ({ ...d, authentic: true, authoritative: false }) })
    expect(await resolver.resolve('mx.example.org', 'A')).toMatchObject({ authentic: true, authoritative: false })
  })

  it('keeps the text of extended errors, and asks a bogus zone only once', async () => {
    const { resolver, server } = await loopback(ZONE, {
      extended: q => (q.name === 'broken.example.org' ? { code: 9, text: 'no key\x1b[31m for .org' } : { code: 3 }),
    })
    expect(await resolver.resolve('broken.example.org', 'A')).toMatchObject({
      why: 'servfail',
      extended: 'EDE 9 DNSKEY Missing: no key [31m for .org',
    })
    expect(server.asked).toHaveLength(1)
    expect(await resolver.resolve('mx.example.org', 'A')).toMatchObject({
      kind: 'records',
      extended: 'EDE 3 Stale Answer',
    })
  })

  it('names other response codes', async () => {
    const { resolver } = await loopback(ZONE, {
      alter: (d, q) => ({ ...d, rcode: q.type === 'A' ? 9 : q.type === 'MX' ? 6 : 11, answers: [], authorities: [] }),
    })
    expect(await resolver.resolve('mx.example.org', 'A')).toMatchObject({
      why: 'refused',
      extended: 'the server answered NOTAUTH',
    })
    expect(await resolver.resolve('mx.example.org', 'MX')).toMatchObject({
      why: 'servfail',
      extended: 'the server answered YXDOMAIN',
    })
    expect(await resolver.resolve('mx.example.org', 'NS')).toMatchObject({
      why: 'refused',
      extended: 'the server answered RCODE 11',
    })
  })

  it('is no absence when the server only knows whom else to ask', async () => {
    const { resolver } = await loopback(ZONE, { lame: true })
    expect(await resolver.resolve('mx.example.org', 'A')).toMatchObject({
      why: 'refused',
      extended: 'the server does not recurse: it only named other servers',
    })
  })

  it('is no absence when nobody vouches for it', async () => {
    const { resolver } = await loopback(ZONE, {
      alter: d => ({ ...d, authoritative: false, recursionAvailable: false, answers: [], authorities: [] }),
    })
    expect(await resolver.resolve('mx.example.org', 'TXT')).toMatchObject({ why: 'refused' })
  })

  it('is believed in neither half when it says NXDOMAIN beside the records', async () => {
    const { resolver } = await loopback(ZONE, { alter: d => ({ ...d, rcode: 3 }) })
    expect(await resolver.resolve('mx.example.org', 'A')).toMatchObject({
      why: 'malformed',
      extended: 'it holds A records and says NXDOMAIN',
    })
  })
})

describe('names', () => {
  it.each(['a..b', `${'a'.repeat(64)}.org`, Array(64).fill('abcd').join('.'), 'exämple.org', '.org'])(
    'that cannot be asked for are no question: %s',
    async owner => {
      const { resolver, server } = await loopback(ZONE)
      expect(await resolver.resolve(owner, 'A')).toMatchObject({
        kind: 'unreachable',
        why: 'malformed',
        extended: expect.any(String),
      })
      expect(server.counts.udp).toBe(0)
    },
  )

  it('with a dot inside a label are told and asked as such', async () => {
    const exchange = Buffer.concat([Buffer.of(0, 10), name('a.b', 'example', 'org')])
    const { resolver } = await loopback('a\\.b.example.org A 192.0.2.7\na.b.example.org A 192.0.2.8', {
      alter: (d, q) => (q.type === 'MX' ? answering(record('example.org', 'MX', exchange))(d) : d),
    })
    expect(await resolver.resolve('example.org', 'MX')).toMatchObject({ records: [{ exchange: 'a\\.b.example.org' }] })
    expect(await resolver.resolve('a\\.b.example.org', 'A')).toMatchObject({ records: ['192.0.2.7'] })
    expect(await resolver.resolve('a.b.example.org', 'A')).toMatchObject({ records: ['192.0.2.8'] })
  })

  it('may be the root, or hold a space', async () => {
    const { resolver } = await loopback('. NS a.root.example\n"a b.example" A 192.0.2.1')
    expect(await resolver.resolve('.', 'NS')).toMatchObject({ records: ['a.root.example'], chain: [''] })
    expect(await resolver.resolve('a b.example', 'A')).toMatchObject({ records: ['192.0.2.1'], chain: ['a b.example'] })
  })
})

describe('records that cannot be read', () => {
  it('do not hide those beside them', async () => {
    const { resolver } = await loopback(ZONE, { alter: adding(record('mx.example.org', 'A', Buffer.of(192, 0, 2))) })
    expect(await resolver.resolve('mx.example.org', 'A')).toMatchObject({
      kind: 'records',
      records: ['192.0.2.1'],
      malformed: [{ type: 'A', reason: 'an A record has 4 octets, this one has 3' }],
    })
  })

  it.each([
    ['a TXT string over its end', 'TXT', Buffer.of(5, 0x61), 'a TXT record has a string that runs over its end'],
    ['an MX without a name', 'MX', Buffer.of(0, 1), 'an MX record has 3 octets or more, this one has 2'],
    ['an MX with more than a name', 'MX', Buffer.of(0, 1, 0, 0), 'a record goes on after the name that should end it'],
    [
      'a name that points to itself',
      'NS',
      Buffer.of(0xc0, 0xff),
      'a name has a compression pointer that does not lead back',
    ],
    ['a short SOA', 'SOA', Buffer.of(0, 0, 0, 0), 'an SOA record does not end with five numbers'],
    ['a short AAAA', 'AAAA', Buffer.alloc(15), 'an AAAA record has 16 octets, this one has 15'],
  ] as const)('are no absence when they are all there is: %s', async (_, type, data, extended) => {
    const { resolver } = await loopback(ZONE, { alter: answering(record('example.org', type, data)) })
    expect(await resolver.resolve('example.org', type)).toMatchObject({
      kind: 'unreachable',
      why: 'malformed',
      extended,
    })
  })

  it('may be cut off with the message: what stood before is told, and that something is missing', async () => {
    const { resolver } = await loopback(ZONE, {
      edns: 'unknown',
      replace: (response, q) => [q.type === 'NS' ? response.subarray(0, 40) : response.subarray(0, -5)],
    })
    expect(await resolver.resolve('example.org', 'MX')).toMatchObject({
      records: [{ exchange: 'mx.example.org' }],
      malformed: [{ type: 'MX', reason: 'the answer breaks off in the middle' }],
    })
    expect(await resolver.resolve('example.org', 'NS')).toMatchObject({ kind: 'unreachable', why: 'malformed' })
    expect(await resolver.resolve('nobody.example.org', 'A')).toMatchObject({ kind: 'unreachable', why: 'malformed' })
  })

  it('of another name or type are nothing to us', async () => {
    const { resolver } = await loopback(ZONE, {
      alter: adding(record('evil.example', 'A', Buffer.of(1)), record('mx.example.org', 65, Buffer.of(1))),
    })
    expect(await resolver.resolve('mx.example.org', 'A')).toMatchObject({ records: ['192.0.2.1'], malformed: [] })
  })
})

describe('large answers', () => {
  it('are asked for again over TCP, and read in pieces', async () => {
    const { resolver, server } = await loopback(BIG, { pieces: 700 })
    const answer = await resolver.resolve('big.example.org', 'TXT')
    expect(answer.kind === 'records' && answer.records).toHaveLength(60)
    expect(server.counts).toMatchObject({ udp: 1, tcp: 1 })
  })

  it('are read octet by octet', async () => {
    const { resolver } = await loopback(ZONE, { truncates: true, pieces: 1 })
    expect(await resolver.resolve('mx.example.org', 'A')).toMatchObject({ records: ['192.0.2.1'] })
  })

  it('are unknown, not absent, without TCP', async () => {
    const { resolver } = await loopback(BIG, { udpOnly: true }, { timeoutMs: 40, tries: 2 })
    expect(await resolver.resolve('big.example.org', 'TXT')).toMatchObject({
      kind: 'unreachable',
      why: 'network',
      extended: 'over TCP: nothing listens there',
    })
  })

  it('are unknown when TCP ends early, answers something else, or is cut short as well', async () => {
    const over = (change: (response: Buffer) => Uint8Array) => ({
      truncates: true,
      replace: (response: Buffer, _: unknown, by: string) => [by === 'tcp' ? change(response) : response],
    })
    const options = { timeoutMs: 40, tries: 2 }
    const other = await loopback(
      ZONE,
      over(r => Buffer.concat([Buffer.of(r[0]! ^ 1), r.subarray(1)])),
      options,
    )
    expect(await other.resolver.resolve('mx.example.org', 'A')).toMatchObject({
      why: 'network',
      extended: 'over TCP: it answered another question',
    })
    const cut = await loopback(
      ZONE,
      over(r => Buffer.concat([r.subarray(0, 2), Buffer.of(r[2]! | 2), r.subarray(3)])),
      options,
    )
    expect(await cut.resolver.resolve('mx.example.org', 'A')).toMatchObject({
      why: 'malformed',
      extended: 'the answer is cut short even over TCP',
    })
  })
})

describe('servers without EDNS', () => {
  it.each(['refused', 'unknown', 'badvers'] as const)('are asked without it: %s', async edns => {
    const { resolver } = await loopback(ZONE, { edns })
    expect(await resolver.resolve('mx.example.org', 'A')).toMatchObject({ records: ['192.0.2.1'] })
  })

  it('truncate at 512 octets', async () => {
    const { resolver, server } = await loopback(BIG, { edns: 'refused' })
    expect(await resolver.resolve('big.example.org', 'TXT')).toMatchObject({ kind: 'records' })
    expect(server.counts).toMatchObject({ udp: 2, tcp: 1 })
  })
})

describe('forged answers', () => {
  const forged = (response: Buffer, change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(response)
    // The forger's address in the last octet of the A record, which is the last before the eleven of EDNS.
    bytes[bytes.length - 12] = 66
    change(bytes)
    return bytes
  }
  const otherId = (bytes: Buffer): unknown => bytes.writeUInt16BE(bytes.readUInt16BE(0) ^ 1, 0)
  const otherName = (bytes: Buffer): unknown => bytes.write('xx', 13)
  const otherType = (bytes: Buffer): unknown => bytes.writeUInt16BE(28, 12 + 16)
  const noQuestion = (bytes: Buffer): unknown => bytes.writeUInt16BE(0, 4)

  it('with another id or question are ignored, and the true one is waited for', async () => {
    const { resolver } = await loopback(ZONE, {
      replace: r => [
        forged(r, otherId),
        forged(r, otherName),
        forged(r, otherType),
        forged(r, noQuestion),
        Buffer.of(1),
        r,
      ],
    })
    expect(await resolver.resolve('mx.example.org', 'A')).toMatchObject({ records: ['192.0.2.1'] })
    expect(resolver.stats().ignored).toBe(5)
  })

  it('alone are silence', async () => {
    const { resolver } = await loopback(
      ZONE,
      { udpOnly: true, replace: r => [forged(r, otherId)] },
      { timeoutMs: 20, tries: 2 },
    )
    expect(await resolver.resolve('mx.example.org', 'A')).toMatchObject({ why: 'timeout' })
  })
})

describe('CNAME chains', () => {
  const CHAIN = `
    a.example    CNAME b.example
    b.example 20 CNAME c.example
    c.example    A     192.0.2.3
    here.example CNAME gone.example
    bare.example CNAME c.example
    ring.example CNAME rong.example
    rong.example CNAME ring.example
    ${Array.from({ length: 17 }, (_, i) => `n${i}.long.example CNAME n${i + 1}.long.example`).join('\n')}
    n16.ok.example A 192.0.2.4
    ${Array.from({ length: 16 }, (_, i) => `n${i}.ok.example CNAME n${i + 1}.ok.example`).join('\n')}
  `

  it.each([
    ['the server follows', false],
    ['the server gives a part only', true],
  ])('are followed and kept: %s', async (_, firstLinkOnly) => {
    const { resolver } = await loopback(CHAIN, { firstLinkOnly })
    const chain = ['a.example', 'b.example', 'c.example']
    expect(await resolver.resolve('a.example', 'A')).toMatchObject({
      kind: 'records',
      records: ['192.0.2.3'],
      chain,
      ttl: 20,
    })
    expect(await resolver.resolve('a.example', 'MX')).toMatchObject({ kind: 'nodata', chain, ttl: 20 })
    expect(await resolver.resolve('here.example', 'A')).toMatchObject({
      kind: 'nxdomain',
      chain: ['here.example', 'gone.example'],
    })
    expect(await resolver.resolve('bare.example', 'MX')).toMatchObject({
      kind: 'nodata',
      chain: ['bare.example', 'c.example'],
    })
  })

  it('that lead in a circle are malformed, also within one message', async () => {
    const apart = await loopback(CHAIN, { firstLinkOnly: true })
    expect(await apart.resolver.resolve('ring.example', 'A')).toMatchObject({
      why: 'malformed',
      extended: 'the CNAME records lead in a circle at ring.example',
    })
    const together = await loopback(CHAIN, {
      alter: answering(
        record('ring.example', 'CNAME', name('rong', 'example')),
        record('rong.example', 'CNAME', name('ring', 'example')),
      ),
    })
    expect(await together.resolver.resolve('ring.example', 'A')).toMatchObject({
      why: 'malformed',
      extended: 'the CNAME records lead in a circle at ring.example',
    })
  })

  it('may have sixteen links and no more', async () => {
    const { resolver } = await loopback(CHAIN, { firstLinkOnly: true })
    expect(await resolver.resolve('n0.ok.example', 'A')).toMatchObject({ records: ['192.0.2.4'] })
    expect(await resolver.resolve('n0.long.example', 'A')).toMatchObject({
      why: 'malformed',
      extended: 'more than 16 CNAME records follow each other from n0.long.example',
    })
  })

  it('that fork are malformed', async () => {
    const { resolver } = await loopback(CHAIN, { alter: adding(record('a.example', 'CNAME', name('z', 'example'))) })
    expect(await resolver.resolve('a.example', 'A')).toMatchObject({
      why: 'malformed',
      extended: 'a.example has several CNAME records',
    })
  })

  it('that end in a failure tell the failure', async () => {
    const { resolver } = await loopback('a.example CNAME b.example\nb.example FAULT refused', { firstLinkOnly: true })
    expect(await resolver.resolve('a.example', 'A')).toMatchObject({ kind: 'unreachable', why: 'refused' })
  })

  it('made from a DNAME work, with the CNAME and without', async () => {
    const dname = record('old.example', 39, name('new', 'example'))
    const cname = record('www.old.example', 'CNAME', name('www', 'new', 'example'))
    for (const answers of [[dname, cname], [dname]]) {
      const { resolver } = await loopback('www.new.example A 192.0.2.5', {
        alter: (d, q) => (q.name === 'www.old.example' ? answering(...answers)(d) : d),
      })
      expect(await resolver.resolve('www.old.example', 'A')).toMatchObject({
        records: ['192.0.2.5'],
        chain: ['www.old.example', 'www.new.example'],
      })
    }
  })

  it('are not followed when the CNAME itself is asked for', async () => {
    const { resolver } = await loopback(CHAIN)
    expect(await resolver.resolve('a.example', 'CNAME')).toMatchObject({ records: ['b.example'], chain: ['a.example'] })
  })
})

describe('several servers', () => {
  it.each(['silent', 'broken', 'closed'])('are asked in turn: the first is %s', async which => {
    const first = await nameServer(
      `x.example FAULT ${{ silent: 'timeout', broken: 'servfail', closed: 'refused' }[which]}`,
    )
    const second = await nameServer('x.example A 192.0.2.1')
    const resolver = resolverOf([first, second], { timeoutMs: 40 })
    expect(await resolver.resolve('x.example', 'A')).toMatchObject({
      kind: 'records',
      server: `127.0.0.1:${second.port}`,
    })
    expect([first.asked.length, second.asked.length]).toEqual([1, 1])
  })

  it('are asked in turn: the first is gone', async () => {
    const second = await nameServer('x.example A 192.0.2.1')
    const resolver = resolverOf([await goneServer(), second])
    expect(await resolver.resolve('x.example', 'A')).toMatchObject({ kind: 'records', records: ['192.0.2.1'] })
  })

  it('are all asked, however many', async () => {
    const silent = await Promise.all(Array.from({ length: 6 }, () => nameServer('x.example FAULT timeout')))
    const last = await nameServer('x.example A 192.0.2.1')
    const resolver = resolverOf([...silent, last], { timeoutMs: 20 })
    expect(await resolver.resolve('x.example', 'A')).toMatchObject({ kind: 'records' })
  })

  it('that all fail leave the most telling failure', async () => {
    const refusing = await nameServer('x.example FAULT refused')
    const failing = await nameServer('x.example FAULT servfail', { extended: () => ({ code: 22, text: 'at example' }) })
    const silent = await nameServer('x.example FAULT timeout')
    const resolver = resolverOf([refusing, silent, failing], { timeoutMs: 20 })
    expect(await resolver.resolve('x.example', 'A')).toMatchObject({
      why: 'servfail',
      extended: 'EDE 22 No Reachable Authority: at example',
      server: `127.0.0.1:${failing.port}`,
    })
  })

  it('that are gone are a network failure, never an absence', async () => {
    const resolver = resolverOf([await goneServer()], { timeoutMs: 40 })
    expect(await resolver.resolve('x.example', 'A')).toMatchObject({
      why: 'network',
      extended: 'nothing listens there',
    })
  })

  it('may be none', async () => {
    const resolver = createResolver({ servers: [] })
    expect(await resolver.resolve('x.example', 'A')).toMatchObject({
      why: 'network',
      extended: 'there is no name server to ask',
    })
  })
})

describe('patience', () => {
  it('asks again after one SERVFAIL: a cold cache', async () => {
    let asked = 0
    const { resolver } = await loopback(
      ZONE,
      { alter: d => (asked++ === 0 ? { ...d, rcode: 2, answers: [] } : d) },
      { timeoutMs: 40 },
    )
    expect(await resolver.resolve('mx.example.org', 'A')).toMatchObject({ records: ['192.0.2.1'] })
    expect(asked).toBe(2)
  })

  it('hears an answer that comes after its time', async () => {
    const { resolver } = await loopback(ZONE, { delayMs: 150 }, { timeoutMs: 60 })
    expect(await resolver.resolve('mx.example.org', 'A')).toMatchObject({ records: ['192.0.2.1'] })
    expect(resolver.stats().timeouts).toBeGreaterThan(0)
  })

  it('tries TCP at last, when UDP does not come through', async () => {
    const { resolver, server } = await loopback(ZONE, { loss: { fraction: 1, seed: 1 } }, { timeoutMs: 20, tries: 3 })
    expect(await resolver.resolve('mx.example.org', 'A')).toMatchObject({ records: ['192.0.2.1'] })
    expect(server.counts).toMatchObject({ udp: 3, tcp: 1 })
  })

  it('ends with close', async () => {
    const { resolver } = await loopback(ZONE)
    const open = resolver.resolve('silent.example.org', 'A')
    // The question is on its way once another has been answered.
    await resolver.resolve('mx.example.org', 'A')
    resolver.close()
    const closed = { kind: 'unreachable', why: 'network', extended: 'the resolver was closed' }
    expect(await open).toMatchObject(closed)
    expect(await resolver.resolve('null.example.org', 'MX')).toMatchObject(closed)
  })
})

describe('what is kept', () => {
  it('lasts as long as the shortest TTL on the way, and tells what is left of it', async () => {
    let now = 0
    const { resolver, server } = await loopback(ZONE, {}, { now: () => now })
    expect(await resolver.resolve('alias.example.org', 'A')).toMatchObject({ ttl: 30 })
    now = 29_500
    expect(await resolver.resolve('ALIAS.example.org.', 'A')).toMatchObject({ ttl: 1, records: ['192.0.2.1'] })
    expect(server.asked).toHaveLength(1)
    now = 30_000
    expect(await resolver.resolve('alias.example.org', 'A')).toMatchObject({ ttl: 30 })
    expect(server.asked).toHaveLength(2)
  })

  it('lasts a day at most', async () => {
    let now = 0
    const { resolver, server } = await loopback('x.example 604800 A 192.0.2.1', {}, { now: () => now })
    expect(await resolver.resolve('x.example', 'A')).toMatchObject({ ttl: 604_800 })
    now = 86_399_000
    expect(await resolver.resolve('x.example', 'A')).toMatchObject({ ttl: 604_800 - 86_399 })
    now = 86_400_000
    await resolver.resolve('x.example', 'A')
    expect(server.asked).toHaveLength(2)
  })

  it('includes absences, for the lesser of the two times of the SOA', async () => {
    let now = 0
    const { resolver, server } = await loopback(
      'a.example 50 SOA ns.a.example host.a.example 1 900\nb.example 900 SOA ns.b.example host.b.example 1 40',
      {},
      { now: () => now },
    )
    const ask = async () => [await resolver.resolve('a.example', 'MX'), await resolver.resolve('x.b.example', 'MX')]
    expect(await ask()).toMatchObject([
      { kind: 'nodata', ttl: 50 },
      { kind: 'nxdomain', ttl: 40 },
    ])
    now = 39_000
    expect(await ask()).toMatchObject([
      { kind: 'nodata', ttl: 11 },
      { kind: 'nxdomain', ttl: 1 },
    ])
    expect(server.asked).toHaveLength(2)
    now = 40_000
    await ask()
    expect(server.asked).toHaveLength(3)
  })

  it.each([
    ['an absence without SOA', 'x.example TXT "x"', (d: Draft): Draft => ({ ...d, authorities: [] })],
    ['a TTL of 0', 'x.example 0 A 192.0.2.1', (d: Draft): Draft => d],
    ['a TTL with its highest bit set', 'x.example 2147483648 A 192.0.2.1', (d: Draft): Draft => d],
    ['a refusal', 'x.example FAULT refused', (d: Draft): Draft => d],
    ['a failure', 'x.example FAULT servfail', (d: Draft): Draft => d],
    ['silence', 'x.example FAULT timeout', (d: Draft): Draft => d],
  ])('is never %s', async (_, zone, alter) => {
    const { resolver, server } = await loopback(zone, { alter }, { timeoutMs: 20, tries: 1, now: () => 0 })
    await resolver.resolve('x.example', 'A')
    const once = server.asked.length
    await resolver.resolve('x.example', 'A')
    expect(server.asked).toHaveLength(2 * once)
    expect(resolver.stats().cached).toBe(0)
  })

  it('is bounded', async () => {
    const zone = Array.from({ length: 30 }, (_, i) => `n${i}.example A 192.0.2.1`).join('\n')
    const { resolver, server } = await loopback(zone, {}, { cache: 10 })
    for (let i = 0; i < 30; i++) await resolver.resolve(`n${i}.example`, 'A')
    expect(resolver.stats().cached).toBeLessThanOrEqual(10)
    await resolver.resolve('n29.example', 'A')
    expect(server.asked).toHaveLength(30)
  })

  it('may be nothing', async () => {
    const { resolver, server } = await loopback(ZONE, {}, { cache: 0 })
    await resolver.resolve('mx.example.org', 'A')
    await resolver.resolve('mx.example.org', 'A')
    expect(server.asked).toHaveLength(2)
  })

  it('is shared by those who ask at the same time', async () => {
    const { resolver, server } = await loopback(ZONE)
    const names = ['mx.example.org', 'MX.Example.org', 'mx.example.org.']
    const answers = await Promise.all([...names, ...names].map(n => resolver.resolve(n, 'A')))
    expect(answers).toHaveLength(6)
    for (const answer of answers) expect(answer).toMatchObject({ records: ['192.0.2.1'] })
    expect(server.asked).toEqual(['mx.example.org A'])
    expect(resolver.stats()).toMatchObject({ udp: 1, shared: 5 })
  })
})
