// Hundreds of domains in one command: a run that is cut off goes on where it was, and takes no other file for its own.
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Report } from '../../src/report/report.ts'
import { nameServer } from '../support/loopback-dns.ts'
import { mailworthy } from '../support/run-cli.ts'

const launcher = fileURLToPath(new URL('../../bin/mailworthy.js', import.meta.url))
const domains = Array.from({ length: 300 }, (_, i) => `d${i}.example`)
const zone = domains
  .map(
    domain =>
      `${domain} MX 10 mx.shared.example\n${domain} TXT "v=spf1 include:spf.shared.example -all"\n_dmarc.${domain} TXT "v=DMARC1; p=reject"`,
  )
  .concat('mx.shared.example A 192.0.2.1', 'spf.shared.example TXT "v=spf1 ip4:192.0.2.0/24 -all"')
  .join('\n')

let folder: string
let list: string
let output: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailworthy-'))
  list = join(folder, 'domains.txt')
  output = join(folder, 'reports.ndjson')
  writeFileSync(list, domains.join('\n'))
  return () => rmSync(folder, { recursive: true })
})

const parts = (): readonly string[] => readdirSync(folder).filter(name => name.endsWith('.part'))
const linesIn = (file: string): readonly string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1)
const domainsIn = (file: string): readonly string[] => linesIn(file).map(line => (JSON.parse(line) as Report).domain)

async function served() {
  const server = await nameServer(zone, { delayMs: 20 })
  const args = [
    'audit',
    '--domains',
    list,
    '--no-smtp',
    '--only',
    'mx,spf,dmarc',
    '--resolver',
    `127.0.0.1:${server.port}`,
  ]
  return { server, args: [...args, '--format', 'ndjson', '--output', output] }
}

/** Begins the run and ends it by the signal, as soon as some reports are written. */
async function cutOff(args: readonly string[], signal: NodeJS.Signals): Promise<string> {
  const child = spawn(process.execPath, [launcher, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  let told = ''
  child.stderr.on('data', text => {
    told += text
  })
  const ended = new Promise(resolve => child.on('close', resolve))
  const timer = setInterval(() => {
    const [part] = parts()
    if (part !== undefined && linesIn(join(folder, part)).length >= 5) child.kill(signal)
  }, 5)
  await ended
  clearInterval(timer)
  return told
}

describe('a run over many domains that is cut off', () => {
  it('by kill -9 goes on with --resume: each domain once, in every format', async () => {
    const { server, args } = await served()
    await cutOff(args, 'SIGKILL')
    expect(existsSync(output)).toBe(false)
    const part = join(folder, parts()[0]!)
    const before = domainsIn(part)
    expect(before.length).toBeGreaterThanOrEqual(5)
    expect(before.length).toBeLessThan(domains.length)
    // As a full disk or a power cut leaves it.
    appendFileSync(part, readFileSync(part, 'utf8').slice(0, 300))
    const asked = server.asked.length
    const page = join(folder, 'report.html')
    const ran = await mailworthy([...args, '--resume', '-o', `html=${page}`])
    expect(ran.stderr).toBe('')
    expect(ran.status).toBe(0)
    expect(domainsIn(output).toSorted()).toEqual(domains.toSorted())
    expect(domainsIn(output).slice(0, before.length)).toEqual(before)
    expect(parts()).toEqual([])
    const again = server.asked.slice(asked)
    expect(before.filter(domain => again.includes(`${domain} MX`))).toEqual([])
    expect(readFileSync(page, 'utf8')).toContain('<h1>300 domains</h1>')
    // A second time nothing is left to do.
    expect(await mailworthy([...args, '--resume'])).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(domainsIn(output)).toHaveLength(domains.length)
  })

  it('by a signal tells where the finished reports are', async () => {
    const { args } = await served()
    writeFileSync(output, 'the report of last week\n')
    const told = await cutOff(args, 'SIGTERM')
    const [part] = parts()
    expect(told).toBe(
      `mailworthy: what was finished is in ${join(folder, part!)}: the same command with --resume goes on with the rest\n`,
    )
    expect(readFileSync(output, 'utf8')).toBe('the report of last week\n')
    expect((await mailworthy([...args, '--resume'])).status).toBe(0)
    expect(domainsIn(output).toSorted()).toEqual(domains.toSorted())
  })

  it('goes on with a file that a shell wrote, too', async () => {
    const { args } = await served()
    writeFileSync(list, 'd0.example\nd1.example')
    expect((await mailworthy(args)).status).toBe(0)
    writeFileSync(output, readFileSync(output, 'utf8').slice(0, -200))
    writeFileSync(list, domains.slice(0, 10).join('\n'))
    expect((await mailworthy([...args, '--resume'])).status).toBe(0)
    expect(domainsIn(output).toSorted()).toEqual(domains.slice(0, 10))
  })
})

describe('--resume refuses', () => {
  const report = (args: readonly string[]) => async () => {
    const { args: all } = await served()
    writeFileSync(list, 'd0.example\nd1.example')
    expect((await mailworthy(all)).status).toBe(0)
    const whole = readFileSync(output)
    const ran = await mailworthy([...all, '--resume', ...args])
    expect(readFileSync(output)).toEqual(whole)
    expect(parts()).toEqual([])
    return ran
  }

  it('a file that holds something else, and leaves it as it was', async () => {
    const { args } = await served()
    for (const text of ['old\n', '{"schema":1}\n', '[]\n\n', '{"schema":2,"domain":"d0.example"}\n']) {
      writeFileSync(output, text)
      const ran = await mailworthy([...args, '--resume'])
      expect(ran).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('reports.ndjson:1 is no report of an audit'),
      })
      expect(readFileSync(output, 'utf8')).toBe(text)
    }
    expect(parts()).toEqual([])
  })

  it('reports of another profile, or for other senders', async () => {
    expect(await report(['--profile', 'receiving'])()).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('was made with the profile full'),
    })
    expect((await report(['--selector', 's1'])()).stderr).toContain('other sending addresses, HELO names or selectors')
  })

  it('reports about domains of another list', async () => {
    const { args } = await served()
    expect(
      (await mailworthy([...args.filter(arg => arg !== list && arg !== '--domains'), 'd0.example', 'd1.example']))
        .status,
    ).toBe(0)
    writeFileSync(list, 'd7.example\nd8.example')
    expect((await mailworthy([...args, '--resume'])).stderr).toMatch(
      /is about d[01]\.example, which is not among the domains/,
    )
  })

  it('to go on with nothing that could be gone on with', async () => {
    const { args } = await served()
    const without = args.slice(0, -4)
    for (const given of [
      [],
      ['--output', output],
      ['--format', 'json', '--output', output],
      ['--format', 'ndjson', '--output', '-'],
    ])
      expect((await mailworthy([...without, ...given, '--resume'])).stderr).toContain('--format ndjson --output FILE')
    expect((await mailworthy([...args, '--resume', '--save-evidence', join(folder, 'e')])).stderr).toContain(
      'exclude each other',
    )
  })
})
