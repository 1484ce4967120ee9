import { describe, expect, it } from 'vitest'
import { Gatherer, SharedFacts } from '../../src/audit/gather.ts'
import { dkimReading } from '../../src/facts/dkim-key.ts'
import { dkimSelectors } from '../../src/facts/dkim-selectors.ts'
import { dkimWildcard, improbableSelector } from '../../src/facts/dkim-wildcard.ts'
import { dmarcPolicy, dmarcReading } from '../../src/facts/dmarc-policy.ts'
import { dmarcReportTargets } from '../../src/facts/dmarc-report-targets.ts'
import { readings } from '../../src/facts/readings.ts'
import { selectorProviders } from '../../src/rules/dkim-selectors.ts'
import { nobody, target } from '../support/check-tester.ts'
import { brisbane, publishedOfLength } from '../support/dkim-keys.ts'
import { zoneResolver } from '../support/zone-resolver.ts'

function knowing(zone: string) {
  const resolver = zoneResolver(zone)
  const { know } = new Gatherer({ resolver, dialer: nobody, ehloName: 'probe.example.net' }, new SharedFacts())
  return { know, asked: resolver.asked }
}

describe('the reading of a selector', () => {
  const reading = (zone: string) =>
    dkimReading(knowing(zone).know, { domain: 'example.org', selector: 's1', ourKey: undefined })
  const name = 's1._domainkey.example.org'

  it.each([
    [`${name} TXT "v=DKIM1; k=ed25519; p=${brisbane}"`, 'valid'],
    [`${name} TXT "p=${publishedOfLength(1024)}"`, 'valid'],
    [`${name} TXT "p=${publishedOfLength(1016)}"`, 'invalid'],
    [`${name} TXT "h=sha1; p=${publishedOfLength(1024)}"`, 'invalid'],
  ])('has the hash of the key: case %#', async (zone, state) => {
    expect(await reading(zone)).toEqual({
      selector: 's1',
      state,
      keyHash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    })
  })

  it.each([
    ['', 'missing'],
    [`${name} TXT "v=DKIM1; p="`, 'revoked'],
    [`${name} TXT "v=DKIM1"`, 'invalid'],
    [`${name} TXT "v=DKIM1; k=ed25519; p=${brisbane}"\n${name} TXT "hello"`, 'invalid'],
    [`${name} FAULT timeout`, 'unknown'],
  ])('has none otherwise: %s', async (zone, state) => {
    expect(await reading(zone)).toEqual({ selector: 's1', state })
  })
})

describe('what is asked to find selectors', () => {
  const key = `TXT "v=DKIM1; k=ed25519; p=${brisbane}"`
  const selectors = async (zone: string) => {
    const { know, asked } = knowing(zone)
    return { ...(await know(dkimSelectors, { domain: 'example.org' })), questions: asked }
  }

  it('is no selector where _domainkey is denied', async () => {
    const { denied, questions } = await selectors('example.org A 192.0.2.1')
    expect(denied).toBe(true)
    // The second one is the selector that nobody has.
    expect(questions.filter(one => one.includes('_domainkey'))).toHaveLength(2)
  })

  it('is a bounded number, each once, with the selectors of the providers in use first', async () => {
    const all = selectorProviders.flatMap(({ spf }) => (spf ?? []).slice(0, 1).map(name => `include:${name}`))
    const { asked, questions } = await selectors(
      `example.org TXT "v=spf1 ${all.join(' ')} -all"\nx._domainkey.example.org ${key}`,
    )
    expect(asked).toHaveLength(24)
    expect(questions.length).toBeLessThanOrEqual(24 + 6)
    expect(new Set(questions).size).toBe(questions.length)
    const proton = await selectors(`example.org MX 10 mail.protonmail.ch\nx._domainkey.example.org ${key}`)
    expect(proton.asked.slice(0, 3)).toEqual(['protonmail', 'protonmail2', 'protonmail3'])
    expect(proton.asked.length).toBeLessThan(20)
  })

  it('is nothing more than a few where a wildcard answers everything', async () => {
    const { questions } = await selectors(
      'example.org MX 10 aspmx.l.google.com\n*._domainkey.example.org TXT "v=DKIM1; p="',
    )
    expect(questions.filter(one => one.includes('_domainkey'))).toHaveLength(3)
  })

  it('finds nothing by a provider whose records cannot be learned, and goes on', async () => {
    const { found } = await selectors(`example.org FAULT timeout\ngoogle._domainkey.example.org ${key}`)
    expect(found).toEqual([{ selector: 'google', provider: 'Google Workspace' }])
  })
})

