// Our resolver against dig, over NSD and unbound with the zones of a ministry: on a good path, a bad one, and none at all.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gatherer, SharedFacts } from '../../src/audit/gather.ts'
import { delegation } from '../../src/facts/delegation.ts'
import { resolverStanding } from '../../src/facts/resolver-standing.ts'
import { createAuthority } from '../../src/lab/certificates.ts'
import { createResolver, type StubResolver } from '../../src/net/dns/stub-resolver.ts'
import { mappedResolver } from '../../src/net/mapped-resolver.ts'
import type { Answer, RecordType, RecordTypes, ServerAddress } from '../../src/net/resolver.ts'
import { withoutRewriting } from '../../src/net/rewriting.ts'
import { publicationAt } from '../../src/protocol/delegation/publication.ts'
import { zoneServersOf } from '../../src/protocol/delegation/zone-servers.ts'
import { nobody } from '../support/check-tester.ts'
import { type DigAnswer, dig, type Question } from './support/dig.ts'
import { seededRandom, startLossyProxy } from './support/lossy-proxy.ts'
import { type Ministry, ministryAtHand, readMinistry } from './support/ministry.ts'
import { type NameServer, startEncryptedUnbound, startNsd, startUnbound } from './support/name-servers.ts'
import { excused } from './support/program.ts'

const types = ['TXT', 'MX', 'A', 'CNAME'] as const
const proof = process.env.PROOF === '1'

