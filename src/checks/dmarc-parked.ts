// Is forged mail in the name of a domain that sends nothing to be rejected, and in the names below it too?
import { defineCheck } from '../audit/check.ts'
import { type DmarcPolicy, dmarcPolicy } from '../facts/dmarc-policy.ts'
import type { Disposition, DmarcRecord } from '../protocol/dmarc/record.ts'
import { editTagList } from '../protocol/tag-list.ts'
import { publishTxt, removeTxt, type TxtChange } from '../protocol/txt-change.ts'

const wanted = 'v=DMARC1; p=reject; sp=reject; np=reject'

export default defineCheck({
  id: 'dmarc-parked',
  group: 'dmarc',
  scope: 'domain',
  title: 'DMARC rejects all mail in the name of the parked domain',
  why: 'No mail of the domain is genuine, so that p=reject can lose nothing. Without it receivers that do not refuse by SPF alone deliver what is forged.',
  refs: ['RFC 9989 §4.7', 'RFC 9989 §4.10.1', 'RFC 9989 §A.4'],
  needs: { dmarc: dmarcPolicy },
  outcomes: {
    reject: {
      level: 'pass',
      says: 'Mail in the name of {domain} and of names below it is to be rejected: "{record}" at {owner}.',
    },
    inherited: {
      level: 'pass',
      says: 'Mail in the name of {domain} is to be rejected, by the record of {at}: "{record}".',
    },
    'no-domain': {
      level: 'info',
      says: '{domain} does not exist, and no DMARC record above it applies (see `dns-existence`).',
    },
    missing: {
      level: 'fail',
      says: 'No DMARC record that counts applies to {domain}: nothing asks receivers to reject what is forged.{why}',
      fix: `Publish the TXT record "${wanted}" at _dmarc.{domain}. Reports that are asked for with rua= show who forges it.`,
    },
    weak: {
      level: 'fail',
      says: 'Forged mail in the name of {domain} is not rejected: the policy that applies is {effective} ("{record}" at {owner}).',
      fix: 'Publish a record with p=reject at _dmarc.{domain}: a domain that sends nothing can lose nothing by it.',
    },
    'weak-below': {
      level: 'fail',
      says: 'Forged mail in the name of {domain} is rejected, but not in names below it: {weaker} in the record at {owner}.',
      fix: 'Publish the record with reject for all of them.',
    },
  },
  evaluate({ dmarc }, { domain }) {
    const { policy, own } = dmarc
    const owner = own.owner
    if (own.found.kind === 'several') {
      const why = ` There are ${own.found.records.length} at ${owner}, and receivers discard all of them.`
      return { outcome: 'missing', data: { domain, why }, records: changes(dmarc, domain) }
    }
    if (policy.kind === 'absent' && dmarc.exists === false) return { outcome: 'no-domain', data: { domain } }
    if (policy.kind !== 'policy')
      return { outcome: 'missing', data: { domain, why: '' }, records: changes(dmarc, domain) }
    const { record, at, from, effective } = policy
    const data = { domain, at, owner: policy.owner, record: record.text, effective }
    if (effective !== 'reject') return { outcome: 'weak', data, records: changes(dmarc, domain) }
    // What stands above speaks for the domain as one of its subdomains, and for those below it alike.
    if (from !== 'author') return { outcome: 'inherited', data }
    const weaker = weakerTags(record)
    if (weaker.length > 0) return { outcome: 'weak-below', data: { ...data, weaker }, records: changes(dmarc, domain) }
    return { outcome: 'reject', data }
  },
})

/** §4.7: np defaults to sp, and sp to p. */
function weakerTags({ p, sp, np }: DmarcRecord): readonly string[] {
  const isWeaker = (policy: Disposition | undefined): boolean => policy !== undefined && policy !== 'reject'
  return p === 'reject' ? [...(isWeaker(sp) ? [`sp=${sp}`] : []), ...(isWeaker(np) ? [`np=${np}`] : [])] : []
}

/** The record at the domain's own name; what asks for reports in the one that stands there is kept. */
function changes({ own, misplaced }: DmarcPolicy, domain: string): readonly TxtChange[] {
  const name = `_dmarc.${domain}`
  // At the end of an alias stands the record of many names, which is not for one of them to change.
  if (own.owner !== name) return []
  const stray = misplaced.map(one => removeTxt(one.name, one.text))
  const meant = own.discarded.filter(({ resembles }) => resembles).map(({ text }) => removeTxt(name, text))
  const texts =
    own.found.kind === 'record'
      ? [own.found.record.text]
      : own.found.kind === 'several'
        ? own.found.records.map(({ text }) => text)
        : []
  const [first] = texts
  const strict = { p: 'reject', sp: 'reject', np: 'reject', t: undefined, pct: undefined }
  // A record with faults is written anew; one that is read keeps where its reports go.
  const isSound = own.found.kind === 'record' && own.found.record.faults.length === 0
  const text = first !== undefined && isSound ? editTagList(first, strict) : wanted
  return [...stray, ...meant, ...texts.map(old => removeTxt(name, old)), publishTxt(name, text)]
}
