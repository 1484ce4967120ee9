// Where does mail for the domain go? Its MX hosts in order, its own address when it has no MX, or nowhere.
import { defineFact, Unknowable } from '../audit/fact.ts'
import { type MailExchanger, readMxSet } from '../protocol/mx.ts'
import { learned } from './answers.ts'
import { hostAddresses, knownAddresses, unlearned } from './host-addresses.ts'

export type Mx =
  | {
      readonly kind: 'hosts'
      /** At least one, unless every record is unreadable. The best preference first. */
      readonly hosts: readonly MailExchanger[]
      /** Preferences of null MX records that stand, wrongly, beside the others. */
      readonly nulls: readonly number[]
      /** Why records that are there cannot be read. */
      readonly unreadable: readonly string[]
      /** Hosts beyond those that are looked at. */
      readonly omitted: number
    }
  /** Nothing but null MX records (RFC 7505), by their preferences: valid when it is the single 0. */
  | { readonly kind: 'null'; readonly nulls: readonly number[] }
  /** No MX, but an address: it counts as an MX with preference 0 (RFC 5321 §5.1). */
  | { readonly kind: 'implicit'; readonly host: string }
  | { readonly kind: 'none'; readonly exists: boolean }

/** A set of MX records that is still looked at whole. */
const MOST_HOSTS = 50

export const mx = defineFact({
  name: 'mx',
  scope: 'domain',
  async gather({ domain }, { resolver, know }): Promise<Mx> {
    const answer = learned(await resolver.resolve(domain, 'MX'), domain, 'MX')
    if (answer.kind === 'nxdomain') return { kind: 'none', exists: false }
    if (answer.kind === 'records') {
      const set = readMxSet(answer.records)
      const unreadable = answer.malformed.map(bad => bad.reason)
      if (set.kind === 'null' && unreadable.length === 0) return set
      const hosts = set.kind === 'hosts' ? set.hosts : []
      return {
        kind: 'hosts',
        hosts: hosts.slice(0, MOST_HOSTS),
        nulls: set.nulls,
        unreadable,
        omitted: Math.max(0, hosts.length - MOST_HOSTS),
      }
    }
    // RFC 5321 §5.1: only an empty list of MX records makes the domain its own host.
    const own = await know(hostAddresses, { host: domain })
    if (knownAddresses(own).length > 0) return { kind: 'implicit', host: domain }
    const reason = unlearned(own)
    if (reason !== undefined) throw new Unknowable(reason)
    return { kind: 'none', exists: true }
  },
})

/** The hosts that can be asked for and connected to: names that are not this machine's own. */
export function mailHosts(found: Mx): readonly string[] {
  if (found.kind === 'implicit') return [found.host]
  return found.kind === 'hosts' ? found.hosts.filter(h => h.fault === undefined).map(h => h.host) : []
}
