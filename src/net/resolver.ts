// What an audit asks DNS through, and the shapes of the answers. "No such record" is an answer; a time-out is not.

/** The record types that can be asked for, and what one record of each looks like. Names are lower case, no trailing dot. */
export interface RecordTypes {
  readonly A: string
  readonly AAAA: string
  readonly CNAME: string
  readonly MX: { readonly preference: number; readonly exchange: string }
  readonly NS: string
  readonly PTR: string
  readonly SOA: { readonly mname: string; readonly rname: string; readonly serial: number; readonly minimum: number }
  /** The character-strings of one TXT record, each octet one code unit (latin1); join them with nothing between. */
  readonly TXT: readonly string[]
}

export type RecordType = keyof RecordTypes

/** A record of the asked type that stands in the answer but could not be read; the others are still in `records`. */
export interface Malformed {
  readonly type: string
  readonly reason: string
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
}

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
    }

/**
 * The one way to ask DNS. It never throws for anything a server or a name can do; only for bugs. In names, a dot inside
 * a label is written `\.`, a backslash `\\`, and an octet outside ASCII text `\DDD`, as they also come out of it.
 */
export interface Resolver {
  resolve<T extends RecordType>(name: string, type: T): Promise<Answer<RecordTypes[T]>>
}
