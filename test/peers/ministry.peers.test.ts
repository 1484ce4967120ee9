// The whole program over the 405 published zones of a ministry, by NSD and unbound: nothing lost, nothing crashed, nothing made up.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAddress, reverseName } from '../../src/names/address.ts'
import type { Finding, Report } from '../../src/report/report.ts'
import { blocklists } from '../../src/rules/blocklists.ts'
import { domainBlocklists } from '../../src/rules/domain-blocklists.ts'
import { type DigAnswer, dig } from './support/dig.ts'
import { startLossyProxy } from './support/lossy-proxy.ts'
import { type Ministry, ministryAtHand, readMinistry, readSpfVectors } from './support/ministry.ts'
import { type NameServer, startNsd, startUnbound } from './support/name-servers.ts'
import { excused, run, temporaryFolder } from './support/program.ts'

const proof = process.env.PROOF === '1'
const egress = '203.0.113.9'
const helo = 'mail.sender.peers.test'

describe.skipIf(!ministryAtHand || excused('nsd', 'unbound', 'dig'))('an audit of a ministry', () => {
  let ministry: Ministry
  let zone: string
  let nsd: NameServer
  let unbound: NameServer
  let listFile: string

  beforeAll(async () => {
    ministry = readMinistry()
    zone = ministry.zone + senderZone
    nsd = await startNsd({ '.': zone })
    unbound = await startUnbound(nsd)
    listFile = join(temporaryFolder('domains'), 'domains.txt')
    writeFileSync(listFile, `${ministry.domains.join('\n')}\n`)
  })

  afterAll(async () => {
    await Promise.all([unbound?.stop(), nsd?.stop()])
  })

  /** One command over all domains. */
  async function audit(resolver: string, ...options: readonly string[]): Promise<Audited> {
    const asked = ['audit', '--domains', listFile, '--resolver', resolver, '--no-smtp', '--format', 'ndjson', '-v']
    const started = performance.now()
    const program = fileURLToPath(new URL('../../bin/mailworthy.js', import.meta.url))
    const { status, stdout, stderr } = await run(process.execPath, [program, ...asked, ...options], {
      timeoutMs: 110_000,
    })
    const seconds = (performance.now() - started) / 1000
    const rate = `${seconds.toFixed(1)} s, ${(ministry.domains.length / seconds).toFixed(0)}/s`
    process.stderr.write(`${ministry.domains.length} domains in ${rate} (${options.join(' ') || 'DNS only'})\n`)
    const reports = Buffer.from(stdout, 'latin1')
      .toString('utf8')
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as Report)
    return { status, reports, complaints: stderr }
  }

  /** What must hold whatever the servers do: a report for each domain, no fault of ours, the status that the verdicts ask for. */
  function expectWhole({ status, reports, complaints }: Audited): void {
    expect(reports.map(report => report.domain).toSorted()).toEqual(ministry.domains.toSorted())
    const faults = findingsOf(reports).filter(({ finding }) => finding.outcome === 'error')
    expect(faults.map(inWords)).toEqual([])
    expect(complaints).not.toMatch(/fault of ours/)
    const verdicts = new Set(reports.map(report => report.verdict))
    expect(status, complaints).toBe(verdicts.has('fail') ? 1 : verdicts.has('unknown') ? 3 : 0)
  }

  it('knows everything when everybody answers, and says what dig says', async () => {
    const audited = await audit(unbound.address)
    expectWhole(audited)
    const { reports } = audited
    expect(
      findingsOf(reports)
        .filter(({ finding }) => finding.level === 'unknown')
        .map(inWords),
    ).toEqual([])
    const ask = async (names: readonly string[], type: string): Promise<ReadonlyMap<string, DigAnswer>> => {
      const answers = await dig(
        unbound.port,
        names.map(name => ({ name, type })),
      )
      return new Map(names.map((name, i) => [name, answers[i]!]))
    }
    const { domains } = ministry
    const policies = [...new Set(domains.flatMap(withParents).map(name => `_dmarc.${name}`))]
    const [soa, mx, txt, dmarc] = await Promise.all([
      ask(domains, 'SOA'),
      ask(domains, 'MX'),
      ask(domains, 'TXT'),
      ask(policies, 'TXT'),
    ])
    const differ = reports.flatMap(report => {
      const { domain, readings } = report
      const ours = {
        exists: readings.exists,
        nullMx: readings.nullMx,
        spf: { found: 'one', multiple: 'many' }[outcome(report, 'spf-record')!] ?? 'none',
        dmarc: readings.dmarc.state,
      }
      const exchanges = mx.get(domain)!.records
      const spf = texts(txt.get(domain)!).filter(text => /^v=spf1( |$)/i.test(text)).length
      // RFC 9989 §4.10: its own record or that of a parent; several at one name are none.
      const policy = withParents(domain)
        .map(name => texts(dmarc.get(`_dmarc.${name}`)!).filter(text => /^v=DMARC1\s*(;|$)/.test(text)))
        .some(records => records.length === 1)
      const theirs = {
        exists: soa.get(domain)!.status !== 'NXDOMAIN',
        nullMx: exchanges.length === 1 && exchanges[0] === '0 .',
        spf: ['none', 'one'][spf] ?? 'many',
        dmarc: policy ? 'found' : 'absent',
      }
      return JSON.stringify(ours) === JSON.stringify(theirs)
        ? []
        : [`${domain}: we say ${JSON.stringify(ours)}, dig says ${JSON.stringify(theirs)}`]
    })
    expect(differ).toEqual([])
  })

  it('of a sending side gives the SPF results that pyspf and Mail::SPF gave', async () => {
    const audited = await audit(unbound.address, '--sender-ip', egress, '--helo', helo, '--selector', 'selector1')
    expectWhole(audited)
    expect(
      findingsOf(audited.reports)
        .filter(({ finding }) => finding.level === 'unknown')
        .map(inWords),
    ).toEqual([])
    const recorded = new Map(
      readSpfVectors()
        .filter(vector => vector.host === egress && vector.mailfrom.startsWith('probe@'))
        .map(vector => [vector.mailfrom.slice('probe@'.length), vector.pyspf]),
    )
    const judged = audited.reports.filter(report => recorded.has(report.domain))
    expect(judged.length).toBeGreaterThan(300)
    const differ = judged
      .map(report => ({ report, result: report.readings.spf.find(one => one.identity === 'mailfrom')?.result }))
      .filter(({ report, result }) => result !== recorded.get(report.domain))
    expect(
      differ.map(({ report, result }) => `${report.domain}: ${result}, not ${recorded.get(report.domain)}`),
    ).toEqual([])
  })

  it('says nothing worse of a domain because datagrams are lost', async () => {
    const good = byDomain((await audit(unbound.address)).reports)
    for (const seed of proof ? [1, 2, 3, 4, 5] : [1]) {
      const path = await startLossyProxy(unbound.port, 0.05, seed)
      const audited = await audit(path.address)
      await path.stop()
      expect(path.passed().lost).toBeGreaterThan(100)
      expectWhole(audited)
      const wrong = audited.reports.flatMap(report => {
        const known = new Set(good.get(report.domain)!.findings.map(identity))
        return (
          report.findings
            // What is said of the name server names it, and it is another one.
            .filter(({ check }) => check !== 'dns-resolver')
            .filter(finding => finding.level !== 'unknown' && !known.has(identity(finding)))
            .map(finding => inWords({ report, finding }))
        )
      })
      expect(wrong).toEqual([])
      expect(audited.reports.filter(report => report.verdict === 'unknown').length).toBeLessThanOrEqual(4)
    }
  })

  it('is unknown everywhere when unbound reaches nobody', async () => {
    const gone = await startNsd({ '.': zone })
    const alone = await startUnbound(gone)
    await gone.stop()
    const audited = await audit(alone.address)
    await alone.stop()
    expectNothingKnown(audited)
  })

  it('is unknown everywhere when no server is there at all', async () => {
    const gone = await startUnbound(nsd)
    await gone.stop()
    const sending = ['--sender-ip', egress, '--helo', helo, '--selector', 'selector1']
    expectNothingKnown(await audit(gone.address, ...sending))
  })

  it('is unknown everywhere when the servers are silent', async () => {
    const silent = await startLossyProxy(nsd.port, 1, 1)
    const audited = await audit(silent.address, '--timeout', proof ? '60' : '10')
    await silent.stop()
    expectNothingKnown(audited)
  })

  function expectNothingKnown(audited: Audited): void {
    expectWhole(audited)
    expect(audited.status).toBe(3)
    expect([...new Set(audited.reports.map(report => report.verdict))]).toEqual(['unknown'])
    const claimed = findingsOf(audited.reports).filter(({ finding }) => /^(fail|warn|pass)$/.test(finding.level))
    // What is judged by the name alone, such as a HELO name with its dots, needs no DNS.
    expect([...new Set(claimed.map(({ finding }) => `${finding.check} ${finding.outcome}`))]).toEqual(
      claimed.length === 0 ? [] : ['helo-fqdn good'],
    )
  }
})

