// Asks the gate for one message: over all its recipients' routes, and over our egresses until one is without fault of its own.
import { keyRecordText, publicKeyHash } from '../protocol/dkim/public-key.ts'
import { type Candidate, decide, type Evidence } from './gate/decide.ts'
import type { Decision } from './gate/decision.ts'
import { recipientDomain } from './route/routes.ts'
import type { DomainSettings, EgressSettings, GateMode, RelaySettings } from './settings.ts'
import { routeOf, wayOf } from './way.ts'

/** What of a message matters: who wrote and who sends it, to whom, and what it is signed with. */
export interface Judged {
  readonly authorDomain: string
  readonly senderDomain: string | undefined
  readonly recipients: readonly string[]
  readonly signatures: Candidate['signatures']
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
  const judged = settings.egress.map(egress => {
    const decisions = [...new Set(routes)].map(route => decide({ ...message, way: wayOf(route!, egress) }, evidence))
    return { egress, decision: decisions.toSorted((a, b) => rank[b.kind] - rank[a.kind])[0]! }
  })
  // Another healthy egress is better than one of ours that is listed or has no reverse DNS.
  return judged.find(one => one.decision.kind !== 'own-fault') ?? judged[0]
}

/** client > domain > default. */
export function gateMode(
  client: { readonly gate: GateMode | undefined } | undefined,
  domain: string,
  { gate }: RelaySettings,
): GateMode {
  return client?.gate ?? gate.domains[domain] ?? gate.mode
}
