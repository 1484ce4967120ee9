// The DNS tree walk of DMARC: which names are asked, what stood at each, and which is the organizational domain (RFC 9989 §4.10).
import { canonicalName, nameFault } from '../../names/domain.ts'
import type { Answer, Resolver } from '../../net/resolver.ts'
import { type DmarcRecord, type DmarcText, readDmarc } from './record.ts'

/** A question that brought no answer. */
export interface Unanswered {
  readonly name: string
  readonly type: 'TXT' | 'SOA'
  readonly answer: Extract<Answer<unknown>, { kind: 'unreachable' }>
}

/** What stood at one name of the walk. */
export interface Step {
  /** The domain; the question was for `_dmarc.` below it. */
  readonly domain: string
  /** Where the records stand: the end of the CNAME chain. */
  readonly owner: string
  readonly found:
    | { readonly kind: 'record'; readonly record: DmarcRecord }
    | { readonly kind: 'none' }
    /** Several DMARC records: all of them are discarded. */
    | { readonly kind: 'several'; readonly records: readonly DmarcRecord[] }
    | { readonly kind: 'unanswered'; readonly question: Unanswered }
  /** TXT records at the name that are no DMARC records. */
  readonly discarded: readonly Extract<DmarcText, { kind: 'other' }>[]
}

/** The steps from the starting domain upwards, as far as the walk goes. */
export interface TreeWalk {
  readonly start: string
  readonly steps: readonly [Step, ...Step[]]
}

/** The organizational domain and what made it that, or the question that had to be answered to know it. */
export type Organization =
  | {
      readonly known: true
      readonly domain: string
      readonly because: 'psd-n' | 'below-psd-y' | 'shortest' | 'no-record'
    }
  | { readonly known: false; readonly question: Unanswered }

/** The domains whose `_dmarc` names a walk asks, longest first: at most eight (§4.10, steps 3, 4 and 7). */
export function walkedDomains(start: string): readonly [string, ...string[]] {
  const labels = start.split('.')
  const parents = labels.map((_, index) => labels.slice(index).join('.')).slice(Math.max(1, labels.length - 7))
  return [start, ...parents]
}

/**
 * Walks up from a domain. All names are asked at once; what lies above the name where the walk stops is dropped, so that
 * it has no say, not even by a server that does not answer.
 */
export async function walkTree(resolver: Resolver, domain: string): Promise<TreeWalk> {
  const start = canonicalName(domain)
  const steps = await Promise.all(walkedDomains(start).map(name => askStep(resolver, name)))
  // Steps 2 and 6: a single record with psd=n or psd=y ends the walk.
  const end = steps.findIndex(step => step.found.kind === 'record' && step.found.record.psd !== 'u')
  const walked = end < 0 ? steps : steps.slice(0, end + 1)
  return { start, steps: walked as [Step, ...Step[]] }
}

/** Chooses the organizational domain of the domain where the walk started (§4.10.2). */
export function organizationOf(walk: TreeWalk): Organization {
  // A name that did not answer might hold psd=n, or the shortest record of all: nothing is known then.
  for (const { found } of walk.steps) if (found.kind === 'unanswered') return { known: false, question: found.question }
  const holders = walk.steps.filter(step => step.found.kind === 'record')
  const last = holders.at(-1)
  if (last?.found.kind !== 'record') return { known: true, domain: walk.start, because: 'no-record' }
  if (last.found.record.psd === 'n') return { known: true, domain: last.domain, because: 'psd-n' }
  if (last.found.record.psd === 'y' && last.domain !== walk.start) {
    const depth = last.domain.split('.').length + 1
    return { known: true, domain: walk.start.split('.').slice(-depth).join('.'), because: 'below-psd-y' }
  }
  return { known: true, domain: last.domain, because: 'shortest' }
}

/** Asks for the DMARC records of one domain. */
export async function askStep(resolver: Resolver, domain: string): Promise<Step> {
  const name = `_dmarc.${domain}`
  // A name that DNS cannot carry has no records, for anybody.
  if (nameFault(name) !== undefined) return { domain, owner: name, found: { kind: 'none' }, discarded: [] }
  const answer = await resolver.resolve(name, 'TXT')
  if (answer.kind === 'unreachable') {
    return {
      domain,
      owner: name,
      found: { kind: 'unanswered', question: { name, type: 'TXT', answer } },
      discarded: [],
    }
  }
  const owner = answer.chain.at(-1) ?? name
  const texts = answer.kind === 'records' ? answer.records.map(strings => readDmarc(strings.join(''))) : []
  const records = texts.flatMap(text => (text.kind === 'record' ? [text.record] : []))
  const discarded = texts.filter(text => text.kind === 'other')
  if (records.length > 1) return { domain, owner, found: { kind: 'several', records }, discarded }
  if (records.length === 1) return { domain, owner, found: { kind: 'record', record: records[0]! }, discarded }
  if (answer.kind === 'records' && answer.malformed.some(bad => bad.type === 'TXT')) {
    const unread = { kind: 'unreachable', why: 'malformed', server: answer.server } as const
    return { domain, owner, found: { kind: 'unanswered', question: { name, type: 'TXT', answer: unread } }, discarded }
  }
  return { domain, owner, found: { kind: 'none' }, discarded }
}