describe.skipIf(!ministryAtHand || excused('nsd', 'unbound', 'dig'))('our resolver and dig', () => {
  let ministry: Ministry
  let nsd: NameServer
  let unbound: NameServer

  beforeAll(async () => {
    ministry = readMinistry()
    nsd = await startNsd({ '.': ministry.zone })
    unbound = await startUnbound(nsd)
  })

  afterAll(async () => {
    await Promise.all([unbound?.stop(), nsd?.stop()])
  })

  /** The names of the domains themselves, and as many others as make 2,000; all of them for a proof. */
  function someNames(): readonly string[] {
    const random = seededRandom(2_000)
    const others = ministry.names
      .filter(name => !ministry.domains.includes(name))
      .map(name => ({ name, key: random() }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ name }) => name)
    return [...ministry.domains, ...others].slice(0, proof ? undefined : 2_000)
  }

  it.each(['nsd', 'unbound'] as const)('say the same of 2,000 names by way of %s', async which => {
    const server = which === 'nsd' ? nsd : unbound
    const questions = someNames().flatMap(name => types.map(type => ({ name, type })))
    const judged = await dig(server.port, questions)
    const resolver = resolverOf(server)
    const answers = await askAll(resolver, questions)
    resolver.close()
    const differ = questions.flatMap(({ name, type }, i) => {
      const [ours, theirs] = [ourWords(type, answers[i]!), theirWords(judged[i]!, type)]
      return ours === theirs ? [] : [`${name} ${type}: we say ${ours}, dig says ${theirs}`]
    })
    expect(differ).toEqual([])
    // The comparison is worth something only when there was something to compare.
    expect(judged.filter(answer => answer.records.length > 0).length).toBeGreaterThan(1_500)
    expect(judged.filter(answer => answer.status === 'NXDOMAIN').length).toBeGreaterThan(200)
    expect(judged.filter(answer => answer.aliases.length > 0).length).toBeGreaterThan(200)
  })

  it('take no lost datagram for a missing record', async () => {
    const questions = ministry.domains.flatMap(domain => [
      { name: domain, type: 'MX' as const },
      { name: domain, type: 'TXT' as const },
      { name: `_dmarc.${domain}`, type: 'TXT' as const },
    ])
    const judged = await dig(unbound.port, questions)
    let unreachable = 0
    let lost = 0
    for (const seed of proof ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : [1]) {
      const path = await startLossyProxy(unbound.port, 0.05, seed)
      const resolver = resolverOf(path)
      const answers = await askAll(resolver, questions)
      resolver.close()
      await path.stop()
      const wrong = questions.flatMap(({ name, type }, i) => {
        const answer = answers[i]!
        if (answer.kind === 'unreachable') unreachable++
        const [ours, theirs] = [ourWords(type, answer), theirWords(judged[i]!, type)]
        return answer.kind === 'unreachable' || ours === theirs
          ? []
          : [`${name} ${type}: we say ${ours}, dig says ${theirs}`]
      })
      expect(wrong).toEqual([])
      lost += path.passed().lost
    }
    expect(lost).toBeGreaterThan(50)
    // Two of a hundred exchanges are lost twice in a row, one of a thousand three times: asking again must mend nearly all.
    expect(unreachable).toBeLessThanOrEqual(proof ? 5 : 1)
  })

  it.each(['tcp', 'tls', 'https'] as const)(
    'say the same of 2,000 names over %s, which unbound speaks',
    async transport => {
      const authority = createAuthority(new Date())
      const day = 86_400_000
      const own = authority.issue({
        names: ['localhost'],
        from: new Date(Date.now() - day),
        to: new Date(Date.now() + day),
      })
      const server = await startEncryptedUnbound(nsd, own)
      const questions = someNames().flatMap(name => types.map(type => ({ name, type })))
      const judged = await dig(server.port, questions)
      const port = { tcp: server.port, tls: server.tlsPort, https: server.httpsPort }[transport]
      const address = transport === 'tcp' ? '127.0.0.1' : 'localhost'
      const asked: ServerAddress = { address, port, transport }
      const resolver = createResolver({ servers: [asked], ca: [authority.root] })
      const answers = await askAll(resolver, questions)
      const { connections, timeouts } = resolver.stats()
      resolver.close()
      const stranger = createResolver({ servers: [{ ...asked, address: '127.0.0.1' }], ca: [authority.root] })
      const refused = transport === 'tcp' ? undefined : await stranger.resolve(questions[0]!.name, 'TXT')
      stranger.close()
      await server.stop()
      const differ = questions.flatMap(({ name, type }, i) => {
        const [ours, theirs] = [ourWords(type, answers[i]!), theirWords(judged[i]!, type)]
        return ours === theirs ? [] : [`${name} ${type}: we say ${ours}, dig says ${theirs}`]
      })
      expect(differ).toEqual([])
      expect(timeouts).toBe(0)
      expect(connections).toBeLessThanOrEqual(transport === 'https' ? 1 : 8)
      if (refused)
        expect(refused).toMatchObject({ extended: expect.stringContaining('its certificate is not for 127.0.0.1') })
    },
  )

  it.each(['nsd', 'unbound'] as const)('say the same of what is large or odd by way of %s', async which => {
    const authority = await startNsd({ '.': oddZone })
    const server = which === 'nsd' ? authority : await startUnbound(authority)
    const every = ['TXT', 'MX', 'A', 'AAAA', 'CNAME', 'NS', 'PTR', 'SOA'] as const
    const questions = oddNames.flatMap(name => every.map(type => ({ name, type })))
    const judged = await dig(server.port, questions)
    const resolver = resolverOf(server)
    const answers = await askAll(resolver, questions)
    const { tcp } = resolver.stats()
    resolver.close()
    await Promise.all([authority.stop(), server.stop()])
    const differ = questions.flatMap(({ name, type }, i) => {
      const [ours, theirs] = [ourWords(type, answers[i]!), theirWords(judged[i]!, type)]
      return ours === theirs ? [] : [`${name} ${type}: we say ${ours}, dig says ${theirs}`]
    })
    expect(differ).toEqual([])
    expect(tcp).toBeGreaterThanOrEqual(2)
  })

  it('take silence for no answer, whatever is asked', async () => {
    const questions = ministry.domains.slice(0, 40).flatMap(name => types.map(type => ({ name, type })))
    const stopped = await startUnbound(nsd)
    await stopped.stop()
    const silent = await startLossyProxy(nsd.port, 1, 1)
    for (const server of [stopped, silent]) {
      const resolver = resolverOf(server, 50)
      const answers = await askAll(resolver, questions)
      resolver.close()
      expect([...new Set(answers.map(answer => answer.kind))]).toEqual(['unreachable'])
    }
    await silent.stop()
  })

  it('take the failure of a resolver that reaches nobody for no answer', async () => {
    const gone = await startNsd({ '.': ministry.zone })
    const alone = await startUnbound(gone)
    await gone.stop()
    const questions = ministry.domains.slice(0, 20).flatMap(name => types.map(type => ({ name, type })))
    const resolver = resolverOf(alone, 500)
    const answers = await askAll(resolver, questions)
    resolver.close()
    await alone.stop()
    expect([...new Set(answers.map(answer => answer.kind))]).toEqual(['unreachable'])
  })

  it('reports names outside of what a server serves as refused, not as missing', async () => {
    const partial = await startNsd({
      'example.test': 'example.test. 60 SOA ns.example.test. h.example.test. 1 1 1 1 1\n',
    })
    const resolver = resolverOf(partial)
    expect(await resolver.resolve('example.org', 'TXT')).toMatchObject({ kind: 'unreachable', why: 'refused' })
    expect(await resolver.resolve('example.test', 'TXT')).toMatchObject({ kind: 'nodata' })
    expect(await resolver.resolve('no.example.test', 'TXT')).toMatchObject({ kind: 'nxdomain' })
    resolver.close()
    await partial.stop()
  })

  it('hears a server by IPv6 as by IPv4', async () => {
    const questions = ministry.domains.slice(0, 50).flatMap(name => types.map(type => ({ name, type })))
    const heard = await Promise.all(
      ['127.0.0.1', '::1'].map(async address => {
        const resolver = createResolver({ servers: [{ address, port: nsd.port }] })
        const answers = await askAll(resolver, questions)
        resolver.close()
        return answers.map((answer, i) => ourWords(questions[i]!.type, answer))
      }),
    )
    expect(heard[1]).toEqual(heard[0])
  })

  it('leaves a server that is silent, or fails, for one that answers', async () => {
    const questions = ministry.domains.slice(0, 50).flatMap(name => types.map(type => ({ name, type })))
    const judged = await dig(nsd.port, questions)
    const silent = await startLossyProxy(nsd.port, 1, 1)
    const stranger = await startNsd({
      'example.test': 'example.test. 60 SOA ns.example.test. h.example.test. 1 1 1 1 1\n',
    })
    const servers = [silent, stranger, nsd].map(({ port }) => ({ address: '127.0.0.1', port }))
    const resolver = createResolver({ servers, timeoutMs: 200 })
    const answers = await askAll(resolver, questions)
    resolver.close()
    await Promise.all([silent.stop(), stranger.stop()])
    expect(answers.map((answer, i) => ourWords(questions[i]!.type, answer))).toEqual(
      judged.map((answer, i) => theirWords(answer, questions[i]!.type)),
    )
  })
})

