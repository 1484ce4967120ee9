// How the views show what proposed records would change.
import { describe, expect, it } from 'vitest'
import { formats } from '../../src/report/formats.ts'
import type { Proposed, Report } from '../../src/report/report.ts'
import { finding, healthy, hostileText, report } from '../support/sample-reports.ts'

const ending = (level: 'pass' | 'fail' | 'warn', outcome: string, says: string) => ({ level, outcome, says })
const proposed: Proposed = {
  file: 'mended.zone',
  records: [{ do: 'publish', name: 'healthy.example', type: 'TXT', values: ['v=spf1 -all'] }],
  verdictNow: 'fail',
  changes: [
    {
      check: 'mx-hosts',
      subject: 'healthy.example',
      change: 'breaks',
      before: ending('pass', 'found', 'All.'),
      after: ending('fail', 'none', 'None is left.'),
    },
    {
      check: 'spf-record',
      subject: 'healthy.example',
      change: 'heals',
      before: ending('fail', 'missing', 'None.'),
      after: ending('pass', 'found', 'One.'),
    },
    {
      check: 'dkim-key',
      subject: 's1._domainkey.healthy.example',
      change: 'heals',
      before: ending('warn', 'testing', 'T.'),
      after: null,
    },
  ],
  unasked: [
    { name: 'www.healthy.example', type: 'A' },
    { name: 'old.healthy.example', type: null },
  ],
}
const withProposed: Report = { ...healthy, proposed }

describe('what would change', () => {
  it('stands on top of the text', () => {
    const text = formats.text.render([withProposed], {})
    expect(text).toContain(`
What would change
  As it would be with the records of mended.zone: pass; today it is fail.
  ✗ mx-hosts would break: pass (found) → fail (none)
      None is left.
  ✓ spf-record would heal: fail (missing) → pass (found)
  ✓ dkim-key s1._domainkey.healthy.example would heal: warn (testing) → gone
  Not looked at by this audit: www.healthy.example A, old.healthy.example (all).

Passed`)
  })

  it('is said when it is nothing', () => {
    const text = formats.text.render(
      [{ ...healthy, proposed: { ...proposed, verdictNow: 'pass', changes: [], unasked: [] } }],
      {},
    )
    expect(text).toContain(
      'As it would be with the records of mended.zone: pass; as it is today.\n  Nothing that was checked.\n',
    )
  })

  it('stands in the page', () => {
    const page = formats.html.render([withProposed])
    expect(page).toContain('What would change')
    expect(page).toContain('would heal: fail (missing) → pass (found)')
    expect(page).toContain('Not looked at by this audit: www.healthy.example A')
    expect(page.indexOf('What would change')).toBeLessThan(page.indexOf('Readings'))
  })

  it('is told beside the verdict where many are told in brief', () => {
    const failing = report({
      domain: 'a.example',
      findings: [finding('mx-hosts', 'fail', 'None.', { subject: 'a.example' })],
      proposed: { ...proposed, verdictNow: 'warn' },
    })
    const text = formats.text.render(
      Array.from({ length: 6 }, () => failing),
      {},
    )
    expect(text).toContain('✗ a.example: fail with mended.zone, today warn\n')
  })

  it('is escaped', () => {
    const bad: Proposed = {
      ...proposed,
      file: hostileText,
      changes: [
        {
          check: hostileText,
          subject: hostileText,
          change: 'breaks',
          before: null,
          after: ending('fail', hostileText, hostileText),
        },
      ],
      unasked: [{ name: hostileText, type: hostileText }],
    }
    const unseen = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069]/
    for (const format of [formats.text, formats.html, formats.zone]) {
      const shown = format.render([{ ...healthy, proposed: bad }], {})
      expect(shown).not.toMatch(unseen)
      if (format === formats.html) expect(shown).not.toContain('<script>alert')
    }
  })
})
