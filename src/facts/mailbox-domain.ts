// Can a domain take mail at all? MX, else its own address; a null MX says no. Nothing is connected to.
import type { Resolver } from '../net/resolver.ts'
import { whyUnreachable } from './answers.ts'

/** Whether mail to the domain has anywhere to go. `why` and `reason` are clauses without a full stop. */
export type TakesMail =
  | { readonly state: 'yes' }
  | { readonly state: 'no'; readonly why: string }
  | { readonly state: 'unknown'; readonly reason: string }

/** Asks as a sending host does (RFC 5321 §5.1, RFC 7505 §3). */
export async function takesMail(resolver: Resolver, domain: string): Promise<TakesMail> {
  const mx = await resolver.resolve(domain, 'MX')
  if (mx.kind === 'unreachable') return { state: 'unknown', reason: whyUnreachable(mx, domain, 'MX') }
  if (mx.kind === 'nxdomain') return { state: 'no', why: `${domain} does not exist` }
  if (mx.kind === 'records') {
    if (mx.records.some(record => record.exchange !== '')) return { state: 'yes' }
    if (mx.records.length > 0) return { state: 'no', why: `${domain} has a null MX, which says that it takes no mail` }
    return { state: 'unknown', reason: `the MX records of ${domain} cannot be read` }
  }
  // No MX: the address of the domain itself counts as one.
  const addresses = await Promise.all([resolver.resolve(domain, 'A'), resolver.resolve(domain, 'AAAA')])
  if (addresses.some(answer => answer.kind === 'records' && answer.records.length > 0)) return { state: 'yes' }
  for (const [index, answer] of addresses.entries()) {
    const type = index === 0 ? 'A' : 'AAAA'
    if (answer.kind === 'unreachable') return { state: 'unknown', reason: whyUnreachable(answer, domain, type) }
    if (answer.kind === 'records')
      return { state: 'unknown', reason: `the ${type} records of ${domain} cannot be read` }
  }
  return { state: 'no', why: `${domain} has neither MX nor address` }
}