describe.skipIf(excused('nsd', 'unbound', 'dig'))('servers asked themselves', () => {
  const SOA = 'SOA ns.example.test. hostmaster.example.test.'
  const zone = (serial: number, spf: string): string => `
example.test. 300 ${SOA} ${serial} 3600 600 86400 60
example.test. 300 NS ns1.example.test.
example.test. 300 NS ns2.example.test.
ns1.example.test. 300 A 192.0.2.1
ns2.example.test. 300 A 192.0.2.2
example.test. 300 TXT "${spf}"
s1._domainkey.example.test. 300 CNAME s1.key.other.test.
sub.example.test. 300 NS ns.sub.example.test.
ns.sub.example.test. 300 A 192.0.2.3
`
  // What a resolver sees: all of it, without the cut that was made just now, and with yesterday's record.
  const seen = `
ns.test. 300 A 192.0.2.9
test. 300 NS ns.test.
${zone(1, 'v=spf1 mx -all').replace(/^sub.*$|^.* SOA .*$/gm, '')}
sub.example.test. 300 TXT "old"
other.test. 300 NS ns.other.test.
ns.other.test. 300 A 192.0.2.3
s1.key.other.test. 300 TXT "k"
`
  const above = `
test. 300 SOA ns.test. h.test. 1 3600 600 86400 60
test. 300 NS ns.test.
example.test. 300 NS ns1.example.test.
example.test. 300 NS gone.example.test.
ns1.example.test. 300 A 192.0.2.1
`
  let servers: NameServer[]
  let stub: StubResolver
  let resolver: ReturnType<typeof mappedResolver>

  beforeAll(async () => {
    const one = await startNsd({ 'example.test': zone(7, 'v=spf1 a -all') })
    const two = await startNsd({ 'example.test': zone(7, 'v=spf1 a -all') })
    const others = await startNsd({
      'sub.example.test': `sub.example.test. 300 ${SOA} 3 1 1 1 1\nsub.example.test. 300 TXT "new"\n`,
      'other.test': `other.test. 300 ${SOA} 3 1 1 1 1\ns1.key.other.test. 300 TXT "k"\n`,
    })
    const parent = await startNsd({ test: above })
    const records = seen.split('\n').filter(line => line !== '')
    const told = records.map(line => `local-data: '${line}'`)
    const recursive = await startUnbound(parent, ['local-zone: "test." static', ...told])
    servers = [one, two, others, parent, recursive]
    stub = createResolver({ servers: [{ address: '127.0.0.1', port: recursive.port }] })
    const places = { '192.0.2.1': one, '192.0.2.2': two, '192.0.2.3': others, '192.0.2.9': parent }
    const map = Object.entries(places).map(
      ([address, { port }]) => [`${address}:53`, { address: '127.0.0.1', port }] as const,
    )
    resolver = mappedResolver(stub, new Map(map))
  })

  afterAll(async () => {
    stub?.close()
    await Promise.all(servers?.map(server => server.stop()) ?? [])
  })

  const publishedAt = (name: string) =>
    publicationAt(
      resolver,
      zoneOf => zoneServersOf(resolver, zoneOf),
      name,
      'TXT',
      said => JSON.stringify(said.kind),
    )

  it('publish what unbound does not see yet', async () => {
    expect(await resolver.resolve('example.test', 'TXT')).toMatchObject({ records: [['v=spf1 mx -all']] })
    expect(await publishedAt('example.test')).toMatchObject({
      known: true,
      zone: 'example.test',
      views: [{ servers: ['ns1.example.test', 'ns2.example.test'], said: { records: [['v=spf1 a -all']] } }],
      unheard: [],
    })
  })

  it('refer to the servers of a zone below, and these are asked', async () => {
    expect(await publishedAt('sub.example.test')).toMatchObject({
      zone: 'sub.example.test',
      views: [{ servers: ['ns.sub.example.test'], said: { records: [['new']] } }],
    })
  })

  it('lead by a CNAME to the servers of another zone', async () => {
    expect(await publishedAt('s1._domainkey.example.test')).toMatchObject({
      zone: 'other.test',
      chain: ['s1._domainkey.example.test', 's1.key.other.test'],
      views: [{ servers: ['ns.other.test'], said: { records: [['k']] } }],
    })
  })

  it('deny what is not there, with authority', async () => {
    expect(await publishedAt('none.example.test')).toMatchObject({ views: [{ said: { kind: 'nxdomain' } }] })
  })

  it('are delegated to as the zone above says', async () => {
    const gatherer = new Gatherer({ resolver, dialer: nobody, ehloName: 'probe.example.net' }, new SharedFacts())
    expect(await gatherer.know(delegation, { domain: 'example.test' })).toMatchObject({
      parent: { state: 'delegates', zone: 'test', names: ['gone.example.test', 'ns1.example.test'], by: 'ns.test' },
      servers: [
        { name: 'gone.example.test', unaddressed: 'it has no address' },
        {
          name: 'ns1.example.test',
          views: [{ state: 'answers', soa: { serial: 7 }, names: ['ns1.example.test', 'ns2.example.test'], tcp: true }],
        },
        { name: 'ns2.example.test', views: [{ state: 'answers', soa: { serial: 7 }, tcp: true }] },
      ],
    })
  })

  it('are no resolvers: without recursion unbound says only what it has', async () => {
    const { port } = servers.at(-1)!
    const answer = await stub.resolve('never-asked.example.net', 'TXT', { address: '127.0.0.1', port })
    expect(answer).toMatchObject({ kind: 'unreachable', why: 'refused' })
  })
})

