// The embedded store: one SQLite file, for one process.
import type { Content, Envelope, Message } from '../../relay/envelope.ts'
import type { Report } from '../../report/report.ts'
import type { KeptReport, NewEnvelope, QueueStore, ReportStore, Store, StoreHealth, Submission } from '../store.ts'
import { type BatchFigures, DatabaseThread } from './database-thread.ts'
import type { PutOrder, Slice } from './orders.ts'
import { RecentMessages } from './recent-messages.ts'

export interface SqliteSettings {
  /** The file; made with its folder when it is not there. */
  readonly path: string
  /** Octets of the disk that new mail may not use. */
  readonly reserve?: number
  /** Octets of memory for messages that were just taken. */
  readonly recent?: number
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

const RESERVE = 64 * 1024 * 1024
const RECENT = 32 * 1024 * 1024

/**
 * Opens the store, alone: another process that has it open makes this fail with `locked`.
 * @throws StoreFailure that says in one line why it cannot be opened.
 */
export async function openSqliteStore(settings: SqliteSettings): Promise<Store & { readonly figures: BatchFigures }> {
  const { path, reserve = RESERVE, recent = RECENT, now = Date.now } = settings
  const thread = await DatabaseThread.open({ path, reserve })
  return {
    queue: new SqliteQueue(thread, new RecentMessages(recent), now),
    reports: new SqliteReports(thread),
    figures: thread.figures,
    failed: thread.failed,
    close: () => thread.close(),
  }
}

class SqliteQueue implements QueueStore {
  readonly #thread: DatabaseThread
  readonly #recent: RecentMessages
  readonly #now: () => number
  #newestEnvelope: number

  constructor(thread: DatabaseThread, recent: RecentMessages, now: () => number) {
    this.#thread = thread
    this.#recent = recent
    this.#now = now
    this.#newestEnvelope = thread.newestEnvelope
  }

  get health(): StoreHealth {
    return this.#thread.health
  }

  async put(message: Message, content: Content, envelopes: readonly NewEnvelope[]): Promise<readonly Envelope[]> {
    const numbered = this.#number({ message, content, envelopes })
    await this.#thread.write(octetsIn(content), place => putOrder({ message, content }, numbered, place))
    this.#recent.keep({ message, envelopes: numbered }, content)
    return numbered
  }

  async record(
    envelopes: readonly Envelope[],
    brought: readonly Submission[] = [],
  ): Promise<readonly (readonly Envelope[])[]> {
    const numbered = brought.map(one => this.#number(one))
    const octets = brought.reduce((sum, one) => sum + octetsIn(one.content), 0)
    const at = this.#now()
    await this.#thread.write(octets, place => ({
      do: 'record',
      envelopes,
      brought: brought.map((one, index) => putOrder(one, numbered[index]!, place)),
      at,
    }))
    this.#recent.record(envelopes)
    for (const [index, one] of brought.entries()) {
      this.#recent.keep({ message: one.message, envelopes: numbered[index]! }, one.content)
    }
    return numbered
  }

  waiting(...[after, most]: Parameters<QueueStore['waiting']>) {
    return this.#thread.read({ ask: 'waiting', after, most })
  }

  heldUntil(expiresBy: number, most: number) {
    return this.#thread.read({ ask: 'heldUntil', expiresBy, most })
  }

  async find(message: string) {
    const kept = this.#recent.get(message)
    return kept ? { message: kept.message, envelopes: kept.envelopes } : this.#thread.read({ ask: 'find', message })
  }

  async content(message: string) {
    return this.#recent.get(message)?.content ?? this.#thread.read({ ask: 'content', message })
  }

  async sign(message: string, signatures: Uint8Array): Promise<void> {
    await this.#thread.write(signatures.byteLength, place => ({ do: 'sign', message, signatures: place(signatures) }))
    this.#recent.sign(message, signatures)
  }

  list(...[selection, most]: Parameters<QueueStore['list']>) {
    return this.#thread.read({ ask: 'list', selection, most })
  }

  counts() {
    return this.#thread.read({ ask: 'counts' })
  }

  newest() {
    return this.#thread.read({ ask: 'newest' })
  }

  async shift(milliseconds: number): Promise<void> {
    this.#recent.clear()
    await this.#thread.write(0, () => ({ do: 'shift', by: milliseconds }))
    this.#recent.clear()
  }

  async forget(endedBefore: number): Promise<number> {
    return (await this.#thread.write(0, () => ({ do: 'forget', before: endedBefore }))) as number
  }

  #number({ message, envelopes }: Submission): Envelope[] {
    return envelopes.map(envelope => ({ ...envelope, id: ++this.#newestEnvelope, message: message.id }))
  }
}

class SqliteReports implements ReportStore {
  readonly #thread: DatabaseThread

  constructor(thread: DatabaseThread) {
    this.#thread = thread
  }

  async keep(report: Report): Promise<void> {
    const words = JSON.stringify(report)
    const at = Date.parse(report.at)
    await this.#thread.write(words.length, () => ({ do: 'keep', domain: report.domain, at, words }))
  }

  async last(domain: string): Promise<KeptReport | undefined> {
    return (await this.history(domain, 1))[0]
  }

  async history(domain: string, most: number): Promise<readonly KeptReport[]> {
    return (await this.#thread.read({ ask: 'last', domain, most })).map(kept)
  }

  async all(): Promise<readonly KeptReport[]> {
    return (await this.#thread.read({ ask: 'all' })).map(kept)
  }
}

function kept(words: string): KeptReport {
  const report = JSON.parse(words) as Report
  return { at: Date.parse(report.at), report }
}

function octetsIn(content: Content): number {
  return content.signatures.byteLength + content.message.byteLength
}

function putOrder(
  { message, content }: Pick<Submission, 'message' | 'content'>,
  envelopes: readonly Envelope[],
  place: (octets: Uint8Array) => Slice,
): PutOrder {
  const { signatures, message: octets } = content
  return { do: 'put', message, signatures: place(signatures), octets: place(octets), envelopes }
}
