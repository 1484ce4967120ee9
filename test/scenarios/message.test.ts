// `mailworthy message` as a user runs it, against a name server on loopback: reports, exit status, evidence, proposed records.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type NameServer, startNameServer } from '../../src/lab/name-server.ts'
import { Zone } from '../../src/lab/zone.ts'
import type { Report } from '../../src/report/report.ts'
import { mailworthy } from '../support/run-cli.ts'
import { letter, mailZone, signedLetter } from '../support/signed-mail.ts'

let server: NameServer
let folder: string
let asking: readonly string[]
const ours = ['--ip', '192.0.2.1', '--helo', 'mail.example.org', '--mail-from', 'jo@example.org']

beforeAll(async () => {
  server = await startNameServer({ zone: new Zone(mailZone()) })
  folder = mkdtempSync(join(tmpdir(), 'mailworthy-'))
  asking = ['--resolver', `${server.address}:${server.port}`]
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

function put(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text, 'latin1')
  return file
}

describe('a message', () => {
  it('that is good passes, with status 0', async () => {
    const file = put('good.eml', signedLetter().replaceAll('\r\n', '\n'))
    const { status, stdout, stderr } = await mailworthy(['message', file, ...ours, ...asking])
    expect(stdout).toMatch(/^✓ example\.org: pass\n/)
    expect(stdout).toContain(
      '✓ SPF pass (example.org)\n  ✓ DKIM pass (example.org, selector s1)\n  ✓ DMARC pass (policy reject)',
    )
    expect(stdout).toContain('its lines end with LF in the file and were read with CRLF')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  it('that a list changed fails, and the change is told, with status 1', async () => {
    const changed = `${signedLetter().replace('Subject: ', 'Subject: [friends] ')}_____\r\nfriends\r\n`
    const { status, stdout } = await mailworthy(
      ['message', '-', '--ip', '192.0.2.2', '--mail-from', '<x@list.example>', ...asking],
      changed,
    )
    expect(status).toBe(1)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      '2 lines were appended to it, beginning "_____". Of the signed header: a tag was put before Subject.',
    )
  })

  it('that is forged fails by DMARC, in JSON by the names of RFC 8601', async () => {
    const file = put('forged.eml', letter)
    const ran = await mailworthy([
      'message',
      file,
      '--json',
      '--ip',
      '198.51.100.9',
      '--mail-from',
      'jo@example.org',
      ...asking,
    ])
    const report = JSON.parse(ran.stdout) as Report
    expect(ran.status).toBe(1)
    expect(report).toMatchObject({
      domain: 'example.org',
      profile: 'message',
      spf: { result: 'fail', identity: 'mailfrom', domain: 'example.org' },
      dkim: [],
      dmarc: { result: 'fail', policy: 'reject', alignedBy: [] },
      arc: { result: 'none' },
      target: { message: { name: 'forged.eml', client: '198.51.100.9', mailFrom: 'jo@example.org', helo: null } },
    })
  })

  it('of which nothing decides is unknown, with status 3', async () => {
    const file = put('open.eml', letter)
    const { status, stdout } = await mailworthy(['message', file, ...asking])
    expect(status).toBe(3)
    expect(stdout).toContain('? DMARC not decided (policy reject)')
  })

  it('is written as a page, with its results', async () => {
    const page = join(folder, 'page.html')
    await mailworthy(['message', put('page.eml', signedLetter()), ...ours, ...asking, '-o', `html=${page}`])
    const text = readFileSync(page, 'utf8')
    expect(text).toContain('page.eml')
    expect(text).toMatch(/<th scope="row">DMARC<\/th>/)
    expect(text).not.toContain('Readings')
  })

  it.each([
    ['an empty file', [], '', 'standard input is no message that can be judged: it is empty'],
    ['no message', [], '\x7fELF\0\0', 'no line of it is a header field'],
    ['two messages', [], `From a@b Fri Nov 20 08:00:00 2026\n${letter}\n`.repeat(2), 'a mailbox of 2 messages'],
    ['--helo without --ip', ['--helo', 'x.example'], letter, '--helo belongs to the connection of a client'],
    ['--ip alone', ['--ip', '192.0.2.1'], letter, '--ip needs --mail-from, or --helo'],
    ['a null sender without HELO', ['--ip', '192.0.2.1', '--mail-from', '<>'], letter, 'give it with --helo'],
    ['no address', ['--ip', 'mail.example.org'], letter, '--ip takes the IPv4 or IPv6 address'],
    ['no sender', ['--ip', '192.0.2.1', '--mail-from', 'x'], letter, '--mail-from takes an address or <>'],
  ])('refuses %s in one line, with status 2', async (_, options, text, says) => {
    const { status, stdout, stderr } = await mailworthy(['message', '-', ...options], text)
    expect(stderr).toContain(says)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  })

  it('is judged again from its evidence, without anybody being asked', async () => {
    const evidence = join(folder, 'message.evidence')
    const file = put('kept.eml', signedLetter())
    const then = await mailworthy(['message', file, '--json', ...ours, ...asking, '--save-evidence', evidence])
    const again = await mailworthy(['message', '--json', '-q', '--evidence', evidence])
    const timeless = (text: string): unknown => ({ ...JSON.parse(text), durationMs: 0 })
    expect(again.stderr).toBe('')
    expect(timeless(again.stdout)).toEqual(timeless(then.stdout))
    const wrong = await mailworthy(['audit', '--evidence', evidence])
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('evidence of a message') })
  })

  it('is judged with proposed records', async () => {
    const file = put('later.eml', letter)
    const zone = put('later.zone', 'example.org. TXT "v=spf1 ip4:198.51.100.9 -all"\n')
    const forged = ['--ip', '198.51.100.9', '--mail-from', 'jo@example.org']
    const { status, stdout } = await mailworthy(['message', file, ...forged, ...asking, '--with', zone, '--json'])
    expect((JSON.parse(stdout) as Report).dmarc?.result).toBe('pass')
    expect(status).toBe(0)
  })
})
