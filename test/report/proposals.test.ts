// The proposals of all findings as one set: what stands stays, what excludes another yields, and the zone file reads back.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseZoneFile } from '../../src/net/zone-file/zone-file.ts'
import { proposalsOf } from '../../src/report/proposals.ts'
import type { Finding, Level, RecordChange, Report, StandingSet } from '../../src/report/report.ts'
import { renderZone } from '../../src/report/zone.ts'
import { broken, finding, healthy, hostile, report } from '../support/sample-reports.ts'

const publish = (name: string, type: string, value: string): RecordChange => ({ do: 'publish', name, type, value })
const remove = (name: string, type: string, value: string): RecordChange => ({ do: 'remove', name, type, value })
const there = (name: string, type: string, ...values: string[]): StandingSet => ({
  name,
  type,
  state: values.length > 0 ? 'records' : 'none',
  values: values.map(value => [value]),
})
const asks = (check: string, level: Level, ...records: RecordChange[]): Finding =>
  finding(check, level, 'Said.', { subject: 'example.org', records })

function zone(standing: readonly StandingSet[], ...findings: Finding[]): string[] {
  const text = renderZone(report({ domain: 'example.org', findings, standing }))
  return text
    .split('\n')
    .filter(line => line !== '')
    .slice(4)
}

describe('the records to publish', () => {
  it('keep what else stands at the name, string by string', () => {
    const standing: StandingSet = {
      name: 'example.org',
      type: 'TXT',
      state: 'records',
      values: [['a', 'b'], ['v=spf1 all'], ['c']],
    }
    expect(
      zone(
        [standing],
        asks(
          'spf-permissiveness',
          'fail',
          remove('example.org', 'TXT', 'v=spf1 all'),
          publish('example.org', 'TXT', 'v=spf1 -all'),
        ),
      ),
    ).toEqual([
      '; spf-permissiveness',
      'example.org. TXT "a" "b"',
      'example.org. TXT "c"',
      'example.org. TXT "v=spf1 -all"',
    ])
  })

  it('are one record of a kind that there can be but one of, though the old one was not named', () => {
    expect(
      zone(
        [there('example.org', 'TXT', 'v=spf1 all', 'x')],
        asks('spf-record', 'fail', publish('example.org', 'TXT', 'v=spf1 -all')),
      ),
    ).toEqual(['; spf-record', 'example.org. TXT "x"', 'example.org. TXT "v=spf1 -all"'])
  })

  it('are those of the worst finding where two propose otherwise, and the other one is named', () => {
    const old = 'v=spf1 mx all'
    const first = asks(
      'spf-authorization',
      'warn',
      remove('example.org', 'TXT', old),
      publish('example.org', 'TXT', 'v=spf1 a -all'),
    )
    const second = asks(
      'spf-permissiveness',
      'fail',
      remove('example.org', 'TXT', old),
      publish('example.org', 'TXT', 'v=spf1 mx -all'),
    )
    expect(zone([there('example.org', 'TXT', old)], first, second)).toEqual([
      '; spf-permissiveness',
      'example.org. TXT "v=spf1 mx -all"',
      '; spf-authorization proposes another record for example.org TXT than spf-permissiveness; publish that one first, and ask again:',
      '; example.org. TXT "v=spf1 a -all"',
    ])
  })

  it('are one where two propose the same', () => {
    const same = [remove('example.org', 'TXT', 'old'), publish('example.org', 'TXT', 'v=spf1 -all')]
    expect(
      zone(
        [there('example.org', 'TXT', 'old')],
        asks('spf-syntax', 'fail', ...same),
        asks('spf-record', 'warn', ...same),
      ),
    ).toEqual(['; spf-syntax, spf-record', 'example.org. TXT "v=spf1 -all"'])
  })

  it('do not take away what a proposal that yields was to replace', () => {
    const wins = asks('mx-hosts', 'fail', publish('example.org', 'MX', '0 .'))
    const yields = asks(
      'mx-null',
      'warn',
      remove('example.org', 'MX', '10 a.example.org'),
      publish('example.org', 'MX', '10 b.example.org'),
    )
    const { publish: sets, yielded } = proposalsOf(
      report({
        domain: 'example.org',
        findings: [wins, yields],
        standing: [there('example.org', 'MX', '10 a.example.org')],
      }),
    )
    expect(sets).toEqual([{ name: 'example.org', type: 'MX', values: [['0 .']], checks: ['mx-hosts'] }])
    expect(yielded).toMatchObject([{ check: 'mx-null', to: 'mx-hosts' }])
  })

  it('are several of a kind that there can be several of', () => {
    const findings = ['192.0.2.1', '192.0.2.2'].map(address =>
      asks('helo-address', 'fail', publish('mail.example.org', 'A', address)),
    )
    expect(zone([there('mail.example.org', 'A', '192.0.2.3')], ...findings)).toEqual([
      '; helo-address',
      'mail.example.org. A 192.0.2.3',
      'mail.example.org. A 192.0.2.1',
      'mail.example.org. A 192.0.2.2',
    ])
  })

  it('name a set that goes as a whole, and leave one that is gone', () => {
    expect(
      zone([there('a.example.org', 'TXT', 'x')], asks('dmarc-record', 'fail', remove('a.example.org', 'TXT', 'x'))),
    ).toEqual(['; dmarc-record', ';- a.example.org. TXT'])
    expect(
      zone([there('a.example.org', 'TXT')], asks('dmarc-record', 'fail', remove('a.example.org', 'TXT', 'x'))),
    ).toEqual([])
  })

  it('take an alias away before something else stands there', () => {
    const alias: StandingSet = { name: '_dmarc.example.org', type: 'TXT', state: 'alias', values: [] }
    expect(
      zone([alias], asks('dmarc-record', 'fail', publish('_dmarc.example.org', 'TXT', 'v=DMARC1; p=none'))),
    ).toEqual([
      '; dmarc-record',
      ';- _dmarc.example.org. CNAME',
      '; dmarc-record',
      '_dmarc.example.org. TXT "v=DMARC1; p=none"',
    ])
  })

  it('put an alias only where nothing else is lost', () => {
    const name = 's1._domainkey.example.org'
    const finding = asks(
      'dkim-key',
      'fail',
      remove(name, 'TXT', 's1.example.net.'),
      publish(name, 'CNAME', 's1.example.net'),
    )
    const standing = ['CNAME', 'A', 'AAAA', 'MX'].map(type => there(name, type))
    expect(zone([...standing, there(name, 'TXT', 's1.example.net.')], finding)).toEqual([
      '; dkim-key',
      `;- ${name}. TXT`,
      '; dkim-key',
      `${name}. CNAME s1.example.net.`,
    ])
    expect(zone([...standing, there(name, 'TXT', 's1.example.net.', 'other')], finding)).toContain(
      `; ${name} CNAME is left to you: nothing can stand beside a CNAME, and there are other records (TXT).`,
    )
  })

  it('leave open what stands where nothing was learned', () => {
    const unknown: StandingSet = { name: 'example.org', type: 'TXT', state: 'unknown', values: [] }
    expect(zone([unknown], asks('spf-record', 'fail', publish('example.org', 'TXT', 'v=spf1 -all')))).toEqual([
      '; example.org TXT is left to you: what else stands there could not be learned, and would be lost.',
      '; publish: example.org. TXT "v=spf1 -all"',
    ])
  })

  it('give a name one PTR record, and stand apart from those of the own zone', () => {
    const owner = '1.2.0.192.in-addr.arpa'
    expect(
      zone(
        [there(owner, 'PTR', 'dyn.example.net'), there('mail.example.org', 'A')],
        asks(
          'rdns-generic-name',
          'fail',
          publish(owner, 'PTR', 'mail.example.org'),
          publish('mail.example.org', 'A', '192.0.2.1'),
        ),
      ),
    ).toEqual([
      '; rdns-generic-name',
      'mail.example.org. A 192.0.2.1',
      '; In other zones, which may be kept by others: reverse DNS by whoever gave out the address.',
      '; rdns-generic-name',
      `${owner}. PTR mail.example.org.`,
    ])
  })
})

