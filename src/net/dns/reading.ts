// What one DNS message says about one question: the CNAMEs on the way, and how it ends. RFC 1034 §4.3.2, RFC 2308 §2.

import type { Elsewhere, Malformed, RecordType, RecordTypes, Signature, WhyUnreachable } from '../resolver.ts'
import { isSignatureFailure } from './extended-errors.ts'
import { readReferral } from './referral.ts'
import { CLASS_IN, type WireMessage, type WireRecord } from './wire-message.ts'
import { encodeName, liesWithin, Unreadable } from './wire-name.ts'
import { decodeRecord, decodeSignature, soleName, TYPE_DNAME, TYPE_RRSIG, typeNumbers } from './wire-records.ts'

/** More CNAMEs than this in a row are a mistake, or malice. */
const MOST_LINKS = 16

/** What a message told. `onward`: it followed the CNAMEs as far as `target` and says nothing of that name. */
export type Learning = {
  /** The names that were passed, the asked one first, up to the one that the ending is about (not yet with `onward`). */
  readonly chain: readonly string[]
  /** Seconds; 0 when it must not be kept. */
  readonly ttl: number
  readonly authentic: boolean
  readonly authoritative: boolean
  readonly extended?: string
  readonly withoutEdns?: true
  readonly signatures?: readonly Signature[]
} & (
  | {
      readonly kind: 'records'
      readonly records: readonly RecordTypes[RecordType][]
      readonly malformed: readonly Malformed[]
    }
  | { readonly kind: 'nodata' | 'nxdomain' }
  | { readonly kind: 'onward'; readonly target: string }
)

/** Why a message or its absence taught nothing. `final`: the same server will not say anything else. */
export interface Failure {
  readonly kind: 'failure'
  readonly why: WhyUnreachable
  readonly extended?: string
  readonly final: boolean
  /** The other servers that it named. */
  readonly referral?: Extract<Elsewhere, { kind: 'referral' }>
}

/** A failure with the reason in words, where there is one. */
export function failure(why: WhyUnreachable, final: boolean, ...words: readonly (string | undefined)[]): Failure {
  const said = words.filter(word => word !== undefined)
  return { kind: 'failure', why, final, ...(said.length === 0 ? {} : { extended: said.join('; ') }) }
}

const rcodeNames = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED', 'YXDOMAIN', 'YXRRSET', 'NXRRSET']

/** The name of a response code (RFC 6895 §2.3). */
function rcodeName(rcode: number): string {
  return rcodeNames[rcode] ?? (rcode === 9 ? 'NOTAUTH' : rcode === 16 ? 'BADVERS' : `RCODE ${rcode}`)
}

/** Reads a message that answers the question for `name` and `type`. Never throws. */
export function readMessage(message: WireMessage, name: string, type: RecordType): Learning | Failure {
  const { rcode, extended } = message
  if (rcode === 2) return failure('servfail', isSignatureFailure(message.extendedCodes), extended)
  if (rcode === 5) return failure('refused', true, extended)
  if (rcode === 1) return failure('malformed', true, 'the server could not read the question (FORMERR)', extended)
  // RFC 6672 §2.2: the name that a DNAME makes is too long to exist. Everything else is a refusal of some kind.
  if (rcode === 6) return failure('servfail', true, 'the server answered YXDOMAIN', extended)
  if (rcode !== 0 && rcode !== 3) {
    return failure('refused', true, `the server answered ${rcodeName(rcode)}`, extended)
  }
  if (message.broken === 'question') return failure('malformed', true, 'the question cannot be read', extended)
  return new Reader(message, type).read(name)
}

class Reader {
  readonly #message: WireMessage
  readonly #type: RecordType
  readonly #answers: readonly WireRecord[]
  #ttl = Number.POSITIVE_INFINITY
  #signatures: readonly Signature[] = []

  constructor(message: WireMessage, type: RecordType) {
    this.#message = message
    this.#type = type
    this.#answers = message.answers.filter(record => record.class === CLASS_IN)
  }

