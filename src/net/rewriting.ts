// Resolvers that give an answer for names that do not exist, as some providers' do to show a search page: how they are
// found out, and what keeps their answers from being taken for records.
import type { Answer, RecordType, RecordTypes, Resolver } from './resolver.ts'

/** Names that nobody has, each in another zone: one of them may be registered after all, or blocked, but not two. */
export const improbableNames = [
  'mailworthy-asks-for-what-is-not-there-6f2d8c1b.com',
  'mailworthy-asks-for-what-is-not-there-6f2d8c1b.net',
  'mailworthy-asks-for-what-is-not-there-6f2d8c1b.invalid',
] as const

/** What a resolver answers for names that do not exist. */
export type Rewriting =
  | { readonly state: 'honest' }
  /** The records that it makes up, as text. */
  | { readonly state: 'rewrites'; readonly records: readonly string[] }
  | { readonly state: 'unknown'; readonly reason: string }

/** What the answers for `improbableNames` show: two that have records are no accident. */
export function rewritingIn(answers: readonly Answer<unknown>[]): Rewriting {
  const made = answers.filter(answer => answer.kind === 'records')
  if (made.length >= 2) {
    const records = made.flatMap(answer => answer.records.map(recordKey))
    return { state: 'rewrites', records: [...new Set(records)].sort() }
  }
  // RFC 6761 §6.4: a resolver may answer .invalid by itself, and still rewrite what others deny.
  const denied = answers.filter(answer => answer.kind === 'nxdomain').length
  if (denied >= 2) return { state: 'honest' }
  const failed = answers.find(answer => answer.kind === 'unreachable')
  const reason =
    failed === undefined ? 'it neither denies them nor has records for them' : `it does not answer (${failed.why})`
  return { state: 'unknown', reason }
}

/** How long what was found out holds, and how long a failure to find out. */
const KNOWN_FOR_MS = 3_600_000
const UNKNOWN_FOR_MS = 30_000

/**
 * The same resolver, but what it makes up is told as not learned. Whether it makes anything up is found out beside the first
 * question of each type: waiting for an answer that may be made up would make every first question take twice as long.
 */
export function withoutRewriting(resolver: Resolver, now: () => number = () => performance.now()): Resolver {
  const found = new Map<RecordType, { readonly rewriting: Promise<Rewriting>; until: number }>()
  const rewritingOf = (type: RecordType): Promise<Rewriting> => {
    const known = found.get(type)
    if (known && now() < known.until) return known.rewriting
    const answers = Promise.all(improbableNames.map(name => resolver.resolve(name, type)))
    const rewriting = answers.then(rewritingIn)
    const entry = { rewriting, until: now() + KNOWN_FOR_MS }
    found.set(type, entry)
    void rewriting.then(({ state }) => {
      if (state === 'unknown') entry.until = now() + UNKNOWN_FOR_MS
    })
    return rewriting
  }
  const isMade = async (type: RecordType, answer: Answer<unknown>): Promise<boolean> => {
    if (answer.kind !== 'records') return false
    const rewriting = await rewritingOf(type)
    return (
      rewriting.state === 'rewrites' && answer.records.every(record => rewriting.records.includes(recordKey(record)))
    )
  }
  return {
    async resolve<T extends RecordType>(...asked: Parameters<Resolver['resolve']>): Promise<Answer<RecordTypes[T]>> {
      const [name, type, from] = asked
      if (from === undefined) {
        void rewritingOf(type)
        void rewritingOf('A')
      }
      const answer = (await resolver.resolve(name, type, from)) as Answer<RecordTypes[T]>
      if (from !== undefined || answer.kind === 'unreachable' || answer.kind === 'nxdomain') return answer
      if (await isMade(type, answer)) return madeUp(answer.server, answer)
      // Where a denial is replaced, it is so for addresses; asked for anything else the name then only seems to exist.
      if (answer.kind === 'nodata' && type !== 'A' && type !== 'AAAA') {
        const addresses = (await rewritingOf('A')).state === 'rewrites' ? await resolver.resolve(name, 'A') : undefined
        if (addresses !== undefined && (await isMade('A', addresses))) return madeUp(answer.server, addresses)
      }
      return answer
    },
  }
}

function madeUp(server: string, answer: Answer<unknown>): Answer<never> {
  const records = answer.kind === 'records' ? answer.records.map(recordKey).join(', ') : ''
  const extended = `the resolver rewrites answers: it says ${records} also for names that do not exist`
  return { kind: 'unreachable', why: 'malformed', server, extended }
}

function recordKey(record: unknown): string {
  return typeof record === 'string' ? record : JSON.stringify(record)
}
