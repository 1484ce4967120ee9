// Evidence as a user meets it: saved beside the report, judged again without the world, refused when it is not what it should be.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audit, readEvidence } from '../../src/index.ts'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import { startNameServer } from '../../src/lab/name-server.ts'
import { Zone } from '../../src/lab/zone.ts'
import type { Report } from '../../src/report/report.ts'
import { evidenceFixture } from '../support/evidence.ts'
import { bytesOf } from '../support/recorded-world.ts'
import { mailworthy, type Ran } from '../support/run-cli.ts'

let lab: Lab
let at: string
let folder: string
let file: string
let live: Ran
const sending = ['--sender-ip', '192.0.2.66', '--helo', 'mailserver', '--selector', 's1', '--profile', 'full']

beforeAll(async () => {
  lab = await startLab()
  at = `${lab.resolver.address}:${lab.resolver.port}`
  folder = mkdtempSync(join(tmpdir(), 'mailworthy-'))
  file = join(folder, 'two.evidence')
  live = await mailworthy([
    'audit',
    'broken.example',
    'healthy.example',
    ...sending,
    '--lab',
    at,
    '--json',
    '--save-evidence',
    file,
  ])
})
afterAll(async () => {
  await lab.close()
  rmSync(folder, { recursive: true })
})

/** What is printed, but for how long it took. */
function untimed(text: string): string {
  return text.replace(/"durationMs": ?\d+/g, '"durationMs":0').replace(/\d+(\.\d+)? (ms|s)\b/g, '')
}

