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
  const { policy, own, misplaced, exists } = published
  const known = knownReports(published)
  const corrected = (record: DmarcRecord, isOwn = true): string =>
    correctedText(record, { domain, published, known, parked: parked && isOwn })
  const starter = (p: Disposition): string => startingRecord(parked ? 'reject' : p, known)
  if (own.found.kind === 'several') {
    const { records } = own.found
    const best = strongest(records)
    const text = corrected(best)
    const removed = records.filter(record => record !== best || text !== best.text)
    const added = text === best.text ? [] : [publishTxt(own.owner, text)]
    return { owner: own.owner, text, records: [...removed.map(one => removeTxt(own.owner, one.text)), ...added] }
  }
  const meant = meantRecord(published)
  if (meant !== undefined) {
    const read = meant.mended === undefined ? undefined : readDmarc(meant.mended)
    const text = read?.kind === 'record' ? corrected(read.record) : starter('none')
    const removed = own.discarded.filter(({ resembles }) => resembles)
    const records = [...removed.map(one => removeTxt(own.owner, one.text)), publishTxt(own.owner, text)]
    return { owner: own.owner, text, records }
  }
  if (policy.kind === 'absent') {
    if (exists === false) return undefined
    const [stray] = misplaced.map(({ text }) => readDmarc(text))
    const text = stray?.kind === 'record' ? corrected(stray.record) : starter('none')
    const removed = misplaced.map(one => removeTxt(one.name, one.text))
    return { owner: own.owner, text, records: [...removed, publishTxt(own.owner, text)] }
  }
  if (policy.from === 'public-suffix') return fresh(own.owner, starter(publishedBy(policy)))
  // The policy above is that of names that do send.
  if (parked && policy.from !== 'author' && publishedBy(policy) !== 'reject') return fresh(own.owner, starter('reject'))
  const { owner, record } = policy
  const text = corrected(record, policy.from === 'author')
  const records = text === record.text ? [] : [removeTxt(owner, record.text), publishTxt(owner, text)]
  return { owner, text, records }
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

function fresh(owner: string, text: string): Mended {
  return { owner, text, records: [publishTxt(owner, text)] }
}

function publishedBy(policy: Exclude<Published['policy'], { kind: 'absent' }>): Disposition {
  return policy.kind === 'policy' ? policy.published : 'none'
}

function startingRecord(p: Disposition, reports: string | undefined): string {
  return reports === undefined ? `v=DMARC1; p=${p}` : `v=DMARC1; p=${p}; rua=${reports}`
}

interface Circumstances {
  readonly domain: string
  readonly published: Published
  readonly known: string | undefined
  readonly parked: boolean
}

function correctedText(record: DmarcRecord, { domain, published, known, parked }: Circumstances): string {
  const repaired = record.faults.length > 0 ? repairedDmarc(record) : record.text
  const read = readDmarc(repaired)
  const sound = read.kind === 'record' ? read.record : record
  const changes = {
    ...withoutRemoved(sound),
    ...guessedUris(sound),
    ...(sound.rua.length === 0 && known !== undefined ? { rua: known } : {}),
    ...suffixFlag(domain, published, sound),
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

function suffixFlag(
  domain: string,
  { policy, organization, formerOrganization: former }: Published,
  record: DmarcRecord,
): { psd?: string | undefined } {
  // The Public Suffix List knows an organization for it, so it is none of its suffixes.
  if (record.psd === 'y' && publicSuffixOrganization(domain) !== undefined) return { psd: undefined }
  if (policy.kind !== 'policy' || policy.at !== former || !organization.known) return {}
  const relaxed = record.adkim === 'r' || record.aspf === 'r'
  // Receivers that walk the tree would take a name above for the organization: one that is not the domain's own.
  return relaxed && organization.domain !== former && isWithin(former, organization.domain) ? { psd: 'n' } : {}
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
