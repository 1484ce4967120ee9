import { describe, expect, it } from 'vitest'
import { commonTroubles, domainRow, rowsWorstFirst, verdictTotals } from '../../src/report/domains.ts'
import { groupOf } from '../../src/report/groups.ts'
import { listed, outlineOf, subjectsOf, worstFinding } from '../../src/report/outline.ts'
import { readyLines, requiredSentence, verdictSentence, when, withoutPreface } from '../../src/report/wording.ts'
import { broken, finding, healthy, report, undecided } from '../support/sample-reports.ts'

const subject = 'a.example'

describe('the group of a check', () => {
  it.each([
    ['spf-record', 'spf', 'SPF'],
    ['starttls-offer', 'tls', 'TLS and certificates'],
    ['certificate-name', 'tls', 'TLS and certificates'],
    ['tls-version', 'tls', 'TLS and certificates'],
    ['tls-reporting', 'transport', 'Transport policies'],
    ['mta-sts-policy', 'transport', 'Transport policies'],
    ['dane-tlsa', 'transport', 'Transport policies'],
    ['bimi-logo', 'brand', 'Brand indicators'],
    ['m365-mx', 'm365', 'Microsoft 365'],
    ['novelty-check', 'novelty', 'Novelty'],
    ['', '', 'Other'],
  ])('%s is in %s', (check, id, title) => {
    expect(groupOf(check)).toEqual({ id, title })
  })
})

