// When two questions are the same question, and what is asked anew each time.
import { canonicalName } from '../../names/domain.ts'
import type { AskedServer, RecordType, Unchecked } from '../resolver.ts'

/** One question to DNS; `from` when one server was asked instead of the resolver's own. */
export interface Question {
  readonly name: string
  readonly type: RecordType
  readonly from?: AskedServer | Unchecked
}

/** Equal questions give equal texts. */
export function questionKey({ name, type, from }: Question): string {
  const asked = `${canonicalName(name)} ${type}`
  if (from === undefined) return asked
  if ('unchecked' in from) return `${asked} unchecked`
  const { address, port, transport, certifiedAs, path, recursive } = from
  return `${asked} @${JSON.stringify([address, port, transport, certifiedAs, path, recursive])}`
}
