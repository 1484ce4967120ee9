// Which TLSA records stand for an MX host, and can senders rely on them? Only signed ones count (RFC 7672 §2.2).
import { defineFact } from '../audit/fact.ts'
import type { Resolver } from '../net/resolver.ts'
import { type Tlsa, tlsaFault } from '../protocol/dane.ts'
import { learned, recordsOf } from './answers.ts'

/**
 * `signed`: the resolver validated them and the addresses of the host. `unsigned`: it validates, and they are not signed.
 * `unvalidated`: it does not validate, so that nothing can be said.
 */
export type TlsaSecurity = 'signed' | 'unsigned' | 'unvalidated'

export type TlsaSet =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'found'
      /** Where they stand: `_25._tcp.` and the TLSA base domain (RFC 7672 §2.2.2). */
      readonly owner: string
      readonly usable: readonly Tlsa[]
      readonly faulty: readonly { readonly record: Tlsa; readonly why: string }[]
      /** Why records that are there cannot be read. */
      readonly unreadable: readonly string[]
      readonly security: TlsaSecurity
    }

/** More records than any roll-over needs. */
const MOST = 50

export const tlsaSet = defineFact({
  name: 'tlsa-set',
  scope: 'host',
  async gather({ host }, { resolver }): Promise<TlsaSet> {
    const owner = `_25._tcp.${host}`
    // All answers first, then the verdict about them: what is known must not depend on which of them came first.
    const [answer, a] = await Promise.all([resolver.resolve(owner, 'TLSA'), resolver.resolve(host, 'A')])
    const own = { owner, answer: learned(answer, owner, 'TLSA') }
    const aaaa = a.kind === 'records' ? a : await resolver.resolve(host, 'AAAA')
    const alias = aaaa.kind !== 'unreachable' && aaaa.chain.length > 1 ? aaaa.chain.at(-1) : undefined
    // §2.2.2: under a signed alias the name that it leads to comes first.
    const other = alias === undefined ? undefined : await tlsaAt(alias, resolver)
    const found = other?.answer.kind === 'records' ? other : own
    if (found.answer.kind !== 'records') return { kind: 'none' }
    const isSigned = found.answer.authentic && aaaa.kind === 'records' && aaaa.authentic
    const judged = recordsOf(found.answer)
      .slice(0, MOST)
      .map(record => ({ record, why: tlsaFault(record) }))
    return {
      kind: 'found',
      owner: found.owner,
      usable: judged.filter(({ why }) => why === undefined).map(({ record }) => record),
      faulty: judged.flatMap(({ record, why }) => (why === undefined ? [] : [{ record, why }])),
      unreadable: found.answer.malformed.map(({ reason }) => reason),
      security: isSigned ? 'signed' : (await validates(resolver)) ? 'unsigned' : 'unvalidated',
    }
  },
})

async function tlsaAt(host: string, resolver: Resolver) {
  const owner = `_25._tcp.${host}`
  return { owner, answer: learned(await resolver.resolve(owner, 'TLSA'), owner, 'TLSA') }
}

/** The root is signed: whoever validates says so of it. */
async function validates(resolver: Resolver): Promise<boolean> {
  const root = await resolver.resolve('', 'SOA')
  return root.kind === 'records' && root.authentic
}
