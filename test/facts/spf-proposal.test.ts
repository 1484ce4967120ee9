// Every SPF finding of a report proposes the same record, and whoever follows one or all of them has no SPF fault left.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AuditRun } from '../../src/audit/audit.ts'
import { checks } from '../../src/checks/index.ts'
import { profiles } from '../../src/checks/profiles.ts'
import { expansions } from '../../src/facts/expansions.ts'
import type { Finding, RecordChange } from '../../src/report/report.ts'
import { nobody, target } from '../support/check-tester.ts'
import { spfClients, spfWorlds } from '../support/spf-worlds.ts'
import { zoneResolver } from '../support/zone-resolver.ts'
import { zoneLine } from '../support/zone-text.ts'

// A domain that sends: what is asked of one that does not is another matter.
const spfChecks = checks.filter(check => check.group === 'spf' && Object.hasOwn(profiles.sending.checks, check.id))
const profile = {
  name: 'spf',
  title: 'SPF',
  checks: Object.fromEntries(spfChecks.map(check => [check.id, { required: true, gate: 'warn' as const }])),
}

async function audit(zone: string, egress: readonly string[]): Promise<readonly Finding[]> {
  const catalogue = { checks, expansions, readings: async () => ({}) as never, readiness: () => ({}), rules: {} }
  const run = new AuditRun(catalogue, { resolver: zoneResolver(zone), dialer: nobody, ehloName: 'probe.example.net' })
  const faults: unknown[] = []
  const report = await run.audit(target({ egress }), { profile, onFault: (_, fault) => faults.push(fault) })
  expect(faults).toEqual([])
  return report.findings
}

const textOf = (line: string): string =>
  [...line.replace(/^\S+ TXT /, '').matchAll(/"([^"]*)"/g)].map(match => match[1]!).join('')

/** The zone after what a fix says. */
function follow(zone: string, changes: readonly RecordChange[]): string {
  const lines = changes
    .filter(change => change.do === 'remove')
    .reduce(
      (left, { name, value }) => left.filter(line => !(line.startsWith(`${name} TXT`) && textOf(line) === value)),
      zone.split('\n'),
    )
  const added = changes.filter(change => change.do === 'publish').map(c => zoneLine(c.name, 'TXT', c.value))
  return [...lines, ...added].join('\n')
}

const distinct = (changes: readonly RecordChange[]): readonly RecordChange[] => [
  ...new Map(changes.map(change => [JSON.stringify(change), change])).values(),
]

const recordsOf = (findings: readonly Finding[], name: string): readonly string[] => [
  ...new Set(
    findings
      .map(finding => (finding.records ?? []).filter(change => change.name === name))
      .filter(records => records.length > 0)
      .map(records => JSON.stringify(records)),
  ),
]

const key = ({ check, subject, outcome }: Finding): string => `${check} ${subject} ${outcome}`

async function expectMended(zone: string, egress: readonly string[]): Promise<number> {
  const findings = await audit(zone, egress)
  for (const name of new Set(findings.flatMap(finding => finding.records ?? []).map(change => change.name))) {
    expect(recordsOf(findings, name), name).toHaveLength(1)
  }
  const proposing = findings.filter(finding => finding.records !== undefined)
  // By itself, and together with all others: of several names each has its own.
  const all = distinct(proposing.flatMap(finding => finding.records!))
  const after = await audit(follow(zone, all), egress)
  // What nothing was proposed for may stay: a fault in the record of somebody else that a HELO name leads to.
  const unmendable = new Set(findings.filter(one => one.level === 'fail' && one.records === undefined).map(key))
  const fails = after.filter(one => one.level === 'fail' && !unmendable.has(key(one)))
  expect(
    fails.map(({ check, says }) => `${check}: ${says}`),
    `${zone}\nfollowed: ${JSON.stringify(all)}`.slice(0, 3000),
  ).toEqual([])
  return proposing.length
}

const record = (text: string, owner = 'example.org'): string => `${owner} TXT "v=spf1 ${text}"\n`

describe('what the SPF findings of a report propose', () => {
  const many = record(Array.from({ length: 14 }, (_, i) => `a:h${i}.example.org`).join(' '))
  const manyHosts = Array.from({ length: 14 }, (_, i) => `h${i}.example.org A 192.0.2.${i}\n`).join('')
  const includes = Array.from(
    { length: 6 },
    (_, i) =>
      record(`a:a${i}.example.net a:b${i}.example.net -all`, `p${i}.example.net`) +
      `a${i}.example.net A 198.51.100.${i}\nb${i}.example.net A 203.0.113.${i}\n`,
  ).join('')
  const verification = 'example.org TXT "verification=1"\n'

  it.each([
    ['a sender that is not listed', record('mx -all')],
    ['no record', 'example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1'],
    ['a record that is not read as one', 'example.org TXT " v=spf1 mx -all"\n'],
    ['two records, one of them unreadable', record('mx -all') + record('moo ip4:192.0.2.1')],
    [
      'many faults at once',
      record('ipv4:192.0.2.1 moo include:gone.example.net a:mail.gone.example mx mx +all redirect:x'),
    ],
    [
      'a dead include inside of an include',
      record('include:a.example.net -all') + record('ip4:192.0.2.9 include:gone.example', 'a.example.net'),
    ],
    ['a loop', record('include:example.org mx -all')],
    ['too many lookups of its own', many + manyHosts],
    [
      'too many lookups of others',
      record(
        'include:p0.example.net include:p1.example.net include:p2.example.net include:p3.example.net include:p4.example.net include:p5.example.net ~all',
      ) + includes,
    ],
    ['too many empty answers', record('a:x.example.org a:y.example.org a:z.example.org mx -all')],
    ['everyone', record('+all')],
    ['everyone, by an include', record('include:a.example.net -all') + record('+all', 'a.example.net')],
    ['ptr', record('ptr mx ?all')],
    ['a HELO name that refuses', record('mx -all') + record('-all', 'mail.example.org')],
  ])('mends %s', async (_, zone) => {
    const egress = ['192.0.2.10 mail.example.org', '2001:db8::10 mail.example.org']
    expect(await expectMended(zone + verification, egress)).toBeGreaterThan(0)
  })

  it('leaves the other texts at the name alone', async () => {
    const findings = await audit(record('mx') + verification, ['192.0.2.10'])
    const touched = findings.flatMap(finding => finding.records ?? []).map(change => change.value)
    expect(touched).not.toContain('verification=1')
    expect(follow(record('mx') + verification, findings.find(f => f.records)!.records!)).toContain('verification=1')
  })

  it('mends any world, or proposes nothing', async () => {
    let proposing = 0
    await fc.assert(
      fc.asyncProperty(spfWorlds, fc.array(spfClients, { maxLength: 2 }), async (zone, clients) => {
        proposing += await expectMended(
          zone,
          [...new Set(clients)].map(address => `${address} a.example.org`),
        )
      }),
      { numRuns: 300 },
    )
    expect(proposing).toBeGreaterThan(100)
  })
})
