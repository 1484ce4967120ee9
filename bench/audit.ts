// How fast one domain and many are audited, over NSD and unbound with made-up domains: our audit, the same audit one question after
// the other (how tools ask that wait for each answer), mailauth's SPF and DMARC, and checkdmarc where Python has it. They take
// turns; ratios and medians count, since figures alone say more about the machine. Needs nsd and unbound:
//   npm run bench:audit
//   ROUNDS=9 DOMAINS=2000 DELAY=20 npm run bench:audit
//   PROFILE=1 npm run bench:audit        leaves a CPU profile of the bulk run in bench/results
import { execFile, spawnSync } from 'node:child_process'
import { Resolver as SystemResolver } from 'node:dns/promises'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dmarc } from 'mailauth/lib/dmarc/index.js'
import { spf } from 'mailauth/lib/spf/index.js'
import { AuditRun } from '../src/audit/audit.ts'
import { catalogue } from '../src/catalogue.ts'
import { profiles } from '../src/checks/profiles.ts'
import { createResolver } from '../src/net/dns/stub-resolver.ts'
import type { Resolver } from '../src/net/resolver.ts'
import { withoutRewriting } from '../src/net/rewriting.ts'
import { formats } from '../src/report/formats.ts'
import { domainName, startAuthority, startDelay, startRecursor } from './audit-world.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 5)
const DOMAINS = Number(process.env.DOMAINS ?? 1000)
const DELAY = Number(process.env.DELAY ?? 20)
const AT_ONCE = 64
const PORTS = { authority: 21_711, recursor: 21_712, delayed: 21_713 }

interface Turn {
  readonly seconds: number
  /** Of this process. */
  readonly cpu: number
}

const launcher = fileURLToPath(new URL('../bin/mailworthy.js', import.meta.url))
const results = fileURLToPath(new URL('./results/', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'mailworthy-bench-'))
const authority = await startAuthority(folder, PORTS.authority, DOMAINS)
let recursor = await startRecursor(folder, PORTS.recursor, PORTS.authority)
const delayed = await startDelay(PORTS.delayed, PORTS.recursor, DELAY)
const raw: Record<string, Turn[]> = {}

/** An audit of each domain by DNS alone, and how many questions that took. */
async function audit(domains: readonly string[], port: number, wrap = (resolver: Resolver): Resolver => resolver) {
  const stub = createResolver({ servers: [{ address: '127.0.0.1', port }] })
  const means = {
    resolver: wrap(withoutRewriting(stub)),
    dialer: { connect: async () => ({ kind: 'failed', why: 'network', detail: 'not in this bench' }) as const },
    ehloName: 'bench.example',
  }
  const run = new AuditRun(catalogue(), means)
  const target = {
    ...{ egress: [], selectors: [], ourKeys: {}, smtp: false, smtpPort: 25, listeners: [] },
    families: [4, 6] as const,
    ownFamilies: [4, 6] as const,
  }
  const rendering = formats.ndjson.open({})
  const rest = domains.values()
  const worker = async (): Promise<void> => {
    for (const domain of rest) rendering.add(await run.audit({ ...target, domain }, { profile: profiles.full }))
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, domains.length) }, worker))
  const { udp, tcp } = stub.stats()
  stub.close()
  return udp + tcp
}

/** One question at a time. */
function serial(resolver: Resolver): Resolver {
  let before: Promise<unknown> = Promise.resolve()
  return {
    resolve(name, type, from) {
      const answer = before.then(() => resolver.resolve(name, type, from))
      before = answer
      return answer
    },
  }
}

/** The SPF and DMARC of one domain, as a receiver would have them from mailauth. */
async function byMailauth(domain: string, port: number): Promise<void> {
  const system = new SystemResolver()
  system.setServers([`127.0.0.1:${port}`])
  const resolver = (async (name: string, type: string) => system.resolve(name, type)) as never
  const result = await spf({ sender: `a@${domain}`, ip: '203.0.113.9', helo: `mail.${domain}`, mta: 'bench', resolver })
  await dmarc({ headerFrom: [domain], spfDomains: [], dkimDomains: [], arcResult: result, resolver } as never)
}

const hasCheckdmarc = spawnSync('python3', ['-c', 'import checkdmarc']).status === 0
const checkdmarc = (domain: string, port: number): readonly string[] => [
  '-c',
  `import dns.resolver, checkdmarc, time
r = dns.resolver.Resolver(configure=False); r.nameservers = ['127.0.0.1']; r.port = ${port}
checkdmarc.check_domains(['${domain}'], skip_tls=True, resolver=r)`,
]

