// The one record to publish for a domain, from all that is known of it: whoever follows one finding or all of them ends at the same.
import { isWithin } from '../../names/domain.ts'
import { publicSuffixOrganization } from '../../names/organizational.ts'
import { editTagList, splitTagList, tagsOf, tagValue, writeTagList } from '../tag-list.ts'
import { publishTxt, removeTxt, type TxtChange } from '../txt-change.ts'
import { percentage } from './former-view.ts'
import type { PolicyDiscovery } from './policy.ts'
import { type Disposition, type DmarcRecord, readDmarc, repairedDmarc, withPolicy } from './record.ts'
import { guessedReportUris, readReportUris } from './report-uri.ts'
import type { Organization, Step } from './tree-walk.ts'

/** What has been found of a domain's DMARC. */
export interface Published {
  readonly policy: Exclude<PolicyDiscovery, { kind: 'unknown' }>
  readonly own: Step
  readonly trace: readonly Step[]
  readonly organization: Extract<Organization, { known: true }> | { readonly known: false }
  /** By the Public Suffix List. */
  readonly formerOrganization: string
  readonly exists: boolean | undefined
  readonly misplaced: readonly { readonly name: string; readonly text: string }[]
}

/** The record that should stand, and what has to be done for it; no changes where it stands already. */
export interface Mended {
  readonly owner: string
  readonly text: string
  readonly records: readonly TxtChange[]
}

/**
 * What to publish for the domain. Mends what is wrong, and never asks receivers for more than the domain does already, except for a
 * domain that sends no mail: nothing can be lost there.
 * @param parked true when the domain says that it neither takes nor sends mail.
 */
export function mendedDmarc(domain: string, published: Published, parked: boolean): Mended | undefined {
  const { policy, own, misplaced, exists, formerOrganization } = published
  const corrected = (record: DmarcRecord, at = domain): string =>
    correctedText(record, at, published, parked && at === domain)
  const starter = (p: Disposition): string => startingRecord(parked ? 'reject' : p, domain, published)
  if (own.found.kind === 'several') return leftOne(own.owner, own.found.records, corrected)
  const meant = meantRecord(published)
  if (meant !== undefined) {
    const read = meant.mended === undefined ? undefined : readDmarc(meant.mended)
    return inPlaceOf(own, read?.kind === 'record' ? corrected(read.record) : starter('none'))
  }
  if (policy.kind === 'absent') {
    if (exists === false) return undefined
    const [stray] = misplaced.map(({ text }) => readDmarc(text))
    const text = stray?.kind === 'record' ? corrected(stray.record) : starter('none')
    const removed = misplaced.map(one => removeTxt(one.name, one.text))
    return { owner: own.owner, text, records: [...removed, publishTxt(own.owner, text)] }
  }
  if (policy.from === 'public-suffix')
    return inPlaceOf(own, starter(policy.kind === 'policy' ? policy.published : 'none'))
  // The policy above is that of names that do send.
  if (parked && policy.from !== 'author' && appliedBy(policy) !== 'reject') return inPlaceOf(own, starter('reject'))
  // By the Public Suffix List that is the record of a stranger, who will not mend it for us.
  if (!isWithin(policy.at, formerOrganization)) return apartDmarc(published)
  return replaced(policy.owner, policy.record, corrected(policy.record, policy.at))
}

/** The record that makes the organization by the Public Suffix List one for receivers that walk the tree, too. */
export function apartDmarc(published: Published): Mended {
  const { policy, formerOrganization: at, own, trace } = published
  const apart = standsApart(published, at) ? { psd: 'n' } : {}
  const corrected = (record: DmarcRecord): string =>
    record.psd === 'n'
      ? correctedText(record, at, published, false)
      : editTagList(correctedText(record, at, published, false), apart)
  const nowhere = {
    owner: at === own.domain ? own.owner : `_dmarc.${at}`,
    found: { kind: 'none' },
    discarded: [],
  } as const
  const step = trace.find(({ domain }) => domain === at) ?? nowhere
  if (step.found.kind === 'several') return leftOne(step.owner, step.found.records, corrected)
  if (step.found.kind === 'record') return replaced(step.owner, step.found.record, corrected(step.found.record))
  const meant = step.discarded.flatMap(other => (other.resembles && other.mended ? [readDmarc(other.mended)] : []))[0]
  if (meant?.kind === 'record') return inPlaceOf(step, corrected(meant.record))
  // What a name below asks for is not to be asked for all of them.
  const isBelow = policy.kind !== 'policy' || isWithin(policy.at, at)
  const text = isBelow ? undefined : ownRecord(at, published)
  return inPlaceOf(step, text ?? startingRecord(isBelow ? 'none' : policy.published, at, published))
}

