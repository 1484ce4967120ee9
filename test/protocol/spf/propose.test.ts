// One mended record for whatever stands at a name: each fault by itself, many at once, and any world at all.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../src/names/address.ts'
import { evaluateSpf, knownResult } from '../../../src/protocol/spf/evaluate.ts'
import { withRecord } from '../../../src/protocol/spf/memory.ts'
import { proposeSpf } from '../../../src/protocol/spf/propose.ts'
import { selectSpf } from '../../../src/protocol/spf/record.ts'
import { gapsOf, voidTerms, worstCase } from '../../../src/protocol/spf/tree.ts'
import { walkSpf } from '../../../src/protocol/spf/walk.ts'
import { conformanceAvailable, conformanceDomains, conformanceResolver } from '../../support/conformance-zones.ts'
import { spfClients, spfWorlds } from '../../support/spf-worlds.ts'
import { zoneResolver } from '../../support/zone-resolver.ts'

const record = (text: string, owner = 'example.org'): string => `${owner} TXT "v=spf1 ${text}"\n`

async function propose(zone: string, senders: readonly string[] = []) {
  const resolver = zoneResolver(zone)
  const [txt, mx] = await Promise.all([resolver.resolve('example.org', 'TXT'), resolver.resolve('example.org', 'MX')])
  return proposeSpf({
    domain: 'example.org',
    selection: selectSpf(txt.kind === 'records' ? txt.records : []),
    hasMx: mx.kind === 'records',
    senders: senders.map(text => ({ address: parseAddress(text)!, helo: 'x.example.org' })),
    resolver,
  })
}

const hosts = (count: number): string =>
  Array.from({ length: count }, (_, i) => `h${i}.example.org A 192.0.2.${i + 1}\n`).join('')
const asking = (count: number): string => Array.from({ length: count }, (_, i) => `a:h${i}.example.org`).join(' ')

