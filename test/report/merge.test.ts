import { expect, it } from 'vitest'
import { mergeReports } from '../../src/report/merge.ts'
import { broken, finding, healthy } from '../support/sample-reports.ts'

it('replaces what was asked again, and keeps the rest with its judgment', () => {
  const partial = {
    ...healthy,
    findings: [finding('spf-record', 'pass', 'One record.', { subject: 'broken.example', outcome: 'found' })],
    readings: { ...healthy.readings, exists: null, nullMx: null, dkim: [] },
  }
  const merged = mergeReports(broken, partial, new Set(['spf']), findings => ({
    n: { verdict: 'pass', because: findings.map(f => f.check) },
  }))
  const spf = merged.findings.filter(f => f.check.startsWith('spf-'))
  expect(spf.map(f => f.outcome)).toEqual(['found'])
  expect(merged.findings.filter(f => !f.check.startsWith('spf-'))).toEqual(
    broken.findings.filter(f => !f.check.startsWith('spf-')),
  )
  expect(merged.readings).toMatchObject({
    exists: broken.readings.exists,
    dkim: broken.readings.dkim,
    spf: partial.readings.spf,
  })
  expect(merged.verdict).toBe('fail')
  expect(merged.ready.n!.because).toContain('spf-record')
})

it('keeps the hosts that were not looked at again', () => {
  const [sending, ...taking] = broken.readings.hosts!
  const partial = { ...healthy, readings: { ...healthy.readings, hosts: [{ ...sending!, ptr: 'new.broken.example' }] } }
  const merged = (...groups: string[]) =>
    mergeReports(broken, partial, new Set(groups), () => ({})).readings.hosts?.map(({ role, ptr }) => `${role} ${ptr}`)
  const before = taking.map(({ role, ptr }) => `${role} ${ptr}`)
  expect(merged('rdns')).toEqual(['egress new.broken.example', ...before])
  expect(merged('dnsbl')).toEqual(['egress mail.broken.example', ...before])
  expect(merged('smtp')).toEqual(['egress mail.broken.example'])
})
