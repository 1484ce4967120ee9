// Messages a second and CPU for each: `mailworthy serve` against tuned Postfix with OpenDKIM, in turns, on the same work:
// smtp-source, the relay, smtp-sink, one RSA-2048 signature, everything on loopback without TLS. Ratios count; figures
// alone say more about the machine. As root, with Debian's postfix and opendkim:
//   npm run bench:relay
//   MESSAGES=5000 ROUNDS=7 SIZE=102400 SESSIONS=50 npm run bench:relay
//   PROFILE=1 npm run bench:relay        leaves a CPU profile of mailworthy beside the figures, in bench/results
import { type ChildProcess, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startLab } from '../src/lab/lab.ts'
import { type Account, end, enterGroup, leaveGroup, machineSeconds, openAccount, quiet } from './accounts.ts'
import {
  type Contestant,
  type Course,
  greets,
  RECIPIENT,
  SENDER,
  startMailworthy,
  startPostfix,
} from './contestants.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 5)
const MESSAGES = Number(process.env.MESSAGES ?? 2000)
const SIZE = Number(process.env.SIZE ?? 10_240)
const SESSIONS = Number(process.env.SESSIONS ?? 20)
/** A round waits so long for others to leave the machine alone. */
const QUIET_MS = Number(process.env.QUIET_MS ?? 30_000)

/** One turn of one relay. */
interface Turn {
  readonly accepted: number
  readonly delivered: number
  /** CPU seconds for 1,000 messages. */
  readonly cpu: number
  /** Cores that others used meanwhile. */
  readonly others: number
}

/** smtp-sink, which counts on its output what it has taken. */
class Sink {
  readonly child: ChildProcess
  #text = ''

  constructor(tools: Account, port: number) {
    this.child = tools.start('smtp-sink', ['-u', 'nobody', '-c', `127.0.0.1:${port}`, '1000'], 'pipe')
    this.child.stdout!.setEncoding('latin1').on('data', (chunk: string) => {
      this.#text = (this.#text + chunk).slice(-300)
    })
  }

