// A little world that answers otherwise each time: late, in another order, now and then not at all. What hears it is recorded.

import type { Asked } from '../../src/audit/asked.ts'
import { AuditRun } from '../../src/audit/audit.ts'
import { type Deadline, deadlineAfter } from '../../src/audit/gather.ts'
import { catalogue } from '../../src/catalogue.ts'
import { profiles } from '../../src/checks/profiles.ts'
import { askedFor, type Evidence, readEvidence, recordedMeans } from '../../src/evidence.ts'
import { certificateFor, createAuthority } from '../../src/lab/certificates.ts'
import { broken, freshKeys, healthy, labZone, mxHosts } from '../../src/lab/world.ts'
import { parseAddress } from '../../src/names/address.ts'
import type { Connection, Dialer, DialFailure } from '../../src/net/dialer.ts'
import type { Answer, Resolver } from '../../src/net/resolver.ts'
import type { Report } from '../../src/report/report.ts'
import { handshakeEnds, type ScriptedMx, scriptedDialer, secured } from './scripted-mx.ts'
import { zoneResolver } from './zone-resolver.ts'

const now = new Date()
const authority = createAuthority(now)
const zone = labZone(freshKeys())
const other = `
other.example SOA ns.other.example h.other.example 1
other.example MX 10 mx1.healthy.example
other.example MX 10 mx1.broken.example
other.example MX 10 gone.example
other.example TXT "v=spf1 include:healthy.example include:broken.example ?all"
_dmarc.other.example TXT "v=DMARC1; p=none; rua=mailto:a@collector.example,mailto:b@healthy.example"
`

/** More includes than are walked, on three levels. */
const wide = Array.from({ length: 8 }, (_, i) => i).flatMap(i => [
  `_${i}.wide.example TXT "v=spf1 ${Array.from({ length: 8 }, (_, j) => `include:_${i}-${j}.wide.example`).join(' ')} ~all"`,
  ...Array.from(
    { length: 8 },
    (_, j) => `_${i}-${j}.wide.example TXT "v=spf1 a:h${i}.wide.example a:h${j}.wide.example"`,
  ),
  `h${i}.wide.example A 192.0.2.${i}`,
])
const wideZone = [
  `wide.example TXT "v=spf1 ${Array.from({ length: 8 }, (_, i) => `include:_${i}.wide.example`).join(' ')} -all"`,
  'wide.example SOA ns.wide.example h.wide.example 1',
  ...wide,
].join('\n')

/** The domains of the world: they share hosts, lists and includes. */
export const domains = [
  healthy.domain,
  broken.domain,
  'other.example',
  'wide.example',
  'nothing.example',
  'recipient.example',
]

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Waits for some turns of the event loop, now and then for a moment. */
export function shuffled(random: () => number): () => Promise<void> {
  return async () => {
    for (let turns = Math.floor(random() * 4); turns > 0; turns--) await new Promise(resolve => setImmediate(resolve))
    if (random() < 0.05) await new Promise(resolve => setTimeout(resolve, random() * 3))
  }
}

/** How bad the world is: which part of the answers fail, and which never come. */
export interface Moods {
  readonly failing: number
  readonly silent: number
}

function moodyResolver(random: () => number, { failing, silent }: Moods): Resolver {
  const truth = zoneResolver([zone, other, wideZone].join('\n'))
  const pause = shuffled(random)
  return {
    async resolve(name, type) {
      await pause()
      if (random() < silent) return new Promise(() => {})
      if (random() < failing) {
        const why = (['timeout', 'servfail', 'refused', 'network', 'malformed'] as const)[Math.floor(random() * 5)]!
        return { kind: 'unreachable', why, server: `192.0.2.${Math.floor(random() * 200)}` }
      }
      const answer = await truth.resolve(name, type)
      // A server gives records in any order, and its TTL runs down.
      if (answer.kind !== 'records') return answer
      const records = answer.records.toSorted(() => random() - 0.5)
      return { ...answer, records, ttl: Math.floor(random() * 300) } as unknown as Answer<never>
    },
  }
}

