// What an audit asks DNS through, and the shapes of the answers. "No such record" is an answer; a time-out is not.

/** The record types that can be asked for, and what one record of each looks like. Names are lower case, no trailing dot. */
export interface RecordTypes {
  readonly A: string
  readonly AAAA: string
  /** RFC 8659 §4.1. `tag` is lower case; each octet of `value` is one code unit (latin1). */
  readonly CAA: { readonly critical: boolean; readonly tag: string; readonly value: string }
  readonly CNAME: string
  /** RFC 4034 §2.1. `key` is base64. */
  readonly DNSKEY: {
    readonly flags: number
    readonly protocol: number
    readonly algorithm: number
    readonly key: string
  }
  /** RFC 4034 §5.1. `digest` is lower-case hex. */
  readonly DS: {
    readonly keyTag: number
    readonly algorithm: number
    readonly digestType: number
    readonly digest: string
  }
  readonly MX: { readonly preference: number; readonly exchange: string }
  readonly NS: string
  readonly PTR: string
  /** RFC 1035 §3.3.13. The last four are seconds. */
  readonly SOA: {
    readonly mname: string
    readonly rname: string
    readonly serial: number
    readonly refresh: number
    readonly retry: number
    readonly expire: number
    readonly minimum: number
  }
  /** RFC 2782. `target` is empty where the service is decidedly not offered. */
  readonly SRV: { readonly priority: number; readonly weight: number; readonly port: number; readonly target: string }
  /** RFC 6698 §2.1. `data` is lower-case hex. */
  readonly TLSA: {
    readonly usage: number
    readonly selector: number
    readonly matchingType: number
    readonly data: string
  }
  /** The character-strings of one TXT record, each octet one code unit (latin1); join them with nothing between. */
  readonly TXT: readonly string[]
}

export type RecordType = keyof RecordTypes

/** A record of the asked type that stands in the answer but could not be read; the others are still in `records`. */
export interface Malformed {
  readonly type: string
  readonly reason: string
}

/** RFC 4034 §3.1: what a signature says of itself. Nobody has checked it here. Times are seconds since 1970. */
export interface Signature {
  readonly algorithm: number
  readonly keyTag: number
  /** The zone that signed. */
  readonly signer: string
  readonly from: number
  readonly until: number
}

/** Where an answer came from and how far it may be trusted. `ttl` is in seconds. */
export interface Told {
  readonly ttl: number
  /** The AD bit: it means something only from a resolver that is trusted over a safe path. */
  readonly authentic: boolean
  readonly server: string
  readonly authoritative: boolean
  /** RFC 8914 text, as the server gave it. */
  readonly extended?: string
  /** CNAMEs that were followed, the asked name first; the last one is the owner that was finally asked about. */
  readonly chain: readonly string[]
  /** The server does not know EDNS (RFC 6891). */
  readonly withoutEdns?: true
  /** Those that came with the records, or with the SOA beside an absence. */
  readonly signatures?: readonly Signature[]
}

/** Where a name server is, and how it is spoken with. */
export interface ServerAddress {
  /** An IP address; with TLS and HTTPS it may be a host name, which the system looks up. */
  readonly address: string
  readonly port: number
  /** When left out: UDP, and TCP for what does not fit. `tls` is RFC 7858, `https` RFC 8484. */
  readonly transport?: 'tcp' | 'tls' | 'https'
  /** The name that its certificate must hold, where that is not `address`. */
  readonly certifiedAs?: string
  /** With `https`; `/dns-query` when left out. */
  readonly path?: string
}

/** A server to ask instead of the resolver's own. It is asked what it knows of itself (RD=0), unless `recursive`. */
export interface AskedServer extends ServerAddress {
  readonly recursive?: true
}

/** The resolver's own servers, asked also for what they do not vouch for (CD, RFC 4035 §3.2.2): a broken signature hides nothing then. */
export interface Unchecked {
  readonly unchecked: true
}

/**
 * Where a server that was asked directly pointed instead of answering. `referral`: to the servers of a zone, with the
 * addresses that it gave along. `alias`: to another name, of which it does not know; `chain` ends before that name.
 */
export type Elsewhere =
  | {
      readonly kind: 'referral'
      readonly zone: string
      readonly servers: readonly string[]
      readonly glue: readonly { readonly name: string; readonly address: string }[]
      readonly ttl: number
    }
  | ({ readonly kind: 'alias'; readonly target: string } & Told)

/** The five reasons (RFC 1035 §4.1.1 codes among them) for which nothing is known about a name. None of them is an absence. */
export type WhyUnreachable = 'timeout' | 'servfail' | 'refused' | 'network' | 'malformed'

/**
 * An answer from DNS. `records`: one at least that can be read; where none can, nothing was learned (`malformed`). `nodata`:
 * the name exists without records of this type. `nxdomain`: the name does not exist, and nothing below it (RFC 8020).
 * `unreachable`: nothing was learned.
 */
export type Answer<T> =
  | ({ readonly kind: 'records'; readonly records: readonly T[]; readonly malformed: readonly Malformed[] } & Told)
  | ({ readonly kind: 'nodata' | 'nxdomain' } & Told)
  | {
      readonly kind: 'unreachable'
      readonly why: WhyUnreachable
      readonly server: string
      readonly extended?: string
      readonly elsewhere?: Elsewhere
    }

/**
 * The one way to ask DNS. It never throws for anything a server or a name can do; only for bugs. In names, a dot inside
 * a label is written `\.`, a backslash `\\`, and an octet outside ASCII text `\DDD`, as they also come out of it.
 */
export interface Resolver {
  /** @param from one server instead of the resolver's own: of its answers none is kept, and no CNAME is followed for it. */
  resolve<T extends RecordType>(name: string, type: T, from?: AskedServer | Unchecked): Promise<Answer<RecordTypes[T]>>
}
