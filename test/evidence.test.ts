// What was heard once gives the same report again, in whatever order it comes back; and what was not heard is unknown.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEvidence } from '../src/evidence.ts'
import type { Report } from '../src/report/report.ts'
import { bytesOf, domains, judgeAll, recordRun, seeded, shuffled } from './support/recorded-world.ts'

/** Seeds of worlds and of the order in which a replay is told things. */
const seeds = fc.tuple(fc.nat(1e9), fc.nat(1e9))

describe('a run that was recorded', () => {
  it('is judged again to the byte, whatever failed and in whatever order the answers come', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.constantFrom(0, 0.05, 0.3), async ([world, order], failing) => {
        const { reports, file } = await recordRun(world, { failing, silent: 0 })
        const again = await judgeAll(file, shuffled(seeded(order)))
        expect(again.map(bytesOf)).toEqual(reports.map(bytesOf))
        // At once, as the program does it.
        expect((await judgeAll(file)).map(bytesOf)).toEqual(reports.map(bytesOf))
      }),
      { numRuns: 25 },
    )
  }, 60_000)

  it('is judged again to the byte when its time was over before it was through', async () => {
    let cutShort = 0
    await fc.assert(
      fc.asyncProperty(seeds, async ([world, order]) => {
        const { reports, file } = await recordRun(world, { failing: 0.05, silent: 0.03 }, 0.1)
        if (JSON.stringify(reports).includes('was over')) cutShort++
        const again = await judgeAll(file, shuffled(seeded(order)))
        expect(again.map(bytesOf)).toEqual(reports.map(bytesOf))
      }),
      { numRuns: 15 },
    )
    expect(cutShort).toBeGreaterThan(5)
  }, 60_000)
})

describe('what the evidence does not hold', () => {
  it('is unknown, never absent, and is counted', async () => {
    const { file, reports } = await recordRun(1, { failing: 0, silent: 0 })
    const lines = file.split('\n')
    const cut = lines.filter(line => !/^\{"dns":\["(healthy\.example|_dmarc\.healthy\.example)"/.test(line)).join('\n')
    const evidence = readEvidence(cut)
    const report = await evidence.judge('healthy.example')
    expect(evidence.notHeld).toBeGreaterThan(0)
    expect(report.readings).toMatchObject({ exists: null, nullMx: null })
    const lacking = report.findings.filter(f => f.says.includes('not in the evidence file'))
    expect(lacking.map(f => f.check)).toEqual(expect.arrayContaining(['dns-existence', 'spf-record', 'dmarc-record']))
    expect([...new Set(lacking.map(f => f.level))]).toEqual(['unknown'])
    const before = reports.find(one => one.domain === 'healthy.example')!.findings
    const bad = (findings: Report['findings']): readonly string[] =>
      findings.filter(f => f.level === 'fail' || f.level === 'warn').map(f => `${f.check}: ${f.says}`)
    expect(bad(report.findings).filter(one => !bad(before).includes(one))).toEqual([])
  })

  it('of a host is no fault of the host', async () => {
    const { file } = await recordRun(2, { failing: 0, silent: 0 })
    const without = file
      .split('\n')
      .filter(line => !line.startsWith('{"connection"'))
      .map(line => (line.startsWith('{"audit"') ? line.replace(/"heard":.*\}\}$/, '"heard":{}}') : line))
    const report = await readEvidence(without.join('\n')).judge('broken.example')
    const about = aboutTls(report)
    expect([...new Set(about.map(f => f.level))]).toEqual(['unknown'])
    expect(about[0]!.says).toContain('not in the evidence file')
  })

  it('of a dialogue that goes another way now leaves open what would have come', async () => {
    const { file } = await recordRun(3, { failing: 0, silent: 0 })
    const otherWords = file.replaceAll('EHLO probe.example.net', 'EHLO another.example.net')
    const evidence = readEvidence(otherWords)
    const report = await evidence.judge('broken.example')
    const about = aboutTls(report)
    expect(about.filter(f => f.level !== 'unknown').map(f => f.says)).toEqual([])
    expect(evidence.notHeld).toBeGreaterThan(0)
  })
})

describe('an evidence file', () => {
  it('asks shared facts once, and says of each audit what it was', async () => {
    const { file } = await recordRun(4, { failing: 0, silent: 0 })
    const lines = file
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    const asked = lines.flatMap(line => ('dns' in line ? [String(line.dns)] : []))
    expect(asked.length).toBe(new Set(asked).size)
    expect(readEvidence(file).domains.toSorted()).toEqual(domains.toSorted())
    const connected = lines.flatMap(line => ('connection' in line ? [String(line.connection)] : []))
    expect(connected.length).toBe(new Set(connected).size)
  })
})

/** Of hosts that there are. */
function aboutTls(report: Report): readonly Report['findings'][number][] {
  return report.findings.filter(f => /^(starttls-offer|certificate-)/.test(f.check) && f.outcome !== 'not-applicable')
}
