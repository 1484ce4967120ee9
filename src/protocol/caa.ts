// Which authorities may issue certificates for a name, by its CAA records (RFC 8659): the climb up the tree, and what a set of records says.
import type { RecordTypes } from '../net/resolver.ts'

export type CaaRecord = RecordTypes['CAA']

/** What stands at one name of the climb; aliases were followed. */
export type CaaLevel = { readonly name: string } & (
  | { readonly state: 'found'; readonly records: readonly CaaRecord[]; readonly unreadable: readonly string[] }
  | { readonly state: 'none' }
  | { readonly state: 'unknown'; readonly reason: string }
)

/** RFC 8659 §3: the records at the name, else those at the nearest name above that has some. */
export function relevantCaa(levels: readonly CaaLevel[]): CaaLevel | undefined {
  return levels.find(({ state }) => state !== 'none')
}

/** The value of an `issue`, `issuewild` or `issuemail` property. Without an issuer nobody may issue by it. */
export interface IssueValue {
  readonly issuer: string | undefined
  /** It is not as RFC 8659 §4.2 has it, so that it lets nobody issue. */
  readonly malformed: boolean
}

const LABEL = '[a-z0-9](?:-*[a-z0-9])*'
const ISSUER = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, 'i')
const PARAMETER = /^[a-z0-9](?:-*[a-z0-9])*[ \t]*=[ \t]*[\x21-\x3a\x3c-\x7e]*$/i

/** RFC 8659 §4.2. Long values are cut by DNS itself; every step here is linear. */
export function readIssueValue(value: string): IssueValue {
  const [issuer = '', ...parameters] = value.split(';').map(part => part.replace(/^[ \t]+|[ \t]+$/g, ''))
  // A semicolon may stand at the end, and behind an empty issuer.
  const isWell = parameters.every((one, index) => (one === '' ? index === parameters.length - 1 : PARAMETER.test(one)))
  if (issuer === '') return { issuer: undefined, malformed: !isWell }
  return isWell && ISSUER.test(issuer)
    ? { issuer: issuer.toLowerCase(), malformed: false }
    : { issuer: undefined, malformed: true }
}

/** What a set of records says of certificates of one kind. */
export type CaaVerdict =
  /** The set says nothing of such certificates: every authority may issue. */
  | { readonly kind: 'anyone' }
  | { readonly kind: 'only'; readonly issuers: readonly string[] }
  | {
      readonly kind: 'nobody'
      readonly because: 'empty' | 'critical' | 'malformed'
      readonly records: readonly CaaRecord[]
    }

/** RFC 8659 §4, RFC 9495, and what authorities have agreed on beside them: a critical property of another kind forbids all. */
const knownTags = new Set(['issue', 'issuewild', 'iodef', 'issuemail', 'issuevmc', 'contactemail', 'contactphone'])

/** @param purpose a certificate of a server, of all names below one (wildcard), or of a mail address */
export function caaVerdict(records: readonly CaaRecord[], purpose: 'server' | 'wildcard' | 'mail'): CaaVerdict {
  const critical = records.filter(({ critical, tag }) => critical && !knownTags.has(tag.toLowerCase()))
  // RFC 8659 §4.1.
  if (critical.length > 0) return { kind: 'nobody', because: 'critical', records: critical }
  const of = (wanted: string): readonly CaaRecord[] => records.filter(({ tag }) => tag.toLowerCase() === wanted)
  // §4.3: where there is an issuewild, issue says nothing of wildcards.
  const wild = purpose === 'wildcard' ? of('issuewild') : []
  const own = purpose === 'mail' ? of('issuemail') : wild.length > 0 ? wild : of('issue')
  if (own.length === 0) return { kind: 'anyone' }
  const read = own.map(record => ({ record, ...readIssueValue(record.value) }))
  const issuers = [...new Set(read.flatMap(({ issuer }) => issuer ?? []))].sort()
  if (issuers.length > 0) return { kind: 'only', issuers }
  const malformed = read.filter(one => one.malformed).map(({ record }) => record)
  return malformed.length > 0
    ? { kind: 'nobody', because: 'malformed', records: malformed }
    : { kind: 'nobody', because: 'empty', records: own }
}

/** The record as it stands in a zone file. */
export function caaText({ critical, tag, value }: CaaRecord): string {
  return `${critical ? 128 : 0} ${tag} "${value.replace(/["\\]/g, '\\$&')}"`
}
