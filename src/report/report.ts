// THE SHARED WORDS: the report that the checks make and that views, history and the gate read. Plain data, no behavior.

/** How a finding weighs. `unknown` is neither pass nor fail; `info` never counts. */
export type Level = 'pass' | 'info' | 'warn' | 'unknown' | 'fail'

/** The one-word answer for a domain. */
export type Verdict = 'pass' | 'warn' | 'unknown' | 'fail'

/** Anything JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** One question that was put to the world, and what came back. `ms` is the time it took, in milliseconds. */
export interface Evidence {
  readonly ask: string
  readonly answer: string
  readonly server: string
  readonly ms: number
}

/** A record to publish, or one to take away, so that a finding is mended. `name` is absolute, without trailing dot. */
export interface RecordChange {
  readonly do: 'publish' | 'remove'
  readonly name: string
  readonly type: string
  readonly value: string
}

/** What one check says about one subject. */
export interface Finding {
  readonly check: string
  readonly subject: string
  readonly outcome: string
  readonly level: Level
  /** True when the profile demands this check: then an unknown level makes the verdict unknown. */
  readonly required: boolean
  /** The sentence for a person. Values from the network stand in it as they came: whoever shows it escapes it. */
  readonly says: string
  /** What to do about it. */
  readonly fix?: string
  /** The records that the fix wants published or removed, ready to copy. */
  readonly records?: readonly RecordChange[]
  readonly data: { readonly [key: string]: Json }
  readonly refs: readonly string[]
  readonly evidence: readonly Evidence[]
}

/** RFC 7208 §2.6. */
export type SpfResult = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror'

/** What a selector's record is worth for signing. `unknown`: DNS did not answer. */
export type DkimKeyState = 'valid' | 'revoked' | 'missing' | 'invalid' | 'unknown'

/**
 * `leads-back`: to the address that gives it. `elsewhere`: to another, which receivers must not refuse for that alone (RFC 5321
 * §4.1.4). `unresolvable`: nowhere. `malformed`: no full host name at all.
 */
export type HeloState = 'leads-back' | 'elsewhere' | 'unresolvable' | 'malformed' | 'unknown'

/** How many addresses a record or a term lets in: IPv4 one by one, IPv6 as networks, of which the widest says most. */
export interface SpfReach {
  readonly v4: number
  readonly v6: { readonly networks: number; readonly widest: number | null }
  /** False when there may be more: what depends on the message, or did not answer. */
  readonly whole: boolean
}

/** One term of an SPF record in the tree of all that it leads to. */
export interface SpfTreeTerm {
  readonly term: string
  /** Counted from 1 in its record. */
  readonly column: number
  /** False for what stands behind `all`: nobody looks at it (RFC 7208 §5.1). */
  readonly reached: boolean
  /** What it costs of the ten lookups with all that is below it, when nothing matches before the end (RFC 7208 §4.6.4). */
  readonly lookups: number
  /** Empty answers to its own questions, by the family of the client. */
  readonly voids: { readonly v4: number; readonly v6: number }
  readonly lets: SpfReach
  /** The sending addresses for which it decided, or led to what decided. */
  readonly matched: readonly string[]
  /** Why its questions have no answer, or what is wrong with it; null when nothing is. */
  readonly note: string | null
  /** What an include or a redirect leads to; null for other terms, and where the message decides. */
  readonly leadsTo: SpfTreeNode | null
}

/** One name that was asked for its SPF record. `loop`: it leads back to itself. `left-out`: the tree is too large. */
export interface SpfTreeNode {
  readonly domain: string
  readonly state: 'read' | 'invalid' | 'several' | 'none' | 'unreachable' | 'loop' | 'left-out'
  readonly lets: SpfReach
  readonly terms: readonly SpfTreeTerm[]
  /** Terms of the record that are not told here, since there are very many. */
  readonly more: number
}

/** The SPF record of the domain with all that it includes: what it costs at most, and what it cost for each sending address. */
export interface SpfTree {
  /** When nothing matches before the end. `voids` counts the terms with an empty answer, of two (RFC 7208 §4.6.4). */
  readonly worst: { readonly lookups: number; readonly voids: { readonly v4: number; readonly v6: number } }
  readonly evaluations: readonly {
    readonly egress: string
    readonly identity: 'mailfrom' | 'helo'
    readonly result: SpfResult
    readonly lookups: number
    readonly voids: number
  }[]
  readonly root: SpfTreeNode
}

