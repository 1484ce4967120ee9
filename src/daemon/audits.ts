// Makes the reports of the relay's own domains: what is known of their sending side is the relay's own configuration.
import { AuditRun } from '../audit/audit.ts'
import type { Means } from '../audit/gather.ts'
import type { Target } from '../audit/scope.ts'
import { catalogue } from '../catalogue.ts'
import { profiles } from '../checks/profiles.ts'
import { readiness } from '../checks/readiness.ts'
import { parseAddress } from '../names/address.ts'
import { ownAddresses } from '../net/own-families.ts'
import type { Resolver } from '../net/resolver.ts'
import { keyRecordText, publicKeyHash } from '../protocol/dkim/public-key.ts'
import type { RelaySettings } from '../relay/settings.ts'
import { groupOf } from '../report/groups.ts'
import { mergeReports } from '../report/merge.ts'
import type { Again, Audited } from '../schedule/scheduler.ts'

/** Seconds after which an audit ends with what it has. */
const TIMEOUT = 60

const profile = profiles.sending

/** What the scheduler calls. */
export function createAuditor(
  settings: RelaySettings,
  listeners: () => Target['listeners'],
  asked: Pick<Target, 'resolvers' | 'reflector'>,
  means: Means,
  onFault: (where: string, fault: unknown) => void,
) {
  const all = catalogue()
  return async (domain: string, again: Again | undefined): Promise<Audited> => {
    const groups = again === undefined ? undefined : new Set(again.groups)
    const wanted = (id: string): boolean => groups === undefined || groups.has(groupOf(id).id)
    if (again !== undefined && !Object.keys(profile.checks).some(wanted)) return { report: again.last, ttl: 0 }
    const { resolver, shortest } = noticingTtl(means.resolver)
    const run = new AuditRun(all, { ...means, resolver })
    const report = await run.audit(
      { ...targetOf(domain, settings, listeners()), ...asked },
      {
        profile,
        // Its selectors are known: others would cost two dozen questions with every TTL.
        wanted: check => wanted(check.id) && check.id !== 'dkim-selectors',
        timeout: TIMEOUT,
        onFault,
      },
    )
    const whole =
      again === undefined || groups === undefined ? report : mergeReports(again.last, report, groups, readiness)
    return { report: whole, ttl: shortest() * 1000 }
  }
}

function targetOf(domain: string, settings: RelaySettings, listeners: Target['listeners']): Target {
  const own = settings.domains.find(one => one.name === domain)
  return {
    domain,
    egress: [
      ...settings.egress.flatMap(({ seenAs, helo }) => seenAs.map(text => ({ address: parseAddress(text)!, helo }))),
      // Addresses of smart hosts, where they are known: SPF has to let them send as well.
      ...[...new Set(settings.routes.flatMap(route => route.appearsAs?.addresses ?? []))].map(text => ({
        address: parseAddress(text)!,
      })),
    ],
    leavesFrom: leavingFrom(settings, new Set(ownAddresses().map(({ text }) => text))),
    selectors: own?.dkim.map(key => key.selector) ?? [],
    ourKeys: Object.fromEntries(own?.dkim.map(({ selector, key }) => [selector, publicKeyHash(key)]) ?? []),
    ourRecords: Object.fromEntries(own?.dkim.map(({ selector, key }) => [selector, keyRecordText(key)]) ?? []),
    ourKeysSince: Object.fromEntries(
      own?.dkim.flatMap(({ selector, since }) => (since === undefined ? [] : [[selector, since]])) ?? [],
    ),
    givenSelectorsOnly: true,
    smtp: false,
    smtpPort: 25,
    listeners,
    families: [4, 6],
    ownFamilies: [4, 6],
  }
}

/**
 * The addresses of egresses that connections leave from by the way that the system chooses: behind address translation. Others
 * are bound to an address of this machine, and what the world sees of the machine may be another one.
 */
export function leavingFrom(
  { egress }: Pick<RelaySettings, 'egress'>,
  here: ReadonlySet<string>,
): Target['egress'][number]['address'][] {
  return egress.flatMap(({ seenAs, source }) => {
    const at = (texts: readonly string[]) => texts.flatMap(text => parseAddress(text) ?? [])
    const bound = new Set([...at(source), ...at(seenAs).filter(({ text }) => here.has(text))].map(one => one.family))
    return at(seenAs).filter(({ family }) => !bound.has(family))
  })
}

/** The same resolver, and the shortest TTL of what it answered, in seconds; what got no answer is asked again as soon as may be. */
function noticingTtl(resolver: Resolver): { readonly resolver: Resolver; readonly shortest: () => number } {
  let shortest = 86_400
  return {
    shortest: () => shortest,
    resolver: {
      async resolve(name, type, from) {
        const answer = await resolver.resolve(name, type, from)
        // What one server says of itself is not what the domain publishes.
        if (from !== undefined) return answer
        shortest = Math.min(shortest, answer.kind === 'unreachable' ? 0 : answer.ttl)
        return answer
      },
    },
  }
}
