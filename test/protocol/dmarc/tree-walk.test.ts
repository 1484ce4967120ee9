import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { publicSuffixOrganization } from '../../../src/names/organizational.ts'
import { aligned, identify } from '../../../src/protocol/dmarc/alignment.ts'
import { discoverPolicy } from '../../../src/protocol/dmarc/policy.ts'
import { authorizeReports } from '../../../src/protocol/dmarc/report-authorization.ts'
import { organizationOf, walkedDomains, walkTree } from '../../../src/protocol/dmarc/tree-walk.ts'
import { conformanceAvailable, conformanceDomains, conformanceResolver } from '../../support/conformance-zones.ts'
import { zoneResolver } from '../../support/zone-resolver.ts'

async function organization(zone: string, domain: string) {
  return organizationOf(await walkTree(zoneResolver(zone), domain))
}

async function policy(zone: string, domain: string) {
  const resolver = zoneResolver(zone)
  return discoverPolicy(resolver, await walkTree(resolver, domain))
}

const plain = 'v=DMARC1; p=reject'

describe('the questions of a tree walk', () => {
  it('are those of RFC 9989 §4.10 for a long name', () => {
    expect(walkedDomains('a.b.c.d.e.f.g.h.i.j.mail.example.com')).toEqual([
      'a.b.c.d.e.f.g.h.i.j.mail.example.com',
      'g.h.i.j.mail.example.com',
      'h.i.j.mail.example.com',
      'i.j.mail.example.com',
      'j.mail.example.com',
      'mail.example.com',
      'example.com',
      'com',
    ])
  })

  it('are those of §5.1.8, where the record of the department is never found', () => {
    expect(walkedDomains('mail.a.b.c.d.e.f.g.example.com')).toEqual([
      'mail.a.b.c.d.e.f.g.example.com',
      'c.d.e.f.g.example.com',
      'd.e.f.g.example.com',
      'e.f.g.example.com',
      'f.g.example.com',
      'g.example.com',
      'example.com',
      'com',
    ])
  })

  it.each([
    ['com', 1],
    ['example.com', 2],
    ['a.b.c.d.e.example.com', 7],
    ['a.b.c.d.e.f.example.com', 8],
    ['a.b.c.d.e.f.g.example.com', 8],
  ])('for %s are %i', (domain, count) => {
    expect(walkedDomains(domain)).toHaveLength(count)
    expect(walkedDomains(domain).at(-1)).toBe('com')
  })

  it('are never more than eight, whatever the name', async () => {
    const label = fc.string({ unit: fc.constantFrom('a', 'b', '-', '_'), minLength: 1, maxLength: 5 })
    const record = fc.constantFrom(plain, 'v=DMARC1; p=none; psd=y', 'v=DMARC1; psd=n', 'v=spf1 -all', 'v=DMARC1')
    await fc.assert(
      fc.asyncProperty(fc.array(label, { minLength: 1, maxLength: 127 }), fc.array(record), async (labels, records) => {
        const domain = labels.join('.')
        const zone = records.map((text, i) => `"_dmarc.${labels.slice(i).join('.')}" TXT "${text}"`).join('\n')
        const resolver = zoneResolver(zone)
        const walk = await walkTree(resolver, domain)
        expect(resolver.asked.length).toBeLessThanOrEqual(8)
        expect(new Set(resolver.asked).size).toBe(resolver.asked.length)
        const found = organizationOf(walk)
        expect(found.known && (domain === found.domain || domain.endsWith(`.${found.domain}`))).toBe(true)
        const asked = resolver.asked.length
        await discoverPolicy(resolver, walk)
        expect(resolver.asked.length - asked).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('are not put for names that DNS cannot carry', async () => {
    const label = 'a'.repeat(61)
    const domain = `${label}.${label}.${label}.${label}.com`
    const resolver = zoneResolver('')
    expect((await walkTree(resolver, domain)).steps[0].found.kind).toBe('none')
    expect(resolver.asked).toHaveLength(4)
  })
})

describe('the organizational domain', () => {
  it('is the shortest name with a record (§4.10.2, first example, and B.4.1)', async () => {
    const zone = `_dmarc.mail.example.com TXT "${plain}"\n_dmarc.example.com TXT "${plain}"`
    expect(await organization(zone, 'a.mail.example.com')).toEqual({
      known: true,
      domain: 'example.com',
      because: 'shortest',
    })
    expect(await organization(zone, 'example.com')).toMatchObject({ domain: 'example.com' })
  })

  it('is the name with psd=n (second example)', async () => {
    const zone = `_dmarc.mail.example.com TXT "${plain}; psd=n"\n_dmarc.example.com TXT "${plain}"`
    expect(await organization(zone, 'a.mail.example.com')).toEqual({
      known: true,
      domain: 'mail.example.com',
      because: 'psd-n',
    })
  })

  it('is one label below the name with psd=y (third example, and B.4.3)', async () => {
    expect(await organization(`_dmarc.com TXT "${plain}; psd=y"`, 'a.mail.example.com')).toEqual({
      known: true,
      domain: 'example.com',
      because: 'below-psd-y',
    })
    const bank = `_dmarc.bank.example TXT "${plain}; psd=y"\n_dmarc.giant.bank.example TXT "${plain}"\n_dmarc.example TXT "${plain}"`
    expect(await organization(bank, 'mail.giant.bank.example')).toMatchObject({ domain: 'giant.bank.example' })
    expect(await organization(bank, 'mail.mega.bank.example')).toMatchObject({ domain: 'mega.bank.example' })
    expect(await organization(bank, 'bank.example')).toMatchObject({ domain: 'bank.example', because: 'shortest' })
  })

  it('is the domain itself where no record is found', async () => {
    expect(await organization('', 'a.example.com')).toEqual({
      known: true,
      domain: 'a.example.com',
      because: 'no-record',
    })
  })

  it('is found from a long name (B.4.2)', async () => {
    const zone = `_dmarc.example.com TXT "${plain}"\n_dmarc.signing.example.com TXT "v=DMARC1; p=none"`
    expect(await organization(zone, 'a.b.c.d.e.f.g.h.i.j.k.example.com')).toMatchObject({ domain: 'example.com' })
    expect(await organization(zone, 'signing.example.com')).toMatchObject({ domain: 'example.com' })
  })

  it('passes over names with several records, and texts that are no records', async () => {
    const zone = `_dmarc.example.com TXT "${plain}"\n_dmarc.example.com TXT "v=DMARC1; p=none"\n_dmarc.a.example.com TXT "${plain}"\n_dmarc.com TXT "v=spf1 -all"`
    expect(await organization(zone, 'a.example.com')).toMatchObject({ domain: 'a.example.com' })
  })

  it('is not known when a name of the walk does not answer', async () => {
    for (const fault of ['timeout', 'servfail', 'refused']) {
      const zone = `_dmarc.example.com TXT "${plain}"\n_dmarc.com FAULT ${fault}`
      expect(await organization(zone, 'a.example.com')).toMatchObject({
        known: false,
        question: { name: '_dmarc.com' },
      })
    }
  })

  it('does not depend on names above the one where the walk stops', async () => {
    const zone = `_dmarc.example.com TXT "${plain}; psd=n"\n_dmarc.com FAULT timeout`
    expect(await organization(zone, 'a.example.com')).toMatchObject({ known: true, domain: 'example.com' })
    expect((await walkTree(zoneResolver(zone), 'a.example.com')).steps.map(step => step.domain)).toEqual([
      'a.example.com',
      'example.com',
    ])
  })
})

describe('the policy', () => {
  it('is that of the domain itself, not of its organization', async () => {
    const zone = `_dmarc.a.example.com TXT "v=DMARC1; p=quarantine; sp=none"\n_dmarc.example.com TXT "${plain}"`
    expect(await policy(zone, 'a.example.com')).toMatchObject({
      kind: 'policy',
      from: 'author',
      at: 'a.example.com',
      tag: 'p',
      published: 'quarantine',
    })
  })

  it('is that of the organization, not of a name between them (§4.10.1)', async () => {
    const zone = `_dmarc.b.example.com TXT "v=DMARC1; p=none"\n_dmarc.example.com TXT "${plain}"\na.b.example.com A 192.0.2.1`
    expect(await policy(zone, 'a.b.example.com')).toMatchObject({
      from: 'organizational',
      at: 'example.com',
      effective: 'reject',
    })
  })

  it('is that of the public suffix last', async () => {
    const zone = `_dmarc.bank TXT "v=DMARC1; p=reject; sp=quarantine; np=reject; psd=y"\nexample.bank A 192.0.2.1`
    expect(await policy(zone, 'example.bank')).toMatchObject({
      from: 'public-suffix',
      at: 'bank',
      tag: 'sp',
      effective: 'quarantine',
    })
    expect(await policy(`${zone}\n_dmarc.example.bank TXT "v=DMARC1; p=none"`, 'a.example.bank')).toMatchObject({
      from: 'organizational',
      at: 'example.bank',
      effective: 'none',
    })
  })

  it.each([
    ['p=reject', 'reject', 'p', 'reject', 'p'],
    ['p=reject; sp=quarantine', 'quarantine', 'sp', 'quarantine', 'sp'],
    ['p=none; np=reject', 'none', 'p', 'reject', 'np'],
    ['p=none; sp=quarantine; np=reject', 'quarantine', 'sp', 'reject', 'np'],
  ])(
    'with %s is %s (%s) below for names that exist, %s (%s) for others',
    async (tags, existing, from, missing, source) => {
      const zone = `_dmarc.example.com TXT "v=DMARC1; ${tags}"\nwww.mail.example.com A 192.0.2.1`
      // mail.example.com is an empty non-terminal: it exists (RFC 8020).
      expect(await policy(zone, 'mail.example.com')).toMatchObject({ published: existing, tag: from })
      expect(await policy(zone, 'nobody.example.com')).toMatchObject({ published: missing, tag: source })
    },
  )

  it('is not known when the existence of the name is not, and matters', async () => {
    const zone = 'a.example.com FAULT timeout\n_dmarc.example.com TXT'
    expect(await policy(`${zone} "v=DMARC1; p=none; np=reject"`, 'a.example.com')).toMatchObject({
      kind: 'unknown',
      question: { name: 'a.example.com', type: 'SOA' },
    })
    expect(await policy(`${zone} "v=DMARC1; p=reject"`, 'a.example.com')).toMatchObject({ effective: 'reject' })
  })

  it.each([
    ['p=reject; t=y', 'reject', 'quarantine'],
    ['p=quarantine; t=y', 'quarantine', 'none'],
    ['p=none; t=y', 'none', 'none'],
    ['p=reject; t=n', 'reject', 'reject'],
  ])('with %s is published as %s and applied as %s', async (tags, published, effective) => {
    expect(await policy(`_dmarc.example.com TXT "v=DMARC1; ${tags}"`, 'example.com')).toMatchObject({
      published,
      effective,
    })
  })

  it('is none for a faulty record with a report address, and nothing without', async () => {
    const at = (tags: string) => policy(`_dmarc.example.com TXT "v=DMARC1; ${tags}"`, 'example.com')
    expect(await at('p=reject; sp=bogus; rua=mailto:a@example.com')).toMatchObject({
      tag: 'assumed',
      effective: 'none',
    })
    expect(await at('rua=mailto:a@example.com')).toMatchObject({ tag: 'assumed', effective: 'none' })
    expect(await at('adkim=s')).toMatchObject({ kind: 'unusable', at: 'example.com' })
  })

  it('is found beside unrelated text, split strings and by an alias', async () => {
    const zone = `_dmarc.example.com TXT "v=spf1 -all"\n_dmarc.example.com TXT "v=DMARC1; p=re" "ject"`
    expect(await policy(zone, 'example.com')).toMatchObject({ effective: 'reject', owner: '_dmarc.example.com' })
    const alias = `_dmarc.example.com CNAME d.provider.example\nd.provider.example TXT "${plain}"`
    expect(await policy(alias, 'Example.COM.')).toMatchObject({ at: 'example.com', owner: 'd.provider.example' })
  })

  it('is absent only when every name said so', async () => {
    expect(await policy('', 'a.example.com')).toEqual({ kind: 'absent' })
    expect(await policy('_dmarc.example.com FAULT servfail', 'a.example.com')).toMatchObject({ kind: 'unknown' })
    expect(await policy('_dmarc.com FAULT timeout', 'a.example.com')).toMatchObject({ kind: 'unknown' })
    expect(
      await policy(`_dmarc.a.example.com FAULT timeout\n_dmarc.example.com TXT "${plain}"`, 'a.example.com'),
    ).toMatchObject({
      kind: 'unknown',
    })
  })

  it('of the domain itself does not depend on a silent suffix', async () => {
    const zone = `_dmarc.example.com TXT "${plain}"\n_dmarc.com FAULT timeout`
    expect(await policy(zone, 'example.com')).toMatchObject({ effective: 'reject' })
  })
})

describe('alignment', () => {
  // RFC 9989 §B.1, §B.4.
  const zone = zoneResolver(`_dmarc.example.com TXT "${plain}"`)
  it.each([
    ['example.com', 'example.com', true, true],
    ['example.com', 'child.example.com', true, false],
    ['child.example.com', 'example.com', true, false],
    ['news.example.com', 'foo.example.com', true, false],
    ['child.example.com', 'example.net', false, false],
    ['Example.com', 'eXample.COM', true, true],
  ])('of %s and %s: relaxed %s, strict %s', async (author, identifier, relaxed, strict) => {
    const [a, b] = await Promise.all([identify(zone, author), identify(zone, identifier)])
    expect(aligned('r', a, b)).toBe(relaxed)
    expect(aligned('s', a, b)).toBe(strict)
  })

  it('is unknown where an organization is, but not for equal names or in strict mode', async () => {
    const silent = zoneResolver('_dmarc.com FAULT timeout')
    const [a, b] = await Promise.all([identify(silent, 'example.com'), identify(silent, 'a.example.com')])
    expect(aligned('r', a, b)).toBe('unknown')
    expect(aligned('s', a, b)).toBe(false)
    expect(aligned('r', a, a)).toBe(true)
  })

  it('is not unknown where no answer could make them one', async () => {
    const zone = '_dmarc.com FAULT timeout\n_dmarc.mail.example.com TXT "v=DMARC1; p=none; psd=n"'
    const silent = zoneResolver(zone)
    const [com, net, own] = await Promise.all(
      ['example.com', 'example.net', 'mail.example.com'].map(domain => identify(silent, domain)),
    )
    expect(aligned('r', com!, net!)).toBe(false)
    expect(aligned('r', net!, com!)).toBe(false)
    // mail.example.com is its own organization, and example.com is not below it.
    expect(aligned('r', com!, own!)).toBe(false)
  })
})

describe('authorization of reports (RFC 9990 §4)', () => {
  const at = 'blue.example.com._report._dmarc.red.example.net'
  async function authorize(zone: string, policyDomain = 'blue.example.com', host = 'red.example.net') {
    const resolver = zoneResolver(zone)
    return authorizeReports(resolver, await identify(resolver, policyDomain), await identify(resolver, host))
  }

  it('is not needed within one organization', async () => {
    const zone = `_dmarc.example.com TXT "${plain}"`
    expect(await authorize(zone, 'blue.example.com', 'reports.example.com')).toEqual({ state: 'not-needed' })
    expect(await authorize(zone, 'example.com', 'example.com')).toEqual({ state: 'not-needed' })
  })

  it.each([
    [`${at} TXT "v=DMARC1"`],
    [`${at} TXT "v=DMARC1;"`],
    [`${at} TXT "v=DMARC1; rua=mailto:other@red.example.net"`],
    [`${at} TXT "v=DMARC1"\n${at} TXT "v=DMARC1;"\n${at} TXT "hello"`],
    ['*._report._dmarc.red.example.net TXT "v=DMARC1"'],
  ])('is given by %s', async zone => {
    expect(await authorize(zone)).toEqual({ state: 'yes' })
  })

  it.each([
    ['', 'there is no v=DMARC1 record'],
    [`${at} TXT "hello"`, 'only other text'],
    [`${at} TXT "v=dmarc1"`, 'only other text'],
    [`${at} TXT "v=DMARC1; rua=mailto:a@elsewhere.example"`, 'redirects reports to another host'],
  ])('is not given by %s', async (zone, why) => {
    expect(await authorize(zone)).toMatchObject({ state: 'no', why: expect.stringContaining(why) })
  })

  it('cannot be given at a name too long for DNS', async () => {
    const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.example.com`
    expect(await authorize('', long, `${'c'.repeat(60)}.${'d'.repeat(60)}.example.net`)).toMatchObject({
      state: 'no',
      why: expect.stringContaining('too long'),
    })
  })

  it('is unknown when DNS does not answer', async () => {
    expect(await authorize(`${at} FAULT timeout`)).toMatchObject({ state: 'unknown', question: { name: at } })
    // Perhaps one organization: then no record would be needed.
    expect(await authorize('_dmarc.com FAULT timeout', 'example.com', 'a.example.com')).toMatchObject({
      state: 'unknown',
    })
    expect(await authorize(`_dmarc.net FAULT timeout\n${at} TXT "v=DMARC1"`)).toEqual({ state: 'yes' })
  })
})

describe.skipIf(!conformanceAvailable)('406 real zones (skipped without the data beside the checkout)', () => {
  it('walk and decide without a doubt, mostly as the Public Suffix List has it', async () => {
    const resolver = conformanceResolver()
    const domains = conformanceDomains()
    const found = await Promise.all(
      domains.map(async domain => {
        const walk = await walkTree(resolver, domain)
        return { domain, policy: await discoverPolicy(resolver, walk), organization: organizationOf(walk) }
      }),
    )
    expect(found.filter(({ policy }) => policy.kind === 'unknown')).toEqual([])
    expect(found.filter(({ policy }) => policy.kind === 'policy').length).toBeGreaterThan(300)
    const same = found.filter(
      ({ domain, organization }) => organization.known && organization.domain === publicSuffixOrganization(domain),
    )
    expect(same.length / found.length).toBeGreaterThan(0.8)
  })
})
