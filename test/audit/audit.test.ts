import { describe, expect, it } from 'vitest'
import { AuditRun, type Catalogue } from '../../src/audit/audit.ts'
import { type AnyCheck, defineCheck } from '../../src/audit/check.ts'
import { defineFact, Unknowable } from '../../src/audit/fact.ts'
import type { Profile } from '../../src/audit/profile.ts'
import { defineExpansion, type Expansion } from '../../src/audit/scope.ts'
import type { Resolver } from '../../src/net/resolver.ts'
import type { Report } from '../../src/report/report.ts'
import { nobody, target } from '../support/check-tester.ts'
import { zoneResolver } from '../support/zone-resolver.ts'

const txt = defineFact({
  name: 'txt',
  scope: 'domain',
  async gather({ domain }, { resolver }) {
    const answer = await resolver.resolve(domain, 'TXT')
    if (answer.kind === 'unreachable') throw new Unknowable(`no answer for ${domain}`)
    return answer.kind === 'records' ? answer.records.map(strings => strings.join('')) : []
  },
})

const hostAddress = defineFact({
  name: 'host address',
  scope: 'host',
  async gather({ host }, { resolver }) {
    const answer = await resolver.resolve(host, 'A')
    if (answer.kind === 'unreachable') throw new Unknowable(`no answer for ${host}`)
    return answer.kind === 'records' ? answer.records : []
  },
})

/** Hosts are the TXT records of the domain; the word `none` says that there are none. */
const toHosts = defineExpansion({
  from: 'domain',
  to: 'host',
  async subjects(domain, know) {
    const hosts = await know(txt, domain)
    return hosts[0] === 'none'
      ? { none: 'not-applicable', reason: 'there are no hosts' }
      : hosts.map(host => ({ host }))
  },
})

const words = defineCheck({
  id: 'dns-words',
  group: 'dns',
  scope: 'domain',
  title: 'There are words',
  why: 'Words matter.',
  refs: ['RFC 1035 §3.3.14'],
  needs: { txt },
  outcomes: {
    some: { level: 'pass', says: '{count} words: {words}.' },
    none: { level: 'fail', says: 'No words at {domain}.', fix: 'Publish one.' },
  },
  evaluate({ txt }, { domain }) {
    if (txt[0] === 'bug') throw new TypeError('the author slipped')
    return txt.length > 0
      ? { outcome: 'some', data: { count: txt.length, words: txt } }
      : { outcome: 'none', data: { domain }, records: [{ do: 'publish', name: domain, type: 'TXT', value: 'word' }] }
  },
})

const reachable = defineCheck({
  id: 'mx-reachable',
  group: 'mx',
  scope: 'host',
  title: 'Hosts have addresses',
  why: 'Hosts matter.',
  refs: ['RFC 1035 §3.4.1'],
  needs: { hostAddress },
  outcomes: {
    yes: { level: 'pass', says: 'Has {addresses}.' },
    no: { level: 'warn', says: 'Has no address.', fix: 'Give it one.' },
  },
  evaluate({ hostAddress }) {
    return hostAddress.length > 0 ? { outcome: 'yes', data: { addresses: hostAddress } } : { outcome: 'no' }
  },
})

const profile: Profile = {
  name: 'test',
  title: 'test',
  checks: { 'dns-words': { required: true, gate: 'close' }, 'mx-reachable': { required: true, gate: 'warn' } },
}

function catalogue(...more: readonly Expansion[]): Catalogue {
  return {
    checks: [reachable, words] as unknown as readonly AnyCheck[],
    expansions: [toHosts, ...more],
    readings: async () => ({}) as never,
    readiness: () => ({}),
    rules: {},
  }
}

interface Given {
  resolver?: Resolver
  profile?: Profile
  timeout?: number
  faults?: string[]
}

async function auditOf(zone: string, given: Given = {}): Promise<Report> {
  const run = new AuditRun(catalogue(), {
    resolver: given.resolver ?? zoneResolver(zone),
    dialer: nobody,
    ehloName: 'x',
  })
  return run.audit(target(), {
    profile: given.profile ?? profile,
    ...(given.timeout === undefined ? {} : { timeout: given.timeout }),
    onFault: where => given.faults?.push(where),
  })
}

const said = (report: Report): string[] => report.findings.map(f => `${f.level} ${f.check} ${f.subject}: ${f.says}`)

