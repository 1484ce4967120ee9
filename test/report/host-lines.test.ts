import { describe, expect, it } from 'vitest'
import { hostLines } from '../../src/report/host-lines.ts'
import type { HostReading } from '../../src/report/report.ts'
import { renderText } from '../../src/report/text.ts'
import { broken, healthy, hostile, report } from '../support/sample-reports.ts'

const withHosts = (hosts: readonly HostReading[]) =>
  report({ domain: 'example.org', findings: [], readings: { ...healthy.readings, hosts } })
const lines = (hosts: readonly HostReading[], width = 200) => hostLines(withHosts(hosts), width)
const mx: HostReading = {
  ...{ role: 'mx', name: 'mx.example.org', address: '192.0.2.1', port: 25 },
  ...{ banner: 'mx.example.org', ehlo: 'mx.example.org', ptr: 'mx.example.org', forwardConfirmed: true },
  certificate: { names: ['mx.example.org'], more: 0, end: '2027-02-01T00:00:00.000Z' },
  differs: [],
}
const row = (host: Partial<HostReading>) => {
  const [, line, detail] = lines([{ ...mx, ...host }, mx])
  return [line!.level, line!.text.replaceAll(/ {2,}/g, ' | '), ...(detail?.kind === 'detail' ? [detail.text] : [])]
}

describe('the hosts in plain text', () => {
  it.each<[string, Partial<HostReading>, readonly string[]]>([
    ['one name for all', {}, ['pass', 'mx.example.org | 192.0.2.1 | MX | same | same | same | same, to 2027-02-01']],
    [
      'other names',
      { banner: 'gw.example.org', ptr: 'h1.provider.example', differs: ['banner', 'ptr'] },
      [
        'info',
        'mx.example.org | 192.0.2.1 | MX | differs | same | differs | same, to 2027-02-01',
        'banner gw.example.org · reverse name h1.provider.example',
      ],
    ],
    [
      'no reverse name',
      { ptr: null, forwardConfirmed: false },
      ['info', 'mx.example.org | 192.0.2.1 | MX | same | same | none | same, to 2027-02-01'],
    ],
    [
      'a reverse name that does not lead back',
      { forwardConfirmed: false },
      ['pass', 'mx.example.org | 192.0.2.1 | MX | same | same | same, one way | same, to 2027-02-01'],
    ],
    [
      'a certificate for others',
      {
        certificate: { names: ['a.example', 'b.example', 'c.example', 'd.example'], more: 5, end: mx.certificate!.end },
        differs: ['certificate'],
      },
      [
        'warn',
        'mx.example.org | 192.0.2.1 | MX | same | same | same | differs, to 2027-02-01',
        'certificate for a.example, b.example, c.example, 6 more',
      ],
    ],
    [
      'a certificate that is over',
      { certificate: { names: ['mx.example.org'], more: 0, end: '2020-01-01T00:00:00.000Z' } },
      ['fail', 'mx.example.org | 192.0.2.1 | MX | same | same | same | ended 2020-01-01'],
    ],
    [
      'not reached',
      { banner: null, ehlo: null, certificate: null },
      ['unknown', 'mx.example.org | 192.0.2.1 | MX | same'],
    ],
    [
      'a sending address without a name',
      {
        role: 'egress',
        name: null,
        port: null,
        banner: null,
        ehlo: null,
        certificate: null,
        ptr: null,
        forwardConfirmed: false,
      },
      ['fail', '(not told) | 192.0.2.1 | sends | none'],
    ],
    [
      'another port',
      { role: 'mine', port: 587 },
      ['pass', 'mx.example.org | 192.0.2.1:587 | yours | same | same | same | same, to 2027-02-01'],
    ],
  ])('%s', (_, host, told) => expect(row(host)).toEqual(told))

  it('are left out when no host was connected to', () => {
    expect(lines([])).toEqual([])
    expect(lines([{ ...mx, role: 'egress' }])).toEqual([])
    expect(renderText(withHosts([]))).not.toContain('Hosts and their names')
  })

  it('end where nobody reads on', () => {
    const many = lines(Array.from({ length: 60 }, () => mx))
    expect(many).toHaveLength(22)
    expect(many.at(-1)!.text).toBe('and 40 more, in the JSON report')
  })

  it('fit the terminal, whatever a host calls itself', () => {
    for (const width of [40, 80, 100]) {
      for (const line of renderText(broken, { width }).split('\n')) {
        if (/^ {2}. (mx1|mail)\.broken/.test(line)) expect(line.length).toBeLessThanOrEqual(width)
      }
    }
    expect(renderText(hostile)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\u202e]/)
    expect(renderText(broken)).toMatch(/Hosts and their names\n {4}Host +Address +Role +Banner/)
  })
})
