// Fields that may stand once only (RFC 5322 §3.6, RFC 2045): copies go, lists of recipients become one, and what is left of
// doubles is refused here. Gmail refuses such mail, and rspamd finds every signature on it bad.
import { type Field, valueText } from '../../protocol/message/field.ts'
import { badContent, type Refusal } from './refusal.ts'
import type { FieldEdits } from './sendable.ts'

/** Lists of addresses: two of them mean the same as one with the addresses of both (RFC 5322 §4.5.3). */
const lists = new Set(['to', 'cc', 'reply-to'])

const single = new Set([
  ...lists,
  ...['sender', 'subject', 'date', 'message-id', 'in-reply-to', 'references'],
  ...['mime-version', 'content-type', 'content-transfer-encoding'],
])

export interface SingleFields {
  readonly kind: 'single'
  /** Those that stay. */
  readonly fields: readonly Field[]
  /** What they must say, where several became one. */
  readonly joined: FieldEdits
}

export function withSingleFields(octets: Buffer, fields: readonly Field[]): SingleFields | Refusal {
  const joined = new Map<string, string>()
  const surplus = new Set<Field>()
  for (const same of Map.groupBy(fields, field => field.key).values()) {
    const [first, ...others] = same as [Field, ...Field[]]
    if (others.length === 0 || !single.has(first.key)) continue
    const values = new Map<string, Field>()
    for (const field of same) {
      const value = valueText(octets, field)
      if (!values.has(value)) values.set(value, field)
    }
    // An empty one says nothing beside another.
    if (values.size > 1) values.delete('')
    const [kept, ...different] = [...values.values()] as [Field, ...Field[]]
    if (different.length > 0 && !lists.has(kept.key)) {
      return badContent(`The header has ${values.size} ${first.name} fields; it may have one (RFC 5322 3.6)`)
    }
    for (const field of same) if (field !== kept) surplus.add(field)
    if (different.length === 0) continue
    joined.set(kept.name, [kept, ...different].map(field => foldedValue(octets, field)).join(',\r\n\t'))
  }
  return { kind: 'single', fields: fields.filter(field => !surplus.has(field)), joined }
}

/** The value with its folds, without lines of nothing and commas at its end. */
function foldedValue(octets: Buffer, { valueAt, end }: Field): string {
  const lines = octets.toString('utf8', valueAt, end).split('\r\n')
  return lines
    .filter(line => !/^[ \t]*$/.test(line))
    .join('\r\n')
    .trim()
    .replace(/[\s,]+$/, '')
}
