// The program as a user runs it, against a lab of its own on loopback: what a shell sees of reports and exit status.

import { createSocket } from 'node:dgram'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import { startMx } from '../../src/lab/mx-server.ts'
import { startNameServer } from '../../src/lab/name-server.ts'
import { Zone } from '../../src/lab/zone.ts'
import type { Report } from '../../src/report/report.ts'
import { mailworthy } from '../support/run-cli.ts'

let lab: Lab
let at: string
let folder: string
beforeAll(async () => {
  lab = await startLab()
  at = `${lab.resolver.address}:${lab.resolver.port}`
  folder = mkdtempSync(join(tmpdir(), 'mailworthy-'))
})
afterAll(async () => {
  await lab.close()
  rmSync(folder, { recursive: true })
})

const healthy = [
  'audit',
  'healthy.example',
  '--sender-ip',
  '192.0.2.25',
  '--helo',
  'mail.healthy.example',
  '--selector',
  's1',
]
const broken = ['audit', 'broken.example', '--sender-ip', '192.0.2.66', '--helo', 'mailserver', '--selector', 's1']

describe('an audit of one domain', () => {
  it('passes a healthy one, with status 0', async () => {
    const { status, stdout, stderr } = await mailworthy([...healthy, '--profile', 'full', '--lab', at])
    expect(stdout).toMatch(/healthy\.example: pass[\s\S]*(\d+) of \1 required checks pass/)
    expect(stdout).not.toMatch(/undefined|\x1b/)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  it('fails a broken one, with status 1, the worst first and the record to publish', async () => {
    const { status, stdout } = await mailworthy([...broken, '--profile', 'full', '--lab', at])
    expect(status).toBe(1)
    expect(stdout).toMatch(/broken\.example: fail/)
    expect(stdout).toContain('expired on')
    expect(stdout).toContain('host-66.dynamic.isp.example. A 192.0.2.66')
    expect(stdout.indexOf('certificate-expiry')).toBeLessThan(stdout.indexOf('dmarc-policy'))
  })

  it('writes several formats at once', async () => {
    const [page, data] = [join(folder, 'page.html'), join(folder, 'data.json')]
    const ran = await mailworthy([
      ...healthy,
      '--lab',
      at,
      '-o',
      `html=${page}`,
      '-o',
      `json=${data}`,
      '--output',
      join(folder, 'text.txt'),
    ])
    expect(ran).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>[\s\S]*healthy\.example[\s\S]*<\/html>\s*$/i)
    expect((JSON.parse(readFileSync(data, 'utf8')) as Report).verdict).toBe('pass')
    expect(readFileSync(join(folder, 'text.txt'), 'utf8')).toContain('healthy.example: pass')
  })

  it('gives the facts that programs act on', async () => {
    const { stdout } = await mailworthy([...healthy, '--json', '--lab', at])
    const { readings } = JSON.parse(stdout) as Report
    expect(readings).toEqual({
      exists: true,
      nullMx: false,
      spf: [
        { egress: '192.0.2.25', identity: 'mailfrom', result: 'pass', dependsOnLocalPart: false },
        { egress: '192.0.2.25', identity: 'helo', result: 'pass', dependsOnLocalPart: false },
      ],
      spfTerms: ['mx', 'ip4:192.0.2.25', 'ip6:2001:db8::25', '-all'],
      spfTree: {
        worst: { lookups: 1, voids: { v4: 0, v6: 1 } },
        evaluations: [{ egress: '192.0.2.25', identity: 'mailfrom', result: 'pass', lookups: 1, voids: 0 }],
        root: expect.objectContaining({ domain: 'healthy.example', state: 'read' }),
      },
      dkim: [{ selector: 's1', state: 'valid', keyHash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) }],
      dmarc: {
        state: 'found',
        organizationalDomain: 'healthy.example',
        policy: 'reject',
        adkim: 'r',
        aspf: 'r',
        walk: [
          {
            name: '_dmarc.healthy.example',
            found: 'record',
            record: 'v=DMARC1; p=reject; rua=mailto:dmarc@healthy.example',
            applies: true,
          },
          { name: '_dmarc.example', found: 'none', record: null, applies: false },
        ],
      },
      domainListed: [],
      domainUnasked: [],
      egress: [
        {
          address: '192.0.2.25',
          ptr: 'mail.healthy.example',
          forwardConfirmed: true,
          listed: [],
          unasked: [],
          helo: { name: 'mail.healthy.example', state: 'leads-back' },
        },
      ],
      listeners: [],
      hosts: [
        {
          role: 'egress',
          name: 'mail.healthy.example',
          address: '192.0.2.25',
          port: null,
          banner: null,
          ehlo: 'mail.healthy.example',
          ptr: 'mail.healthy.example',
          forwardConfirmed: true,
          certificate: null,
          differs: [],
        },
      ],
    })
  })

  it('asks only what was wanted', async () => {
    const { stdout } = await mailworthy(['audit', 'broken.example', '--only', 'dmarc', '--json', '--lab', at])
    const report = JSON.parse(stdout) as Report
    expect([...new Set(report.findings.map(f => f.check.split('-')[0]))]).toEqual(['dmarc'])
    expect(report.findings.flatMap(f => f.evidence).filter(e => /^broken\.example MX|zen|connect/.test(e.ask))).toEqual(
      [],
    )
    expect(report.readings.exists).toBeNull()
  })

  it('connects to nobody with --no-smtp, and says so', async () => {
    const { stdout } = await mailworthy(['audit', 'healthy.example', '--no-smtp', '--json', '--lab', at])
    const report = JSON.parse(stdout) as Report
    expect(report.findings.flatMap(f => f.evidence).filter(e => e.ask.startsWith('connect'))).toEqual([])
    expect(report.findings.find(f => f.check === 'starttls-offer')).toMatchObject({
      outcome: 'not-asked',
      level: 'info',
    })
  })

  it('ends with the status that --fail-on asks for', async () => {
    const warned = ['audit', 'broken.example', '--only', 'dmarc', '--lab', at]
    expect((await mailworthy(warned)).status).toBe(0)
    expect((await mailworthy([...warned, '--fail-on', 'warn'])).status).toBe(1)
  })
})

