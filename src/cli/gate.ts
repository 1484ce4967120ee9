// `mailworthy gate`: where each domain stands, and what a message would be answered, from the running daemon.
import type { DomainStanding, Explained, WayStanding } from '../daemon/gate-answers.ts'
import { inWords } from '../relay/gate/reply.ts'
import { visible } from '../report/visible.ts'
import { askDaemon } from './ask-daemon.ts'
import { type ConfigurationFlags, configured } from './configuration.ts'
import { UsageError } from './failure.ts'
import { table } from './table.ts'

export type GateFlags = ConfigurationFlags & {
  readonly json?: boolean
  readonly from?: string
  readonly to?: string
  readonly client?: string
}

/** Where each domain stands: in one line when all its ways agree, else in one for each route. */
export async function gateStatus(flags: GateFlags, out: NodeJS.WritableStream): Promise<void> {
  const { domains } = (await asked(flags, 'GET', '/api/v1/gate/status')) as { domains: readonly DomainStanding[] }
  if (flags.json) {
    out.write(`${JSON.stringify(domains, null, 2)}\n`)
    return
  }
  const differ = domains.some(one => !agree(one.ways))
  const heading = ['domain', ...(differ ? ['route'] : []), 'gate', 'mode', 'verdict', 'audited', 'because']
  const rows = domains.flatMap(one => {
    const { domain, decision, mode, because, ways } = one
    const audited = one.auditedAt === null ? '' : new Date(one.auditedAt).toISOString()
    const row = (route: string, gate: string, why: string): string[] =>
      [domain, ...(differ ? [route] : []), gate, mode, one.verdict ?? 'not audited', audited, why].map(cell =>
        visible(cell),
      )
    if (agree(ways)) return [row('all', decision, because.join('; '))]
    const leaving = ways.filter(way => way.taken)
    return leaving.map(way => row(way.route, way.decision, whyOf(way, ways)))
  })
  out.write(table(heading, rows))
}

function agree(ways: readonly WayStanding[]): boolean {
  const said = ways.map(({ decision, because }) => JSON.stringify([decision, because]))
  return new Set(said).size <= 1
}

/** Of a route: its reasons, and those of egresses that stand otherwise. */
function whyOf(way: WayStanding, ways: readonly WayStanding[]): string {
  const others = ways.filter(one => one.route === way.route && !one.taken && !agree([one, way]))
  const told = others.map(one => `from ${one.egress} ${one.decision}: ${one.because.join('; ')}`)
  const leaves = others.length === 0 ? [] : [`leaves from ${way.egress}`]
  return [...way.because, ...leaves, ...told].join('; ')
}

/** What a message from this author would be answered now, word for word. */
export async function explainGate(flags: GateFlags, out: NodeJS.WritableStream): Promise<void> {
  if (flags.from === undefined) throw new UsageError('gate explain needs --from, the address in the header From')
  const body = {
    from: flags.from,
    ...(flags.to === undefined ? {} : { to: flags.to }),
    ...(flags.client === undefined ? {} : { client: flags.client }),
  }
  const told = (await asked(flags, 'POST', '/api/v1/gate/explain', body)) as Explained
  if (flags.json) {
    out.write(`${JSON.stringify(told, null, 2)}\n`)
    return
  }
  const { domain, mode, route, egress, decision, verdict } = told
  const lines =
    decision === undefined
      ? []
      : [
          `The gate is ${decision.kind} for ${domain}, in mode ${mode}, on the route ${route} from the egress ${egress}.`,
        ]
  if (verdict.kind === 'queue') {
    lines.push('The message is taken: 250.')
    if (decision !== undefined && decision.kind !== 'open')
      lines.push(...decision.because.map(one => `Without mode ${mode} it would not be: ${inWords(one)}`))
  } else if (verdict.kind === 'hold') lines.push(`The message is taken and held: ${verdict.because}`)
  else {
    const { code, enhanced, lines: said } = verdict.reply
    lines.push(
      'The message is refused:',
      ...said.map((line, i) => `  ${code}${i < said.length - 1 ? '-' : ' '}${enhanced} ${line}`),
    )
  }
  for (const note of decision?.notes ?? []) lines.push(`Note: ${note}`)
  out.write(`${lines.map(line => visible(line)).join('\n')}\n`)
}

async function asked(flags: GateFlags, method: 'GET' | 'POST', route: string, body?: object): Promise<unknown> {
  const configuration = configured(flags)
  const answer = await askDaemon(configuration, method, route, body)
  if (answer === undefined)
    throw new UsageError(`no daemon answers at ${visible(configuration.control.path)}: start \`mailworthy serve\``)
  if (answer.status !== 200)
    throw new UsageError(
      `the daemon at ${visible(configuration.control.path)} does not know this question: is it an older one?`,
    )
  return answer.body
}