describe.skipIf(excused('nsd', 'unbound', 'dig'))('unbound made to rewrite denials', () => {
  const zone = '. 300 SOA ns.test. h.test. 1 3600 600 86400 60\n. 300 NS ns.test.\nreal.test. 300 A 192.0.2.1\n'
  const rewriting = ['com.', 'net.'].flatMap(name => [
    `local-zone: "${name}" redirect`,
    `local-data: "${name} 60 A 203.0.113.80"`,
  ])

  it.each([
    ['is found out, and makes nothing exist', rewriting],
    ['and one that does not is found honest', []],
  ])('%s', async (_, more) => {
    const nsd = await startNsd({ '.': zone })
    const unbound = await startUnbound(nsd, more)
    const server = { address: '127.0.0.1', port: unbound.port }
    const stub = createResolver({ servers: [server] })
    const resolver = withoutRewriting(stub)
    const gatherer = new Gatherer({ resolver, dialer: nobody, ehloName: 'probe.example.net' }, new SharedFacts())
    const standing = await gatherer.know(resolverStanding, { name: 'unbound', server })
    const gone = await resolver.resolve('gone.com', 'A')
    const real = await resolver.resolve('real.test', 'A')
    const mail = await resolver.resolve('gone.com', 'MX')
    stub.close()
    await Promise.all([unbound.stop(), nsd.stop()])
    const rewrites = more.length > 0
    expect(standing).toEqual({
      validates: { state: 'no' },
      tcp: { state: 'yes' },
      edns: { state: 'yes' },
      rewriting: rewrites ? { state: 'rewrites', records: ['203.0.113.80'] } : { state: 'honest' },
    })
    expect([gone.kind, mail.kind]).toEqual(rewrites ? ['unreachable', 'unreachable'] : ['nxdomain', 'nxdomain'])
    expect(real).toMatchObject({ kind: 'records', records: ['192.0.2.1'] })
  })
})

