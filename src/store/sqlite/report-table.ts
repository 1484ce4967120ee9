// The SQL of the kept reports: a few for each domain, the newest first.
import type Database from 'better-sqlite3'

/** How many reports of a domain are kept: the last one, and enough of those before to see what changed. */
const KEPT = 10

function statements(database: Database.Database) {
  return {
    keep: database.prepare<[string, number, string]>('INSERT INTO report (domain, at, words) VALUES (?, ?, ?)'),
    prune: database.prepare<[string, string, number]>(
      'DELETE FROM report WHERE domain = ? AND number NOT IN (SELECT number FROM report WHERE domain = ? ORDER BY at DESC, number DESC LIMIT ?)',
    ),
    last: database
      .prepare<[string, number], string>(
        'SELECT words FROM report WHERE domain = ? ORDER BY at DESC, number DESC LIMIT ?',
      )
      .pluck(),
    domains: database.prepare<[], string>('SELECT DISTINCT domain FROM report ORDER BY domain').pluck(),
  }
}

export class ReportTable {
  readonly #do: ReturnType<typeof statements>

  constructor(database: Database.Database) {
    this.#do = statements(database)
  }

  keep(domain: string, at: number, words: string): void {
    this.#do.keep.run(domain, at, words)
    this.#do.prune.run(domain, domain, KEPT)
  }

  /** Reports as JSON. */
  last(domain: string, most: number): string[] {
    return this.#do.last.all(domain, most)
  }

  all(): string[] {
    return this.#do.domains.all().flatMap(domain => this.last(domain, 1))
  }
}
