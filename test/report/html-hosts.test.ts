import { describe, expect, it } from 'vitest'
import { hostTable } from '../../src/report/html-hosts.ts'
import { html } from '../../src/report/markup.ts'
import type { HostReading } from '../../src/report/report.ts'
import { broken, healthy, hostile, report } from '../support/sample-reports.ts'

const shown = (given: Parameters<typeof hostTable>[0]): string => html`${hostTable(given)}`.toString()
const withHosts = (hosts: readonly HostReading[]) =>
  shown(report({ domain: 'example.org', findings: [], readings: { ...healthy.readings, hosts } }))
const mx = broken.readings.hosts!.find(({ role }) => role === 'mx')!

describe('the table of hosts', () => {
  it('has a row for each, and marks the names that differ', () => {
    const rows = shown(broken).split('<tr>').slice(2)
    expect(rows).toHaveLength(3)
    expect(rows[1]).toContain('mx1.broken.example<br>')
    expect(rows[1]).toMatch(/<b>gateway\.broken\.example<\/b> <span class="soft">differs/)
    expect(rows[1]!.match(/differs/g)).toHaveLength(1)
    expect(rows[1]!.match(/the same/g)).toHaveLength(1)
    expect(rows[1]).toContain('mx1.broken.example, mx2.broken.example, mx3.broken.example, 4 more')
    expect(rows[1]).toContain('until 2026-11-23')
    expect(rows[2]).toContain('192.0.2.10:587')
    expect(rows[2]).toMatch(/<b>old\.broken\.example<\/b> <span class="soft">differs/)
    expect(rows[2]).toContain('ended 2026-11-02')
  })

  it('leaves empty what was not looked at', () => {
    const bare = { ...mx, banner: null, ehlo: null, ptr: null, forwardConfirmed: null, certificate: null, differs: [] }
    expect(withHosts([bare])).toMatch(/<td data-label="banner"><\/td>\s*<td data-label="EHLO"><\/td>/)
    expect(withHosts([bare])).not.toContain('none')
    expect(withHosts([{ ...bare, forwardConfirmed: false }])).toContain('none')
  })

  it('is left out when no host was connected to', () => {
    expect(withHosts([])).toBe('')
    expect(withHosts(broken.readings.hosts!.filter(({ role }) => role === 'egress'))).toBe('')
  })

  it('ends where nobody reads on', () => {
    const many = withHosts(Array.from({ length: 60 }, () => mx))
    expect(many.split('<tr>')).toHaveLength(52)
    expect(many).toContain('and 10 more')
  })

  it('shows whatever a host calls itself', () => {
    expect(shown(hostile)).not.toMatch(/<script|\u202e|\x1b/)
    expect(shown(hostile).length).toBeLessThan(10_000)
  })
})
