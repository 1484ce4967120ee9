// Is every selector of the domain answered alike? Asks for one that nobody has: an answer comes from a wildcard.
import { createHash } from 'node:crypto'
import { defineFact } from '../audit/fact.ts'
import { canonicalName, nameFault } from '../names/domain.ts'
import { txtText, whyUnreachable } from './answers.ts'

/** `unknown` is no reason to doubt a key that was found: it only leaves open whether a wildcard gave it. */
export type DkimWildcard =
  /** `alias`: every selector is an alias of that name, at which nothing stands. */
  | { readonly state: 'none'; readonly alias: string | undefined }
  /** `alias`: the name at which the texts stand, when every selector leads there. */
  | { readonly state: 'answers'; readonly texts: readonly string[]; readonly alias: string | undefined }
  | { readonly state: 'unknown'; readonly reason: string }

export const dkimWildcard = defineFact({
  name: 'dkim-wildcard',
  scope: 'domain',
  async gather({ domain }, { resolver }): Promise<DkimWildcard> {
    const name = canonicalName(`${improbableSelector(domain)}._domainkey.${domain}`)
    if (nameFault(name) !== undefined) return { state: 'none', alias: undefined }
    const answer = await resolver.resolve(name, 'TXT')
    if (answer.kind === 'unreachable') return { state: 'unknown', reason: whyUnreachable(answer, name, 'TXT') }
    const alias = answer.chain.length > 1 ? answer.chain.at(-1) : undefined
    if (answer.kind !== 'records') return { state: 'none', alias }
    return { state: 'answers', texts: answer.records.map(txtText).sort(), alias }
  },
})

/** A selector that no one would choose, the same at every run so that evidence can be replayed. */
export function improbableSelector(domain: string): string {
  const digest = createHash('sha256')
    .update(`no selector of ${canonicalName(domain)}`)
    .digest('hex')
  return `mw${digest.slice(0, 20)}`
}
