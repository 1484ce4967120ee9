import { describe, expect, it } from 'vitest'
import { Unknowable } from '../../src/audit/fact.ts'
import type { SpfTreeNode } from '../../src/report/report.ts'
import { spfTreeOf } from '../support/spf-tree.ts'

const record = (text: string, owner = 'example.org'): string => `${owner} TXT "v=spf1 ${text}"\n`
const term = ({ terms }: SpfTreeNode, text: string) => terms.find(one => one.term === text)!

describe('the tree of an SPF record', () => {
  const zone = `${record('a/24 mx include:p.example.net include:p.example.net exists:%{l}.example.net ~all mx:x.example.org')}
${record('ip4:203.0.113.0/25 ip4:203.0.113.128/25 ip6:2001:db8::/32 ip6:2001:db8:1::/48 a:gone.example.net ?all', 'p.example.net')}
example.org A 192.0.2.9
example.org AAAA 2001:db8:ffff::9
example.org MX 10 m.example.org
m.example.org A 192.0.2.77`

  it('tells what each term costs, with all below it, and the worst case', async () => {
    const { root, worst } = await spfTreeOf(zone)
    expect(root.terms.map(({ term: text, lookups, reached }) => [text, lookups, reached])).toEqual([
      ['a/24', 1, true],
      ['mx', 1, true],
      ['include:p.example.net', 2, true],
      ['include:p.example.net', 2, true],
      ['exists:%{l}.example.net', 1, true],
      ['~all', 0, true],
      ['mx:x.example.org', 0, false],
    ])
    expect(worst).toEqual({ lookups: 7, voids: { v4: 2, v6: 3 } })
    expect(term(root, 'mx').voids).toEqual({ v4: 0, v6: 1 })
    expect(term(root, 'exists:%{l}.example.net').note).toBe('depends on the message')
  })

  it('tells how many addresses each lets in, each address once', async () => {
    const { root } = await spfTreeOf(zone)
    expect(term(root, 'a/24').lets).toEqual({ v4: 256, v6: { networks: 1, widest: 128 }, whole: true })
    expect(term(root, 'include:p.example.net').lets).toEqual({ v4: 256, v6: { networks: 1, widest: 32 }, whole: true })
    expect(term(root, '~all').lets.v4).toBe(0)
    // The mx lies in a/24, both halves of the included network make one, and the exists cannot be counted.
    expect(root.lets).toEqual({ v4: 512, v6: { networks: 1, widest: 32 }, whole: false })
  })

  it('takes away what an earlier term refuses', async () => {
    const { root } = await spfTreeOf(
      record('-ip4:192.0.2.0/25 ip4:192.0.2.0/24 ?ip4:198.51.100.0/24 ip4:198.51.100.7 -all'),
    )
    expect(root.lets).toEqual({ v4: 128, v6: { networks: 0, widest: null }, whole: true })
    expect((await spfTreeOf(record('ip4:192.0.2.0/24 +all'))).root.lets).toMatchObject({
      v4: 2 ** 32,
      v6: { widest: 0 },
    })
  })

  it('tells for which address each term decided, on the whole way, and what that took', async () => {
    const { root, evaluations } = await spfTreeOf(
      zone + record('ip4:203.0.113.9 -all', 'mail.example.org'),
      '203.0.113.9 mail.example.org',
      '198.51.100.1 example.org',
    )
    const [first, second] = root.terms.filter(({ term: text }) => text === 'include:p.example.net')
    expect(first!.matched).toEqual(['203.0.113.9'])
    expect(term(first!.leadsTo!, 'ip4:203.0.113.0/25').matched).toEqual(['203.0.113.9'])
    expect(second!.matched).toEqual([])
    expect(term(second!.leadsTo!, 'ip4:203.0.113.0/25').matched).toEqual([])
    // An evaluation that ends in an error was decided by no term.
    expect(term(root, '~all').matched).toEqual([])
    expect(term((await spfTreeOf(record('mx -all'), '192.0.2.1')).root, '-all').matched).toEqual(['192.0.2.1'])
    // The HELO name mail.example.org has a record of its own; example.org is this one.
    expect(evaluations).toEqual([
      { egress: '203.0.113.9', identity: 'mailfrom', result: 'pass', lookups: 3, voids: 0 },
      { egress: '198.51.100.1', identity: 'mailfrom', result: 'permerror', lookups: 7, voids: 3 },
      { egress: '198.51.100.1', identity: 'helo', result: 'permerror', lookups: 7, voids: 3 },
    ])
  })

  it('tells what is wrong below', async () => {
    const { root } = await spfTreeOf(
      `${record('include:a.example.net include:b.example.net include:c.example.net include:example.org include:slow.example.net')}
${record('moo', 'a.example.net')}${record('a', 'b.example.net')}${record('mx', 'b.example.net')}slow.example.net FAULT timeout`,
    )
    expect(root.terms.map(({ leadsTo, note }) => [leadsTo!.state, note])).toEqual([
      ['invalid', 'cannot be read at column 8'],
      ['several', '2 SPF records'],
      ['none', 'no SPF record'],
      ['loop', 'leads back to itself'],
      ['unreachable', 'DNS did not answer in time when asked for slow.example.net TXT'],
    ])
    expect(root.lets).toMatchObject({ v4: 0, whole: false })
  })

  it('stays small whatever the record is', async () => {
    const many = Array.from({ length: 3000 }, (_, i) => `ip4:198.51.${i % 200}.${i % 250}`).join(' ')
    const { root } = await spfTreeOf(record(`${many} ip4:192.0.2.1 -all`), '192.0.2.1')
    expect(root.terms.length).toBeLessThan(70)
    expect(root.terms.length + root.more).toBe(3002)
    expect(term(root, 'ip4:192.0.2.1').matched).toEqual(['192.0.2.1'])
  })

  it('is not known when the record is not', async () => {
    await expect(spfTreeOf('example.org FAULT servfail')).rejects.toThrow(Unknowable)
  })
})
