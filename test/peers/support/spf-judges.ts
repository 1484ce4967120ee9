// Asks pyspf and Mail::SPF about SPF: each a process that is handed its cases and the name server to ask.
import { fileURLToPath } from 'node:url'
import type { NameServer } from './name-servers.ts'
import { mustRun } from './program.ts'

export interface SpfCase {
  readonly host: string
  readonly mailfrom: string
  readonly helo: string
}

/** What a peer says. `explanation`: of a fail, "DEFAULT" when the domain has none to tell; what is no ASCII as `\xNN`. */
export interface SpfSaid {
  readonly result: string
  readonly explanation: string
}

const judges = {
  pyspf: { program: '/usr/bin/python3', script: 'spf-judge.py' },
  mailSpf: { program: '/usr/bin/perl', script: 'spf-judge.pl' },
} as const

/** @param voids how many empty answers it allows */
export async function askJudge(
  judge: keyof typeof judges,
  { port }: NameServer,
  voids: number,
  cases: readonly SpfCase[],
): Promise<readonly SpfSaid[]> {
  const { program, script } = judges[judge]
  const file = fileURLToPath(new URL(script, import.meta.url))
  const input = cases.map(({ host, mailfrom, helo }) => `${host}\t${mailfrom}\t${helo}\n`).join('')
  const args = [file, '127.0.0.1', String(port), String(voids)]
  const { stdout } = await mustRun(program, args, { input, timeoutMs: 100_000 })
  const said = stdout
    .replace(/\n$/, '')
    .split('\n')
    .map(line => {
      const [result = '', explanation = ''] = line.split('\t')
      return { result, explanation }
    })
  if (said.length !== cases.length) throw new Error(`${script} gave ${said.length} results of ${cases.length}`)
  return said
}
