// MTA-STS (RFC 8461): the record that says that there is a policy, the policy file, and which MX hosts it covers.
import { canonicalName, isFqdn } from '../names/domain.ts'
import { shownText } from './shown-text.ts'
import { splitTagList, tagsOf } from './tag-list.ts'

/** The records among the TXT records of `_mta-sts`, each understood; the others are discarded (§3.1). */
export interface StsRecords {
  readonly records: readonly StsRecord[]
  /** Texts that were meant as such a record and are not read as one. */
  readonly nearMisses: readonly string[]
}

/** `id` is undefined when it is missing or cannot be read; `faults` say why, as clauses. */
export interface StsRecord {
  readonly text: string
  readonly id: string | undefined
  readonly faults: readonly string[]
}

/** §3.1: records that do not begin with "v=STSv1;" are discarded; what is left must be exactly one. */
export function selectStsRecords(texts: readonly string[]): StsRecords {
  const isRecord = (text: string): boolean => /^v=STSv1[ \t]*;/.test(text)
  return {
    records: texts.filter(isRecord).map(readStsRecord),
    nearMisses: texts.filter(text => !isRecord(text) && /^["\s]*v\s*=\s*sts/i.test(text)),
  }
}

function readStsRecord(text: string): StsRecord {
  const pieces = splitTagList(text)
  const ids = tagsOf(pieces).filter(tag => tag.name === 'id')
  const faults: string[] = []
  for (const piece of pieces) {
    if (piece.kind === 'broken') faults.push(`"${shownText(piece.text)}" is no field`)
  }
  const [first] = ids
  if (first === undefined) faults.push('it has no id')
  else if (ids.length > 1) faults.push('it has several ids')
  // §3.1: sts-id = %s"id=" 1*32(ALPHA / DIGIT)
  else if (!/^[A-Za-z0-9]{1,32}$/.test(first.value)) {
    faults.push(`its id "${shownText(first.value)}" is not 1 to 32 letters and digits`)
  }
  return { text, id: faults.length === 0 ? first!.value : undefined, faults }
}

/** §3.2. Ages in seconds. */
export type StsMode = 'enforce' | 'testing' | 'none'

/** A policy file, or what keeps it from being one. */
export type StsPolicy =
  | { readonly kind: 'policy'; readonly mode: StsMode; readonly mx: readonly string[]; readonly maxAge: number }
  | { readonly kind: 'invalid'; readonly faults: readonly PolicyFault[] }

/** `line` counts from 1; undefined for what is missing in the whole file. */
export interface PolicyFault {
  readonly line: number | undefined
  readonly says: string
}

/** About a year (§3.2). */
const LONGEST = 31_557_600

/** More patterns than an honest policy has are not read. */
const MOST_LINES = 1000

/** Reads a policy file. Unknown fields are ignored, of repeated ones other than mx the first counts (§3.2). Never throws. */
export function readStsPolicy(text: string): StsPolicy {
  const faults: PolicyFault[] = []
  const first = new Map<string, { readonly value: string; readonly line: number }>()
  const mx: string[] = []
  for (const [index, raw] of text.split(/\r?\n/).slice(0, MOST_LINES).entries()) {
    const line = index + 1
    if (raw.trim() === '') continue
    const [, key, value] = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31}):[ \t]*(.*?)[ \t]*$/s.exec(raw) ?? []
    if (key === undefined || value === undefined) {
      faults.push({ line, says: `"${shownText(raw)}" is no field` })
    } else if (key === 'mx') {
      if (isPattern(value)) mx.push(canonicalName(value))
      else faults.push({ line, says: `"${shownText(value)}" is neither a host name nor "*." and one` })
    } else if (!first.has(key)) {
      first.set(key, { value, line })
    }
  }
  const wanted = (key: string, isGood: (value: string) => boolean, wish: string): string | undefined => {
    const field = first.get(key)
    if (field === undefined) faults.push({ line: undefined, says: `it has no ${key}` })
    else if (!isGood(field.value))
      faults.push({ line: field.line, says: `${key} is "${shownText(field.value)}", not ${wish}` })
    else return field.value
    return undefined
  }
  wanted('version', value => value === 'STSv1', 'STSv1')
  const mode = wanted('mode', isMode, 'enforce, testing or none') as StsMode | undefined
  const age = wanted(
    'max_age',
    value => /^[0-9]{1,10}$/.test(value) && Number(value) <= LONGEST,
    `a number of seconds up to ${LONGEST}`,
  )
  // §3.2: for the mode none no mx is needed.
  if (mx.length === 0 && mode !== 'none') faults.push({ line: undefined, says: 'it names no mx' })
  if (faults.length > 0 || mode === undefined || age === undefined) return { kind: 'invalid', faults }
  return { kind: 'policy', mode, mx, maxAge: Number(age) }
}

const isMode = (value: string): boolean => value === 'enforce' || value === 'testing' || value === 'none'

function isPattern(value: string): boolean {
  const name = value.startsWith('*.') ? value.slice(2) : value
  return isFqdn(canonicalName(name))
}

/** §4.1: a wildcard stands for exactly the left-most label. Both are A-labels. */
export function coversHost(pattern: string, host: string): boolean {
  const [wanted, name] = [canonicalName(pattern), canonicalName(host)]
  if (!wanted.startsWith('*.')) return wanted === name
  const dot = name.indexOf('.')
  return dot > 0 && name.slice(dot + 1) === wanted.slice(2)
}
