// Where reports go when things go wrong: full disks, readers that leave, signals, names given twice, and slow input.
import { execFileSync, spawn } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import { startNameServer } from '../../src/lab/name-server.ts'
import { Zone } from '../../src/lab/zone.ts'
import type { Report } from '../../src/report/report.ts'
import { mailworthy } from '../support/run-cli.ts'

const launcher = fileURLToPath(new URL('../../bin/mailworthy.js', import.meta.url))

let lab: Lab
let at: string
beforeAll(async () => {
  lab = await startLab()
  at = `${lab.resolver.address}:${lab.resolver.port}`
})
afterAll(() => lab.close())

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailworthy-'))
  return () => rmSync(folder, { recursive: true })
})

/** What a shell would see of a program whose streams are handled by `use`. */
async function run(
  args: readonly string[],
  use: (child: ReturnType<typeof spawn>) => void = () => {},
  stdout = 'pipe',
) {
  const out = stdout === 'pipe' ? 'pipe' : openSync(stdout, 'w')
  const child = spawn(process.execPath, [launcher, ...args], { stdio: ['pipe', out, 'pipe'] })
  const ran = { stdout: '', stderr: '' }
  child.stdout?.on('data', chunk => {
    ran.stdout += chunk
  })
  child.stderr!.on('data', chunk => {
    ran.stderr += chunk
  })
  use(child)
  const [status, signal] = await new Promise<[number | null, string | null]>(resolve =>
    child.on('close', (...end) => resolve(end)),
  )
  return { ...ran, status, signal }
}

describe('a file', () => {
  it('is refused when it is named twice, by whatever name', async () => {
    const file = join(folder, 'report')
    writeFileSync(file, 'old')
    symlinkSync('report', join(folder, 'link'))
    const ran = await mailworthy([
      'audit',
      'healthy.example',
      '--output',
      file,
      '-o',
      `json=${folder}/link`,
      '--lab',
      at,
    ])
    expect(ran.stderr).toMatch(/^mailworthy: two reports are to be written to .*\/report\n$/)
    expect(ran.status).toBe(2)
    expect(readFileSync(file, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['link', 'report'])
  })

  it('keeps its old text when the run comes to nothing', async () => {
    const file = join(folder, 'report.html')
    writeFileSync(file, 'old')
    const silent = await startNameServer({ zone: new Zone('lab.invalid A 127.0.0.1') })
    const ran = await mailworthy(['audit', 'example.org', '-o', `html=${file}`, '--lab', `127.0.0.1:${silent.port}`])
    await silent.close()
    expect(ran).toMatchObject({ status: 2, stderr: expect.stringContaining('no lab answers') })
    expect(readFileSync(file, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['report.html'])
  })

  it('keeps its old text when a signal ends the run', async () => {
    const files = ['report.html', 'report.txt']
    for (const name of files) writeFileSync(join(folder, name), 'old')
    const silent = await startNameServer({ zone: new Zone('example.org FAULT timeout') })
    const args = ['audit', 'example.org', '--resolver', `127.0.0.1:${silent.port}`]
    const ran = await run([...args, '-o', `html=${folder}/report.html`, '--output', `${folder}/report.txt`], child => {
      const timer = setInterval(() => {
        if (readdirSync(folder).length === 4) child.kill('SIGTERM')
      }, 20)
      child.on('close', () => clearInterval(timer))
    })
    await silent.close()
    expect(ran).toMatchObject({ status: null, signal: 'SIGTERM' })
    expect(readdirSync(folder)).toEqual(files)
    for (const name of files) expect(readFileSync(join(folder, name), 'utf8')).toBe('old')
  })

  it('may be a pipe, which is written to and stays', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    const reader = spawn('cat', [pipe])
    let read = ''
    reader.stdout.on('data', chunk => {
      read += chunk
    })
    const closed = new Promise(resolve => reader.on('close', resolve))
    const ran = await mailworthy(['audit', 'healthy.example', '-o', `html=${pipe}`, '--lab', at])
    await closed
    expect(ran).toMatchObject({ status: 0, stderr: '' })
    expect(read).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/)
    expect(readdirSync(folder)).toEqual(['pipe'])
  })
})

describe('standard output', () => {
  it.skipIf(!existsSync('/dev/full'))('that is full is told in one line', async () => {
    for (const args of [['audit', 'healthy.example', '--json', '--lab', at], ['checks'], ['explain', 'spf-record']]) {
      const ran = await run(args, undefined, '/dev/full')
      expect(ran.stderr).toBe('mailworthy: cannot write to standard output: the disk is full\n')
      expect(ran.status).toBe(2)
    }
  })

  it('that nobody reads ends the run, and never with the status of a verdict', async () => {
    const ran = await run(['audit', 'healthy.example', 'broken.example', '--format', 'ndjson', '--lab', at], child =>
      child.stdout!.destroy(),
    )
    expect(ran).toMatchObject({ status: 141, stderr: '' })
  })

  it('that nobody reads does not cost the files', async () => {
    const file = join(folder, 'report.json')
    const ran = await run(['audit', 'healthy.example', 'broken.example', '-o', `json=${file}`, '--lab', at], child =>
      child.stdout!.destroy(),
    )
    expect(ran).toMatchObject({ status: 1, stderr: '' })
    expect((JSON.parse(readFileSync(file, 'utf8')) as Report[]).length).toBe(2)
  })
})

describe('standard input', () => {
  it('may be slow', async () => {
    const ran = await run(['audit', '--domains', '-', '--json', '--lab', at], child => {
      child.stdin!.write('healthy.exa')
      setTimeout(() => child.stdin!.end('mple\n'), 500)
    })
    expect(ran).toMatchObject({ status: 0, stderr: '' })
    expect((JSON.parse(ran.stdout) as Report[]).map(r => r.domain)).toEqual(['healthy.example'])
  })

  it('may be UTF-16 with a byte order mark, and have the lines of any system', async () => {
    const text = '\ufeffhealthy.example\r\nbroken.example\rhealthy.example\n'
    const ran = await run(['audit', '--domains', '-', '--json', '--lab', at], child =>
      child.stdin!.end(Buffer.from(text, 'utf16le')),
    )
    expect(ran.stderr).toBe('')
    expect((JSON.parse(ran.stdout) as Report[]).map(r => r.domain).sort()).toEqual([
      'broken.example',
      'healthy.example',
    ])
  })
})
