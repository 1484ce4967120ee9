// One proposal for a domain: whoever follows one finding about DMARC, or all of them, ends at the same record, and nothing of it fails.
import { describe, expect, it } from 'vitest'
import { AuditRun } from '../../src/audit/audit.ts'
import { catalogue } from '../../src/catalogue.ts'
import { profiles } from '../../src/checks/profiles.ts'
import type { Finding, RecordChange } from '../../src/report/report.ts'
import { nobody, target } from '../support/check-tester.ts'
import { makeDmarcSituation } from '../support/dmarc-worlds.ts'
import { zoneResolver } from '../support/zone-resolver.ts'
import { zoneLine } from '../support/zone-text.ts'

/** The texts at each name; what else the zone holds stays as it is. */
type Texts = ReadonlyMap<string, readonly string[]>

const SITUATIONS = 250

async function dmarcFindings(domain: string, texts: Texts, rest: readonly string[]): Promise<readonly Finding[]> {
  const faults: unknown[] = []
  const lines = [...texts].flatMap(([name, values]) => values.map(value => zoneLine(name, 'TXT', value)))
  const run = new AuditRun(catalogue(), {
    resolver: zoneResolver([...lines, ...rest].join('\n')),
    dialer: nobody,
    ehloName: 'probe.example.net',
  })
  const report = await run.audit(target({ domain, smtp: false }), {
    profile: profiles.full,
    wanted: ({ id }) => id.startsWith('dmarc-'),
    onFault: (_, fault) => faults.push(fault),
  })
  expect(faults).toEqual([])
  return report.findings
}

function followed(texts: Texts, changes: readonly RecordChange[]): Texts {
  const after = new Map(texts)
  for (const change of new Map(changes.map(one => [JSON.stringify(one), one])).values()) {
    const others = (after.get(change.name) ?? []).filter(value => value !== change.value)
    after.set(change.name, change.do === 'publish' ? [...others, change.value] : others)
  }
  return after
}

const atOwn = (change: RecordChange): string => `${change.do} ${change.name} ${change.value}`

describe(`${SITUATIONS} made-up situations`, () => {
  const made = Array.from({ length: SITUATIONS }, (_, i) => makeDmarcSituation(i + 1))
  const cases = made.map(({ records, from, exists }, i) => {
    const known = Object.entries(records).flatMap(([name, texts]) =>
      texts === 'timeout' ? [] : [[`_dmarc.${name}`, texts] as const],
    )
    const rest = [...(exists ? [`${from} A 192.0.2.1`] : []), 'example.net MX 10 mx.example.net']
    // A third of those that exist neither take nor send mail.
    const parked = exists && i % 3 === 0 ? [`${from} MX 0 .`, `${from} TXT "v=spf1 -all"`] : []
    return { domain: from, texts: new Map(known) as Texts, rest: [...rest, ...parked] }
  })

  it('have one record for each name, in whatever finding', async () => {
    for (const { domain, texts, rest } of cases) {
      const findings = await dmarcFindings(domain, texts, rest)
      const published = findings.flatMap(({ records }) => records ?? []).filter(one => one.do === 'publish')
      const names = Map.groupBy(published, one => one.name)
      for (const [name, changes] of names) {
        const values = new Set(changes.map(one => one.value))
        expect([...values], `${name} for ${domain} in ${JSON.stringify([...texts])}`).toHaveLength(1)
      }
    }
  })

  it('end without a failure, by any one proposal and by all together, and leave other texts alone', async () => {
    let mended = 0
    for (const { domain, texts, rest } of cases) {
      const findings = await dmarcFindings(domain, texts, rest)
      const failing = findings.filter(({ level }) => level === 'fail')
      for (const fault of failing) expect(fault.records, `${fault.says} in ${JSON.stringify([...texts])}`).toBeDefined()
      const proposals = findings.flatMap(({ records }) => (records === undefined ? [] : [records]))
      if (proposals.length === 0) continue
      mended++
      const distinct = [...new Map(proposals.map(one => [one.map(atOwn).join(), one])).values()]
      for (const changes of [...(failing.length > 0 ? [failing[0]!.records!] : distinct), distinct.flat()]) {
        const zone = followed(texts, changes)
        const after = await dmarcFindings(domain, zone, rest)
        const failed = after.filter(({ level }) => level === 'fail').map(({ check, says }) => `${check}: ${says}`)
        expect(failed, `${domain} ${JSON.stringify([...texts])} by ${JSON.stringify(changes)}`).toEqual([])
        for (const [name, values] of texts) {
          const foreign = values.filter(value => !/dmarc/i.test(value))
          expect(zone.get(name)).toEqual(expect.arrayContaining(foreign))
        }
      }
    }
    expect(mended).toBeGreaterThan(SITUATIONS / 4)
  })

  it('make up no mailbox', async () => {
    for (const { domain, texts, rest } of cases) {
      const known = JSON.stringify([...texts])
      for (const { records = [] } of await dmarcFindings(domain, texts, rest)) {
        for (const { value } of records.filter(one => one.do === 'publish')) {
          // Where "mailto:" was left out, it may be put there.
          for (const [, address] of value.matchAll(/mailto:([^,;!\s]+)/g)) expect(known).toContain(address)
        }
      }
    }
  })
})
