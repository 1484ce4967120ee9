// Can those who validate signatures learn a set of records, and if not, is it for its signatures? A failure alone proves nothing:
// only one that goes away when signatures are left unchecked, or one that the resolver explains so.
import { defineFact } from '../audit/fact.ts'
import type { Answer, RecordType, RecordTypes, Resolver, Signature } from '../net/resolver.ts'
import { parentOf, upwards } from '../protocol/delegation/zone-servers.ts'
import { type BrokenZone, blamesSignatures } from '../protocol/dnssec.ts'
import { whyUnreachable } from './answers.ts'

/** Whether the resolver checks signatures: it says so of the root, which is signed since 2010. */
export type Validation = {
  readonly state:
    | 'yes'
    | 'no'
    | 'unknown' /** It fails for the root itself, so that its failures prove nothing. */
    | 'failing'
}

export const validation = defineFact({
  name: 'validation',
  scope: 'host',
  once: true,
  async gather({ host }, { resolver }): Promise<Validation> {
    const root = await resolver.resolve(host, 'SOA')
    if (root.kind === 'records') return { state: root.authentic ? 'yes' : 'no' }
    return { state: root.kind === 'unreachable' && root.why === 'servfail' ? 'failing' : 'unknown' }
  },
})

/** The subject that `validation` is about. */
export const ROOT = { host: '' } as const

export type ChainOfTrust =
  | {
      readonly state: 'answered'
      readonly exists: boolean
      /** The resolver validated it. */
      readonly authentic: boolean
      readonly signatures: readonly Signature[]
    }
  | ({
      readonly state: 'broken'
      /** What the resolver says of it (RFC 8914). */
      readonly extended: string | undefined
      /** The zone above, when the resolver fails for that as well. */
      readonly above: string | undefined
    } & BrokenZone)
  | { readonly state: 'unanswered'; readonly reason: string }

export const chainOfTrust = defineFact({
  name: 'chain-of-trust',
  scope: 'recordSet',
  async gather({ name, type: text }, { resolver, know }): Promise<ChainOfTrust> {
    const type = text as RecordType
    const answer: Answer<unknown> = await resolver.resolve(name, type)
    if (answer.kind !== 'unreachable') {
      const { kind, authentic, signatures = [] } = answer
      return { state: 'answered', exists: kind !== 'nxdomain', authentic, signatures }
    }
    const unanswered = { state: 'unanswered', reason: whyUnreachable(answer, name, type) } as const
    if (answer.why !== 'servfail') return unanswered
    const isBlamed = blamesSignatures(answer.extended ?? '')
    const [unchecked, root] = await Promise.all([
      resolver.resolve(name, type, { unchecked: true }),
      know(validation, ROOT),
    ])
    if (!isBlamed) {
      // A validator with a wrong clock or an old trust anchor fails for everything that is signed.
      if (root.state === 'failing' || unchecked.kind === 'unreachable') return unanswered
      // It may have been a moment's failure, which is over now.
      const again: Answer<unknown> = await resolver.resolve(name, type)
      if (again.kind !== 'unreachable' || again.why !== 'servfail') return unanswered
    }
    const signatures = unchecked.kind === 'unreachable' ? [] : (unchecked.signatures ?? [])
    const owner = unchecked.kind === 'unreachable' ? name : (unchecked.chain.at(-1) ?? name)
    return { state: 'broken', extended: answer.extended, ...(await brokenZone(resolver, owner, signatures)) }
  },
})

/** Where the chain breaks: at the zone around the name, or already above it. */
async function brokenZone(resolver: Resolver, name: string, signatures: readonly Signature[]) {
  const zone = signatures[0]?.signer ?? (await closestZone(resolver, name))
  const [signers, keys, above] = await Promise.all([
    resolver.resolve(zone, 'DS', { unchecked: true }),
    resolver.resolve(zone, 'DNSKEY', { unchecked: true }),
    zone === '' ? undefined : resolver.resolve(parentOf(zone), 'SOA'),
  ])
  const isAbove = above?.kind === 'unreachable' && above.why === 'servfail'
  return { zone, signatures, signers: known(signers), keys: known(keys), above: isAbove ? parentOf(zone) : undefined }
}

async function closestZone(resolver: Resolver, name: string): Promise<string> {
  const names = upwards(name)
  const found = await Promise.all(names.map(one => resolver.resolve(one, 'SOA', { unchecked: true })))
  // Of a name that does not answer it is not known whether it is one.
  const at = found.findIndex(
    answer => answer.kind === 'unreachable' || (answer.kind === 'records' && answer.chain.length === 1),
  )
  return names[at] ?? name
}

/** The records that stand there itself; undefined when that was not learned. */
export function known<T extends RecordTypes['DS'] | RecordTypes['DNSKEY']>(
  answer: Answer<T>,
): readonly T[] | undefined {
  if (answer.kind === 'unreachable') return undefined
  return answer.kind === 'records' && answer.chain.length === 1 ? answer.records : []
}
