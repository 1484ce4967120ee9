// The words for what name servers publish, and for those that were not heard.
import type { PublishedView } from '../facts/published.ts'
import { displayName } from '../names/domain.ts'
import type { Unheard } from '../protocol/delegation/publication.ts'

/** The records, or that there are none. */
export function publishedWords({ records, alias }: Pick<PublishedView, 'records' | 'alias'>): string {
  if (alias !== undefined) return `an alias of ${displayName(alias)}`
  return records.length === 0 ? 'no such record' : records.map(record => `"${record}"`).join(' and ')
}

/** The server, and why it does not count. */
export function unheardWords({ server, reason }: Unheard): string {
  return `${server} (${reason})`
}
