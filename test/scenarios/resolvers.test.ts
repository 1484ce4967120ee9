// The program with resolvers good and bad, and asking the servers of zones: what a shell sees of it.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import { improbableNames } from '../../src/net/rewriting.ts'
import type { Finding, Report } from '../../src/report/report.ts'
import { nameServer } from '../support/loopback-dns.ts'
import { mailworthy } from '../support/run-cli.ts'
import { authority, certificate, streamServer } from '../support/stream-dns.ts'

let lab: Lab
let at: string
let folder: string
beforeAll(async () => {
  lab = await startLab()
  at = `${lab.resolver.address}:${lab.resolver.port}`
  folder = mkdtempSync(join(tmpdir(), 'mailworthy-resolvers-'))
})
afterAll(async () => {
  await lab.close()
  rmSync(folder, { recursive: true })
})

async function reportOf(...args: readonly string[]): Promise<Report> {
  const { stdout, stderr } = await mailworthy(['audit', '--json', ...args])
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Report
}

const words = (findings: readonly Finding[], check: string): readonly string[] =>
  findings.filter(f => f.check === check).map(f => `${f.subject}: ${f.outcome}`)

describe('--authoritative', () => {
  it('shows what each server publishes beside what the resolver sees', async () => {
    const { stdout, status } = await mailworthy([
      'audit',
      'broken.example',
      '--authoritative',
      '--only',
      'dns',
      '--lab',
      at,
    ])
    expect(status).toBe(0)
    const text = stdout.replace(/\s+/g, ' ')
    expect(text).toContain('; ns2.broken.example: "v=spf1 a mx ~all".')
    expect(text).toContain(
      'do not agree on what is published (see `dns-consistency`). The resolver that was asked here sees',
    )
    expect(text).toContain('compare the serial numbers')
  })

  it('finds nothing to say of a domain whose servers agree', async () => {
    const { findings } = await reportOf(
      'healthy.example',
      '--authoritative',
      '--only',
      'dns',
      '--selector',
      's1',
      '--lab',
      at,
    )
    const same = [
      'healthy.example MX: same',
      'healthy.example TXT: same',
      's1._domainkey.healthy.example TXT: same',
      '_dmarc.healthy.example TXT: same',
      '_mta-sts.healthy.example TXT: same',
      '_smtp._tls.healthy.example TXT: same',
      '_25._tcp.mx1.healthy.example TLSA: same',
      '_25._tcp.mx2.healthy.example TLSA: same',
    ]
    expect(words(findings, 'dns-propagation')).toEqual(same)
    expect(words(findings, 'dns-consistency')).toEqual(same)
    // The lab has no zone above.
    expect(words(findings, 'dns-delegation')).toEqual(['healthy.example: delegated', 'healthy.example: parent-unknown'])
    expect(words(findings, 'dns-servers')).toEqual(['healthy.example: good'])
  })

  it('is not in a report that was made without it', async () => {
    const { findings } = await reportOf('healthy.example', '--lab', at)
    for (const check of ['dns-propagation', 'dns-consistency', 'dns-delegation', 'dns-servers']) {
      expect(words(findings, check)).toEqual([])
    }
    expect(words(findings, 'dns-resolver')).toEqual(['the lab: sound'])
  })

  it('can be judged again from evidence', async () => {
    const file = join(folder, 'evidence.jsonl')
    const asked = await reportOf(
      'broken.example',
      '--authoritative',
      '--only',
      'dns',
      '--lab',
      at,
      '--save-evidence',
      file,
    )
    const { stdout } = await mailworthy(['audit', '--json', '--evidence', file, '-q'])
    const again = JSON.parse(stdout) as Report
    expect({ ...again, durationMs: 0 }).toEqual({ ...asked, durationMs: 0 })
  })
})

describe('--resolver', () => {
  it('takes a server over TLS whose certificate --ca vouches for, and no other', async () => {
    const { server } = await streamServer(async ({ query, answer }) => {
      const socket = createSocket('udp4')
      socket.send(query, lab.resolver.port, lab.resolver.address)
      const [message] = (await once(socket, 'message')) as [Buffer]
      socket.close()
      answer(message)
    }, certificate())
    const root = join(folder, 'root.pem')
    writeFileSync(root, authority.root)
    const asking = ['healthy.example', '--only', 'dns', '--resolver', `tls://localhost:${server.port}`]
    const { findings } = await reportOf(...asking, '--ca', root)
    expect(words(findings, 'dns-existence')).toEqual(['healthy.example: exists'])
    expect(words(findings, 'dns-resolver')).toEqual([`tls://localhost:${server.port}: sound`])
    const stranger = await reportOf(...asking)
    expect(stranger.verdict).toBe('unknown')
    expect(stranger.findings.find(f => f.check === 'dns-existence')?.says).toContain('its certificate is not trusted')
  })

  it('that rewrites denials is said to, and makes no domain exist', async () => {
    const made = [...improbableNames, 'gone.example'].map(name => `${name} A 203.0.113.80`)
    const server = await nameServer(made.join('\n'))
    const { findings, verdict } = await reportOf(
      'gone.example',
      '--only',
      'dns,mx',
      '--resolver',
      `127.0.0.1:${server.port}`,
    )
    expect(words(findings, 'dns-resolver')).toEqual([`127.0.0.1:${server.port}: rewrites`])
    expect(words(findings, 'dns-existence')).toEqual(['gone.example: unknowable'])
    expect(findings.find(f => f.check === 'dns-existence')?.says).toContain(
      'the resolver rewrites answers: it says 203.0.113.80 also for names that do not exist',
    )
    expect(words(findings, 'mx-null')).toEqual(['gone.example: unknowable'])
    expect(verdict).toBe('unknown')
  })
})