describe('a sending address that nobody sees', () => {
  it('is told beside the report, unless that is not wanted', async () => {
    const args = ['audit', 'healthy.example', '--sender-ip', '10.0.0.1', '--only', 'dns', '--lab', at]
    expect((await mailworthy(args)).stderr).toMatch(/^mailworthy: no receiver sees mail come from 10\.0\.0\.1: .*\n$/)
    expect((await mailworthy([...args, '-q'])).stderr).toBe('')
  })
})

describe('an audit of many domains', () => {
  it('reads a list, and gives an array even for one', async () => {
    const file = join(folder, 'one.txt')
    writeFileSync(file, '# ours\r\nhealthy.example.\r\nHEALTHY.example\r\n')
    const { stdout } = await mailworthy(['audit', '--domains', file, '--json', '--lab', at])
    expect((JSON.parse(stdout) as Report[]).map(r => r.domain)).toEqual(['healthy.example'])
  })

  it('reads standard input, and writes one report a line', async () => {
    const ran = await mailworthy(
      ['audit', '--domains', '-', '--format', 'ndjson', '--lab', at],
      'healthy.example\nbroken.example\n',
    )
    const reports = ran.stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Report)
    expect(reports.map(r => r.domain).sort()).toEqual(['broken.example', 'healthy.example'])
    expect(ran.status).toBe(1)
  })
})