describe('the zone file of a report', () => {
  it('says when there is nothing to publish', () => {
    expect(renderZone(healthy)).toBe('; healthy.example, 20 November 2026, 08:00 UTC: no records to publish.\n')
  })

  it('reads back, whatever stands in the report', () => {
    for (const one of [healthy, broken, hostile]) expect(parseZoneFile(renderZone(one))).toMatchObject({ ok: true })
    const found = parseZoneFile(renderZone(broken))
    expect(found.ok && found.zone.records.map(({ owner, type }) => `${owner} ${type}`)).toEqual([
      'broken.example TXT',
      'broken.example TXT',
      'old._domainkey.broken.example TXT',
      '_dmarc.broken.example TXT',
      expect.stringContaining('ip6.arpa PTR'),
    ])
  })

  it('loses nothing that nobody asked to remove, and reads back as the set that was meant', () => {
    const octets = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map(code => String.fromCharCode(code)),
      maxLength: 300,
    })
    const names = fc.constantFrom('example.org', 'a.example.org', '_dmarc.example.org', 's1._domainkey.example.org')
    const change = fc.record({
      do: fc.constantFrom('publish', 'remove'),
      name: names,
      type: fc.constant('TXT'),
      value: octets,
    })
    const findings = fc.array(
      fc.tuple(fc.constantFrom<Level>('fail', 'warn', 'info'), fc.array(change, { minLength: 1, maxLength: 3 })),
      { maxLength: 4 },
    )
    const values = fc.array(
      fc.array(
        octets.map(text => text.slice(0, 255)),
        { minLength: 1, maxLength: 3 },
      ),
      { maxLength: 3 },
    )
    fc.assert(
      fc.property(findings, values, (proposed, standing) => {
        const given: Report = report({
          domain: 'example.org',
          findings: proposed.map(([level, records], i) => asks(`check-${i}`, level, ...(records as RecordChange[]))),
          standing: ['example.org', 'a.example.org', '_dmarc.example.org', 's1._domainkey.example.org'].map(name => ({
            name,
            type: 'TXT',
            state: standing.length > 0 ? 'records' : 'none',
            values: standing,
          })),
        })
        const found = parseZoneFile(renderZone(given))
        if (!found.ok) throw new Error(found.reason)
        const { publish: sets, remove: gone } = proposalsOf(given)
        const texts = (name: string): string[] =>
          found.zone.records
            .filter(record => record.owner === name)
            .map(record => (record.value as readonly string[]).join(''))
        for (const { name, values: whole } of sets) {
          expect(texts(name)).toEqual(whole.map(strings => strings.join('')))
          const asked = proposed
            .flatMap(([, records]) => records)
            .filter(one => one.do === 'remove' && one.name === name)
          const lost = standing.map(strings => strings.join('')).filter(text => !texts(name).includes(text))
          const excused = (text: string): boolean => asked.some(one => one.value === text) || /[vkp]\s*=/i.test(text)
          expect(lost.filter(text => !excused(text))).toEqual([])
        }
        expect(found.zone.removals.map(({ owner }) => owner)).toEqual(gone.map(({ name }) => name))
      }),
    )
  })
})
