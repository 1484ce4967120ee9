// Many domains at full speed, over a path that loses packets, and by a server that holds only so many questions: nothing is falsely missing.
import { beforeAll, describe, expect, it } from 'vitest'
import { AuditRun } from '../../src/audit/audit.ts'
import { catalogue } from '../../src/catalogue.ts'
import { profiles } from '../../src/checks/profiles.ts'
import type { Behavior } from '../../src/lab/name-server.ts'
import { withoutRewriting } from '../../src/net/rewriting.ts'
import type { Report } from '../../src/report/report.ts'
import { nobody, target } from '../support/check-tester.ts'
import { loopback } from '../support/loopback-dns.ts'
import { zoneResolver } from '../support/zone-resolver.ts'

const proof = process.env.PROOF === '1'
const COUNT = proof ? 2_000 : 60
/** Far more than the command runs at once. */
const AT_ONCE = proof ? 500 : 60

const domains = Array.from({ length: COUNT }, (_, i) => `d${i}.example`)
const zone = domains
  .map(
    (domain, i) => `${domain} MX 10 mx${i % 7}.shared.example
${domain} TXT "v=spf1 include:spf${i % 5}.shared.example -all"
_dmarc.${domain} TXT "v=DMARC1; p=reject; rua=mailto:a@vendor.example"
${domain}._report._dmarc.vendor.example TXT "v=DMARC1"
s1._domainkey.${domain} TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
_smtp._tls.${domain} TXT "v=TLSRPTv1; rua=mailto:tls@vendor.example"`,
  )
  .concat(
    Array.from({ length: 7 }, (_, i) => `mx${i}.shared.example A 192.0.2.${i + 1}`),
    Array.from({ length: 5 }, (_, i) => `spf${i}.shared.example TXT "v=spf1 include:deep.shared.example -all"`),
    'deep.shared.example TXT "v=spf1 ip4:192.0.2.0/24 -all"',
    'vendor.example MX 10 mx0.shared.example',
  )
  .join('\n')

const about = (domain: string) => target({ domain, selectors: ['s1'], smtp: false })

async function auditAll(run: AuditRun, wanted: readonly string[]): Promise<ReadonlyMap<string, Report>> {
  const reports = new Map<string, Report>()
  const rest = wanted.values()
  const worker = async (): Promise<void> => {
    for (const domain of rest) reports.set(domain, await run.audit(about(domain), { profile: profiles.full }))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return reports
}

/** What the report says that it could say only by an answer: everything but what stayed open. */
const said = ({ findings }: Report): readonly string[] =>
  findings
    .filter(({ level }) => level !== 'unknown')
    .map(({ check, subject, outcome }) => `${check} ${outcome} ${subject}`)

/** Whether anything stayed open that an undisturbed audit knows. */
const open = (report: Report, truth: Report): number => said(truth).length - said(report).length

describe(`${COUNT} domains, ${AT_ONCE} at once`, () => {
  let truth: ReadonlyMap<string, Report>
  beforeAll(async () => {
    truth = await auditAll(
      new AuditRun(catalogue(), { resolver: zoneResolver(zone), dialer: nobody, ehloName: 'p' }),
      domains,
    )
  }, 600_000)

  async function audited(behavior: Behavior) {
    const { resolver, server } = await loopback(zone, behavior, proof ? {} : { timeoutMs: 100 })
    const run = new AuditRun(catalogue(), { resolver: withoutRewriting(resolver), dialer: nobody, ehloName: 'p' })
    const reports = await auditAll(run, domains)
    const wrong = domains.flatMap(domain => {
      const [report, true_] = [reports.get(domain)!, truth.get(domain)!]
      const right = new Set(said(true_))
      const invented = said(report).filter(one => !right.has(one))
      const { spfTerms, dmarc, dkim, exists } = report.readings
      const misread = [
        spfTerms !== null && JSON.stringify(spfTerms) !== JSON.stringify(true_.readings.spfTerms),
        dmarc.state === 'absent',
        dkim.some(({ state }) => state === 'missing'),
        exists === false,
      ]
      return [...invented, ...(misread.includes(true) ? [`the readings of ${domain}`] : [])]
    })
    const unsure = domains.filter(domain => open(reports.get(domain)!, truth.get(domain)!) > 0)
    return { wrong, unsure, run, server, stats: resolver.stats() }
  }

  it('at full speed: every report says what is there', { timeout: 600_000 }, async () => {
    const { wrong, unsure } = await audited({})
    expect({ wrong, unsure }).toEqual({ wrong: [], unsure: [] })
  })

  it('with a loss of 5 %: nothing is invented, little stays open, and none of it is remembered', {
    timeout: 600_000,
  }, async () => {
    const loss = { fraction: 0.05, seed: 2026 }
    const { wrong, unsure, run, stats } = await audited({ loss })
    expect(wrong).toEqual([])
    expect(unsure.length).toBeLessThan(COUNT / 20 + 1)
    expect(stats.timeouts).toBeGreaterThan(0)
    loss.fraction = 0
    const later = await auditAll(run, unsure.length > 0 ? unsure : domains.slice(0, 5))
    for (const [domain, report] of later) expect(open(report, truth.get(domain)!)).toBe(0)
  })

  it('by a server that holds 500 questions and drops the rest', { timeout: 600_000 }, async () => {
    const { wrong, unsure, server } = await audited({ most: proof ? 500 : 40, delayMs: 20 })
    expect(wrong).toEqual([])
    expect(unsure.length).toBeLessThan(COUNT / 20 + 1)
    expect(server.counts.dropped).toBeGreaterThan(0)
  })
})
