// What receivers that still follow RFC 7489 take for the policy: the domain's own record, else that of its organization by the Public
// Suffix List; no tree walk, no np, no t, no psd, and a share of the failing mail by pct.
import type { Resolver } from '../../net/resolver.ts'
import { splitTagList, tagsOf } from '../tag-list.ts'
import type { Disposition, DmarcRecord } from './record.ts'
import { askStep, type Step, type TreeWalk, type Unanswered } from './tree-walk.ts'

/** The policy as the former specification finds it. */
export type FormerView =
  | {
      readonly kind: 'policy'
      /** The domain whose record counts. */
      readonly at: string
      readonly record: DmarcRecord
      /** `assumed`: the record is faulty, and p=none is taken instead. */
      readonly tag: 'p' | 'sp' | 'assumed'
      readonly policy: Disposition
      /** The share of failing mail that the policy is applied to; the rest gets the next weaker one. */
      readonly percent: number
    }
  /** A record is there, but asks for nothing that could be followed. */
  | { readonly kind: 'unusable'; readonly at: string }
  /** Several records end the search: no DMARC (§6.6.3, step 5). */
  | { readonly kind: 'several'; readonly at: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly question: Unanswered }

/**
 * Finds the policy by RFC 7489 §6.6.3. Asks for a name only when the tree walk did not pass it.
 * @param organization the organizational domain by the Public Suffix List.
 */
export async function formerView(resolver: Resolver, walk: TreeWalk, organization: string): Promise<FormerView> {
  const [own] = walk.steps
  if (own.found.kind !== 'none' || organization === walk.start) return viewAt(own, walk.start)
  const above = walk.steps.find(step => step.domain === organization) ?? (await askStep(resolver, organization))
  return viewAt(above, walk.start)
}

function viewAt({ domain: at, found }: Step, author: string): FormerView {
  switch (found.kind) {
    case 'none':
      return { kind: 'absent' }
    case 'several':
      return { kind: 'several', at }
    case 'unanswered':
      return { kind: 'unknown', question: found.question }
    case 'record': {
      const { record } = found
      const percent = percentage(record) ?? 100
      // Step 6: no valid p, or an invalid sp; np was no tag of it.
      if (record.p === undefined || (record.sp === undefined && written(record, 'sp') !== undefined)) {
        return record.reportable
          ? { kind: 'policy', at, record, tag: 'assumed', policy: 'none', percent }
          : { kind: 'unusable', at }
      }
      const tag = at !== author && record.sp !== undefined ? 'sp' : 'p'
      return { kind: 'policy', at, record, tag, policy: record[tag]!, percent }
    }
  }
}

/** The value of pct=, where it is a percentage. */
export function percentage(record: DmarcRecord): number | undefined {
  const value = written(record, 'pct')
  return value !== undefined && /^\d{1,3}$/.test(value) && Number(value) <= 100 ? Number(value) : undefined
}

function written({ text }: DmarcRecord, name: string): string | undefined {
  return tagsOf(splitTagList(text)).find(tag => tag.name.toLowerCase() === name)?.value
}
