// Which route the mail for a recipient goes, and which recipients of a message may share a transaction on it.
import { domainToASCII } from 'node:url'
import type { RouteSettings } from '../settings.ts'

/**
 * The domain of an address, lower case, A-labels, without trailing dot; empty when there is none. The last `@` counts: a
 * quoted local part may hold others. Address literals stay as they are.
 */
export function recipientDomain(address: string): string {
  const at = address.lastIndexOf('@')
  if (at === -1) return ''
  const typed = address
    .slice(at + 1)
    .trim()
    .toLowerCase()
    .replace(/\.$/, '')
  if (/^[\x00-\x7f]*$/.test(typed)) return typed
  // A name that IDNA refuses stays as it is: no route but `*` matches it, and DNS is not asked for it.
  return domainToASCII(typed) || typed
}

/**
 * The route for a recipient domain: the most specific match wins, then the lowest cost, then the order of the configuration.
 * `*.example.org` is for names below example.org, not for itself.
 * @returns undefined when nothing matches.
 */
export function routeFor(domain: string, routes: readonly RouteSettings[]): RouteSettings | undefined {
  let best: { readonly route: RouteSettings; readonly rank: number } | undefined
  for (const route of routes) {
    const rank = Math.max(-1, ...route.match.map(pattern => specificity(pattern, domain)))
    if (rank === -1) continue
    if (!best || rank > best.rank || (rank === best.rank && route.cost < best.route.cost)) best = { route, rank }
  }
  return best?.route
}

/** How closely the pattern describes the domain: the longer the more, an exact one the most; -1 when it does not match. */
function specificity(pattern: string, domain: string): number {
  if (pattern === '*') return 0
  const wanted = recipientDomain(`@${pattern}`)
  if (!wanted.startsWith('*.')) return wanted === domain ? Number.POSITIVE_INFINITY : -1
  return domain.length > wanted.length - 1 && domain.endsWith(wanted.slice(1)) ? wanted.length : -1
}

/**
 * Envelopes of one message with equal keys go to the same next hop and may share a transaction: those of one domain by MX,
 * everything on the route to a smart host.
 */
export function groupKey(recipient: string, route: RouteSettings): string {
  return route.via === 'mx' ? `${route.name} ${recipientDomain(recipient)}` : route.name
}