describe('the proposed record', () => {
  it.each([
    ['nothing to mend', record('mx -all'), [], undefined],
    ['a sender that is not listed', record('mx -all'), ['192.0.2.10'], 'v=spf1 ip4:192.0.2.10 mx -all'],
    ['several senders', record('-all'), ['192.0.2.10', '2001:db8::1'], 'v=spf1 ip4:192.0.2.10 ip6:2001:db8::1 -all'],
    [
      'a sender that passes once the record is right',
      record('ipv4:192.0.2.10 -all'),
      ['192.0.2.10'],
      'v=spf1 ip4:192.0.2.10 -all',
    ],
    ['what nobody can read goes', record('moo ip4:192.0.2.1 -all'), [], 'v=spf1 ip4:192.0.2.1 -all'],
    [
      'two redirects',
      `${record('redirect=a.example.org redirect=b.example.org')}${record('mx -all', 'a.example.org')}`,
      [],
      'v=spf1 redirect=a.example.org',
    ],
    ['two records', record('mx -all') + record('ip4:192.0.2.1 ~all'), [], 'v=spf1 mx ip4:192.0.2.1 -all'],
    [
      'two records, one unreadable',
      record('mx -all') + record('ipv4:192.0.2.1 ~all'),
      [],
      'v=spf1 mx ip4:192.0.2.1 -all',
    ],
    ['no record', 'example.org MX 10 m.example.org', ['192.0.2.10'], 'v=spf1 ip4:192.0.2.10 mx ~all'],
    ['no record, and nobody known', 'example.org A 192.0.2.1', [], undefined],
    ['a dead include', record('include:gone.example.net mx -all'), [], 'v=spf1 mx -all'],
    ['a dead redirect', record('mx redirect=gone.example.net'), [], 'v=spf1 mx ~all'],
    ['nobody would be left', record('include:gone.example.net -all'), [], undefined],
    ['but for the sender', record('include:gone.example.net -all'), ['192.0.2.10'], 'v=spf1 ip4:192.0.2.10 -all'],
    [
      'a fault inside of an include',
      record('include:p.example.net -all') +
        record('ip4:192.0.2.1 a:h.example.net include:gone.example.net ~all', 'p.example.net') +
        'h.example.net A 192.0.2.2',
      [],
      'v=spf1 ip4:192.0.2.1 a:h.example.net -all',
    ],
    [
      'a loop',
      record('mx include:a.example.org -all') + record('ip4:192.0.2.1 include:example.org -all', 'a.example.org'),
      [],
      'v=spf1 mx ip4:192.0.2.1 -all',
    ],
    ['a redirect to itself', record('mx redirect=example.org'), [], 'v=spf1 mx ~all'],
    ['everyone', record('mx +all'), [], 'v=spf1 mx ~all'],
    ['everyone but one', record('+all'), ['192.0.2.10'], 'v=spf1 ip4:192.0.2.10 ~all'],
    [
      'everyone, included',
      record('mx include:i.example.net -all') + record('+all', 'i.example.net'),
      [],
      'v=spf1 mx -all',
    ],
    ['an end that says nothing', record('mx ?all'), [], 'v=spf1 mx ~all'],
    ['what stands behind all', record('mx -all ip4:192.0.2.1'), [], 'v=spf1 mx ip4:192.0.2.1 -all'],
    [
      'what asks behind all stays there',
      record('mx moo -all include:x.example.net'),
      [],
      'v=spf1 mx -all include:x.example.net',
    ],
    ['ptr', record('mx ptr -all'), [], 'v=spf1 mx -all'],
    ['a term twice', record('mx MX ip4:192.0.2.1 +mx -all'), [], 'v=spf1 mx ip4:192.0.2.1 -all'],
    [
      'names without addresses beyond the limit',
      `${record('a:a.example.org a:b.example.org a:c.example.org a:h0.example.org -all')}${hosts(1)}`,
      [],
      'v=spf1 a:h0.example.org -all',
    ],
    ['an unregistered name', `${record('a:mail.gone.example -all mx')}`, ['192.0.2.1'], 'v=spf1 ip4:192.0.2.1 -all mx'],
    [
      'hosts of its own beyond the limit',
      `${record(`${asking(12)} -all`)}${hosts(12)}`,
      [],
      `v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 ${Array.from({ length: 10 }, (_, i) => `a:h${i + 2}.example.org`).join(' ')} -all`,
    ],
    [
      'hosts that are listed already',
      `${record(`ip4:192.0.2.0/24 ${asking(11)} -all`)}${hosts(11)}`,
      [],
      'v=spf1 ip4:192.0.2.0/24 -all',
    ],
    [
      'too many MX hosts',
      `${record('mx -all')}${hosts(11)}${Array.from({ length: 11 }, (_, i) => `example.org MX ${i} h${i}.example.org\n`).join('')}`,
      [],
      'v=spf1 ip4:192.0.2.1 ip4:192.0.2.2/31 ip4:192.0.2.4/30 ip4:192.0.2.8/30 -all',
    ],
    [
      'exp and unknown modifiers stay',
      record('moo mx -all exp=why.example.org ra=postmaster'),
      [],
      'v=spf1 mx -all exp=why.example.org ra=postmaster',
    ],
    ['a mechanism written as a modifier', record('ip4=192.0.2.1 -all'), ['192.0.2.1'], 'v=spf1 ip4:192.0.2.1 -all'],
    [
      'what did not answer may be right',
      `${record('moo include:slow.example.net -all')}slow.example.net FAULT timeout`,
      ['192.0.2.1'],
      'v=spf1 include:slow.example.net -all',
    ],
  ] as const)('%s', async (_, zone, senders, text) => {
    // Names below example.net, org and gone.example exist only where they are given.
    expect((await propose(zone, senders))?.text).toBe(text)
  })

  it('writes includes out as addresses when nothing else helps, the fewest that will do, and says which', async () => {
    const includes = Array.from({ length: 4 }, (_, i) => `include:p${i}.example.net`).join(' ')
    const inner = Array.from(
      { length: 4 },
      (_, i) =>
        record(`a:a${i}.example.net a:b${i}.example.net -all`, `p${i}.example.net`) +
        `a${i}.example.net A 198.51.100.${i}\nb${i}.example.net A 203.0.113.${i}\n`,
    ).join('')
    const proposal = await propose(`${record(`${includes} -all`)}${inner}`)
    expect(proposal).toMatchObject({
      text: 'v=spf1 ip4:198.51.100.0 ip4:203.0.113.0 include:p1.example.net include:p2.example.net include:p3.example.net -all',
      lookups: 9,
      flattened: ['include:p0.example.net'],
    })
  })

  it('leaves the hosts of others to them, unless the record fails for it', async () => {
    const foreign = (addresses: string): string =>
      ['x', 'y', 'z'].map(name => `${name}.example.net ${addresses}\n`).join('')
    const asked = 'a:x.example.net a:y.example.net a:z.example.net'
    // IPv6 clients have three empty answers, which is no fault while nothing sends over IPv6 …
    expect((await propose(`${record(`moo ip6:2001:db8::1 ${asked} -all`)}${foreign('A 192.0.2.1')}`))?.text).toBe(
      `v=spf1 ip6:2001:db8::1 ${asked} -all`,
    )
    // … and IPv4 clients a permanent error.
    expect(await propose(`${record(`${asked} -all`)}${foreign('AAAA 2001:db8::1')}`)).toMatchObject({
      text: 'v=spf1 ip6:2001:db8::1 -all',
      flattened: ['a:x.example.net', 'a:y.example.net', 'a:z.example.net'],
    })
  })

  it('says what is different', async () => {
    const proposal = await propose(
      `${record('ipv4:192.0.2.1 moo include:gone.example.net mx mx ?all')}net A 192.0.2.1\nexample.net A 192.0.2.1`,
      ['192.0.2.10'],
    )
    expect(proposal!.changes).toEqual([
      '"ipv4:192.0.2.1" corrected to ip4:192.0.2.1',
      '"moo" left out (there is no mechanism "moo")',
      '~all put at the end',
      'mx left out (it stands twice)',
      'include:gone.example.net left out (gone.example.net has no SPF record)',
      'ip4:192.0.2.10 added',
    ])
  })
})

