// Wrong use: one clear line that names the place, status 2, and never a stack trace.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mailworthy } from '../support/run-cli.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailworthy-'))
  writeFileSync(join(folder, 'domains.txt'), '# ours\nexample.org\n\nexa mple.net # a slip\n')
  writeFileSync(join(folder, 'empty.txt'), '# nothing yet\n')
  writeFileSync(join(folder, 'root.pem'), 'this is no certificate')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('wrong use', () => {
  it.each([
    ['an unknown flag', ['audit', 'example.org', '--colour'], "unknown option '--colour'"],
    ['an unknown command', ['audti', 'example.org'], "unknown command 'audti'"],
    ['no domain', ['audit'], 'no domain to audit'],
    [
      'a domain that is none',
      ['audit', 'user@example.org'],
      '"user@example.org" is no domain: it looks like a mail address',
    ],
    ['a domain with control bytes', ['audit', 'a\u001b[31mb.org'], '"a\\x1b[31mb.org" is no domain'],
    ['a missing list', ['audit', '--domains', '/nowhere/domains.txt'], '/nowhere/domains.txt: there is no such file'],
    ['a folder as a list', ['audit', '--domains', '/tmp'], '/tmp: it is a directory'],
    [
      'a list with a slip',
      ['audit', '--domains', '{folder}/domains.txt'],
      'domains.txt:4: "exa mple.net" is no domain: it contains a space',
    ],
    ['an empty list', ['audit', '--domains', '{folder}/empty.txt'], 'no domain to audit'],
    [
      'a sender that is no address',
      ['audit', 'example.org', '--sender-ip', '192.0.2'],
      '--sender-ip takes an IPv4 or IPv6 address, not "192.0.2"',
    ],
    [
      'a HELO name without an address',
      ['audit', 'example.org', '--helo', 'mail.example.org'],
      '--helo is the name that a sending address gives',
    ],
    ['a selector that is none', ['audit', 'example.org', '--selector', 's 1'], '--selector takes a DKIM selector'],
    ['a selector too long', ['audit', 'example.org', '--selector', 's'.repeat(64)], '--selector takes a DKIM selector'],
    ['an unknown check', ['audit', 'example.org', '--only', 'spf,spff'], '"spff" is neither a check'],
    ['nothing left to check', ['audit', 'example.org', '--only', 'spf', '--skip', 'spf'], 'leave no check'],
    [
      'an unknown profile',
      ['audit', 'example.org', '--profile', 'constructor'],
      'no profile is called "constructor": there are sending, receiving, full',
    ],
    ['an unknown format', ['audit', 'example.org', '--format', 'pdf'], 'no format is called "pdf"'],
    [
      'an output without a format',
      ['audit', 'example.org', '-o', 'report.html'],
      '-o takes FORMAT=FILE, not "report.html"',
    ],
    [
      'an output that cannot be written',
      ['audit', 'example.org', '-o', 'html=/nowhere/report.html'],
      'cannot write /nowhere/report.html',
    ],
    ['a time that is none', ['audit', 'example.org', '--timeout', 'soon'], 'seconds'],
    ['a port that is none', ['audit', 'example.org', '--smtp-port', '70000'], 'from 1 to 65535'],
    ['a resolver that is none', ['audit', 'example.org', '--resolver', 'dns.example'], 'dns.example'],
    [
      'a proposal and what is published',
      ['audit', 'a.example', '--authoritative', '--with', 'x'],
      '--with asks what would be',
    ],
    ['a resolver of another kind', ['audit', 'example.org', '--resolver', 'sdns://1.1.1.1'], 'sdns://1.1.1.1'],
    ['a root that is none', ['audit', 'example.org', '--ca', '{folder}/root.pem'], 'root.pem'],
    [
      'a missing root',
      ['audit', 'example.org', '--ca', '/nowhere/root.pem'],
      '/nowhere/root.pem: there is no such file',
    ],
    ['an unknown level', ['audit', 'example.org', '--fail-on', 'info'], '--fail-on takes fail, warn or unknown'],
    ['a level from elsewhere', ['audit', 'example.org', '--fail-on', 'constructor'], '--fail-on takes fail, warn or'],
    ['two formats for one place', ['audit', 'example.org', '--json', '--format', 'html'], 'exclude each other'],
    [
      'a HELO name of several lines',
      ['audit', 'example.org', '--sender-ip', '192.0.2.1', '--helo', 'a.example\r\nRCPT TO:<b@c.example>'],
      'not "a.example\\x0d\\x0aRCPT',
    ],
    ['both families', ['audit', 'example.org', '-4', '-6'], 'exclude each other'],
    ['an unknown check to explain', ['explain', 'spf-limit'], 'no check is called "spf-limit"; did you mean spf-'],
  ])('%s', async (_, args, message) => {
    const ran = await mailworthy(args.map(arg => arg.replace('{folder}', folder)))
    expect(ran.stderr).toContain(message)
    expect(ran.stderr.trimEnd().split('\n').length, ran.stderr).toBeLessThanOrEqual(2)
    expect(ran.stderr).toMatch(/^mailworthy: /)
    expect(ran.stderr).not.toMatch(/\n\s+at |\x1b/)
    expect(ran.stdout).toBe('')
    expect(ran.status).toBe(2)
  })
})

describe('help', () => {
  it('is there with examples, for the program and for each command', async () => {
    const root = await mailworthy(['--help'])
    expect(root.status).toBe(0)
    expect(root.stdout).toMatch(/audit[\s\S]*explain[\s\S]*checks[\s\S]*lab/)
    const audit = await mailworthy(['audit', '--help'])
    expect(audit.stdout).toMatch(/Examples:[\s\S]*--sender-ip 192\.0\.2\.25[\s\S]*Exit status: 0 pass or warn, 1 fail/)
  })

  it('is what `help` asks for', async () => {
    const asked = await mailworthy(['help', 'audit'])
    expect(asked.stdout).toBe((await mailworthy(['audit', '--help'])).stdout)
    expect(asked.stdout).not.toContain('default: []')
    expect(asked.status).toBe(0)
  })

  it('takes the options that hold everywhere', async () => {
    const ran = await mailworthy(['checks', '--no-color', '-q', '-v'])
    expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: '' })
  })

  it('tells the version', async () => {
    expect((await mailworthy(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('explain and checks', () => {
  it('tell what a check asks and every way it can end', async () => {
    const { stdout, status } = await mailworthy(['explain', 'dns-existence'])
    expect(status).toBe(0)
    expect(stdout).toMatch(/The domain exists in DNS[\s\S]*fail\s+missing[\s\S]*What to do: Register/)
    expect(stdout).toContain('Profiles: sending (required), receiving (required), full (required), m365 (required),')
  })

  it('tell it as JSON', async () => {
    const { stdout } = await mailworthy(['explain', 'dns-existence', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ id: 'dns-existence', outcomes: { missing: { level: 'fail' } } })
    expect(JSON.parse(stdout).profiles).toContainEqual({ profile: 'parked', required: true })
  })

  it('list all ids', async () => {
    const listed = await mailworthy(['checks', '--json'])
    const text = await mailworthy(['checks'])
    const ids = (JSON.parse(listed.stdout) as { id: string }[]).map(check => check.id)
    expect(ids).toContain('spf-lookup-limit')
    expect(text.stdout).toMatch(/^mx-parked .*\(parked\)$/m)
    expect(
      text.stdout
        .trimEnd()
        .split('\n')
        .map(line => line.split(' ')[0]),
    ).toEqual(ids)
  })
})