function leftOne(owner: string, records: readonly DmarcRecord[], corrected: (record: DmarcRecord) => string): Mended {
  const best = strongest(records)
  const text = corrected(best)
  const removed = records.filter(record => record !== best || text !== best.text).map(one => removeTxt(owner, one.text))
  return { owner, text, records: text === best.text ? removed : [...removed, publishTxt(owner, text)] }
}

function inPlaceOf({ owner, discarded }: Pick<Step, 'owner' | 'discarded'>, text: string): Mended {
  const removed = discarded.filter(({ resembles }) => resembles).map(one => removeTxt(owner, one.text))
  return { owner, text, records: [...removed, publishTxt(owner, text)] }
}

function replaced(owner: string, { text: old }: DmarcRecord, text: string): Mended {
  return { owner, text, records: text === old ? [] : [removeTxt(owner, old), publishTxt(owner, text)] }
}

/** A text at the domain's own name that was meant as its record; SPF only where nothing else is in force. */
export function meantRecord({ own, policy }: Published): { why: string; text: string; mended?: string } | undefined {
  if (own.found.kind !== 'none') return undefined
  for (const { text, ...other } of own.discarded) {
    if (other.resembles) return { text, ...other }
    if (policy.kind === 'absent' && /^v=spf1(\s|$)/i.test(text)) {
      return { text, why: 'it is an SPF record, which belongs at the domain itself' }
    }
  }
  return undefined
}

function appliedBy(policy: Exclude<Published['policy'], { kind: 'absent' }>): Disposition {
  return policy.kind === 'policy' ? policy.effective : 'none'
}

function startingRecord(p: Disposition, at: string, published: Published): string {
  const reports = knownReports(published)
  return editTagList(`v=DMARC1; p=${p}`, {
    ...(reports === undefined ? {} : { rua: reports }),
    ...(standsApart(published, at) ? { psd: 'n' } : {}),
  })
}

/**
 * What receivers that walk the tree apply to a name, as a record of its own there: it is found first by all. Undefined when the record that
 * applies is faulty: that is corrected first, and not copied.
 */
export function ownRecord(at: string, published: Published): string | undefined {
  const { policy, formerOrganization } = published
  if (policy.kind !== 'policy' || policy.tag === 'assumed' || policy.record.faults.length > 0) return undefined
  // The mailboxes of another organization are not ours to name.
  const strange = isWithin(policy.at, formerOrganization) ? {} : { rua: undefined, ruf: undefined, fo: undefined }
  const psd = standsApart(published, at) ? 'n' : undefined
  const own = { ...strange, p: policy.published, sp: undefined, np: undefined, psd }
  return editTagList(policy.record.text, { ...withoutRemoved(policy.record), ...own })
}

/** A record that wrongly says psd=y, with its faults mended: it will count for more names then. */
export function withoutSuffixFlag(record: DmarcRecord, at: string): string {
  return editTagList(record.faults.length > 0 ? repairedDmarc(record) : record.text, { psd: noSuffix(at) })
}

/** What belongs in place of psd=y: at an organization psd=n, so that the walk ends there as before, whatever stands above. */
function noSuffix(at: string): 'n' | undefined {
  return publicSuffixOrganization(at) === at ? 'n' : undefined
}

/** By the list it is an organization, and by the walk only a part of one above, which is a stranger's. */
function standsApart({ organization, formerOrganization: former }: Published, at: string): boolean {
  return at === former && organization.known && organization.domain !== former && isWithin(former, organization.domain)
}