describe('when nothing answers', () => {
  it('says unknown, claims nothing, and ends with 3', async () => {
    const socket = createSocket('udp4')
    await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve))
    const port = socket.address().port
    await new Promise<void>(resolve => socket.close(resolve))
    const ran = await mailworthy([
      'audit',
      'example.org',
      '--sender-ip',
      '192.0.2.1',
      '--selector',
      's1',
      '--json',
      '--resolver',
      `127.0.0.1:${port}`,
    ])
    const report = JSON.parse(ran.stdout) as Report
    expect(ran.status).toBe(3)
    expect(report.verdict).toBe('unknown')
    expect(
      report.findings.filter(f => f.level === 'fail' || f.level === 'warn' || f.level === 'pass').map(f => f.says),
    ).toEqual([])
    expect(report.findings.map(f => f.outcome)).not.toContain('error')
  })

  it('ends when the time allowed is over', async () => {
    const silent = await startNameServer({ zone: new Zone('example.org FAULT timeout') })
    try {
      const ran = await mailworthy([
        'audit',
        'example.org',
        '--timeout',
        '0.3',
        '--resolver',
        `127.0.0.1:${silent.port}`,
      ])
      expect(ran.stdout).toMatch(/the time allowed for this audit \(0\.3 s\) was over/i)
      expect(ran.status).toBe(3)
    } finally {
      await silent.close()
    }
  })
})

describe('the time allowed', () => {
  it('is that of the whole run, and nothing keeps the program after it', async () => {
    const mx = await startMx({ hostname: 'mx.example', misbehavior: 'silent' })
    const names = Array.from({ length: 200 }, (_, i) => `d${i}.example`)
    const zone = [
      ...names.map(name => `${name} MX 10 mx.example`),
      'mx.example A 127.0.0.1',
      'slow.example FAULT timeout',
    ]
    const server = await startNameServer({ zone: new Zone(zone.join('\n')) })
    const started = performance.now()
    const args = ['--profile', 'receiving', '--smtp-port', `${mx.port}`, '--resolver', `127.0.0.1:${server.port}`]
    const ran = await mailworthy(
      ['audit', '--domains', '-', '--json', '--timeout', '1', ...args],
      [...names, 'slow.example'].join('\n'),
    )
    await server.close()
    await mx.close()
    expect((JSON.parse(ran.stdout) as Report[]).map(r => r.verdict)).toEqual(Array(201).fill('unknown'))
    expect(ran.status).toBe(3)
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})

describe('hostile records', () => {
  it('come out escaped, in every format', async () => {
    const evil = '\\027[2J\\155\\007</script><img src=x onerror=alert(1)>\\226\\128\\174'
    const zone = new Zone(
      [
        'evil.example SOA ns.evil.example h.evil.example 1',
        `evil.example TXT "v=spf1 include:${evil} ip4:1.2.3.4/99 ~all"`,
        `evil.example TXT ${Array.from({ length: 240 }, () => `"${'x'.repeat(250)}"`).join(' ')}`,
        `_dmarc.evil.example TXT "v=DMARC1; p=${evil}; rua=mailto:${evil}"`,
        `s1._domainkey.evil.example TXT "v=DKIM1; p=${evil}"`,
      ].join('\n'),
    )
    const server = await startNameServer({ zone })
    try {
      const base = ['audit', 'evil.example', '--selector', 's1', '--no-smtp', '--resolver', `127.0.0.1:${server.port}`]
      for (const format of ['text', 'json', 'ndjson', 'html']) {
        const ran = await mailworthy([...base, '--explain', '--format', format])
        expect(ran.status, ran.stderr).toBe(1)
        expect(ran.stderr).toBe('')
        expect(ran.stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/)
        if (format === 'html') expect(ran.stdout).not.toMatch(/<script|<img/i)
      }
    } finally {
      await server.close()
    }
  })
})

describe('the tour', () => {
  it('shows a healthy and a broken domain, and where to go next', async () => {
    const { status, stdout, stderr } = await mailworthy(['tour'])
    expect(stdout).toMatch(
      /healthy\.example: pass[\s\S]*broken\.example: fail[\s\S]*reports\/tour\.html[\s\S]*npm start -- audit/,
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})
