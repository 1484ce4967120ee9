// Authentication-Results: the examples of RFC 8601, what servers really write, and what nobody should.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAuthenticationResults } from '../../../src/protocol/message/authentication-results.ts'
import { claimsOf } from '../../../src/protocol/message/claimed-results.ts'
import { readHeader } from '../../../src/protocol/message/header.ts'
import { leastTime } from '../../support/least-time.ts'

function brief(value: string) {
  const { server, version, results, faults } = readAuthenticationResults(value)
  return {
    server: version === undefined ? server : `${server} ${version}`,
    results: results.map(
      one =>
        `${one.method}${one.version === undefined ? '' : `/${one.version}`}=${one.result}${one.reason === undefined ? '' : ` reason="${one.reason}"`}${one.properties.map(p => ` ${p.type}.${p.name}=${p.value}`).join('')}`,
    ),
    faults,
  }
}

describe('an Authentication-Results field', () => {
  it.each<[string, string, string, readonly string[]]>([
    // RFC 8601, appendix B.
    ['B.2 nothing done', 'example.org 1; none', 'example.org 1', []],
    ['B.3', 'example.com; spf=pass smtp.mailfrom=example.net', 'example.com', ['spf=pass smtp.mailfrom=example.net']],
    [
      'B.4',
      'example.com; auth=pass (cram-md5) smtp.auth=sender@example.net; spf=pass smtp.mailfrom=example.net',
      'example.com',
      ['auth=pass smtp.auth=sender@example.net', 'spf=pass smtp.mailfrom=example.net'],
    ],
    [
      'B.5',
      'example.com; dkim=pass reason="good signature" header.i=@mail-router.example.net; dkim=fail reason="bad signature" header.i=@newyork.example.com',
      'example.com',
      [
        'dkim=pass reason="good signature" header.i=@mail-router.example.net',
        'dkim=fail reason="bad signature" header.i=@newyork.example.com',
      ],
    ],
    [
      'B.6, comments everywhere',
      "foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462",
      'foo.example.net 1',
      ['dkim/1=fail policy.expired=1362471462'],
    ],
    [
      'quoted values',
      '"mx one"; dkim=pass header.b="a/b+c=" ; spf=pass smtp.mailfrom="john doe"@example.org',
      'mx one',
      ['dkim=pass header.b=a/b+c=', 'spf=pass smtp.mailfrom=john doe@example.org'],
    ],
    [
      'a semicolon at the end of a comment',
      'mx.example.org; dmarc=pass (p=REJECT; sp=NONE) header.from=example.org',
      'mx.example.org',
      ['dmarc=pass header.from=example.org'],
    ],
  ])('%s is read without a fault', (_name, value, server, results) => {
    expect(brief(value)).toEqual({ server, results, faults: [] })
  })

  it('of Gmail is read', () => {
    const value =
      'mx.google.com;       dkim=pass header.i=@example.org header.s=s1 header.b="AbC/+12x";       spf=pass (google.com: domain of a@example.org designates 192.0.2.1 as permitted sender) smtp.mailfrom=a@example.org;       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.org'
    expect(brief(value)).toEqual({
      server: 'mx.google.com',
      results: [
        'dkim=pass header.i=@example.org header.s=s1 header.b=AbC/+12x',
        'spf=pass smtp.mailfrom=a@example.org',
        'dmarc=pass header.from=example.org',
      ],
      faults: [],
    })
  })

  it('of Exchange Online names nobody, and is read all the same', () => {
    const value =
      'spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.org; dkim=pass (signature was verified) header.d=example.org;dmarc=pass action=none header.from=example.org;compauth=pass reason=100'
    const { server, results, faults } = brief(value)
    expect(server).toBeUndefined()
    expect(results).toEqual([
      'spf=pass smtp.mailfrom=example.org',
      'dkim=pass header.d=example.org',
      'dmarc=pass header.from=example.org',
      'compauth=pass reason="100"',
    ])
    expect(faults).toEqual(['it names no server that says it', '"action" is neither a property nor a reason'])
  })

  it.each([
    ['', 'it names no server'],
    ['mx.example.org', 'it says no result, not even "none"'],
    ['mx.example.org; spf', '"spf" has no value'],
    ['mx.example.org; = pass', 'an equals sign follows nothing'],
    ['mx.example.org one; none', '"one" is no version'],
    ['mx.example.org; spf=pass (open', 'a comment is not closed'],
    ['mx.example.org; dkim=pass header.b=a/b', 'the value of header.b should be quoted'],
    ['a@b; none', 'is no name of a server unless quoted'],
  ])('%s has a fault: %s', (value, fault) => expect(brief(value).faults.join('; ')).toContain(fault))

  it('of ARC tells its instance', () => {
    const read = readAuthenticationResults('i=2; lists.example.org; arc=pass; spf=none', 'arc')
    expect([read.instance, read.server, read.results.map(one => one.method), read.faults]).toEqual([
      2,
      'lists.example.org',
      ['arc', 'spf'],
      [],
    ])
    expect(readAuthenticationResults('lists.example.org; spf=none', 'arc').faults).toContain(
      'it does not begin with i=',
    )
  })

  it('is read of any text without harm, and fast', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'a=.;/("\\) @1\r\n\t'), maxLength: 200 }),
        fc.constantFrom('plain' as const, 'arc' as const),
        (text, kind) => {
          const { results } = readAuthenticationResults(text, kind)
          expect(results.length).toBeLessThanOrEqual(100)
        },
      ),
    )
    for (const hostile of [
      'a='.repeat(30_000),
      ';'.repeat(60_000),
      '('.repeat(60_000),
      'a; b=c d.e '.repeat(6000),
      '"'.repeat(60_000),
    ]) {
      expect(leastTime(() => readAuthenticationResults(hostile))).toBeLessThan(200)
    }
  })
})

const mine = 'Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=example.org\r\n'
const byMe = 'Received: from evil (evil [192.0.2.66]) by mx.example.net with ESMTP; x\r\n'
const byOther = 'Received: from x (x [192.0.2.1]) by out.example.org with ESMTP; x\r\n'

function standings(header: string, trusted = ['mx.example.net']): readonly string[] {
  const octets = Buffer.from(`${header}\r\n`)
  const read = readHeader(octets)
  if (!read.ok) throw new Error(read.why)
  return claimsOf(octets, read.fields, trusted).map(({ standing }) => standing)
}

describe('a claim', () => {
  it('is believed above the field of the server that makes it, and right below it, as Gmail writes', () => {
    expect(standings(mine + byMe + byOther)).toEqual(['trusted'])
    expect(standings(byMe + mine + byOther)).toEqual(['trusted'])
    expect(standings(byMe + byOther + mine)).toEqual(['older'])
    expect(standings(byMe + mine + byMe + mine)).toEqual(['trusted', 'older'])
  })

  it('is believed by name alone where no server of ours says that it took the message', () => {
    expect(standings(byOther + mine)).toEqual(['trusted'])
  })

  it('is followed through hops inside of the house', () => {
    const inside = 'Received: from localhost ([127.0.0.1]) by mx.example.net with ESMTP; x\r\n'
    expect(standings(inside + byMe + mine + byOther)).toEqual(['trusted'])
  })

  it('of a stranger, or of nobody, is not', () => {
    expect(standings(mine, [])).toEqual(['stranger'])
    expect(standings('Authentication-Results: spf=pass smtp.mailfrom=x\r\n')).toEqual(['nameless'])
  })
})
