// What the control socket answers about the gate: where each domain stands on each way out, and what a message would be told now.
import type { Decision } from '../relay/gate/decision.ts'
import { inWords, type Verdict, verdictOf } from '../relay/gate/reply.ts'
import { mayUseAuthor } from '../relay/intake/clients.ts'
import { gateMode, type Judgment, judge, judgeWays, signaturesOf, taken, type Written } from '../relay/judge.ts'
import { recipientDomain } from '../relay/route/routes.ts'
import type { DomainSettings, GateMode } from '../relay/settings.ts'
import { routeOf } from '../relay/way.ts'
import type { Verdict as ReportVerdict } from '../report/report.ts'
import type { Controlled } from './control.ts'

/** One way that mail of a domain can take: a route, from an egress. */
export interface WayStanding {
  readonly route: string
  readonly egress: string
  readonly decision: Decision['kind']
  /** `example.org has no signing key here (dkim-key)`; empty when it is open. */
  readonly because: readonly string[]
  /** Whether mail on this route leaves by this egress now. */
  readonly taken: boolean
}

/** Where a domain stands. */
export interface DomainStanding {
  readonly domain: string
  readonly mode: GateMode
  /** The least open decision of the ways that are taken; its reasons. */
  readonly decision: Decision['kind']
  readonly because: readonly string[]
  /** Every route from every egress, in the order of the configuration. */
  readonly ways: readonly WayStanding[]
  /** Of the whole report; null before the first. */
  readonly verdict: ReportVerdict | null
  /** Milliseconds since the epoch: when its records were last asked. */
  readonly auditedAt: number | null
}

type Asked = Pick<Controlled, 'settings' | 'evidence' | 'scheduler'>

/** `gate status`. */
export function gateStatus({ settings, evidence, scheduler }: Asked): { readonly domains: readonly DomainStanding[] } {
  const domains = settings.domains.map((domain): DomainStanding => {
    const perRoute = settings.routes.map(route => {
      const judgments = judgeWays(writtenBy(domain), [route], settings, evidence)
      const leaves = taken(judgments)
      return judgments.map(one => standing(route.name, one, one === leaves))
    })
    const ways = perRoute.flat()
    const worst = ways.filter(way => way.taken).toSorted((a, b) => openness(a) - openness(b))[0]
    return {
      domain: domain.name,
      mode: gateMode(undefined, domain.name, settings),
      decision: worst?.decision ?? 'closed',
      because: worst?.because ?? ['there is no route'],
      ways,
      verdict: scheduler.report(domain.name)?.verdict ?? null,
      auditedAt: scheduler.askedAt(domain.name) ?? null,
    }
  })
  return { domains }
}

const openness = ({ decision }: WayStanding): number => ['closed', 'own-fault', 'unsure', 'open'].indexOf(decision)

function standing(route: string, { egress, decision }: Judgment, isTaken: boolean): WayStanding {
  const because = decision.kind === 'open' ? [] : decision.because.map(inWords)
  return { route, egress: egress.name, decision: decision.kind, because, taken: isTaken }
}

/** Mail of a domain as it usually is: in MAIL FROM and in From the same. */
function writtenBy(domain: DomainSettings): Written {
  return { authorDomain: domain.name, senderDomain: domain.name, signatures: signaturesOf(domain) }
}

/** What `gate explain` tells. Without a decision, the message comes no further than to who may send what. */
export interface Explained {
  readonly domain: string
  readonly verdict: Verdict | { readonly kind: 'refuse'; readonly reply: Reply }
  readonly mode?: GateMode
  readonly route?: string
  readonly egress?: string
  readonly decision?: Decision
}

/** As intake says it. */
interface Reply {
  readonly code: number
  readonly enhanced: string
  readonly lines: readonly [string, ...string[]]
}

/**
 * `gate explain`, in the order in which a message is judged.
 * @returns a text when the question names nobody.
 */
export function explainGate(
  given: { readonly from?: string; readonly to?: string; readonly client?: string },
  { settings, evidence }: Asked,
): Explained | string {
  const { from = '', to = 'someone@example.net' } = given
  const name = recipientDomain(from)
  if (name === '') return 'from must be an address, such as someone@example.org'
  if (recipientDomain(to) === '') return 'to must be an address, such as someone@example.net'
  const client = settings.clients.find(one => one.name.toLowerCase() === given.client?.toLowerCase())
  if (given.client !== undefined && client === undefined) return `no client is called "${given.client}"`
  if (client !== undefined && !mayUseAuthor(client, from))
    return refused(name, `The client ${client.name} may not write as ${from} (header From)`)
  const domain = settings.domains.find(one => one.name === name)
  if (domain === undefined) return refused(name, `Mail from ${name} (header From) is not set up here`)
  const judgment = judge({ ...writtenBy(domain), recipients: [to] }, settings, evidence)
  const route = routeOf(to, settings)
  if (judgment === undefined || route === undefined) return refused(name, 'There is no route to one of the recipients')
  const { decision, egress } = judgment
  const mode = gateMode(client, name, settings)
  return { domain: name, mode, route: route.name, egress: egress.name, decision, verdict: verdictOf(decision, mode) }
}

function refused(domain: string, says: string): Explained {
  return { domain, verdict: { kind: 'refuse', reply: { code: 550, enhanced: '5.7.1', lines: [says] } } }
}