  get taken(): number {
    return Number([...this.#text.matchAll(/mesg=(\d+)(?=\D)/g)].at(-1)?.[1] ?? 0)
  }
}

async function turn({ account, port }: Contestant, tools: Account, sink: Sink, count: number): Promise<Turn> {
  await quiet(QUIET_MS)
  const before = sink.taken
  const began = { at: performance.now(), cpu: account.seconds(), tools: tools.seconds(), machine: machineSeconds() }
  const seconds = (): number => (performance.now() - began.at) / 1000
  const source = tools.start('smtp-source', [
    ...['-s', `${SESSIONS}`, '-d', '-m', `${count}`, '-l', `${SIZE}`, '-f', SENDER, '-t', RECIPIENT],
    `127.0.0.1:${port}`,
  ])
  const status = await new Promise<number | null>(resolve => source.once('exit', resolve))
  if (status !== 0) {
    // What it left behind must not be counted for the next one.
    await wait(5_000)
    throw new Error(`smtp-source ended with ${status}`)
  }
  const accepted = seconds()
  while (sink.taken - before < count) {
    if (seconds() > 300) throw new Error(`only ${sink.taken - before} of ${count} arrived`)
    await wait(5)
  }
  const delivered = seconds()
  const machine = machineSeconds() - began.machine
  // Outcomes are still written down: they belong to the work.
  await wait(300)
  const cpu = account.seconds() - began.cpu
  const others = Math.max(0, machine - cpu - (tools.seconds() - began.tools)) / delivered
  return { accepted: count / accepted, delivered: count / delivered, cpu: (cpu / count) * 1000, others }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

function told(values: readonly number[], digits: number): string {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return `${median(values).toFixed(digits)} [${least.toFixed(digits)}-${most.toFixed(digits)}]`
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

const results = fileURLToPath(new URL('results', import.meta.url))
mkdirSync(results, { recursive: true })
const folder = mkdtempSync(join(tmpdir(), 'mailworthy-bench-'))
const tools = openAccount('tools')
const toolSeconds = enterGroup('tools')
const lab = await startLab()
const stops: (() => Promise<unknown>)[] = [() => lab.close()]
try {
  const sinkPort = await freePort()
  const sink = new Sink(tools, sinkPort)
  stops.push(() => end(sink.child))
  while (!(await greets(sinkPort))) await wait(50)
  const course = async (): Promise<Course> => ({
    folder,
    key: lab.signingKeys['healthy.example']!.s1!,
    resolver: `${lab.resolver.address}:${lab.resolver.port}`,
    sink: sinkPort,
    port: await freePort(),
    ...(process.env.PROFILE ? { profile: results } : {}),
  })
  const contestants: Contestant[] = []
  for (const start of [startMailworthy, startPostfix]) {
    const one = await start(await course())
    contestants.push(one)
    stops.push(one.stop)
  }
  const turns = new Map(contestants.map(one => [one.name, [] as Turn[]]))
  for (let round = 0; round <= ROUNDS; round++) {
    for (const one of contestants) {
      const made = await turn(one, tools, sink, MESSAGES).catch(fault => {
        process.stdout.write(`round ${round}  ${one.name}: ${fault}\n`)
        return undefined
      })
      if (made === undefined) continue
      const line = `${made.delivered.toFixed(0)} delivered/s, ${made.cpu.toFixed(2)} CPU-s per 1,000, others ${made.others.toFixed(2)} cores`
      process.stdout.write(`${round === 0 ? 'warm-up' : `round ${round}`}  ${one.name.padEnd(20)} ${line}\n`)
      if (round > 0) turns.get(one.name)!.push(made)
    }
  }
  process.stdout.write(
    `\n${MESSAGES} messages of ${SIZE} octets, ${SESSIONS} sessions, median [least-most] of ${ROUNDS}\n`,
  )
  for (const [name, all] of turns) {
    process.stdout.write(
      `${name.padEnd(20)} accepted/s ${told(
        all.map(t => t.accepted),
        0,
      )}, delivered/s ${told(
        all.map(t => t.delivered),
        0,
      )}, CPU-s per 1,000 ${told(
        all.map(t => t.cpu),
        2,
      )}\n`,
    )
  }
  const [ours, theirs] = [...turns.values()] as [Turn[], Turn[]]
  const speed = median(ours.map(t => t.delivered)) / median(theirs.map(t => t.delivered))
  const thrift = median(theirs.map(t => t.cpu)) / median(ours.map(t => t.cpu))
  process.stdout.write(`ratio: ${speed.toFixed(2)} in delivered/s, ${thrift.toFixed(2)} in messages per CPU-second\n`)
  const raw = {
    at: new Date().toISOString(),
    commit: spawnSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).stdout.trim(),
    changes: createHash('sha256')
      .update(spawnSync('git', ['diff', 'HEAD', '--', 'src'], { encoding: 'utf8' }).stdout)
      .digest('hex')
      .slice(0, 12),
    machine: { cores: cpus().length, model: cpus()[0]?.model, node: process.version },
    settings: { ROUNDS, MESSAGES, SIZE, SESSIONS, profiled: process.env.PROFILE !== undefined },
    ratio: { delivered: speed, perCpuSecond: thrift },
    turns: Object.fromEntries(turns),
    toolSeconds: toolSeconds(),
  }
  const file = join(results, `relay-${raw.at.replaceAll(':', '')}.json`)
  writeFileSync(file, `${JSON.stringify(raw, null, 2)}\n`)
  process.stdout.write(`raw figures: ${file}\n`)
} finally {
  for (const stop of stops.toReversed()) await stop().catch(fault => process.stderr.write(`${fault}\n`))
  leaveGroup()
  tools.close()
  rmSync(folder, { recursive: true, force: true })
}