interface Audited {
  readonly status: number | null
  readonly reports: readonly Report[]
  readonly complaints: string
}

interface Found {
  readonly report: Report
  readonly finding: Finding
}

function findingsOf(reports: readonly Report[]): readonly Found[] {
  return reports.flatMap(report => report.findings.map(finding => ({ report, finding })))
}

function inWords({ report, finding }: Found): string {
  return `${report.domain}: ${finding.check} ${finding.outcome} (${finding.subject}): ${finding.says}`
}

/** What makes two findings the same finding. */
function identity({ check, subject, outcome, says }: Finding): string {
  return [check, subject, outcome, says].join('\n')
}

function outcome(report: Report, check: string): string | undefined {
  return report.findings.find(finding => finding.check === check)?.outcome
}

function byDomain(reports: readonly Report[]): ReadonlyMap<string, Report> {
  return new Map(reports.map(report => [report.domain, report]))
}

function texts({ records }: DigAnswer): readonly string[] {
  return records.map(record => (typeof record === 'string' ? record : record.join('')))
}

/** The name and all names above it but the root. */
function withParents(name: string): readonly string[] {
  const labels = name.split('.')
  return labels.map((_, index) => labels.slice(index).join('.'))
}

/** A sending host with all that belongs to it, and blocklists that are alive. */
const senderZone = [
  `${helo}. 300 A ${egress}`,
  `${helo}. 300 TXT "v=spf1 a -all"`,
  `${reverseName(parseAddress(egress)!)}. 300 PTR ${helo}.`,
  ...blocklists.map(list => `2.0.0.127.${list.zone}. 300 A 127.0.0.2`),
  ...domainBlocklists.map(list => `test.${list.zone}. 300 A 127.0.${list.bits ? '0.8' : '1.2'}`),
  '',
].join('\n')
