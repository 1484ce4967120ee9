// What servers wrote into the message about its authentication, and how far each of them may be believed (RFC 8601 §5, §7.1).
import { canonicalName } from '../../names/domain.ts'
import { type AuthenticationResults, readAuthenticationResults } from './authentication-results.ts'
import { type Field, valueText } from './field.ts'
import { borderOf, readTrace } from './trace.ts'

/**
 * `trusted`: in the name of a server that is believed, and where it wrote. `older`: in that name, but below where the server took the
 * message, so that it was there before. `stranger`: in the name of another. `nameless`: in nobody's.
 */
export type Standing = 'trusted' | 'older' | 'stranger' | 'nameless'

export interface Claim {
  readonly kind: 'plain' | 'arc'
  readonly standing: Standing
  readonly results: AuthenticationResults
}

/** Fields that are read; honest messages have fewer. */
const MOST_CLAIMS = 100

/** The claims, the newest first. `trusted` are names in lower case. */
export function claimsOf(octets: Buffer, fields: readonly Field[], trusted: readonly string[]): readonly Claim[] {
  const border = borderIndex(octets, fields, trusted)
  const found: Claim[] = []
  for (const [index, field] of fields.entries()) {
    const kind = kinds[field.key]
    if (kind === undefined || found.length >= MOST_CLAIMS) continue
    const results = readAuthenticationResults(valueText(octets, field), kind)
    found.push({ kind, results, standing: standingOf(results, trusted, index <= border) })
  }
  return found
}

const kinds: { readonly [key: string]: Claim['kind'] | undefined } = {
  'authentication-results': 'plain',
  'arc-authentication-results': 'arc',
}

function standingOf({ server }: AuthenticationResults, trusted: readonly string[], isAbove: boolean): Standing {
  if (server === undefined || server === '') return 'nameless'
  if (!trusted.includes(server)) return 'stranger'
  return isAbove ? 'trusted' : 'older'
}

/**
 * The place of the last field that a trusted server may have written: what it adds stands right above or below its own Received field,
 * and above those of the servers before it. Without such a field nobody can tell, and the name alone decides.
 */
function borderIndex(octets: Buffer, fields: readonly Field[], trusted: readonly string[]): number {
  const trace = readTrace(octets, fields)
  const border = borderOf(trace, name => trusted.includes(name))
  if (border === undefined) return fields.length
  const received = fields.flatMap((field, index) => (field.key === 'received' ? [index] : []))
  // Hops are counted from the oldest.
  const place = trace.hops.length - border.number
  return (received[place + 1] ?? fields.length) - 1
}

/** A result with what it is about, as it is written: `dkim=pass (example.org)`. */
export function claimText({ method, result, properties }: AuthenticationResults['results'][number]): string {
  const about = ['d', 'from', 'mailfrom', 'helo', 'i'].flatMap(
    name => properties.find(property => property.name === name)?.value ?? [],
  )[0]
  return `${method}=${result}${about === undefined ? '' : ` (${about.slice(0, 120)})`}`
}

/** The domain that a claim about DKIM is about, and its selector. */
export function signerOf({ properties }: AuthenticationResults['results'][number]) {
  const value = (name: string): string | undefined =>
    properties.find(property => property.type === 'header' && property.name === name)?.value
  const identity = value('i')
  const domain = value('d') ?? (identity === undefined ? undefined : identity.slice(identity.lastIndexOf('@') + 1))
  return {
    domain: domain === undefined ? undefined : canonicalName(domain),
    selector: value('s'),
    signature: value('b'),
  }
}
