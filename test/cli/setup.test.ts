// The commands that set a relay up, run as a user runs them: from nothing to a configuration that is good.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { certificateFor, createAuthority } from '../../src/lab/certificates.ts'
import { verifyPassword } from '../../src/relay/intake/password.ts'
import { mailworthy } from '../support/run-cli.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailworthy-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('from nothing to a relay', () => {
  it('goes by init, keys create, check, show, list and record', async () => {
    const file = join(folder, 'relay', 'mailworthy.yaml')
    const config = ['--config', file]
    expect(await mailworthy(['config', 'init', '--output', file])).toMatchObject({ status: 0, stdout: '' })
    const again = await mailworthy(['config', 'init', '--output', file])
    expect(again).toMatchObject({ status: 2, stdout: '' })
    expect(again.stderr).toContain('it exists already, and is not written over')

    const unready = await mailworthy(['config', 'check', ...config])
    expect(unready.status).toBe(2)
    expect(unready.stderr).toMatch(
      /mailworthy\.yaml:\d+:\d+ domains\[0\]\.dkim\[0\]\.key: cannot read .*there is no such file/,
    )
    expect(unready.stderr).toContain('listeners[0].certificate: cannot read')

    const create = ['keys', 'create', '--domain', 'Example.org', '--selector', 's1', ...config]
    const created = await mailworthy(create)
    expect(created.status).toBe(0)
    expect(created.stdout).toMatch(/^s1\._domainkey\.example\.org\. TXT "v=DKIM1; k=rsa; p=[\w+/]{237}" "[\w+/=]+"\n$/)
    expect(created.stderr).toContain('{ selector: s1, key: "file:keys/example.org.s1.pem" }')
    const key = join(folder, 'relay', 'keys', 'example.org.s1.pem')
    if (process.platform !== 'win32') expect(statSync(key).mode & 0o777).toBe(0o600)
    const before = readFileSync(key, 'utf8')
    expect((await mailworthy(create)).status).toBe(2)
    expect(readFileSync(key, 'utf8')).toBe(before)

    mkdirSync(join(folder, 'relay', 'tls'))
    const now = new Date()
    const made = certificateFor('mail.example.org', 'good', createAuthority(now), now)
    writeFileSync(join(folder, 'relay', 'tls', 'cert.pem'), made.certificate)
    writeFileSync(join(folder, 'relay', 'tls', 'key.pem'), made.key, { mode: 0o600 })
    const checked = await mailworthy(['config', 'check'], '', { MAILWORTHY_CONFIG: file })
    expect(checked.status).toBe(0)
    expect(checked.stdout).toMatch(/is good[\s\S]*listen on[\s\S]*0\.0\.0\.0:587[\s\S]*gate\n\s+observe:/)
    const json = JSON.parse((await mailworthy(['config', 'check', '--json', ...config])).stdout)
    expect(json).toEqual({ file, ok: true, problems: [] })
    expect(await mailworthy(['config', 'check', '-q', ...config])).toEqual({ status: 0, stdout: '', stderr: '' })

    const shown = await mailworthy(['config', 'show', '--json', ...config])
    expect(JSON.parse(shown.stdout)).toMatchObject({ gate: { mode: 'observe', stale: '3d' }, log: { level: 'info' } })
    expect((await mailworthy(['clients', 'list', ...config])).stdout).toMatch(
      /^name +who +may send as +gate +rate\nthis-host +127\.0\.0\.1, ::1 +\*@example\.org +observe\n$/,
    )
    const listed = await mailworthy(['keys', 'list', ...config])
    expect(listed.stdout).toMatch(/\nexample\.org +s1 +RSA 2048 +sha256:[0-9a-f]{16} +today +\S+s1\.pem\n$/)
    expect((await mailworthy(['keys', 'record', ...config])).stdout).toBe(created.stdout)
    expect(
      (await mailworthy(['keys', 'record', '--key', key, '--domain', 'example.org', '--selector', 's1'])).stdout,
    ).toBe(created.stdout)
    const [row] = JSON.parse((await mailworthy(['keys', 'list', '--json', ...config])).stdout)
    expect(row).toMatchObject({ domain: 'example.org', selector: 's1', type: 'rsa', bits: 2048, file: key })
  }, 60_000)
})

describe('keys', () => {
  it('can be Ed25519', async () => {
    const file = join(folder, 'ed.pem')
    const ran = await mailworthy([
      'keys',
      'create',
      '--domain',
      'example.org',
      '--selector',
      'e1',
      '--type',
      'ed25519',
      '--output',
      file,
    ])
    expect(ran.stdout).toMatch(/^e1\._domainkey\.example\.org\. TXT "v=DKIM1; k=ed25519; p=[\w+/]{43}="\n$/)
    expect(readFileSync(file, 'utf8')).toContain('BEGIN PRIVATE KEY')
  })

  it.each([
    ['a type that is none', ['--type', 'dsa'], '--type takes rsa or ed25519, not "dsa"'],
    ['too few bits', ['--bits', '512'], 'from 1024 to 4096'],
    ['bits for Ed25519', ['--type', 'ed25519', '--bits', '2048'], '--bits is for RSA keys'],
    ['a selector that is none', ['--selector', 's 1'], '--selector: "s 1" is no selector'],
    ['a domain that is none', ['--domain', 'a@example.org'], '--domain: "a@example.org" is no domain'],
    ['a place that cannot be', ['--output', '/dev/null/key.pem'], 'cannot write /dev/null/key.pem'],
  ])('are not made of %s', async (_, args, says) => {
    const ran = await mailworthy([
      'keys',
      'create',
      '--domain',
      'example.org',
      '--selector',
      's1',
      '--output',
      join(folder, 'no.pem'),
      ...args,
    ])
    expect(ran).toMatchObject({ status: 2, stdout: '' })
    expect(ran.stderr).toContain(says)
  })
})

describe('clients password', () => {
  it('makes the text of one line of standard input', async () => {
    const ran = await mailworthy(['clients', 'password'], 'correct horse battery\n')
    expect(ran).toMatchObject({ status: 0, stderr: '' })
    expect(await verifyPassword('correct horse battery', ran.stdout.trim())).toBe(true)
  })

  it.each([
    ['', 'it is empty'],
    ['\n', 'it is empty'],
    ['one\ntwo\n', 'more than one line'],
    ['a\0b\n', 'a control character stands in it'],
  ])('refuses %j', async (input, says) => {
    const ran = await mailworthy(['clients', 'password'], input)
    expect(ran).toMatchObject({ status: 2, stdout: '' })
    expect(ran.stderr).toContain(says)
  })
})

describe('without a configuration', () => {
  it('commands say where they looked', async () => {
    const ran = await mailworthy(['config', 'check', '--config', join(folder, 'none.yaml')])
    expect(ran).toMatchObject({ status: 2, stdout: '' })
    expect(ran.stderr).toBe(`mailworthy: ${join(folder, 'none.yaml')}: cannot be read: there is no such file\n`)
  })

  it('the schema is printed all the same, and a start to standard output', async () => {
    expect(JSON.parse((await mailworthy(['config', 'schema'])).stdout)).toHaveProperty('properties.hostname')
    expect((await mailworthy(['config', 'init', '--output', '-'])).stdout).toMatch(
      /^# The configuration of the mailworthy relay/,
    )
  })
})
