// The tables, as a list of steps that only grows: a file of an older mailworthy is brought up to date when it is opened.

/** `mwty`: tells our files from other programs' (https://sqlite.org/pragma.html#pragma_application_id). */
export const APPLICATION_ID = 0x6d777479

/**
 * Step n makes schema n out of schema n-1. A step that was released is never changed: add one.
 *
 * The octets stand in a table of their own, so that no update of a message or an envelope writes them again. `open` counts
 * the envelopes that have not ended. `ended_at` is null until then, so its index also finds the oldest that waits.
 */
export const steps: readonly string[] = [
  `
  CREATE TABLE message (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    taken_at INTEGER NOT NULL,
    ended_at INTEGER,
    open INTEGER NOT NULL,
    words TEXT NOT NULL,
    signatures BLOB
  ) STRICT;
  CREATE INDEX message_ended ON message (ended_at, taken_at);

  CREATE TABLE content (
    message INTEGER PRIMARY KEY,
    octets BLOB NOT NULL,
    crc INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE envelope (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    warn_at INTEGER,
    attempts INTEGER NOT NULL,
    crashes INTEGER NOT NULL,
    first_tried_at INTEGER,
    last_tried_at INTEGER,
    last_reply TEXT,
    held_because TEXT,
    dsn TEXT NOT NULL
  ) STRICT;
  CREATE INDEX envelope_message ON envelope (message);
  CREATE INDEX envelope_due ON envelope (due_at) WHERE state = 'queued';
  CREATE INDEX envelope_held ON envelope (expires_at) WHERE state = 'held';

  CREATE TABLE report (
    number INTEGER PRIMARY KEY,
    domain TEXT NOT NULL,
    at INTEGER NOT NULL,
    words TEXT NOT NULL
  ) STRICT;
  CREATE INDEX report_domain ON report (domain, at);
  `,
]
