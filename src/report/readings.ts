// What a report found out as typed facts, for programs: the gate first. Plain data, no behavior.

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