  read(name: string): Learning | Failure {
    const chain = [name]
    for (let owner = name; ; ) {
      const found = this.#recordsAt(owner)
      if (found) return 'kind' in found ? found : { kind: 'records', ...found, ...this.#told(chain) }
      const target = this.#type === 'CNAME' ? undefined : this.#targetOf(owner)
      if (target === undefined) return this.#withoutRecords(chain)
      if (typeof target !== 'string') return target
      const wrong = chainFault(chain, target)
      if (wrong) return wrong
      chain.push(target)
      owner = target
    }
  }

  /** The records of the asked type at `owner`: one that cannot be read does not hide the others. */
  #recordsAt(owner: string): { records: RecordTypes[RecordType][]; malformed: Malformed[] } | Failure | undefined {
    const records: RecordTypes[RecordType][] = []
    const malformed: Malformed[] = []
    for (const record of this.#answers) {
      if (record.type !== typeNumbers[this.#type]) continue
      if (record.owner === undefined) {
        malformed.push({ type: this.#type, reason: 'the name that it belongs to cannot be read' })
      } else if (record.owner === owner) {
        try {
          records.push(decodeRecord(this.#type, this.#message.bytes, record.start, record.end))
          this.#lower(record.ttl)
        } catch (fault) {
          malformed.push({ type: this.#type, reason: reasonOf(fault) })
        }
      }
    }
    if (records.length === 0 && malformed.length === 0) return undefined
    if (this.#message.broken === 'answer') malformed.push({ type: this.#type, reason: BREAKS_OFF })
    // Records that are there and cannot be read are no absence: whoever counts `records` must not find none.
    if (records.length === 0) return this.#malformed(malformed[0]!.reason)
    // RFC 2308 §2.1, RFC 6604 §3: NXDOMAIN denies the last name of the chain. Beside records of that very name it
    // contradicts itself, and neither half can be believed.
    if (this.#message.rcode === 3) return this.#malformed(`it holds ${this.#type} records and says NXDOMAIN`)
    this.#signatures = this.#signaturesOver(this.#type, owner, this.#answers)
    return { records, malformed }
  }

  /** Where a CNAME at `owner`, or a DNAME above it, leads. */
  #targetOf(owner: string): string | Failure | undefined {
    const targets = new Set<string>()
    try {
      for (const record of this.#answers) {
        if (record.type !== typeNumbers.CNAME || record.owner !== owner) continue
        targets.add(soleName(this.#message.bytes, record.start, record.end))
        this.#lower(record.ttl)
      }
      if (targets.size === 0) return this.#byDname(owner)
    } catch (fault) {
      return this.#malformed(`the CNAME of ${owner}: ${reasonOf(fault)}`)
    }
    // RFC 2181 §10.1: a name has one canonical name.
    if (targets.size > 1) return this.#malformed(`${owner} has several CNAME records`)
    return [...targets][0]
  }

  /** RFC 6672 §3.1: servers send the CNAME that a DNAME stands for; where one does not, the name is made here. */
  #byDname(owner: string): string | Failure | undefined {
    const dname = this.#answers.find(
      r => r.type === TYPE_DNAME && r.owner !== undefined && r.owner !== owner && liesWithin(owner, r.owner),
    )
    if (dname === undefined) return undefined
    const below = dname.owner === '' ? owner : owner.slice(0, -dname.owner!.length - 1)
    const target = soleName(this.#message.bytes, dname.start, dname.end)
    this.#lower(dname.ttl)
    const made = encodeName(target === '' ? below : `${below}.${target}`)
    return made.ok ? made.name : this.#malformed(`the DNAME of ${dname.owner} makes a name that cannot be`)
  }

  /** No records of the type at the last name: is it denied, is it without them, or is it somebody else's to answer? */
  #withoutRecords(chain: readonly string[]): Learning | Failure {
    const { broken, rcode, authoritative, recursionAvailable } = this.#message
    const last = chain.at(-1)!
    // An absence is claimed by the whole message, so all of it must be there.
    if (broken !== undefined && broken !== 'additional') return this.#malformed(BREAKS_OFF)
    const authorities = this.#message.authorities.filter(record => record.class === CLASS_IN)
    const soa = authorities.find(r => r.type === typeNumbers.SOA && r.owner !== undefined && liesWithin(last, r.owner))
    if (soa) {
      this.#lower(this.#negativeTtl(soa))
      this.#signatures = this.#signaturesOver('SOA', soa.owner!, authorities)
    }
    // RFC 2308 §5: without an SOA there is no saying how long the absence lasts, so it is not kept.
    else this.#ttl = chain.length > 1 && rcode === 0 ? this.#ttl : 0
    if (rcode === 3) return { kind: 'nxdomain', ...this.#told(chain) }
    if (soa) return { kind: 'nodata', ...this.#told(chain) }
    // A CNAME out of the server's zones: the SOA, if any, is of another name, and the target is still to be asked about.
    if (chain.length > 1) return { kind: 'onward', target: last, ...this.#told(chain.slice(0, -1)) }
    // RFC 2308 §2.2.1: NS without SOA is a referral to other servers, which says nothing about the name.
    if (authorities.some(record => record.type === typeNumbers.NS)) {
      const words = 'the server does not recurse: it only named other servers'
      const referral = readReferral(this.#message, last)
      return { ...failure('refused', true, words, this.#message.extended), ...(referral && { referral }) }
    }
    if (!authoritative && !recursionAvailable) {
      return failure(
        'refused',
        true,
        'the server neither recurses nor is responsible for the name',
        this.#message.extended,
      )
    }
    if (this.#answers.length > 0) return this.#malformed('it holds only records that were not asked for')
    return { kind: 'nodata', ...this.#told(chain) }
  }

  #signaturesOver(type: RecordType, owner: string, section: readonly WireRecord[]): readonly Signature[] {
    return section.flatMap(record => {
      if (record.type !== TYPE_RRSIG || record.owner !== owner) return []
      try {
        return decodeSignature(type, this.#message.bytes, record.start, record.end) ?? []
      } catch (fault) {
        reasonOf(fault)
        return []
      }
    })
  }

  /** RFC 2308 §5: the lesser of the SOA's own TTL and its minimum field, which is its last. */
  #negativeTtl(soa: WireRecord): number {
    if (soa.end - soa.start < 22) return 0
    return Math.min(lifetime(soa.ttl), lifetime(this.#message.bytes.readUInt32BE(soa.end - 4)))
  }

  #lower(ttl: number): void {
    this.#ttl = Math.min(this.#ttl, lifetime(ttl))
  }

  #told(chain: readonly string[]) {
    const { authentic, authoritative, extended, edns } = this.#message
    const ttl = Number.isFinite(this.#ttl) ? this.#ttl : 0
    return {
      chain,
      ttl,
      authentic,
      authoritative,
      ...(extended === undefined ? {} : { extended }),
      ...(edns === undefined ? { withoutEdns: true as const } : {}),
      ...(this.#signatures.length > 0 && { signatures: this.#signatures }),
    }
  }

  #malformed(reason: string): Failure {
    return failure('malformed', true, reason, this.#message.extended)
  }
}

const BREAKS_OFF = 'the answer breaks off in the middle'

/** What is wrong with a chain of CNAMEs that goes on to `target`. */
export function chainFault(chain: readonly string[], target: string): Failure | undefined {
  if (chain.includes(target)) return failure('malformed', true, `the CNAME records lead in a circle at ${target}`)
  if (chain.length > MOST_LINKS) {
    return failure('malformed', true, `more than ${MOST_LINKS} CNAME records follow each other from ${chain[0]}`)
  }
  return undefined
}

/** RFC 2181 §8: a TTL with the highest bit set counts as zero. */
function lifetime(ttl: number): number {
  return ttl > 0x7fffffff ? 0 : ttl
}

function reasonOf(fault: unknown): string {
  if (fault instanceof Unreadable) return fault.message
  throw fault
}
