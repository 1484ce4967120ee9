// Does the domain answer for every name below it? The wildcard has a name of its own, which can be asked for (RFC 4592 §2.1.1).
import { defineFact, Unknowable } from '../audit/fact.ts'
import { nameFault } from '../names/domain.ts'
import type { Answer } from '../net/resolver.ts'
import { learned, recordsOf, txtText, whyUnreachable } from './answers.ts'

export interface Wildcard {
  /** Lead all names there (CNAME)? */
  readonly alias: string | undefined
  readonly exchanges: readonly string[]
  readonly addresses: readonly string[]
  readonly texts: readonly string[]
  /** What could not be learned. */
  readonly unlearned: readonly string[]
}

export const wildcard = defineFact({
  name: 'wildcard',
  scope: 'domain',
  async gather({ domain }, { resolver }): Promise<Wildcard> {
    const nothing = { alias: undefined, exchanges: [], addresses: [], texts: [], unlearned: [] }
    const name = `*.${domain}`
    if (nameFault(name) !== undefined) return nothing
    const mx = learned(await resolver.resolve(name, 'MX'), name, 'MX')
    // RFC 8020: where the name does not exist there is nothing to ask for; nearly always.
    if (mx.kind === 'nxdomain' && mx.chain.length === 1) return nothing
    const [a, aaaa, txt] = await Promise.all([
      resolver.resolve(name, 'A'),
      resolver.resolve(name, 'AAAA'),
      resolver.resolve(name, 'TXT'),
    ])
    const silent = (answer: Answer<unknown>, type: string) =>
      answer.kind === 'unreachable' ? [whyUnreachable(answer, name, type)] : []
    const unlearned = [...silent(a, 'A'), ...silent(aaaa, 'AAAA'), ...silent(txt, 'TXT')]
    const told = <T>(answer: Answer<T>): readonly T[] => (answer.kind === 'unreachable' ? [] : recordsOf(answer))
    const found = {
      alias: mx.chain.length > 1 ? mx.chain.at(-1) : undefined,
      exchanges: [...new Set(recordsOf(mx).map(({ exchange }) => exchange || '.'))].sort(),
      addresses: [...new Set([...told(a), ...told(aaaa)])].sort(),
      texts: [...new Set(told(txt).map(txtText))].sort(),
      unlearned,
    }
    const isBare =
      found.alias === undefined && found.exchanges.length + found.addresses.length + found.texts.length === 0
    if (isBare && unlearned.length > 0) throw new Unknowable(unlearned.join('; '))
    return found
  },
})