/** One address of a host with the names it goes by. What was not looked at, or could not be learned, is null. */
export interface HostReading {
  /** Mail leaves from there, other servers bring it there, mail programs hand it in there, or it is a listener of our own. */
  readonly role: 'egress' | 'mx' | 'mine' | 'listener'
  /** The name it is known by: in the MX record, of the listener, or what it says in HELO. */
  readonly name: string | null
  readonly address: string
  /** Null for a sending address. */
  readonly port: number | null
  /** The host name at the beginning of its banner. */
  readonly banner: string | null
  /** What it calls itself in answer to EHLO; of a sending address, what it says in HELO. */
  readonly ehlo: string | null
  /** As in `Readings.egress`. */
  readonly ptr: string | null
  readonly forwardConfirmed: boolean | null
  /** The first names of its certificate, how many more there are, and its last moment. */
  readonly certificate: { readonly names: readonly string[]; readonly more: number; readonly end: string } | null
  /** Which of them are another name than `name`, or, of the certificate and of reverse DNS, do not have it among theirs. */
  readonly differs: readonly ('banner' | 'ehlo' | 'ptr' | 'certificate')[]
}

/**
 * The typed facts that programs act on; nobody parses sentences. `null` means that it could not be learned, which is never
 * the same as false.
 */
export interface Readings {
  readonly exists: boolean | null
  readonly nullMx: boolean | null
  readonly spf: readonly {
    readonly egress: string
    readonly identity: 'mailfrom' | 'helo'
    readonly result: SpfResult
    /** True when the record uses %{l} or %{s}: another sender of the domain may get another result. */
    readonly dependsOnLocalPart: boolean
  }[]
  /** The terms of the domain's one SPF record as they stand, without `v=spf1`: whether a provider's include is there. */
  readonly spfTerms: readonly string[] | null
  /** Absent when SPF was not a part of the audit, or the record could not be asked for. */
  readonly spfTree?: SpfTree
  readonly dkim: readonly {
    readonly selector: string
    readonly state: DkimKeyState
    /** `sha256:` and the hex digest of the DER SubjectPublicKeyInfo (RSA), or of the 32 raw octets (Ed25519). */
    readonly keyHash?: string
    /** The selector was not asked for but found by a name that providers use: nobody said that mail is signed with it. */
    readonly found?: true
  }[]
  /** `state` says whether a policy was found; without one the other values are those that receivers assume. */
  readonly dmarc: {
    readonly state: 'found' | 'absent' | 'unknown'
    readonly organizationalDomain: string | null
    readonly policy: 'none' | 'quarantine' | 'reject' | null
    readonly adkim: 'r' | 's'
    readonly aspf: 'r' | 's'
    /** The names that the tree walk of RFC 9989 §4.10 passed, the domain's own first. Absent in reports made before it was kept. */
    readonly walk?: readonly {
      readonly name: string
      readonly found: 'record' | 'none' | 'several' | 'unanswered'
      readonly record: string | null
      /** True where the record stands that applies to the domain. */
      readonly applies: boolean
    }[]
  }
  /**
   * Zones of the blocklists that list the domain so that receivers refuse it as a sender, and of those that could not be
   * asked; null when blocklists were not a part of the audit. Absent in reports made before they were kept.
   */
  readonly domainListed?: readonly string[] | null
  readonly domainUnasked?: readonly string[] | null
  readonly egress: readonly {
    readonly address: string
    /** The first name that leads back to the address, else the first name of all, else null. */
    readonly ptr: string | null
    readonly forwardConfirmed: boolean | null
    /** Zones of the blocklists that list the address; null when blocklists were not a part of the audit. */
    readonly listed: readonly string[] | null
    /** Zones that could not be asked; null when blocklists were not a part of the audit. */
    readonly unasked: readonly string[] | null
    /** The name given in HELO and what it is worth; null when none is known. */
    readonly helo: { readonly name: string; readonly state: HeloState } | null
  }[]
  /** Our own listeners that speak TLS, as `target.listeners` names them, and whether the certificate is inside its dates. */
  readonly listeners: readonly { readonly endpoint: string; readonly certificateValid: boolean | null }[]
  /** Every host side by side: sending addresses, then MX hosts and listeners that were connected to. Absent without any. */
  readonly hosts?: readonly HostReading[]
}

/** What was audited: the domain's sending side as far as it was told. */
export interface ReportTarget {
  readonly egress: readonly { readonly seenAs: string; readonly helo: string | null }[]
  readonly selectors: readonly string[]
  readonly listeners: readonly string[]
  /** The message that was judged, its size in octets, and the connection that it came by as far as it was told. */
  readonly message?: {
    readonly name: string
    readonly octets: number
    /** How the file was read as the message that was on the wire, each a clause. */
    readonly notes: readonly string[]
    readonly client: string | null
    readonly helo: string | null
    /** Empty for the null sender. */
    readonly mailFrom: string | null
  }
}

/** RFC 8601 §2.7.1. */
export type DkimResult = 'pass' | 'fail' | 'policy' | 'neutral' | 'temperror' | 'permerror'

/** RFC 9989 §9.1. */
export type DmarcResult = 'none' | 'pass' | 'fail' | 'temperror' | 'permerror'

/**
 * What came out for a message, by the names of RFC 8601. `null` where a result says that it was not asked or could not be
 * decided, which is neither a pass nor a fail. Each `reason` is a clause.
 */
