// Asks the gate for one message: over all its recipients' routes, and over our egresses until one is without fault of its own.
import { keyRecordText, publicKeyHash } from '../protocol/dkim/public-key.ts'
import { type Candidate, decide, type Evidence } from './gate/decide.ts'
import type { Decision } from './gate/decision.ts'
import { recipientDomain } from './route/routes.ts'
import type { DomainSettings, EgressSettings, GateMode, RelaySettings, RouteSettings } from './settings.ts'
import { routeOf, wayOf } from './way.ts'

/** What of a message matters, wherever it goes: who wrote and who sends it, and what it is signed with. */
export type Written = Omit<Candidate, 'way'>

/** And to whom it goes. */
export interface Judged extends Written {
  readonly recipients: readonly string[]
}

const described = new WeakMap<DomainSettings, Candidate['signatures']>()

/** The signatures that a domain makes, as the gate compares them with what is published. */
export function signaturesOf(domain: DomainSettings): Candidate['signatures'] {
  const before = described.get(domain)
  if (before) return before
  // Once for each domain: for each message it was a seventh of all that the relay's main thread did.
  const found = domain.dkim.map(({ selector, key }) => ({
    selector,
    keyHash: publicKeyHash(key),
    record: keyRecordText(key),
  }))
  described.set(domain, found)
  return found
}

/** The worst decision over the routes, and the egress that it was made for. */
export interface Judgment {
  readonly decision: Decision
  readonly egress: EgressSettings
}

const rank: { readonly [K in Decision['kind']]: number } = { open: 0, unsure: 1, 'own-fault': 2, closed: 3 }

/** @returns undefined when a recipient has no route. */
export function judge(message: Judged, settings: RelaySettings, evidence: Evidence): Judgment | undefined {
  const recipients = [...new Map(message.recipients.map(r => [recipientDomain(r), r])).values()]
  const routes = recipients.map(recipient => routeOf(recipient, settings))
  if (routes.some(route => route === undefined)) return undefined
  return taken(judgeWays(message, [...new Set(routes as readonly RouteSettings[])], settings, evidence))
}

/** What the gate says to these routes, from each egress. */
export function judgeWays(
  message: Written,
  routes: readonly RouteSettings[],
  { egress: all }: Pick<RelaySettings, 'egress'>,
  evidence: Evidence,
): readonly Judgment[] {
  return all.map(egress => {
    const decisions = routes.map(route => decide({ ...message, way: wayOf(route, egress) }, evidence))
    return { egress, decision: decisions.toSorted((a, b) => rank[b.kind] - rank[a.kind])[0]! }
  })
}

/** The one that is made true: of an egress that is listed, has no reverse DNS, or is let in by no SPF record, another is better. */
export function taken(judgments: readonly Judgment[]): Judgment | undefined {
  return judgments.toSorted((a, b) => rank[a.decision.kind] - rank[b.decision.kind])[0]
}

/** client > domain > default. */
export function gateMode(
  client: { readonly gate: GateMode | undefined } | undefined,
  domain: string,
  { gate }: RelaySettings,
): GateMode {
  return client?.gate ?? gate.domains[domain] ?? gate.mode
}