async function turn(name: string, work: () => Promise<unknown>): Promise<void> {
  const [began, cpuBefore] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(cpuBefore)
  const taken = { seconds: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 }
  raw[name] = [...(raw[name] ?? []), taken]
}

/** Another process, to its end. */
function command(program: string, args: readonly string[]): Promise<void> {
  return new Promise(resolve => execFile(program, args, { maxBuffer: 1 << 26 }, () => resolve()))
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

function line(name: string, say: (seconds: number, cpu: number) => string): void {
  const turns = raw[name]
  if (turns === undefined) return
  const seconds = turns.map(one => one.seconds)
  const range = `[${Math.min(...seconds).toFixed(3)}–${Math.max(...seconds).toFixed(3)} s]`
  const told = say(median(seconds), median(turns.map(one => one.cpu)))
  process.stdout.write(`${name.padEnd(44)} ${told} ${range}\n`)
}

const many = Array.from({ length: DOMAINS }, (_, i) => domainName(i))
const one = domainName(1)
const labels = {
  one: `one domain, ${DELAY} ms, audit`,
  serial: `one domain, ${DELAY} ms, one after the other`,
  mailauth: `one domain, ${DELAY} ms, mailauth SPF+DMARC`,
  checkdmarc: `one domain, ${DELAY} ms, checkdmarc`,
  cli: `whole command, ${DELAY} ms`,
  version: 'whole command, --version',
  cold: `${DOMAINS} domains, cold resolver`,
  warm: `${DOMAINS} domains, warm resolver`,
}
let questions = 0
try {
  await audit([one], PORTS.recursor)
  await byMailauth(one, PORTS.recursor)
  for (let round = 0; round < ROUNDS; round++) {
    await turn(labels.one, () => audit([one], PORTS.delayed))
    await turn(labels.serial, () => audit([one], PORTS.delayed, serial))
    await turn(labels.mailauth, () => byMailauth(one, PORTS.delayed))
    if (hasCheckdmarc) await turn(labels.checkdmarc, () => command('python3', checkdmarc(one, PORTS.delayed)))
    await turn(labels.version, () => command(process.execPath, [launcher, '--version']))
    const args = ['audit', one, '--no-smtp', '--resolver', `127.0.0.1:${PORTS.delayed}`]
    await turn(labels.cli, () => command(process.execPath, [launcher, ...args]))
    await recursor.stop()
    recursor = await startRecursor(folder, PORTS.recursor, PORTS.authority)
    await turn(labels.cold, () => audit(many, PORTS.recursor))
    const session = process.env.PROFILE === '1' && round === ROUNDS - 1 ? await profiling() : undefined
    await turn(labels.warm, async () => {
      questions = await audit(many, PORTS.recursor)
    })
    if (session)
      writeFileSync(join(results, 'audit.cpuprofile'), JSON.stringify((await session.post('Profiler.stop')).profile))
  }
} finally {
  await Promise.all([delayed.stop(), recursor.stop(), authority.stop()])
  rmSync(folder, { recursive: true })
}

async function profiling(): Promise<Session> {
  mkdirSync(results, { recursive: true })
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.start')
  return session
}

const ms = (seconds: number): string => `${(seconds * 1000).toFixed(0)} ms`.padStart(9)
for (const name of [labels.one, labels.serial, labels.mailauth, labels.checkdmarc, labels.version, labels.cli])
  line(name, ms)
for (const name of [labels.cold, labels.warm]) {
  line(
    name,
    (seconds, cpu) => `${(DOMAINS / seconds).toFixed(0)} domains/s, ${((cpu / DOMAINS) * 1000).toFixed(2)} ms CPU each`,
  )
}
const ratio = (a: string, b: string): string =>
  (median(raw[a]!.map(t => t.seconds)) / median(raw[b]!.map(t => t.seconds))).toFixed(1)
process.stdout.write(`one after the other takes ${ratio(labels.serial, labels.one)} times as long as the audit\n`)
if (hasCheckdmarc) process.stdout.write(`checkdmarc takes ${ratio(labels.checkdmarc, labels.one)} times as long\n`)
else process.stdout.write('checkdmarc is not installed here: nothing is said of it\n')
process.stdout.write(
  `${(questions / DOMAINS).toFixed(1)} questions a domain; peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB\n`,
)
mkdirSync(results, { recursive: true })
writeFileSync(join(results, 'audit.json'), `${JSON.stringify(raw, null, 1)}\n`)