export interface MessageResults {
  readonly spf: {
    readonly result: SpfResult | null
    readonly identity: 'mailfrom' | 'helo' | null
    readonly domain: string | null
    readonly reason: string
  }
  /** One for each signature that was judged, down the header; none when the message is not signed. */
  readonly dkim: readonly {
    readonly result: DkimResult
    readonly domain: string | null
    readonly selector: string | null
    readonly algorithm: string | null
    readonly reason: string
  }[]
  readonly dmarc: {
    readonly result: DmarcResult | null
    /** What the domain asks for when it fails, test mode reckoned with; null without a policy. */
    readonly policy: 'none' | 'quarantine' | 'reject' | null
    /** What passed and is aligned with the From domain. */
    readonly alignedBy: readonly ('spf' | 'dkim')[]
    readonly reason: string
  }
  readonly arc: {
    readonly result: 'none' | 'pass' | 'fail' | 'temperror' | null
    /** The sets of the chain. */
    readonly sets: number
    /** RFC 8617 §5.2: the lowest instance whose message signature still verifies; 0 when all do. */
    readonly oldestPass: number | null
    readonly reason: string
  }
}

/**
 * What stands now at a name where findings want records published or removed. `alias`: a CNAME stands there instead. `unknown`: it could not
 * be learned.
 */
export interface StandingSet {
  readonly name: string
  readonly type: string
  readonly state: 'records' | 'none' | 'alias' | 'unknown'
  /** Each record by its value as `RecordChange` has it; a TXT record cut into its character-strings. */
  readonly values: readonly (readonly string[])[]
}

/** How a check ended about a subject. */
export interface Ending {
  readonly outcome: string
  readonly level: Level
  readonly says: string
}

/**
 * What differs between two reports about one check and subject. `heals`: it fails or warns no more, or less. `breaks`: the reverse.
 * `differs`: neither, or one of the two is not known. `null`: nothing was said.
 */
export interface Change {
  readonly check: string
  readonly subject: string
  readonly change: 'heals' | 'breaks' | 'differs'
  readonly before: Ending | null
  readonly after: Ending | null
}

/** A set of records of a zone file that was laid over the live ones; without a type, all of a name that was taken away. */
export interface ProposedSet {
  readonly do: 'publish' | 'remove'
  readonly name: string
  readonly type: string | null
  readonly values: readonly string[]
}

/** That a report is about proposed records, and what they would change. */
export interface Proposed {
  /** The name of the zone file. */
  readonly file: string
  readonly records: readonly ProposedSet[]
  /** The verdict about the live records alone. */
  readonly verdictNow: Verdict
  readonly changes: readonly Change[]
  /** Sets of the file that no question of the audit touched. */
  readonly unasked: readonly { readonly name: string; readonly type: string | null }[]
}

/**
 * Whether a large receiver's published demands are met, and the checks that decided it: those of bulk senders, which hold all others. What
 * may be absent is so in reports made before it was told.
 */
export interface Readiness {
  readonly verdict: 'pass' | 'unknown' | 'fail'
  readonly because: readonly string[]
  /** The same for whoever sends, and for bulk senders; `from` is the number of messages a day that makes one, where it is published. */
  readonly volumes?: readonly {
    readonly volume: 'all' | 'bulk'
    readonly from: number | null
    readonly verdict: 'pass' | 'unknown' | 'fail'
    readonly because: readonly string[]
  }[]
  /** What mail would be refused for, and by which reply: `550 5.7.26`. `code` is null where none is published. */
  readonly would?: readonly {
    readonly check: string
    readonly code: string | null
    readonly says: string
    readonly volume: 'all' | 'bulk'
  }[]
  /** Checks that leave it open, and why, as a clause: what could not be learned, or has to be given. */
  readonly open?: readonly { readonly check: string; readonly says: string }[]
  /** What is demanded too and no audit of a domain can see, each a clause. */
  readonly unseen?: readonly string[]
  /** The page that the demands are from, and the month of it. */
  readonly source?: { readonly url: string; readonly asOf: string }
}

/** One audit of one domain, or of one message of a domain. `docs/report.schema.json` is its JSON Schema. */
export interface Report extends Partial<MessageResults> {
  readonly schema: 1
  readonly domain: string
  /** When the audit began, RFC 3339 in UTC. */
  readonly at: string
  readonly durationMs: number
  readonly verdict: Verdict
  readonly profile: string
  /** Required checks by id: how many neither failed nor stayed unknown, of how many that applied. */
  readonly required: { readonly passed: number; readonly of: number }
  readonly counts: Readonly<Record<Level, number>>
  readonly ready: { readonly [provider: string]: Readiness }
  readonly target: ReportTarget
  readonly readings: Readings
  readonly findings: readonly Finding[]
  /** What stands now wherever a finding has `records`: publishing replaces whole sets, so that what is to stay must be known. */
  readonly standing?: readonly StandingSet[]
  /** Given when proposed records were laid over the live ones: then all of the report is about that state. */
  readonly proposed?: Proposed
  readonly rules: { readonly [name: string]: string }
}
