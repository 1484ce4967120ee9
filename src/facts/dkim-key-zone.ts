// In which zone does the record of a selector stand that has to be changed? `_domainkey` may be delegated, a CNAME may lead away.
import { defineFact } from '../audit/fact.ts'
import { canonicalName, isWithin } from '../names/domain.ts'
import { publicSuffixOrganization } from '../names/organizational.ts'
import type { Resolver } from '../net/resolver.ts'
import { selectorProviders } from '../rules/dkim-selectors.ts'
import { type DkimKey, dkimKey, validKey } from './dkim-key.ts'

export interface DkimKeyZone {
  /** The zone, when it is another than that of the domain; undefined also when nobody had to know or it was not learned. */
  readonly zone: string | undefined
  /** The domain that an alias leads into, when it does not exist: whoever registers it publishes the key. */
  readonly unregistered: string | undefined
}

/** Names that are asked for their SOA, those nearest to the organization first. */
const MOST = 6

export const dkimKeyZone = defineFact({
  name: 'dkim-key-zone',
  scope: 'selector',
  async gather(subject, { resolver, know }): Promise<DkimKeyZone> {
    const key = await know(dkimKey, subject)
    if (!toBeMended(key)) return { zone: undefined, unregistered: undefined }
    const domain = canonicalName(subject.domain)
    const inside = isWithin(key.owner, domain)
    const top = inside ? domain : publicSuffixOrganization(key.owner)
    if (top === undefined) return { zone: undefined, unregistered: undefined }
    const names = upTo(key.owner, top)
      .filter(name => !inside || name !== domain)
      .slice(-MOST)
    // The registry is asked along where it may matter: an alias that leads nowhere.
    const mayBeGone = !inside && key.records.length === 0 && !isProvider(top)
    const [registry, ...states] = await Promise.all([
      mayBeGone ? soaAt(resolver, top.slice(top.indexOf('.') + 1)) : ('denied' as const),
      ...names.map(name => soaAt(resolver, name)),
    ])
    const apex = names.find((_, i) => states[i] === 'apex')
    // Where the registry is denied as well, our resolver sees no world.
    const gone = mayBeGone && states.at(-1) === 'denied' && registry !== 'denied'
    return { zone: apex, unregistered: gone ? top : undefined }
  },
})

/** A provider is known to be there, whatever DNS says. */
function isProvider(domain: string): boolean {
  const ends = selectorProviders.flatMap(({ aliases }) => aliases ?? [])
  return ends.some(end => isWithin(end, domain) || isWithin(domain, end))
}

function toBeMended(key: DkimKey): boolean {
  const record = validKey(key)
  return record === undefined || record.testing || record.remarks.length > 0
}

/** The name and those above it, as far as `top`. */
function upTo(name: string, top: string): readonly string[] {
  const labels = name.split('.')
  const count = labels.length - top.split('.').length + 1
  return Array.from({ length: count }, (_, i) => labels.slice(i).join('.'))
}

// Only the apex of a zone has a SOA record (RFC 1035 §3.3.13).
async function soaAt(resolver: Resolver, name: string): Promise<'apex' | 'denied' | 'other'> {
  const answer = await resolver.resolve(name, 'SOA')
  if (answer.kind === 'unreachable' || (answer.chain.at(-1) ?? name) !== name) return 'other'
  return answer.kind === 'records' ? 'apex' : answer.kind === 'nxdomain' ? 'denied' : 'other'
}