describe('in any world', () => {
  it('the proposed record can be read, costs no more than ten lookups, ends in no error, and lists the senders', async () => {
    let proposed = 0
    await fc.assert(
      fc.asyncProperty(spfWorlds, fc.array(spfClients, { maxLength: 2 }), async (zone, senders) => {
        const proposal = await propose(zone, senders)
        if (!proposal) return
        proposed++
        const world = withRecord(zoneResolver(zone), 'example.org', proposal.text)
        const tree = await walkSpf('example.org', world)
        const { broken, loops } = gapsOf(tree)
        expect([...broken, ...loops].map(({ node }) => node.domain)).toEqual([])
        expect(worstCase(tree)).toBeLessThanOrEqual(10)
        expect(worstCase(tree)).toBe(proposal.lookups)
        expect(voidTerms(tree, 'v4').length).toBeLessThanOrEqual(2)
        for (const sender of senders) {
          const asked = { ip: parseAddress(sender)!, mailFrom: 'postmaster@example.org', helo: 'x.example.org' }
          const evaluation = await evaluateSpf({ ...asked, identity: 'mailfrom', resolver: world })
          // What did not answer may list them.
          const wanted = zone.includes('FAULT') ? ['pass', 'temperror'] : ['pass']
          expect(wanted, `${proposal.text}: ${evaluation.reason}`).toContain(knownResult(evaluation))
        }
        // Nothing is left to be proposed once it stands there.
        const others = proposal.text.includes('%') || zone.includes('FAULT')
        if (!others) {
          const lines = zone.split('\n').filter(line => !line.startsWith('example.org TXT'))
          const again = await propose(`${lines.join('\n')}\nexample.org TXT "${proposal.text}"`, senders)
          expect(again?.text, proposal.text).toBeUndefined()
        }
      }),
      { numRuns: 600 },
    )
    expect(proposed).toBeGreaterThan(100)
  })
})

describe.skipIf(!conformanceAvailable)('over the records of 405 real zones', () => {
  it('a sender that is not listed gets a record that lists it and ends in no error', async () => {
    const domains = conformanceAvailable ? conformanceDomains() : []
    const resolver = conformanceResolver()
    const sender = { address: parseAddress('203.0.113.77')!, helo: 'mail.example.org' }
    const none: string[] = []
    for (const domain of domains) {
      const txt = await resolver.resolve(domain, 'TXT')
      const selection = selectSpf(txt.kind === 'records' ? txt.records : [])
      if (selection.records.length === 0) continue
      const proposal = await proposeSpf({ domain, selection, hasMx: false, senders: [sender], resolver })
      if (proposal === undefined) {
        none.push(domain)
        continue
      }
      const asked = { ip: sender.address, mailFrom: `postmaster@${domain}`, helo: sender.helo }
      const world = withRecord(resolver, domain, proposal.text)
      expect((await evaluateSpf({ ...asked, identity: 'mailfrom', resolver: world })).result, domain).toBe('pass')
      // A record that is in order gets the sender and nothing else.
      const tree = await walkSpf(domain, resolver)
      const sound = tree.state === 'read' && worstCase(tree) < 9 && gapsOf(tree).broken.length === 0
      if (sound && proposal.changes.length === 1) {
        expect(proposal.text).toBe(
          selection.records[0]!.trim()
            .replace(/^v=spf1 */i, 'v=spf1 ip4:203.0.113.77 ')
            .replace(/ +/g, ' '),
        )
      }
    }
    expect(domains.length).toBeGreaterThan(390)
    expect(none).toEqual([])
  })
})
