// What a set of MX records means: hosts in the order in which senders try them, or "this domain takes no mail".
import { parseAddress } from '../names/address.ts'
import { canonicalName, isFqdn } from '../names/domain.ts'
import type { RecordTypes } from '../net/resolver.ts'

/** Why an exchange cannot be a mail host. Nobody looks up its addresses, and nobody connects to it. */
export type ExchangeFault = 'address' | 'localhost'

/** One mail host, under the best preference it is given. */
export interface MailExchanger {
  readonly preference: number
  /** Lower case, without trailing dot. */
  readonly host: string
  readonly fault: ExchangeFault | undefined
  /** False when it is no host name with two labels or more (RFC 1123 §2.1). */
  readonly wellNamed: boolean
}

/**
 * `null`: every record has the root (`.`) as exchange. `nulls` are the preferences of such records, ascending; a null MX is
 * valid as the single 0 (RFC 7505 §3).
 */
export type MxSet =
  | { readonly kind: 'hosts'; readonly hosts: readonly MailExchanger[]; readonly nulls: readonly number[] }
  | { readonly kind: 'null'; readonly nulls: readonly number[] }

/** Reads the MX records of one name. There must be at least one that can be read for `null` to come out. */
export function readMxSet(records: readonly RecordTypes['MX'][]): MxSet {
  const nulls = records
    .filter(r => canonicalName(r.exchange) === '')
    .map(r => r.preference)
    .sort((a, b) => a - b)
  const best = new Map<string, number>()
  for (const { preference, exchange } of records) {
    const host = canonicalName(exchange)
    if (host !== '') best.set(host, Math.min(preference, best.get(host) ?? preference))
  }
  if (best.size === 0 && nulls.length > 0) return { kind: 'null', nulls }
  const hosts = [...best].map(([host, preference]) => ({
    preference,
    host,
    fault: exchangeFault(host),
    wellNamed: isFqdn(host),
  }))
  // RFC 5321 §5.1: the lowest first. Among equals the order is anybody's: by name, so that nothing changes from day to day.
  return {
    kind: 'hosts',
    hosts: hosts.sort((a, b) => a.preference - b.preference || (a.host < b.host ? -1 : 1)),
    nulls,
  }
}

function exchangeFault(host: string): ExchangeFault | undefined {
  // RFC 1035 §3.3.9: the exchange is a name, and a sender asks for its address.
  if (parseAddress(host) !== undefined || /^\[.*\]$/.test(host)) return 'address'
  // RFC 6761 §6.3: such names are the asking machine itself.
  return host === 'localhost' || host.endsWith('.localhost') || host === 'localhost.localdomain'
    ? 'localhost'
    : undefined
}
