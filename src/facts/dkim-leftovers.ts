// Which keys of a domain that sends nothing could still sign in its name? What every selector is told, and keys that stand at known ones.
import { defineFact, Unknowable } from '../audit/fact.ts'
import type { DkimKeyRecord } from '../protocol/dkim/key-record.ts'
import { readDkimKey } from '../protocol/dkim/key-record.ts'
import { dkimKey } from './dkim-key.ts'
import { dkimSelectors } from './dkim-selectors.ts'
import { dkimWildcard } from './dkim-wildcard.ts'

export interface DkimLeftovers {
  /** What an unknown selector is answered with; `alias` is where that stands, when it is another name. */
  readonly wildcard: { readonly records: readonly DkimKeyRecord[]; readonly alias: string | undefined }
  /** Selectors with a key that can be used; `alias` is what a CNAME at the name says. */
  readonly keys: readonly {
    readonly name: string
    readonly texts: readonly string[]
    readonly alias: string | undefined
  }[]
}

export const dkimLeftovers = defineFact({
  name: 'dkim-leftovers',
  scope: 'domain',
  async gather({ domain }, { know, selectors: given }): Promise<DkimLeftovers> {
    const wildcard = await know(dkimWildcard, { domain })
    if (wildcard.state === 'unknown') throw new Unknowable(wildcard.reason)
    const { found, unanswered } = await know(dkimSelectors, { domain })
    if (unanswered.length > 0) throw new Unknowable(`${unanswered.join(', ')} at _domainkey.${domain} did not answer`)
    const asked = [...new Set([...given, ...found.map(({ selector }) => selector)])]
    const stand = await Promise.all(asked.map(selector => know(dkimKey, { domain, selector, ourKey: undefined })))
    return {
      wildcard: {
        records: wildcard.state === 'answers' ? wildcard.texts.map(readDkimKey) : [],
        alias: wildcard.alias,
      },
      keys: stand
        .filter(({ records }) => records.some(({ state }) => state === 'valid'))
        .map(({ name, records, alias }) => ({ name, texts: records.map(({ text }) => text), alias })),
    }
  },
})
