// The relay as an administrator runs it: `mailworthy serve` with a configuration file, a process of its own, on the lab's DNS.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Lab } from '../../src/lab/lab.ts'
import { freePort } from '../peers/support/program.ts'
import { passwordText } from './configured-house.ts'
import { RawSmtp } from './raw-smtp.ts'

const launcher = fileURLToPath(new URL('../../bin/mailworthy.js', import.meta.url))

/** A running process. */
export interface Served {
  readonly id: number
  /** Everything that it has printed, and what of it on standard error. */
  output(): string
  errors(): string
  /** Resolves when the output matches; throws with it when the process ends before, or after twenty seconds. */
  says(what: RegExp): Promise<void>
  signal(name: NodeJS.Signals): void
  readonly ended: Promise<{ readonly status: number | null; readonly signal: NodeJS.Signals | null }>
}

/** A folder with a configuration that is good, and its keys. */
export interface ServedHouse {
  readonly folder: string
  /** The configuration file. */
  readonly file: string
  readonly text: string
  readonly port: number
  start(file?: string): Served
  write(name: string, content: string): string
  /** Ends what still runs, and takes the folder away. */
  remove(): Promise<void>
}

/** Mail of the lab's domains, from this machine, to one smart host on this machine. */
export async function makeServedHouse(lab: Lab, sink: number, more = ''): Promise<ServedHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'mailworthy-served-'))
  const port = await freePort()
  const running = new Set<Served>()
  const write = (name: string, content: string): string => {
    const path = join(folder, name)
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }
  mkdirSync(join(folder, 'keys'))
  const domains = Object.entries(lab.signingKeys).map(([name, keys]) => {
    const dkim = Object.entries(keys).map(([selector, key]) => {
      write(`keys/${name}-${selector}.pem`, key.export({ type: 'pkcs8', format: 'pem' }) as string)
      return `{ selector: ${selector}, key: "file:keys/${name}-${selector}.pem" }`
    })
    return `  - { name: ${name}, dkim: [ ${dkim.join(', ')} ] }`
  })
  const text = `hostname: mail.healthy.example
resolver: ["127.0.0.1:${lab.resolver.port}"]
egress:
  - { name: main, seenAs: [192.0.2.25], source: 127.0.0.1, helo: mail.healthy.example }
domains:
${domains.join('\n')}
listeners:
  - { name: inside, bind: ["127.0.0.1:${port}"], tls: none }
clients:
  - { name: app, match: { ips: [127.0.0.1] }, senders: ["*@healthy.example", "*@broken.example"] }
  - { name: nobody, match: { user: nobody }, password: "${passwordText}", senders: ["*@healthy.example"] }
routes:
  - { name: sink, match: ["*"], via: ["127.0.0.1:${sink}"], tls: none, appearsAs: { addresses: [192.0.2.25] } }
retry: { steps: [1s], expiresAfter: 1d }
${more}`
  const file = write('mailworthy.yaml', text)
  return {
    folder,
    file,
    text,
    port,
    write,
    start(config = file) {
      const served = startServe(config)
      running.add(served)
      void served.ended.then(() => running.delete(served))
      return served
    },
    async remove() {
      for (const served of running) served.signal('SIGKILL')
      await Promise.all([...running].map(served => served.ended))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Starts `mailworthy serve`; whoever starts it ends it. */
export function startServe(config: string): Served {
  const child = spawn(process.execPath, [launcher, 'serve', '--config', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  let output = ''
  let errors = ''
  let over = false
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', chunk => {
      output += chunk
      if (stream === child.stderr) errors += chunk
    })
  }
  const ended = once(child, 'close').then(([status, signal]) => {
    over = true
    return { status: status as number | null, signal: signal as NodeJS.Signals | null }
  })
  return {
    id: child.pid!,
    output: () => output,
    errors: () => errors,
    async says(what) {
      for (const until = Date.now() + 20_000; !what.test(output); ) {
        if (over || Date.now() > until) throw new Error(`it did not say ${what}, but:\n${output}`)
        await new Promise(resolve => setTimeout(resolve, 10))
      }
    },
    signal: name => void child.kill(name),
    ended,
  }
}

/** Submits a short letter to a relay that is served. @returns the last reply, its lines parted by LF */
export async function submit(
  port: number,
  from: string,
  to: string,
  at: { readonly from?: string } = {},
): Promise<string> {
  const smtp = await RawSmtp.connect({ port, ...at })
  await smtp.reply()
  for (const line of ['EHLO app.healthy.example', `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA']) {
    const said = await smtp.ask(line)
    if (!/^[23]/.test(said)) return said
  }
  const said = await smtp.ask(`From: <${from}>\r\nTo: <${to}>\r\nSubject: Hello\r\n\r\nGood day.\r\n.`)
  smtp.end()
  return said
}
