// Whole audits by the profiles `parked` and `m365`: little worlds as people publish them, and the zones of a ministry where they are at hand.
import { describe, expect, it } from 'vitest'
import { AuditRun } from '../../src/audit/audit.ts'
import { catalogue } from '../../src/catalogue.ts'
import { profiles } from '../../src/checks/profiles.ts'
import type { Dialer } from '../../src/net/dialer.ts'
import type { Resolver } from '../../src/net/resolver.ts'
import type { Finding, Report } from '../../src/report/report.ts'
import { renderText } from '../../src/report/text.ts'
import { renderZone } from '../../src/report/zone.ts'
import { nobody, target } from '../support/check-tester.ts'
import { conformanceAvailable, conformanceDomains, conformanceResolver } from '../support/conformance-zones.ts'
import { publishedOfLength } from '../support/dkim-keys.ts'
import { expectMendedAsOne, reportOn } from '../support/mending.ts'

const now = new Date('2026-11-20T08:00:00Z')
const key = `"v=DKIM1; k=rsa; p=${publishedOfLength(2048)}"`

function world(zone: string, profile: keyof typeof profiles, given: Parameters<typeof target>[0] = {}) {
  return { zone, dialer: nobody, now, target: target(given), profile: profiles[profile] }
}

/** `level check outcome`, of these levels. The blocklists of the world are in no little one. */
function told({ findings }: Report, ...levels: readonly Finding['level'][]): readonly string[] {
  return findings
    .filter(({ check, level }) => levels.includes(level) && !check.startsWith('dnsbl'))
    .map(f => `${f.level} ${f.check} ${f.outcome}`)
}

describe('a parked domain', () => {
  const parked = `
    example.org MX 0 .
    example.org TXT "v=spf1 -all"
    example.org A 192.0.2.80
    _dmarc.example.org TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.net"
    *._domainkey.example.org TXT "v=DKIM1; p="`

  it('passes, without any word of TLS, reverse DNS or the big receivers', async () => {
    const report = await reportOn(world(parked, 'parked'))
    expect(told(report, 'fail', 'warn', 'unknown')).toEqual([])
    expect(report.verdict).toBe('pass')
    expect(report.required).toEqual({ passed: 6, of: 6 })
    expect(report.ready).toEqual({})
    const asked = new Set(report.findings.map(({ check }) => check.split('-')[0]))
    for (const group of ['starttls', 'certificate', 'rdns', 'helo', 'mta', 'tls', 'dane'])
      expect(asked).not.toContain(group)
  })

  it('that was never told so hears all four records, and they are enough', async () => {
    const zone = `
      example.org A 192.0.2.80
      example.org MX 10 mail.example.org
      mail.example.org A 192.0.2.25
      example.org TXT "v=spf1 mx ~all"
      _dmarc.example.org TXT "v=DMARC1; p=none"`
    const before = await reportOn(world(zone, 'parked'))
    expect(told(before, 'fail', 'warn')).toEqual([
      'fail mx-parked takes-mail',
      'fail spf-parked senders',
      'warn dkim-parked open',
      'fail dmarc-parked weak',
    ])
    const records = renderZone(before)
    for (const line of [
      'example.org. MX 0 .',
      'example.org. TXT "v=spf1 -all"',
      '*._domainkey.example.org. TXT "v=DKIM1; p="',
      '_dmarc.example.org. TXT "v=DMARC1; p=reject; sp=reject; np=reject"',
    ])
      expect(records.split('\n')).toContain(line)
    const after = await reportOn(world(zone, 'parked'), records)
    expect(after.verdict).toBe('pass')
  })

  it('of which nothing is published but an address hears them too', async () => {
    await expectMendedAsOne(world('example.org A 192.0.2.80', 'parked'))
  })

  it('is unknown, and not at fault, where DNS does not answer', async () => {
    const report = await reportOn(
      world(
        'example.org FAULT timeout\n_domainkey.example.org FAULT refused\n_dmarc.example.org FAULT servfail',
        'parked',
      ),
    )
    expect(report.verdict).toBe('unknown')
    expect(told(report, 'fail', 'warn')).toEqual([])
  })
})