describe('the outline', () => {
  it('tells faults before warnings, groups with the worst first, required ones first', () => {
    const { troubles } = outlineOf(
      report({
        domain: subject,
        findings: [
          finding('mx-hosts', 'warn', 'w', { subject }),
          finding('spf-record', 'warn', 'w', { subject }),
          finding('spf-syntax', 'fail', 'f', { subject, required: false }),
          finding('spf-lookup-limit', 'fail', 'f', { subject }),
        ],
      }),
    )
    expect(troubles.map(t => t.group.id)).toEqual(['spf', 'mx'])
    expect(troubles[0]!.points.map(p => p.check)).toEqual(['spf-lookup-limit', 'spf-syntax', 'spf-record'])
  })

  it('tells what is said of many subjects once', () => {
    const { troubles } = outlineOf(broken)
    const point = troubles.flatMap(t => t.points).find(p => p.check === 'certificate-expiry')!
    expect(point.statements).toHaveLength(3)
    expect(subjectsOf(point)).toHaveLength(3)
    const same = ['x', 'y'].map(one => finding('dnsbl-address', 'fail', 'listed', { subject: one, fix: 'ask' }))
    const merged = outlineOf(report({ domain: subject, findings: same })).troubles[0]!.points
    expect(merged.map(p => p.statements)).toEqual([[{ says: 'listed', subjects: ['x', 'y'] }]])
  })

  it('keeps apart what has another remedy', () => {
    const two = ['x', 'y'].map(one => finding('dnsbl-address', 'fail', 'listed', { subject: one, fix: `ask ${one}` }))
    expect(outlineOf(report({ domain: subject, findings: two })).troubles[0]!.points).toHaveLength(2)
  })

  it('puts every finding into exactly one place', () => {
    for (const one of [healthy, broken, undecided]) {
      const { troubles, unknown, notes, passed, notApplicable, notAsked } = outlineOf(one)
      const points = [...troubles, ...passed].flatMap(c => c.points).concat(unknown, notes)
      const told = points.flatMap(p =>
        p.statements.flatMap(s => s.subjects.map(about => `${p.level} ${p.check} ${about}`)),
      )
      const left = [...notApplicable, ...notAsked].flatMap(l => l.checks)
      expect(told.length + left.length).toBe(one.findings.length)
    }
  })

  it('gives one line to a reason, with all checks that it kept out', () => {
    expect(outlineOf(healthy).notAsked).toContainEqual({
      reason: 'no host was named as yours (--mine)',
      checks: ['smtp-open-relay', 'smtp-postmaster'],
      subjects: [],
    })
  })

  it('a hole in the proof weighs more than a warning when it is required, else less', () => {
    const hole = (required: boolean) => finding('dkim-key', 'unknown', 'u', { subject, required })
    const warn = finding('spf-record', 'warn', 'w', { subject })
    expect(worstFinding(report({ domain: subject, findings: [warn, hole(true)] }))?.check).toBe('dkim-key')
    expect(worstFinding(report({ domain: subject, findings: [hole(false), warn] }))?.check).toBe('spf-record')
    expect(worstFinding(healthy)).toBeUndefined()
  })

  it('lists a few and counts the rest', () => {
    expect(listed(['a', 'b', 'c'], 2)).toBe('a, b, c')
    expect(listed(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more')
  })
})

describe('the words', () => {
  it.each([
    [healthy, 'Everything that was checked is in order.'],
    [broken, '5 faults to mend, 4 warnings; 1 required check could not be made.'],
    [undecided, 'Not decided: nothing fails, but 1 required check could not be made.'],
    [report({ domain: subject, findings: [] }), 'Nothing was found to judge.'],
    [
      report({
        domain: subject,
        findings: [
          finding('spf-record', 'warn', 'w', { subject }),
          finding('dnsbl-address', 'unknown', 'u', { subject, required: false }),
        ],
      }),
      'Nothing fails; one warning is worth a look; 1 optional check could not be made.',
    ],
  ])('say what $domain came to', (one, sentence) => {
    expect(verdictSentence(one)).toBe(sentence)
  })

  it('count the required checks', () => {
    expect(requiredSentence(healthy)).toBe('9 of 9 required checks pass')
    expect(requiredSentence({ required: { passed: 0, of: 1 } })).toBe('0 of 1 required check passes')
    expect(requiredSentence({ required: { passed: 0, of: 0 } })).toBe('no required check applied')
  })

  it('put providers together that hear the same', () => {
    expect(readyLines(broken.ready).map(l => [l.says, ...l.providers, ...l.because])).toEqual([
      ['not ready for', 'Gmail', 'Yahoo', 'dmarc-record', 'rdns-presence'],
      ['not ready for', 'Outlook.com', 'dmarc-record'],
    ])
  })

  it('begin a sentence with a capital, a name as it is', () => {
    expect(withoutPreface('Could not be checked: the server was silent.')).toBe('The server was silent.')
    expect(withoutPreface('Could not be checked: mx1.example.org was silent.')).toBe('mx1.example.org was silent.')
    expect(withoutPreface('mx1.example.org offers no STARTTLS.')).toBe('mx1.example.org offers no STARTTLS.')
    expect(withoutPreface('p=none protects nothing.')).toBe('p=none protects nothing.')
  })

  it('give the date in words', () => {
    expect(when('2026-11-20T08:00:00Z')).toBe('20 November 2026, 08:00 UTC')
    expect(when('soon')).toBe('soon')
  })
})

describe('many domains', () => {
  const rows = [healthy, undecided, broken, { ...broken, domain: 'other.example' }].map(domainRow)

  it('stand worst first', () => {
    expect(rowsWorstFirst(rows).map(row => row.domain)).toEqual([
      'broken.example',
      'other.example',
      'xn--bcher-kva.example',
      'healthy.example',
    ])
    expect(verdictTotals(rows)).toBe('2 fail, 1 unknown, 1 pass')
  })

  it('are told what they have in common', () => {
    const common = commonTroubles(rows, 20)
    expect(common[0]).toMatchObject({
      check: 'spf-lookup-limit',
      level: 'fail',
      domains: ['broken.example', 'other.example'],
    })
    expect(common.map(c => c.level)).toEqual(
      [...common.map(c => c.level)].sort((a, b) => (a === b ? 0 : a === 'fail' ? -1 : 1)),
    )
    expect(common.find(c => c.check === 'dmarc-record' && c.level === 'unknown')).toBeUndefined()
  })
})