/** @param at the domain that the record is published for */
function correctedText(record: DmarcRecord, at: string, published: Published, parked: boolean): string {
  const known = knownReports(published)
  const repaired = record.faults.length > 0 ? repairedDmarc(record) : record.text
  const read = readDmarc(repaired)
  const sound = read.kind === 'record' ? read.record : record
  const changes = {
    ...withoutRemoved(sound),
    ...guessedUris(sound),
    ...(sound.rua.length === 0 && known !== undefined ? { rua: known } : {}),
    ...suffixFlag(at, published, sound),
    ...(parked ? { t: undefined } : {}),
  }
  const edited = editTagList(repaired, changes)
  const text = parked ? withPolicy(edited, 'reject') : edited
  // Spaces alone are no reason to publish anything.
  const asItStands = writeTagList(tagsOf(splitTagList(record.text)))
  return text === asItStands && record.faults.length === 0 ? record.text : text
}

/** pct=0 asked for what t=y asks for now (RFC 9989 §A.6); the other tags have no successor. */
function withoutRemoved(record: DmarcRecord): { [tag: string]: string | undefined } {
  const held = percentage(record) === 0 && record.p !== 'none'
  const gone = record.removed.map(({ name }) => [name.toLowerCase(), undefined] as const)
  return { ...Object.fromEntries(gone), ...(held ? { t: 'y' } : {}) }
}

/** What cannot be guessed stays as it is: whoever wrote it knows what was meant. */
function guessedUris(record: DmarcRecord): { [tag: string]: string } {
  const tags = (['rua', 'ruf'] as const).filter(tag => record[tag].some(uri => uri.kind === 'invalid' && uri.meant))
  return Object.fromEntries(tags.map(tag => [tag, guessedReportUris(tagValue(record.text, tag) ?? '')]))
}

function suffixFlag(at: string, published: Published, record: DmarcRecord): { psd?: string | undefined } {
  const relaxed = record.adkim === 'r' || record.aspf === 'r'
  if (relaxed && record.psd !== 'n' && standsApart(published, at)) return { psd: 'n' }
  // The Public Suffix List knows an organization for it, so it is none of its suffixes.
  return record.psd === 'y' && publicSuffixOrganization(at) !== undefined ? { psd: noSuffix(at) } : {}
}

/** The record that asks for most: one with reports before one without, then by the policy. */
function strongest(records: readonly DmarcRecord[]): DmarcRecord {
  const weight = ({ acts, rua, p }: DmarcRecord): number =>
    (acts === 'not-at-all' ? 0 : 10) + (rua.length > 0 ? 5 : 0) + ['none', 'quarantine', 'reject'].indexOf(p ?? 'none')
  return records.toSorted((a, b) => weight(b) - weight(a))[0]!
}

/** Where reports about the domain go already, by any of its texts: no mailbox is made up. */
function knownReports({ policy, own, trace, misplaced, formerOrganization }: Published): string | undefined {
  const inForce = policy.kind === 'policy' && policy.from !== 'public-suffix' ? [policy.record.text] : []
  const several = own.found.kind === 'several' ? own.found.records.map(({ text }) => text) : []
  const above = trace.flatMap(({ domain, found }) =>
    found.kind === 'record' && found.record.psd !== 'y' && isWithin(domain, formerOrganization)
      ? [found.record.text]
      : [],
  )
  const texts = [
    ...inForce,
    ...several,
    ...own.discarded.map(({ text }) => text),
    ...misplaced.map(({ text }) => text),
    ...above,
  ]
  for (const tag of ['rua', 'ruf']) {
    for (const text of texts) {
      const value = tagsOf(splitTagList(text)).find(({ name }) => name.toLowerCase() === tag)?.value ?? ''
      const uris = readReportUris(value).filter(uri => uri.kind === 'mailto')
      if (uris.length > 0) return uris.map(({ text: uri }) => uri).join(',')
    }
  }
  return undefined
}
