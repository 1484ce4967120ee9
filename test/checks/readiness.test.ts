// What large receivers make of findings: by volume, with the reply that refuses, and never ready by presumption.
import { describe, expect, it } from 'vitest'
import { readiness } from '../../src/checks/readiness.ts'
import type { Finding, Level } from '../../src/report/report.ts'
import { finding } from '../support/sample-reports.ts'

const all = [
  ...['dns-existence', 'spf-record', 'spf-permissiveness', 'spf-authorization', 'dkim-key', 'dkim-key-strength'],
  ...['dmarc-record', 'rdns-presence', 'rdns-forward-confirmed'],
]

/** Everything in order, but for the checks that are named: as `check level`, or `check not-asked`. */
function findings(...others: readonly string[]): readonly Finding[] {
  const ends = new Map(others.map(text => text.split(' ') as [string, Level | 'not-asked']))
  return all.map(check => {
    const end = ends.get(check) ?? 'pass'
    const said = {
      subject: 'example.org',
      ...(end === 'not-asked' && { outcome: end, data: { reason: 'it was not given' } }),
    }
    return finding(check, end === 'not-asked' ? 'info' : end, `${check} says so.`, said)
  })
}

describe('readiness', () => {
  it('is proven by every check', () => {
    const ready = readiness(findings())
    expect(Object.keys(ready)).toEqual(['gmail', 'outlook', 'yahoo', 'apple'])
    for (const [id, one] of Object.entries(ready)) {
      expect(one).toMatchObject({ verdict: 'pass', because: [], would: [], open: [] })
      // Apple demands nothing of those who send little.
      const volumes = id === 'apple' ? ['bulk pass'] : ['all pass', 'bulk pass']
      expect(one.volumes!.map(({ volume, verdict }) => `${volume} ${verdict}`)).toEqual(volumes)
    }
  })

  it('of Gmail wants SPF or DKIM of all, and both of bulk senders', () => {
    const { gmail } = readiness(findings('spf-authorization fail'))
    expect(gmail!.verdict).toBe('fail')
    expect(gmail!.volumes).toEqual([
      { volume: 'all', from: null, verdict: 'pass', because: [] },
      { volume: 'bulk', from: 5000, verdict: 'fail', because: ['spf-authorization'] },
    ])
    expect(gmail!.would).toMatchObject([{ check: 'spf-authorization', code: '550 5.7.27', volume: 'bulk' }])
    const neither = readiness(findings('spf-authorization fail', 'dkim-key fail')).gmail!
    expect(neither.volumes!.map(({ verdict }) => verdict)).toEqual(['fail', 'fail'])
    expect(neither.would!.map(({ code, volume }) => `${code} ${volume}`)).toEqual([
      '550 5.7.26 all',
      '550 5.7.27 bulk',
      '550 5.7.30 bulk',
    ])
  })

  it('of Outlook.com wants SPF and DKIM and DMARC: two of them are not enough', () => {
    for (const one of ['spf-authorization', 'dkim-key', 'dmarc-record']) {
      const { outlook } = readiness(findings(`${one} fail`))
      expect(outlook).toMatchObject({ verdict: 'fail', because: [one] })
      expect(outlook!.would).toMatchObject([{ check: one, code: '550 5.7.515', volume: 'bulk' }])
    }
  })

  it.each([
    ['gmail', 'dmarc-record', '550 5.7.40'],
    ['gmail', 'dkim-key-strength', '550 5.7.30'],
    ['gmail', 'rdns-presence', '550 5.7.25'],
    ['gmail', 'rdns-forward-confirmed', '550 5.7.25'],
    ['gmail', 'spf-permissiveness', '550 5.7.24'],
    ['outlook', 'rdns-presence', null],
    ['outlook', 'dns-existence', '550 5.7.515'],
    ['yahoo', 'dmarc-record', '554 5.7.9'],
    ['yahoo', 'rdns-presence', '553 5.7.2'],
    ['yahoo', 'dns-existence', '554'],
    ['apple', 'spf-authorization', '554 5.7.1'],
    ['apple', 'dmarc-record', '550 5.7.1'],
  ])('of %s is over when %s fails: %s', (provider, check, code) => {
    const ready = readiness(findings(`${check} fail`))[provider]!
    expect(ready.verdict).toBe('fail')
    expect(ready.because).toEqual([check])
    expect(ready.would!.map(one => [one.check, one.code])).toEqual([[check, code]])
  })

  it('stays open where something could not be learned or was not given, and says what', () => {
    const ready = readiness(findings('spf-authorization not-asked', 'dmarc-record unknown'))
    for (const one of Object.values(ready)) {
      expect(one.verdict).toBe('unknown')
      expect(one.would).toEqual([])
      expect(one.open).toContainEqual({ check: 'spf-authorization', says: 'it was not given' })
      expect(one.open).toContainEqual({ check: 'dmarc-record', says: 'dmarc-record says so.' })
    }
    // SPF or DKIM: DKIM alone proves it.
    expect(ready.gmail!.volumes![0]).toMatchObject({ verdict: 'pass' })
  })

  it('is not proven by a key that was merely found, nor lost by it', () => {
    const found = finding('dkim-key', 'warn', 'Of no use.', { subject: 's1', outcome: 'suspect' })
    const ready = readiness([...findings('dkim-key not-asked', 'dkim-key-strength not-asked'), found])
    expect(ready.outlook).toMatchObject({ verdict: 'unknown', because: ['dkim-key', 'dkim-key-strength'] })
  })

  it('a failure counts more than what is open', () => {
    const { outlook } = readiness(findings('dmarc-record fail', 'dkim-key not-asked'))
    expect(outlook).toMatchObject({ verdict: 'fail', because: ['dmarc-record'] })
    expect(outlook!.open).toMatchObject([{ check: 'dkim-key' }])
  })

  it('is not told of audits that asked nothing of it', () => {
    expect(readiness(findings().filter(({ check }) => check === 'dns-existence'))).toEqual({})
    expect(readiness([])).toEqual({})
  })
})
