// Everything that mailworthy knows how to check, put together for the kernel.
import type { Catalogue } from './audit/audit.ts'
import { checks } from './checks/index.ts'
import { readiness } from './checks/readiness.ts'
import { expansions } from './facts/expansions.ts'
import { messageResults } from './facts/message-results.ts'
import { readings } from './facts/readings.ts'
import { standing } from './facts/standing-set.ts'
import { blocklistsAsOf } from './rules/blocklists.ts'
import { certificateAuthoritiesAsOf } from './rules/certificate-authorities.ts'
import { certificateLifetimesAsOf } from './rules/certificate-lifetimes.ts'
import { dkimSelectorsAsOf } from './rules/dkim-selectors.ts'
import { dnssecAlgorithmsAsOf } from './rules/dnssec-algorithms.ts'
import { mailGatewaysAsOf } from './rules/mail-gateways.ts'
import { messageLimitsAsOf } from './rules/message-limits.ts'
import { microsoft365AsOf } from './rules/microsoft-365.ts'
import { providersAsOf } from './rules/providers.ts'
import { sharedIncludesAsOf } from './rules/spf-shared-includes.ts'
import { svgTinyPsAsOf } from './rules/svg-tiny-ps.ts'
import { version } from './version.ts'

/** The product's catalogue. */
export function catalogue(): Catalogue {
  return {
    checks,
    expansions,
    readings,
    results: messageResults,
    readiness,
    standing,
    rules: {
      mailworthy: version(),
      providers: providersAsOf,
      blocklists: blocklistsAsOf,
      spfIncludes: sharedIncludesAsOf,
      dkimSelectors: dkimSelectorsAsOf,
      svgTinyPs: svgTinyPsAsOf,
      mailGateways: mailGatewaysAsOf,
      microsoft365: microsoft365AsOf,
      messageLimits: messageLimitsAsOf,
      certificateAuthorities: certificateAuthoritiesAsOf,
      certificateLifetimes: certificateLifetimesAsOf,
      dnssecAlgorithms: dnssecAlgorithmsAsOf,
    },
  }
}
