// What stands at selector1 and selector2 of a domain, the two that Microsoft 365 signs with in turn, and whose keys they lead to.
import { defineFact, type Know, Unknowable } from '../audit/fact.ts'
import { canonicalName } from '../names/domain.ts'
import { type DkimTarget, otherTarget, readDkimTarget } from '../protocol/microsoft-365.ts'
import { txtText } from './answers.ts'
import { dkimKey } from './dkim-key.ts'
import { dkimSelectors } from './dkim-selectors.ts'
import { dkimWildcard } from './dkim-wildcard.ts'

/** `alias`: a CNAME, with its target where it is one of Microsoft's. `text`: a TXT record in place of one. */
export interface Microsoft365Selector {
  readonly selector: 'selector1' | 'selector2'
  readonly name: string
  readonly state: 'alias' | 'text' | 'none'
  readonly alias: string | undefined
  readonly target: DkimTarget | undefined
  /** `published`: one usable key. `revoked`: p= is empty. `unusable`: something else. */
  readonly key: 'published' | 'revoked' | 'unusable' | 'none'
}

export interface Microsoft365Dkim {
  readonly selectors: readonly [Microsoft365Selector, Microsoft365Selector]
  /** Where one has an alias of Microsoft and the other nothing: what the other's is in all likelihood, since a record stands there. */
  readonly missingTarget: string | undefined
  /** Selectors of other names that were found: mail may be signed on its way out. */
  readonly others: readonly string[]
}

export const microsoft365Dkim = defineFact({
  name: 'microsoft-365-dkim',
  scope: 'domain',
  async gather({ domain }, { resolver, know }): Promise<Microsoft365Dkim> {
    const wildcard = await know(dkimWildcard, { domain })
    const answersAll = wildcard.state === 'answers' ? JSON.stringify(wildcard.texts) : undefined
    const look = async (selector: 'selector1' | 'selector2'): Promise<Microsoft365Selector> => {
      const { name, records, alias } = await know(dkimKey, { domain, selector, ourKey: undefined })
      const own = records.filter(record => alias !== undefined || JSON.stringify([record.text]) !== answersAll)
      const target = alias === undefined ? undefined : readDkimTarget(canonicalName(alias))
      const [only] = own
      const key =
        only === undefined
          ? 'none'
          : own.length > 1 || only.state === 'invalid'
            ? 'unusable'
            : only.state === 'revoked'
              ? 'revoked'
              : 'published'
      const state = alias !== undefined ? 'alias' : own.length > 0 ? 'text' : 'none'
      return { selector, name, state, alias, target, key }
    }
    const selectors = await Promise.all([look('selector1'), look('selector2')])
    const [one] = selectors.filter(({ target }) => target !== undefined)
    const lacks = selectors.some(({ state }) => state === 'none')
    const likely = one?.alias !== undefined && lacks ? otherTarget(one.alias) : undefined
    const there = likely === undefined ? undefined : await resolver.resolve(likely, 'TXT')
    const isThere = there?.kind === 'records' && there.records.some(strings => /(^|;)\s*p=/.test(txtText(strings)))
    return { selectors, missingTarget: isThere ? likely : undefined, others: await othersOf(know, domain) }
  },
})

/** Which other selectors there are is told only where it is known; it decides nothing that must be. */
async function othersOf(know: Know, domain: string): Promise<readonly string[]> {
  try {
    const { found } = await know(dkimSelectors, { domain })
    return found.map(({ selector }) => selector).filter(one => one !== 'selector1' && one !== 'selector2')
  } catch (failure) {
    if (failure instanceof Unknowable) return []
    throw failure
  }
}

/** The tenant whose keys the domain leads to, as far as its selectors tell. */
export function tenantOf({ selectors }: Microsoft365Dkim): DkimTarget | undefined {
  return selectors.flatMap(({ target }) => target ?? [])[0]
}