describe('a domain of Microsoft 365', () => {
  const aliases = (form: string): string =>
    [1, 2]
      .map(
        n => `selector${n}._domainkey.example.org CNAME selector${n}-example-org._domainkey.${form}
              selector${n}-example-org._domainkey.${form} TXT ${key}`,
      )
      .join('\n')
  const common = `
    example.org TXT "v=spf1 include:spf.protection.outlook.com -all"
    spf.protection.outlook.com TXT "v=spf1 ip4:198.51.100.0/24 ip6:2001:db8:f400::/48 -all"
    autodiscover.example.org CNAME autodiscover.outlook.com
    _dmarc.example.org TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.org"
    _dmarc.contoso.onmicrosoft.com TXT "v=DMARC1; p=reject"`

  it.each([
    ['of old', 'example-org.mail.protection.outlook.com', 'contoso.onmicrosoft.com'],
    ['of new', 'example-org.q-v1.mx.microsoft', 'contoso.q-v1.dkim.mail.microsoft'],
  ])('that is set up in the form %s has nothing to mend', async (_, mx, form) => {
    const zone = `${common}\nexample.org MX 0 ${mx}\n${mx} A 198.51.100.1\n${aliases(form)}`
    const report = await reportOn(world(zone, 'm365', { smtp: false }))
    expect(told(report, 'fail', 'warn', 'unknown')).toEqual([])
    expect(told(report, 'pass').filter(one => one.includes('m365'))).toEqual([
      'pass m365-mx microsoft',
      'pass m365-spf listed',
      'pass m365-dkim signs',
      'pass m365-autodiscover microsoft',
      'pass m365-initial-domain protected',
    ])
    expect(renderText(report)).toContain('From the end of December 2026: Basic authentication for SMTP submission')
    expect(report.rules.microsoft365).toBe('2026-11')
  })

  it('behind a filter, with servers of its own and without DKIM hears what that means', async () => {
    const zone = `
      example.org MX 10 mxa-001.gslb.pphosted.com
      mxa-001.gslb.pphosted.com A 198.51.100.7
      example.org TXT "v=spf1 ip4:192.0.2.10 -all"
      spf.protection.outlook.com TXT "v=spf1 ip4:198.51.100.0/24 -all"
      autodiscover.example.org A 192.0.2.20`
    const report = await reportOn(world(zone, 'm365', { smtp: false, egress: ['192.0.2.10'] }))
    const of365 = report.findings.filter(({ check }) => check.startsWith('m365') && check !== 'm365-announcements')
    expect(of365.map(f => `${f.level} ${f.check} ${f.outcome}`)).toEqual([
      'info m365-mx gateway',
      'warn m365-spf missing-behind',
      'fail m365-dkim missing',
      'info m365-autodiscover elsewhere',
      'info m365-initial-domain untold',
      'info m365-mta-sts not-asked',
    ])
    expect(report.ready.outlook!.would!.map(({ check, code }) => `${check} ${code}`)).toContain(
      'dmarc-record 550 5.7.515',
    )
  })
})

/** The world of the ministry, with a key wherever a DKIM alias leads to Microsoft: those targets are no part of the data. */
function withKeys(resolver: Resolver): Resolver {
  return {
    async resolve(name, type, from) {
      const answer = await resolver.resolve(name, type, from)
      const isTarget =
        type === 'TXT' &&
        answer.kind !== 'unreachable' &&
        /\.(onmicrosoft\.com|dkim\.mail\.microsoft)$/.test(answer.chain.at(-1)!)
      if (!isTarget || !answer.chain.at(-1)!.startsWith('selector')) return answer
      return { ...answer, kind: 'records', records: [[key.slice(1, -1)]] as never, malformed: [] }
    },
  }
}

describe.skipIf(!conformanceAvailable)(
  'the 400 domains of a ministry (conformance data beside the checkout)',
  { timeout: 60_000 },
  () => {
    async function audited(profile: keyof typeof profiles, dialer: Dialer = nobody): Promise<readonly Report[]> {
      const faults: unknown[] = []
      const run = new AuditRun(catalogue(), {
        resolver: withKeys(conformanceResolver()),
        dialer,
        ehloName: 'probe.example.net',
      })
      const options = { profile: profiles[profile], now, onFault: (_: string, fault: unknown) => faults.push(fault) }
      const reports = await Promise.all(
        conformanceDomains().map(domain => run.audit(target({ domain, smtp: false }), options)),
      )
      expect(faults).toEqual([])
      return reports
    }

    it('are parked, or are not, as their null MX says', async () => {
      const reports = await audited('parked')
      expect(reports.length).toBe(400)
      const parked = reports.filter(({ readings }) => readings.nullMx)
      expect(parked.length).toBe(291)
      expect(parked.flatMap(report => told(report, 'fail', 'unknown'))).toEqual([])
      // One of them has no wildcard key.
      expect(parked.flatMap(report => told(report, 'warn'))).toEqual(['warn dkim-parked open'])
      for (const report of reports.filter(({ readings }) => !readings.nullMx))
        expect(report.verdict, report.domain).toBe('fail')
    })

    it('of Microsoft 365 are seen as such, and none of those that are set up fails', async () => {
      const reports = await audited('m365')
      const outcomes = (check: string, report: Report) =>
        report.findings.filter(f => f.check === check).map(f => f.outcome)
      const microsoft = reports.filter(report => outcomes('m365-mx', report).includes('microsoft'))
      expect(microsoft.length).toBe(26)
      const amiss = microsoft.flatMap(report =>
        report.findings
          .filter(({ check, level }) => check.startsWith('m365') && ['fail', 'warn', 'unknown'].includes(level))
          .map(({ check, outcome }) => `${report.domain} ${check} ${outcome}`),
      )
      expect(amiss).toEqual([
        // It has no Autodiscover, and the other has no selectors: both stand so in the data.
        'cjit.gov.uk m365-autodiscover missing',
        'devl.justice.gov.uk m365-dkim missing',
      ])
    })
  },
)