describe('the readings of selectors', () => {
  const zone = `a._domainkey.example.org TXT "v=DKIM1; k=ed25519; p=${brisbane}"\ngoogle._domainkey.example.org TXT "v=DKIM1; p="`
  const dkimOf = async (given: Parameters<typeof target>[0], asked = true) => {
    const { know } = knowing(zone)
    if (asked) await know(dkimSelectors, { domain: 'example.org' })
    return (await readings(target(given), know, new Date())).dkim.map(({ selector, state, found }) => [
      selector,
      state,
      found,
    ])
  }

  it('list what was found behind what was asked for, and mark it', async () => {
    expect(await dkimOf({ selectors: ['a'] })).toEqual([
      ['a', 'valid', undefined],
      ['google', 'revoked', true],
    ])
  })

  it('list no selector twice', async () => {
    expect(await dkimOf({ selectors: ['Google'] })).toEqual([['Google', 'revoked', undefined]])
  })

  it('list nothing that was not looked for', async () => {
    expect(await dkimOf({ selectors: ['a'], givenSelectorsOnly: true })).toEqual([['a', 'valid', undefined]])
  })
})

describe('the reading of DMARC', () => {
  const reading = (zone: string, domain = 'example.org') => dmarcReading(knowing(zone).know, { domain })

  it('tells what is applied and by which alignment', async () => {
    expect(await reading('_dmarc.example.org TXT "v=DMARC1; p=reject; t=y; adkim=s"', 'a.example.org')).toEqual({
      state: 'found',
      organizationalDomain: 'example.org',
      policy: 'quarantine',
      adkim: 's',
      aspf: 'r',
      walk: [
        { name: '_dmarc.a.example.org', found: 'none', record: null, applies: false },
        { name: '_dmarc.example.org', found: 'record', record: 'v=DMARC1; p=reject; t=y; adkim=s', applies: true },
        { name: '_dmarc.org', found: 'none', record: null, applies: false },
      ],
    })
  })

  it('tells an absence apart from silence', async () => {
    const assumed = { policy: null, adkim: 'r', aspf: 'r' }
    expect(await reading('')).toEqual({
      state: 'absent',
      organizationalDomain: 'example.org',
      ...assumed,
      walk: ['_dmarc.example.org', '_dmarc.org'].map(name => ({ name, found: 'none', record: null, applies: false })),
    })
    expect(await reading('_dmarc.example.org TXT "v=DMARC1"')).toMatchObject({ state: 'absent' })
    expect(await reading('_dmarc.example.org FAULT servfail')).toEqual({
      state: 'unknown',
      organizationalDomain: null,
      ...assumed,
    })
    expect(await reading('_dmarc.example.org TXT "v=DMARC1; p=none"\n_dmarc.org FAULT timeout')).toMatchObject({
      state: 'found',
      organizationalDomain: null,
      policy: 'none',
    })
  })
})

describe('what is asked for', () => {
  it('a domain with a record and its own reports takes few questions', async () => {
    const { know, asked } = knowing(
      '_dmarc.example.org TXT "v=DMARC1; p=reject; rua=mailto:a@example.org,mailto:b@example.org"\nexample.org MX 10 mx.example.org',
    )
    await know(dmarcReportTargets, { domain: 'example.org' })
    expect(asked).toEqual(['_dmarc.example.org TXT', '_dmarc.org TXT', 'example.org MX'])
  })

  it('a record with hundreds of report hosts takes a bounded number', async () => {
    const many = Array.from({ length: 300 }, (_, i) => `mailto:a@r${i}.a.b.c.d.e.f.g.h.example`).join(',')
    const strings = `v=DMARC1; p=none; rua=${many}`.match(/.{1,250}/g)!.map(part => `"${part}"`)
    const { know, asked } = knowing(`_dmarc.example.org TXT ${strings.join(' ')}`)
    const { targets, unseen } = await know(dmarcReportTargets, { domain: 'example.org' })
    expect([targets.length, unseen]).toEqual([20, 280])
    expect(asked.length).toBeLessThan(20 * 13)
  })

  it('a selector of every name by one that is the same at each run', async () => {
    expect(improbableSelector('example.org')).toBe(improbableSelector('Example.ORG.'))
    expect(improbableSelector('example.org')).not.toBe(improbableSelector('example.net'))
    const { know } = knowing(`${improbableSelector('example.org')}._domainkey.example.org FAULT timeout`)
    expect(await know(dkimWildcard, { domain: 'example.org' })).toMatchObject({ state: 'unknown' })
  })

  it('a trace of every name that was walked', async () => {
    const { know } = knowing('_dmarc.example.org TXT "v=DMARC1; p=none"')
    const { trace, organization, formerOrganization } = await know(dmarcPolicy, { domain: 'a.example.org' })
    expect(trace.map(step => [step.domain, step.found.kind])).toEqual([
      ['a.example.org', 'none'],
      ['example.org', 'record'],
      ['org', 'none'],
    ])
    expect(organization).toEqual({ known: true, domain: 'example.org', because: 'shortest' })
    expect(formerOrganization).toBe('example.org')
  })
})
