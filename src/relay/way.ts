// By which way mail to a recipient would leave, as the gate sees it: our own addresses, or a smart host and how it appears.
import type { Way } from './gate/decide.ts'
import { recipientDomain, routeFor } from './route/routes.ts'
import type { EgressSettings, RelaySettings, RouteSettings } from './settings.ts'

/** The route for a recipient; undefined when none matches. */
export function routeOf(recipient: string, { routes }: Pick<RelaySettings, 'routes'>): RouteSettings | undefined {
  return routeFor(recipientDomain(recipient), routes)
}

/** What receivers see on this route through this egress. */
export function wayOf(route: RouteSettings, egress: EgressSettings): Way {
  if (route.via === 'mx') return { kind: 'mx', addresses: egress.seenAs }
  const { appearsAs } = route
  return {
    kind: 'smart-host',
    addresses: appearsAs?.addresses ?? [],
    spf: appearsAs?.spf,
    dkim: appearsAs?.dkim ?? 'ours',
  }
}