describe('an audit', () => {
  it('expands subjects from facts and judges each', async () => {
    const report = await auditOf(
      'example.org TXT a.example.net\nexample.org TXT b.example.net\na.example.net A 192.0.2.1\nb.example.net TXT x',
    )
    expect(said(report)).toEqual([
      'pass dns-words example.org: 2 words: a.example.net, b.example.net.',
      'pass mx-reachable a.example.net: Has 192.0.2.1.',
      'warn mx-reachable b.example.net: Has no address.',
    ])
    expect(report).toMatchObject({ verdict: 'warn', required: { passed: 2, of: 2 }, counts: { pass: 2, warn: 1 } })
  })

  it('keeps the questions and answers behind a finding', async () => {
    const report = await auditOf('example.org TXT "a\\000b"')
    expect(report.findings[0]!.evidence).toEqual([
      { ask: 'example.org TXT', answer: '"a\\u0000b"', server: 'zone', ms: expect.any(Number) },
    ])
  })

  it('names the first of a long list, and has all of it as data', async () => {
    const zone = Array.from({ length: 30 }, (_, i) => `example.org TXT h${i}.example.net`).join('\n')
    const finding = (await auditOf(zone)).findings[0]!
    expect(finding.says).toMatch(/^30 words: h0\.example\.net, .*, h19\.example\.net and 10 more\.$/)
    expect(finding.data.words).toHaveLength(30)
  })

  it('carries the records to publish', async () => {
    const report = await auditOf('example.org A 192.0.2.1')
    expect(report.findings[0]).toMatchObject({
      outcome: 'none',
      fix: 'Publish one.',
      records: [{ do: 'publish', name: 'example.org', type: 'TXT', value: 'word' }],
    })
    expect(report.verdict).toBe('fail')
  })

  it('says unknown, for a check and for every check below it, when DNS does not answer', async () => {
    const report = await auditOf('example.org FAULT timeout')
    expect(said(report)).toEqual([
      'unknown dns-words example.org: Could not be checked: no answer for example.org.',
      'unknown mx-reachable example.org: Could not be checked: no answer for example.org.',
    ])
    expect(report).toMatchObject({ verdict: 'unknown', required: { passed: 0, of: 2 } })
  })

  it('says that a scope has no subjects', async () => {
    const report = await auditOf('example.org TXT none')
    expect(said(report)[1]).toBe('info mx-reachable example.org: Does not apply: there are no hosts.')
    expect(report).toMatchObject({ verdict: 'pass', required: { passed: 1, of: 1 } })
  })

  it('takes the subjects of a scope from everything that leads to it, each once', async () => {
    const own = defineExpansion({
      from: 'domain',
      to: 'host',
      subjects: async () => [{ host: 'own.example.net' }, { host: 'A.example.net' }],
    })
    const resolver = zoneResolver(
      'example.org TXT a.example.net\na.example.net A 192.0.2.1\nown.example.net A 192.0.2.2',
    )
    const run = new AuditRun(catalogue(own), { resolver, dialer: nobody, ehloName: 'x' })
    const report = await run.audit(target(), { profile })
    expect(said(report).slice(1)).toEqual([
      'pass mx-reachable A.example.net: Has 192.0.2.1.',
      'pass mx-reachable own.example.net: Has 192.0.2.2.',
    ])
  })

  it('judges at the moment that it is given', async () => {
    const resolver = zoneResolver('example.org TXT none')
    const run = new AuditRun(catalogue(), { resolver, dialer: nobody, ehloName: 'x' })
    const report = await run.audit(target(), { profile, now: new Date('2026-11-20T08:00:00Z') })
    expect(report.at).toBe('2026-11-20T08:00:00.000Z')
  })

  it('turns a bug into one unknown finding, tells it, and goes on', async () => {
    const faults: string[] = []
    const report = await auditOf('example.org TXT bug\nbug A 192.0.2.1', { faults })
    expect(said(report)).toEqual([
      'unknown dns-words example.org: Could not be checked: a fault in mailworthy itself (TypeError: the author slipped). Please report it.',
      'pass mx-reachable bug: Has 192.0.2.1.',
    ])
    expect(report.findings[0]!.outcome).toBe('error')
    expect(faults).toEqual(['dns-words on example.org'])
  })

  it('ends at the time allowed; the rest is unknown', async () => {
    const report = await auditOf('', { resolver: { resolve: () => new Promise(() => {}) }, timeout: 0.05 })
    expect(report.verdict).toBe('unknown')
    expect(said(report)[0]).toBe(
      'unknown dns-words example.org: Could not be checked: the time allowed for this audit (0.05 s) was over.',
    )
  })

  it('takes levels, requirements and exceptions from the profile', async () => {
    const relaxed: Profile = {
      ...profile,
      checks: { 'dns-words': { required: true, optional: ['unknowable'], levels: { none: 'info' }, gate: 'warn' } },
    }
    const missing = await auditOf('example.org A 192.0.2.1', { profile: relaxed })
    expect(missing.findings.map(f => f.level)).toEqual(['info'])
    const silent = await auditOf('example.org FAULT timeout', { profile: relaxed })
    expect(silent).toMatchObject({ verdict: 'pass', counts: { unknown: 1 } })
  })
})

describe('a run', () => {
  it('asks about a shared host once for all domains', async () => {
    const resolver = zoneResolver(
      'one.example TXT mx.example.net\ntwo.example TXT MX.example.net.\nmx.example.net A 192.0.2.1',
    )
    const run = new AuditRun(catalogue(), { resolver, dialer: nobody, ehloName: 'x' })
    await run.audit(target({ domain: 'one.example' }), { profile })
    const second = await run.audit(target({ domain: 'two.example' }), { profile })
    expect(resolver.asked.filter(q => q.toLowerCase().startsWith('mx.example.net'))).toHaveLength(1)
    expect(second.findings.find(f => f.check === 'mx-reachable')!.evidence[0]!.ask).toBe('mx.example.net A')
  })

  it('asks again about a shared host that did not answer the first time', async () => {
    const working = zoneResolver(
      'one.example TXT mx.example.net\ntwo.example TXT mx.example.net\nmx.example.net A 192.0.2.1',
    )
    let lost = 0
    const resolver: Resolver = {
      resolve(name, type) {
        if (type === 'A' && lost++ === 0)
          return Promise.resolve({ kind: 'unreachable', why: 'timeout', server: 'zone' })
        return working.resolve(name, type)
      },
    }
    const run = new AuditRun(catalogue(), { resolver, dialer: nobody, ehloName: 'x' })
    const first = await run.audit(target({ domain: 'one.example' }), { profile })
    const second = await run.audit(target({ domain: 'two.example' }), { profile })
    expect(first.findings.map(f => f.level)).toEqual(['pass', 'unknown'])
    expect(second.findings.map(f => f.level)).toEqual(['pass', 'pass'])
  })
})