/** Every octet in a TXT record, answers that do not fit a datagram, long chains, a DNAME, wildcards, empty non-terminals. */
const oddZone = [
  '. 300 SOA ns.odd.test. hostmaster.odd.test. 4294967295 3600 600 86400 60',
  '. 300 NS ns.odd.test.',
  `octets.test. 300 TXT ${[0, 128].map(from => `"${octetRange(from)}"`).join(' ')} "" "a"`,
  `large.test. 300 TXT ${Array.from({ length: 30 }, (_, i) => `"${String(i).padStart(255, 'x')}"`).join(' ')}`,
  ...Array.from({ length: 80 }, (_, i) => `many.test. 300 MX ${i} mx${i}.a-rather-long-name-of-a-host.many.test.`),
  ...Array.from({ length: 8 }, (_, i) => `link${i}.test. 300 CNAME link${i + 1}.test.`),
  'link8.test. 300 A 192.0.2.8',
  'link8.test. 300 AAAA 2001:db8::8',
  'dangling.test. 300 CNAME nowhere.test.',
  'tree.test. 300 DNAME forest.test.',
  'oak.forest.test. 300 TXT "an oak"',
  '*.wild.test. 300 MX 10 .',
  '*.alias.test. 300 CNAME link8.test.',
  'below.empty.test. 300 A 192.0.2.9',
  '8.2.0.192.in-addr.arpa. 300 PTR link8.test.',
  '8.2.0.192.in-addr.arpa. 300 PTR MiXeD.test.',
  'odd\\.dot\\032space.test. 300 TXT "odd"',
  '',
].join('\n')

const oddNames = [
  ...['octets.test', 'large.test', 'many.test', 'link0.test', 'link8.test', 'dangling.test', 'tree.test'],
  ...['oak.tree.test', 'gone.tree.test', 'x.wild.test', 'y.z.wild.test', 'wild.test', 'x.alias.test', 'empty.test'],
  ...['below.empty.test', 'none.empty.test', '8.2.0.192.in-addr.arpa', '2.0.192.in-addr.arpa', 'nowhere.test'],
]

function octetRange(from: number): string {
  return Array.from({ length: 128 }, (_, i) => `\\${String(from + i).padStart(3, '0')}`).join('')
}

function resolverOf({ port }: { readonly port: number }, timeoutMs?: number): StubResolver {
  return createResolver({
    servers: [{ address: '127.0.0.1', port }],
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  })
}

type Asked = Question & { readonly type: RecordType }

/** All at once: the resolver itself must not ask more at a time than the server takes. */
function askAll(resolver: StubResolver, questions: readonly Asked[]): Promise<Answer<RecordTypes[RecordType]>[]> {
  return Promise.all(questions.map(({ name, type }) => resolver.resolve(name, type)))
}

function ourWords(type: RecordType, answer: Answer<RecordTypes[RecordType]>): string {
  if (answer.kind === 'unreachable') return `unreachable (${answer.why})`
  const records = answer.kind === 'records' ? answer.records.map(record => ourRecord(type, record)) : []
  if (answer.kind === 'records' && answer.malformed.length > 0)
    return `unreadable (${JSON.stringify(answer.malformed)})`
  const status = answer.kind === 'nxdomain' ? 'NXDOMAIN' : 'NOERROR'
  return inWords(status, type === 'CNAME' ? [] : answer.chain.slice(1), records)
}

function ourRecord(type: RecordType, record: RecordTypes[RecordType]): string {
  switch (type) {
    case 'MX': {
      const { preference, exchange } = record as RecordTypes['MX']
      return JSON.stringify(`${preference} ${exchange === '' ? '.' : exchange}`)
    }
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = record as RecordTypes['SOA']
      return JSON.stringify([mname, rname, serial, refresh, retry, expire, minimum].join(' '))
    }
    default:
      return JSON.stringify(record)
  }
}

function theirWords({ status, aliases, records }: DigAnswer, type: string): string {
  return inWords(
    status,
    aliases,
    // Of a SOA we keep the first three fields and the last.
    records.map(record => JSON.stringify(type === 'SOA' ? String(record).replace(/( \d+){3}( \d+)$/, '$2') : record)),
  )
}

function inWords(status: string, aliases: readonly string[], records: readonly string[]): string {
  return [status, ...aliases.map(alias => `→ ${alias}`), ...records.toSorted()].join(' ')
}