describe('evidence that was saved', () => {
  it('gives the same report to the byte, the same status, and says so beside it', async () => {
    expect(live).toMatchObject({ status: 1, stderr: '' })
    const again = await mailworthy(['audit', '--evidence', file, '--json'])
    expect(untimed(again.stdout)).toBe(untimed(live.stdout))
    expect(again.status).toBe(1)
    expect(again.stderr).toMatch(/^mailworthy: judged again from evidence of 20\d\d-.*Z; nothing was asked\n$/)
    expect((await mailworthy(['audit', '--evidence', file, '-q'])).stderr).toBe('')
  })

  it.each(['text', 'html', 'ndjson'])('does so as %s, and once more in a year that has not come', async format => {
    const one = join(folder, `one-${format}.evidence`)
    const args = ['audit', 'broken.example', ...sending, '--format', format, '--explain']
    const before = await mailworthy([...args, '--lab', at, '--save-evidence', one])
    const again = await mailworthy(['audit', '--evidence', one, '--format', format, '--explain'])
    expect(untimed(again.stdout)).toBe(untimed(before.stdout))
    // The moment of then counts for certificates, whatever the clock says.
    const later = readFileSync(one, 'utf8').replace(/^(\{"audit":.*?"at":")2\d{3}/m, (_, head) => `${head}2099`)
    writeFileSync(one, later)
    const inYears = await mailworthy(['audit', '--evidence', one, '--json'])
    const expired = (JSON.parse(inYears.stdout) as Report).findings.filter(f => f.check === 'certificate-expiry')
    expect(expired.map(f => f.outcome)).toContain('expired')
  })

  it('is asked for one of its domains alone: an object then, as when it was typed at first', async () => {
    const { stdout } = await mailworthy(['audit', 'healthy.example', '--evidence', file, '--json'])
    const all = JSON.parse(live.stdout) as Report[]
    const one = JSON.parse(stdout) as Report
    expect(bytesOf(one)).toBe(bytesOf(all.find(report => report.domain === 'healthy.example')!))
  })

  it('is asked for a part of what was asked then, and takes the same options once more', async () => {
    const only = await mailworthy([
      'audit',
      '--evidence',
      file,
      '--only',
      'spf',
      '--json',
      '--helo',
      'mailserver',
      '--selector',
      's1',
    ])
    const reports = JSON.parse(only.stdout) as Report[]
    expect([...new Set(reports.flatMap(r => r.findings.map(f => f.check.split('-')[0])))]).toEqual(['spf'])
  })

  it('comes by standard input as well', async () => {
    const again = await mailworthy(['audit', '--evidence', '-', '--json'], readFileSync(file, 'utf8'))
    expect(untimed(again.stdout)).toBe(untimed(live.stdout))
  })

  it('needs no name server and no mail host: the lab is gone', async () => {
    const other = await startLab()
    const gone = join(folder, 'gone.evidence')
    const args = ['audit', 'healthy.example', '--lab', `${other.resolver.address}:${other.resolver.port}`, '--json']
    const before = await mailworthy([...args, '--save-evidence', gone])
    await other.close()
    const again = await mailworthy(['audit', '--evidence', gone, '--json'])
    expect(untimed(again.stdout)).toBe(untimed(before.stdout))
    // One domain was typed: one object, although none is typed now.
    expect((JSON.parse(again.stdout) as Report).domain).toBe('healthy.example')
  })

  it('of a run whose time was over says the same as that run', async () => {
    const silent = await startNameServer({ zone: new Zone('example.org FAULT timeout\nexample.net MX 0 .') })
    const cut = join(folder, 'cut.evidence')
    try {
      const args = [
        'example.org',
        'example.net',
        '--timeout',
        '0.5',
        '--resolver',
        `127.0.0.1:${silent.port}`,
        '--json',
      ]
      const before = await mailworthy(['audit', ...args, '--save-evidence', cut])
      expect(before.stdout).toContain('the time allowed for this audit (0.5 s) was over')
      const again = await mailworthy(['audit', '--evidence', cut, '--json'])
      expect(untimed(again.stdout)).toBe(untimed(before.stdout))
      expect(again.status).toBe(before.status)
    } finally {
      await silent.close()
    }
  })
})

describe('what contradicts the evidence', () => {
  it.each([
    [
      'another sending address',
      ['--sender-ip', '192.0.2.1'],
      '--sender-ip contradicts the evidence in FILE, which was recorded with 192.0.2.66',
    ],
    [
      'another HELO name',
      ['--helo', 'a.example'],
      '--helo contradicts the evidence in FILE, which was recorded with mailserver',
    ],
    [
      'another selector',
      ['--selector', 's2'],
      '--selector contradicts the evidence in FILE, which was recorded with s1',
    ],
    [
      'another profile',
      ['--profile', 'sending'],
      '--profile contradicts the evidence in FILE, which was recorded with full',
    ],
    ['no SMTP', ['--no-smtp'], '--no-smtp contradicts the evidence in FILE, which was recorded without it'],
    [
      'another port',
      ['--smtp-port', '2525'],
      '--smtp-port contradicts the evidence in FILE, which was recorded with 25',
    ],
    ['one family', ['-4'], '-4 contradicts the evidence in FILE, which was recorded with 4, 6'],
    ['name servers', ['--resolver', '127.0.0.1'], '--resolver is about asking the world, and --evidence asks nobody'],
    ['a lab', ['--lab', '127.0.0.1:5300'], '--lab is about asking the world, and --evidence asks nobody'],
    ['a time', ['--timeout', '3'], '--timeout is about asking the world, and --evidence asks nobody'],
    ['saving again', ['--save-evidence', 'x'], '--save-evidence is about asking the world, and --evidence asks nobody'],
    [
      'a domain that is not in it',
      ['example.org'],
      'FILE has no audit of example.org: it has broken.example, healthy.example',
    ],
  ])('%s', async (_, args, says) => {
    const { status, stdout, stderr } = await mailworthy(['audit', '--evidence', file, ...args])
    expect(
      stderr
        .replaceAll(file, 'FILE')
        .replace('it has healthy.example, broken.example', 'it has broken.example, healthy.example'),
    ).toBe(`mailworthy: ${says}\n`)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  })

  it('is a check that was not asked for then', async () => {
    const narrow = join(folder, 'narrow.evidence')
    await mailworthy(['audit', 'healthy.example', '--only', 'spf', '--lab', at, '--save-evidence', narrow])
    const { status, stderr } = await mailworthy(['audit', '--evidence', narrow, '--only', 'dkim-key'])
    expect(stderr).toBe(`mailworthy: --only asks for dkim-key, which ${narrow} was not recorded for\n`)
    expect(status).toBe(2)
  })
})

describe('a file that is not as it was written', () => {
  it.each([
    ['is not there', undefined, 'mailworthy: cannot read the evidence in FILE: there is no such file'],
    ['is a report', '{"schema":1}\n', 'mailworthy: FILE:1: this is no evidence file of mailworthy'],
    [
      'is of a later version',
      '{"mailworthy":"evidence","schema":9,"version":"7.0.0"}\n',
      'mailworthy: FILE:1: mailworthy 7.0.0 wrote it in schema 9, and this one reads schema 1',
    ],
  ])('%s', async (name, text, says) => {
    const wrong = join(folder, `${name.replaceAll(' ', '-')}.evidence`)
    if (text !== undefined) writeFileSync(wrong, text)
    const { status, stderr } = await mailworthy(['audit', '--evidence', wrong])
    expect(stderr.replaceAll(wrong, 'FILE')).toBe(`${says}\n`)
    expect(status).toBe(2)
  })

  it('was cut short, or hurt in a line', async () => {
    const wrong = join(folder, 'hurt.evidence')
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    writeFileSync(wrong, lines.slice(0, -1).join('\n'))
    expect((await mailworthy(['audit', '--evidence', wrong])).stderr).toBe(
      `mailworthy: ${wrong}:${lines.length - 1}: it ends before its last line: the file was cut short\n`,
    )
    writeFileSync(wrong, lines.with(4, lines[4]!.replace('"server"', '"serve')).join('\n'))
    expect((await mailworthy(['audit', '--evidence', wrong])).stderr).toBe(`mailworthy: ${wrong}:5: it is no JSON\n`)
  })
})

describe('saving', () => {
  it('leaves nothing where the run could not begin or was interrupted, and the old file as it was', async () => {
    const kept = join(folder, 'kept')
    writeFileSync(kept, 'old')
    const failed = await mailworthy(['audit', 'example.org', '--lab', '127.0.0.1:1', '--save-evidence', kept])
    expect(failed.status).toBe(2)
    const silent = await startNameServer({ zone: new Zone('example.org FAULT timeout') })
    const launcher = fileURLToPath(new URL('../../bin/mailworthy.js', import.meta.url))
    const child = spawn(process.execPath, [
      launcher,
      'audit',
      'example.org',
      '--resolver',
      `127.0.0.1:${silent.port}`,
      '--save-evidence',
      kept,
    ])
    while (silent.asked.length === 0) await new Promise(resolve => setTimeout(resolve, 20))
    expect(readdirSync(folder).filter(name => name.startsWith('kept'))).toHaveLength(2)
    const ended = new Promise<NodeJS.Signals | null>(resolve => child.on('close', (_, signal) => resolve(signal)))
    child.kill('SIGTERM')
    expect(await ended).toBe('SIGTERM')
    await silent.close()
    expect(readdirSync(folder).filter(name => name.startsWith('kept'))).toEqual(['kept'])
    expect(readFileSync(kept, 'utf8')).toBe('old')
  })

  it('is refused where it cannot be, before anything is asked', async () => {
    const asked = async (...args: readonly string[]): Promise<string> => {
      const { status, stderr } = await mailworthy(['audit', 'healthy.example', '--lab', at, '--only', 'dns', ...args])
      expect(status).toBe(2)
      return stderr
    }
    expect(await asked('--save-evidence', '/nowhere/x')).toBe(
      'mailworthy: cannot write /nowhere/x: there is no such file\n',
    )
    expect(await asked('--save-evidence', '-')).toContain('on standard output stands the report')
    const both = join(folder, 'both')
    expect(await asked('--save-evidence', both, '-o', `json=${both}`)).toContain('the same file')
    expect(existsSync(both)).toBe(false)
  })

  it.skipIf(!existsSync('/dev/full'))('ends with one line when the disk is full', async () => {
    const { status, stderr } = await mailworthy([
      'audit',
      'healthy.example',
      '--lab',
      at,
      '--save-evidence',
      '/dev/full',
    ])
    expect(stderr).toBe('mailworthy: cannot write /dev/full: the disk is full\n')
    expect(status).toBe(2)
  })

  it('goes on when nobody reads the report', async () => {
    const wanted = join(folder, 'wanted.evidence')
    const launcher = fileURLToPath(new URL('../../bin/mailworthy.js', import.meta.url))
    const child = spawn(process.execPath, [
      launcher,
      'audit',
      'healthy.example',
      '--lab',
      at,
      '--save-evidence',
      wanted,
    ])
    child.stdout.destroy()
    await new Promise(resolve => child.on('close', resolve))
    expect(statSync(wanted).size).toBeGreaterThan(1000)
  })
})

describe('as a library', () => {
  it('an audit gives its evidence line by line, and evidence its report', async () => {
    const lines: string[] = []
    const report = await audit('healthy.example', {
      smtp: false,
      servers: [at],
      saveEvidence: line => lines.push(line),
    })
    const evidence = readEvidence(lines.join(''))
    expect(evidence.domains).toEqual(['healthy.example'])
    expect(bytesOf(await evidence.judge('healthy.example'))).toBe(bytesOf(report))
    await expect(evidence.judge('example.org')).rejects.toThrow('no audit of example.org')
  })
})

describe('a fixture', () => {
  it('tells today what was wrong on the day on which it was recorded', async () => {
    const report = await evidenceFixture('broken.example').judge('broken.example')
    const of = (check: string, outcome: string): string | undefined =>
      report.findings.find(f => f.check === check && f.outcome === outcome)?.says
    expect(of('certificate-expiry', 'expired')).toContain('mx1.broken.example')
    expect(of('starttls-offer', 'missing') ?? of('starttls-offer', 'not-offered')).toContain('mx2.broken.example')
    expect(report.at).toMatch(/^2026-/)
  })
})
