// `audit --with` as a user runs it, on the lab: what the report proposes is tried before it is published.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import type { Report } from '../../src/report/report.ts'
import { mailworthy, type Ran } from '../support/run-cli.ts'

let lab: Lab
let folder: string
const options = ['--sender-ip', '192.0.2.66', '--helo', 'mail.broken.example', '--skip', 'dnsbl']

beforeAll(async () => {
  lab = await startLab()
  folder = mkdtempSync(join(tmpdir(), 'mailworthy-with-'))
})
afterAll(async () => {
  await lab.close()
  rmSync(folder, { recursive: true })
})

const audit = (...args: string[]): Promise<Ran> =>
  mailworthy(['audit', ...args, '--lab', `${lab.resolver.address}:${lab.resolver.port}`])
const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text, 'latin1')
  return path
}

describe('audit --with', () => {
  it('mends with what the report itself proposed, all but what no record mends', async () => {
    const path = join(folder, 'mended.zone')
    const before = await audit('broken.example', ...options, '--json', '-o', `zone=${path}`)
    expect(before).toMatchObject({ status: 1, stderr: '' })
    const live: Report = JSON.parse(before.stdout)
    const after = await audit('broken.example', ...options, '--with', path, '--json')
    expect(after.stderr).toBe('')
    const would: Report = JSON.parse(after.stdout)
    const failing = (report: Report) => report.findings.filter(one => one.level === 'fail')
    expect(failing(live).some(one => one.records !== undefined)).toBe(true)
    const had = new Set(
      failing(live)
        .filter(one => one.records === undefined)
        .map(one => `${one.check} ${one.subject}`),
    )
    expect(failing(would).filter(one => !had.has(`${one.check} ${one.subject}`))).toEqual([])
    expect(would.proposed).toMatchObject({ file: 'mended.zone', verdictNow: 'fail' })
    expect(would.proposed!.changes.filter(({ change }) => change === 'breaks')).toEqual([])
    expect(would.proposed!.changes.some(({ change }) => change === 'heals')).toBe(true)
    const asked = would.findings.flatMap(one => one.evidence).map(one => one.server)
    expect(asked).toContain('proposed (mended.zone)')
    expect(asked).toContain(`${lab.resolver.address}:${lab.resolver.port}`)
  })

  it('says on top what would change, and what was not looked at', async () => {
    const zone = file(
      'one.zone',
      '$ORIGIN broken.example.\n;- @ MX\n@ TXT "v=spf1 ip4:192.0.2.66 -all"\nwww 1h A 192.0.2.80\n',
    )
    const { stdout, stderr, status } = await audit('broken.example', ...options, '--with', zone)
    expect({ stderr, status }).toEqual({ stderr: '', status: 1 })
    const top = stdout.slice(0, stdout.indexOf('\n\n', stdout.indexOf('What would change')))
    expect(top).toContain('As it would be with the records of one.zone: fail; as it is today.')
    expect(top).toMatch(/✓ spf-authorization .* would heal: fail \(permerror\) → pass/)
    expect(top).toContain('Not looked at by this audit: www.broken.example A.')
  })

  it('breaks what it breaks', async () => {
    const zone = file('bad.zone', 'healthy.example. TXT "v=spf1 ip4:192.0.2.999 -all"\n;- _dmarc.healthy.example\n')
    const sending = ['--sender-ip', '192.0.2.25', '--helo', 'mail.healthy.example', '--skip', 'dnsbl']
    const ran = await audit('healthy.example', ...sending, '--with', zone, '--json')
    expect(ran).toMatchObject({ status: 1, stderr: '' })
    const { proposed, verdict }: Report = JSON.parse(ran.stdout)
    expect(verdict).toBe('fail')
    expect(proposed!.verdictNow).toBe('pass')
    expect(proposed!.unasked).toEqual([])
    expect(proposed!.changes).toContainEqual(
      expect.objectContaining({
        check: 'dmarc-record',
        change: 'breaks',
        after: expect.objectContaining({ outcome: 'missing' }),
      }),
    )
    expect(proposed!.changes).toContainEqual(expect.objectContaining({ check: 'spf-syntax', change: 'breaks' }))
  })

  it.each([
    ['a fault', 'x.example. TXT "open\n', /^mailworthy: .*fault\.zone:1:16: this quote is not closed on its line\n$/],
    ['an include', '\n$INCLUDE other.zone\n', /^mailworthy: .*fault\.zone:2:1: \$INCLUDE is not followed/],
    [
      'a record beside the top',
      'healthy.example. CNAME a.example.\n',
      /fault\.zone:1:1: healthy\.example is the top of a zone/,
    ],
  ])('refuses %s with its place, and asks nothing further', async (_, text, said) => {
    const ran = await audit('healthy.example', '--with', file('fault.zone', text))
    expect(ran).toMatchObject({ status: 2, stdout: '' })
    expect(ran.stderr).toMatch(said)
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it('refuses a file that is not there, and evidence of what is not', async () => {
    expect(await audit('healthy.example', '--with', join(folder, 'none.zone'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('none.zone: there is no such file'),
    })
    expect(
      await audit('healthy.example', '--with', file('x.zone', ''), '--save-evidence', join(folder, 'e')),
    ).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--with asks what would be'),
    })
  })

  it('writes a zone file that is only a comment when there is nothing to publish', async () => {
    const path = join(folder, 'nothing.zone')
    const sending = ['--sender-ip', '192.0.2.25', '--helo', 'mail.healthy.example', '--skip', 'dnsbl']
    await audit('healthy.example', ...sending, '-o', `zone=${path}`)
    expect(readFileSync(path, 'utf8')).toMatch(/^; healthy\.example, .*: no records to publish\.\n$/)
  })
})
