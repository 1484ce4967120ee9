// `mailworthy gate`: where each domain stands, and what a message would be answered, from the running daemon.
import { askControl } from '../daemon/control.ts'
import { visible } from '../report/visible.ts'
import { type ConfigurationFlags, configured } from './configuration.ts'
import { UsageError } from './failure.ts'
import { table } from './table.ts'

export type GateFlags = ConfigurationFlags & {
  readonly json?: boolean
  readonly from?: string
  readonly to?: string
  readonly client?: string
}

interface DomainStanding {
  readonly domain: string
  readonly mode: string
  readonly decision: string
  readonly because: readonly string[]
  readonly verdict: string | null
  readonly auditedAt: number | null
}

/** Where each domain stands. */
export async function gateStatus(flags: GateFlags, out: NodeJS.WritableStream): Promise<void> {
  const { domains } = (await asked(flags, 'GET', '/api/v1/gate/status')) as { domains: readonly DomainStanding[] }
  if (flags.json) {
    out.write(`${JSON.stringify(domains, null, 2)}\n`)
    return
  }
  const rows = domains.map(one => [
    one.domain,
    one.decision,
    one.mode,
    one.verdict ?? 'not audited',
    one.auditedAt === null ? '' : new Date(one.auditedAt).toISOString(),
    one.because.join('; '),
  ])
  out.write(
    table(
      ['domain', 'gate', 'mode', 'verdict', 'audited', 'because'],
      rows.map(row => row.map(cell => visible(cell))),
    ),
  )
}

/** What a message from this author would be answered now, word for word. */
export async function explainGate(flags: GateFlags, out: NodeJS.WritableStream): Promise<void> {
  if (flags.from === undefined) throw new UsageError('gate explain needs --from, the address in the header From')
  const body = {
    from: flags.from,
    ...(flags.to === undefined ? {} : { to: flags.to }),
    ...(flags.client === undefined ? {} : { client: flags.client }),
  }
  const told = (await asked(flags, 'POST', '/api/v1/gate/explain', body)) as {
    error?: string
    domain: string
    mode: string
    egress: string
    decision: { kind: string; notes: readonly string[] }
    verdict: { kind: string; because?: string; reply?: { code: number; enhanced: string; lines: readonly string[] } }
  }
  if (flags.json) {
    out.write(`${JSON.stringify(told, null, 2)}\n`)
    return
  }
  if (told.error !== undefined) {
    out.write(`${visible(told.error)}\n`)
    return
  }
  const { verdict, decision } = told
  const lines = [`The gate is ${decision.kind} for ${told.domain}, in mode ${told.mode}, by egress ${told.egress}.`]
  if (verdict.kind === 'queue') lines.push('The message is taken: 250.')
  else if (verdict.kind === 'hold') lines.push(`The message is taken and held: ${verdict.because}`)
  else if (verdict.reply) {
    const { code, enhanced, lines: said } = verdict.reply
    lines.push(
      'The message is refused:',
      ...said.map((line, i) => `  ${code}${i < said.length - 1 ? '-' : ' '}${enhanced} ${line}`),
    )
  }
  for (const note of decision.notes) lines.push(`Note: ${note}`)
  out.write(`${lines.map(line => visible(line)).join('\n')}\n`)
}

async function asked(flags: GateFlags, method: 'GET' | 'POST', route: string, body?: object): Promise<unknown> {
  const { control } = configured(flags)
  const answer = await askControl(control.path, method, route, body)
  if (answer === undefined)
    throw new UsageError(`no daemon answers at ${visible(control.path)}: start \`mailworthy serve\``)
  return answer.body
}
