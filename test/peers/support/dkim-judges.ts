// Verifiers of DKIM that others wrote: dkimpy, Mail::DKIM, opendkim and rspamd, each asked about files of messages.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type NameServer, startNsd } from './name-servers.ts'
import { freePort, mustRun, type Server, startServer, temporaryFolder } from './program.ts'

/** What became of the signature of one selector, in the judge's words; `pass` is `pass` with all of them. */
export type Judged = { readonly [selector: string]: string }

/** Judges messages, named by their files. */
export type DkimJudge = (files: readonly string[]) => Promise<ReadonlyMap<string, Judged>>

/** Messages put into files, and the key records that their signatures need. */
export interface DkimCase {
  /** `selector._domainkey.domain` → text. */
  readonly records: ReadonlyMap<string, string>
}

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

export function dkimpyJudge({ records }: DkimCase): DkimJudge {
  const keys = keyFile(records)
  return async files => byLines(await mustRun('/usr/bin/python3', [script('dkim-judge.py'), keys, ...files]))
}

export function mailDkimJudge({ records }: DkimCase): DkimJudge {
  const keys = keyFile(records)
  return async files => byLines(await mustRun('perl', [script('dkim-judge.pl'), keys, ...files]))
}

/** opendkim's filter in its test mode; its Authentication-Results, one for each message, in their order. */
export function opendkimJudge({ records }: DkimCase): DkimJudge {
  const configuration = join(temporaryFolder('opendkim'), 'opendkim.conf')
  writeFileSync(configuration, `Mode v\nUserID root\nSyslog no\nTestPublicKeys ${keyFile(records)}\n`)
  return async files => {
    const judged = new Map<string, Judged>()
    for (const file of files) {
      const { stdout } = await mustRun('opendkim', ['-x', configuration, '-v', '-v', '-t', file])
      const results = [...stdout.matchAll(/dkim=(\S+)([^;]*)header\.s=(\S+)/g)]
      judged.set(
        file,
        Object.fromEntries(
          results.map(([, result, more, selector]) => [selector!, `${result}${result === 'pass' ? '' : more}`]),
        ),
      )
    }
    return judged
  }
}

/** rspamd with nothing but its DKIM module, and a name server for it. It takes some ten seconds to come up. */
export async function startRspamd({
  records,
}: DkimCase): Promise<{ readonly judge: DkimJudge; readonly port: number; stop(): Promise<void> }> {
  const nsd = await startNsd({ '.': keyZone(records) })
  const port = await freePort()
  const server = await startServer('rspamd', ['-f', '-i', '-c', rspamdConfiguration(port, nsd)], {
    ready: async () => {
      await wait(200)
      return (await fetch(`http://127.0.0.1:${port}/ping`).catch(() => undefined))?.ok ?? false
    },
  })
  return { judge: askRspamd(port), port, stop: () => stopAll([server, nsd]) }
}

const rspamdSymbols: { readonly [symbol: string]: string } = {
  R_DKIM_ALLOW: 'pass',
  R_DKIM_REJECT: 'fail',
  R_DKIM_TEMPFAIL: 'temperror',
  R_DKIM_PERMFAIL: 'permerror',
}

interface RspamdReply {
  readonly symbols: { readonly [symbol: string]: { readonly options?: readonly string[] } }
}

function askRspamd(port: number): DkimJudge {
  return async files => {
    const judged = new Map<string, Judged>()
    for (const file of files) {
      const { stdout } = await mustRun('rspamc', ['-h', `127.0.0.1:${port}`, '--json', file])
      const { symbols } = JSON.parse(stdout) as RspamdReply
      const results = Object.entries(rspamdSymbols).flatMap(([symbol, result]) =>
        (symbols[symbol]?.options ?? []).map(option => [/:s=(.*)$/.exec(option)?.[1] ?? option, result] as const),
      )
      judged.set(file, Object.fromEntries(results))
    }
    return judged
  }
}

function rspamdConfiguration(port: number, nsd: NameServer): string {
  const folder = temporaryFolder('rspamd')
  const file = join(folder, 'rspamd.conf')
  const text = `
options {
  pidfile = "${folder}/pid"; control_socket = "${folder}/control mode=0600"; tempdir = "${folder}";
  hs_cache_dir = "${folder}"; history_file = "${folder}/history"; url_tld = "/usr/share/rspamd/effective_tld_names.dat";
  filters = "dkim";
  dns { nameserver = ["127.0.0.1:${nsd.port}"]; timeout = 5s; }
}
logging { type = "console"; level = "warning"; }
worker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; task_timeout = 20s; }
actions { reject = 15; }
dkim { time_jitter = 6h; }
`
  writeFileSync(file, text)
  return file
}

async function stopAll(servers: readonly Server[]): Promise<void> {
  for (const server of servers) await server.stop()
}

function keyFile(records: ReadonlyMap<string, string>): string {
  const file = join(temporaryFolder('dkim'), 'keys')
  writeFileSync(file, [...records].map(([name, text]) => `${name} ${text}\n`).join(''))
  return file
}

function keyZone(records: ReadonlyMap<string, string>): string {
  const lines = [...records].map(
    ([name, text]) =>
      `${name}. 60 TXT ${text
        .match(/.{1,255}/g)!
        .map(part => `"${part}"`)
        .join(' ')}`,
  )
  return `. 60 SOA ns.test. h.test. 1 1 1 1 1\n. 60 NS ns.test.\n${lines.join('\n')}\n`
}

function byLines({ stdout }: { readonly stdout: string }): ReadonlyMap<string, Judged> {
  const judged = new Map<string, Record<string, string>>()
  for (const line of stdout.split('\n').filter(one => one !== '')) {
    const [file, selector, result] = line.split('\t') as [string, string, string]
    judged.set(file, { ...judged.get(file), [selector]: result })
  }
  return judged
}
