// Which selectors does the domain have that nobody named? DNS cannot list them: those that providers give to all are asked for.
import { defineFact, type Know, Unknowable } from '../audit/fact.ts'
import { canonicalName, isWithin } from '../names/domain.ts'
import { commonSelectors, type SelectorProvider, selectorProviders } from '../rules/dkim-selectors.ts'
import { dkimKey } from './dkim-key.ts'
import { dkimParent } from './dkim-parent.ts'
import { type DkimWildcard, dkimWildcard } from './dkim-wildcard.ts'
import { mailHosts, mx } from './mx.ts'
import { spfRecord } from './spf-record.ts'

/** A selector at which something stands; `provider` where its name or its alias tells whose it is. */
export interface FoundSelector {
  readonly selector: string
  readonly provider: string | undefined
}

export interface DkimSelectors {
  /** `_domainkey.domain` does not exist, so nothing was asked for. */
  readonly denied: boolean
  /** Every selector is answered, so that only an answer of another kind shows anything. */
  readonly wildcard: boolean
  readonly asked: readonly string[]
  readonly found: readonly FoundSelector[]
  readonly unanswered: readonly string[]
}

/** Questions at most, `_domainkey` and the wildcard aside. */
const MOST = 24

export const dkimSelectors = defineFact({
  name: 'dkim-selectors',
  scope: 'domain',
  async gather({ domain }, { know }): Promise<DkimSelectors> {
    const nothing = { denied: false, wildcard: false, asked: [], found: [], unanswered: [] }
    // All at once, so that the selectors themselves are asked for in the second round.
    const [parent, wildcard, used] = await Promise.all([
      know(dkimParent, { domain }),
      know(dkimWildcard, { domain }),
      providersOf(domain, know),
    ])
    if (parent.state === 'denied') return { ...nothing, denied: true }
    if (parent.state === 'unknown') throw new Unknowable(`${parent.name} could not be asked for`)
    // Without it no answer would show whether the selector was set up.
    if (wildcard.state === 'unknown') throw new Unknowable(wildcard.reason)
    const answersAll = wildcard.state === 'answers' || wildcard.alias !== undefined
    const evident = used.flatMap(provider => provider.selectors)
    const asked = [...new Set(answersAll ? evident : [...evident, ...commonSelectors])].slice(0, MOST)
    const told = await Promise.all(asked.map(selector => lookUp(domain, selector, know, wildcard, used)))
    return {
      denied: false,
      wildcard: answersAll,
      asked,
      found: told.filter(one => typeof one === 'object'),
      unanswered: asked.filter((_, i) => told[i] === 'unanswered'),
    }
  },
})

async function lookUp(
  domain: string,
  selector: string,
  know: Know,
  wildcard: DkimWildcard,
  used: readonly SelectorProvider[],
): Promise<FoundSelector | 'none' | 'unanswered'> {
  try {
    const { name, owner, records } = await know(dkimKey, { domain, selector, ourKey: undefined })
    const alias = owner === name ? undefined : owner
    if (records.length === 0 && alias === undefined) return 'none'
    const texts = wildcard.state === 'answers' ? wildcard.texts : []
    const same = wildcard.state !== 'unknown' && wildcard.alias === alias
    if (same && JSON.stringify(texts) === JSON.stringify(records.map(({ text }) => text))) return 'none'
    return { selector, provider: providerOf(selector, alias, used)?.title }
  } catch (failure) {
    if (failure instanceof Unknowable) return 'unanswered'
    throw failure
  }
}

/** Whose selector it is: by its alias for certain, by the domain's other records in all likelihood, else by a name that only one has. */
function providerOf(
  selector: string,
  alias: string | undefined,
  used: readonly SelectorProvider[],
): SelectorProvider | undefined {
  if (alias !== undefined) return selectorProviders.find(one => one.aliases?.some(end => isWithin(alias, end)))
  const usedHere = used.find(one => one.selectors.includes(selector))
  if (usedHere !== undefined) return usedHere
  const named = selectorProviders.filter(one => one.selectors.includes(selector))
  // Provider names are long; short ones, and those with a number behind a letter, many choose by themselves.
  const telling = /^[a-z]{5,}\d*$/.test(selector) && !['default', 'selector1', 'selector2'].includes(selector)
  return telling && named.length === 1 ? named[0] : undefined
}

/** The providers that the domain's MX and SPF records show. What they do not tell is guessed from the common names. */
async function providersOf(domain: string, know: Know): Promise<readonly SelectorProvider[]> {
  const [hosts, names] = await Promise.all([
    know(mx, { domain }).then(mailHosts, nothingLearned),
    know(spfRecord, { domain }).then(({ records }) => records.flatMap(includedNames), nothingLearned),
  ])
  const ends = (name: string, among: readonly string[] | undefined) => among?.some(end => isWithin(name, end)) ?? false
  return selectorProviders.filter(
    ({ mx, spf }) => hosts.some(host => ends(host, mx)) || names.some(name => ends(name, spf)),
  )
}

function includedNames(record: string): readonly string[] {
  return [...record.matchAll(/(?:^| )[+?~-]?(?:include:|redirect=)([^ %]+)(?= |$)/gi)].map(match =>
    canonicalName(match[1]!),
  )
}

function nothingLearned(failure: unknown): readonly string[] {
  if (failure instanceof Unknowable) return []
  throw failure
}