function moodyDialer(random: () => number, { failing, silent }: Moods): Dialer {
  const pause = shuffled(random)
  const scripts = mxHosts.flatMap(({ host, addresses, certificate }) =>
    addresses.map((address): [string, ScriptedMx] => [
      address.includes(':') ? `[${address}]:25` : `${address}:25`,
      certificate === 'none'
        ? { says: ['220 hello', '250 no more than this', '221 Bye'] }
        : secured(certificateFor(host, certificate, authority, now), { trusted: certificate === 'good' }),
    ]),
  )
  const truth = scriptedDialer(Object.fromEntries(scripts))
  const upset = scriptedDialer(handshakeEnds('closed', 'the connection was closed during the handshake'))
  return {
    async connect(to, timeoutMs) {
      await pause()
      if (random() < silent) return new Promise(() => {})
      if (random() < failing) return { kind: 'failed', why: 'timeout', detail: 'no connection within 15 s' }
      const connection = await (random() < failing ? upset : truth).connect(to, timeoutMs)
      return connection.kind === 'failed' ? connection : moody(connection, pause, random)
    },
  }
}

function moody(connection: Connection, pause: () => Promise<void>, random: () => number): Connection {
  const started = performance.now()
  let rest = Buffer.alloc(0)
  return {
    kind: 'connected',
    // What is said comes in pieces.
    async read(timeoutMs) {
      await pause()
      if (rest.length === 0) {
        const came = await connection.read(timeoutMs)
        if (typeof came === 'string') return came
        rest = Buffer.from(came)
      }
      const length = 1 + Math.floor(random() * rest.length)
      const piece = rest.subarray(0, length)
      rest = rest.subarray(length)
      return piece
    },
    elapsed: () => performance.now() - started + random() * 100,
    pending: () => (random() < 0.1 ? 7 : rest.length),
    write: bytes => connection.write(bytes),
    async startTls(wish, timeoutMs): Promise<Awaited<ReturnType<Connection['startTls']>> | DialFailure> {
      await pause()
      rest = Buffer.alloc(0)
      return connection.startTls(wish, timeoutMs)
    },
    close: () => connection.close(),
  }
}

const asked: Asked = {
  target: {
    egress: healthy.egress.map(({ address, helo }) => ({ address: parseAddress(address)!, helo })),
    selectors: ['s1', 'none'],
    ourKeys: {},
    smtp: true,
    smtpPort: 25,
    listeners: [],
    families: [4, 6],
    ownFamilies: [4, 6],
  },
  profile: 'full',
  ehloName: 'probe.example.net',
  single: false,
}

/** What was reported, in the order in which it was, and the evidence file. */
export interface Recorded {
  readonly reports: readonly Report[]
  readonly file: string
}

/** Audits all domains at once in a world of these moods, and takes down what is heard. */
export async function recordRun(seed: number, moods: Moods, seconds?: number): Promise<Recorded> {
  const random = seeded(seed)
  const lines: string[] = []
  const means = recordedMeans(
    { resolver: moodyResolver(random, moods), dialer: moodyDialer(random, moods), ehloName: asked.ehloName },
    asked,
    line => lines.push(line),
  )
  const deadline: Deadline | undefined = seconds === undefined ? undefined : deadlineAfter(seconds)
  deadline?.passed.catch(() => means.stop())
  const run = new AuditRun(catalogue(), means)
  const reports: Report[] = []
  const options = { profile: profiles.full, wanted: askedFor(asked), ...(deadline && { deadline }), onFault: fail }
  await Promise.all(
    domains.map(async domain => {
      // Some begin when others are far on.
      for (let turns = Math.floor(random() * 40); turns > 0; turns--) await new Promise(r => setImmediate(r))
      reports.push(await run.audit({ ...asked.target, domain }, options))
    }),
  )
  means.finish()
  deadline?.cancel()
  return { reports, file: lines.join('') }
}

function fail(where: string, fault: unknown): void {
  throw new Error(`a fault in ${where}`, { cause: fault })
}

/** All reports of an evidence file, in the order of the file. */
export async function judgeAll(file: string, pause?: () => Promise<void>): Promise<readonly Report[]> {
  const evidence: Evidence = readEvidence(file)
  const reports: Report[] = []
  for (const domain of evidence.domains) {
    reports.push(await evidence.judge(domain, { onFault: fail, ...(pause && { pause }) }))
  }
  if (evidence.notHeld > 0) throw new Error(`${evidence.notHeld} questions were not held`)
  return reports
}

/** The report as its bytes, but for the duration. */
export function bytesOf(report: Report): string {
  return JSON.stringify({ ...report, durationMs: 0 }, undefined, 1)
}
