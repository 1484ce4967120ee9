// What a signature is worth, by the names of RFC 8601 and with the clause that decides: its own text, its key, its body, its header.
import { canonicalName } from '../../names/domain.ts'
import type { FoundKey } from './find-key.ts'
import { allowsSha256, type DkimKeyRecord } from './key-record.ts'
import type { Signature } from './signature.ts'

/** A verdict that needs no clock. `reason` is a clause; `clause` is where it is said. */
export interface SignatureVerdict {
  readonly result: 'pass' | 'fail' | 'policy' | 'neutral' | 'temperror' | 'permerror'
  readonly reason: string
  readonly clause: string | undefined
  /** For what broke: the body, or the header, or the key that it is not made with. */
  readonly broken: 'body' | 'header' | undefined
}

/** What was computed for a signature without fault. `header` is undefined where there was no key to try it with. */
export interface Computed {
  readonly body: boolean
  /** The number of From fields in the header; one unless it is told. */
  readonly authors?: number
  /** l= counts more octets than the body has. */
  readonly tooLong: boolean
  readonly header: boolean | undefined
}

/** The verdict. `other` is that of an independent verifier: where ours would pass and it does not, the signature does not pass. */
export function judgeSignature(
  signature: Signature,
  key: FoundKey | undefined,
  computed: Computed | undefined,
  other: { readonly result: string; readonly comment: string | undefined } | undefined,
): SignatureVerdict {
  const { fault } = signature
  if (fault) return verdict(fault.result, fault.why, fault.clause)
  // Whatever the key is, this hash does not fit: it can be said although DNS is silent.
  if (computed && !computed.body) {
    return { ...verdict('fail', 'the body was changed after it was signed', 'RFC 6376 §6.1.3'), broken: 'body' }
  }
  const without = faultOfKey(signature, key)
  if (without) return without
  if (!computed?.header) {
    const why =
      'a signed header field was changed, added or removed after it was signed, or another key made the signature'
    return { ...verdict('fail', why, 'RFC 6376 §6.1.3'), broken: 'header' }
  }
  if ((computed.authors ?? 1) > 1) {
    const why = `the header has ${computed.authors} From fields, and people may see another than the signed one`
    return verdict('policy', why, 'RFC 6376 §8.15')
  }
  if (computed.tooLong) return verdict('neutral', 'l= counts more octets than the body has', 'RFC 6376 §3.5')
  if (other !== undefined && other.result !== 'pass') {
    return verdict('neutral', `mailauth does not accept it (${other.comment ?? other.result})`, undefined)
  }
  return verdict('pass', 'body and signed header fields are as they were signed', undefined)
}

function verdict(result: SignatureVerdict['result'], reason: string, clause: string | undefined): SignatureVerdict {
  return { result, reason, clause, broken: undefined }
}

function faultOfKey(signature: Signature, key: FoundKey | undefined): SignatureVerdict | undefined {
  if (!key) return verdict('permerror', 'its key could not be asked for', undefined)
  switch (key.kind) {
    case 'unanswered':
      return verdict('temperror', key.reason, 'RFC 6376 §6.1.2')
    case 'missing':
      return verdict('permerror', `there is no key at ${key.name}`, 'RFC 6376 §6.1.2')
    case 'several':
      return verdict(
        'permerror',
        `${key.count} TXT records stand at ${key.name}, and which one counts is undefined`,
        'RFC 6376 §3.6.2.2',
      )
    case 'record':
      return faultOfRecord(signature, key.record, key.name)
  }
}

function faultOfRecord(signature: Signature, record: DkimKeyRecord, name: string): SignatureVerdict | undefined {
  if (record.state === 'invalid')
    return verdict('permerror', `the key at ${name} cannot be used: ${record.why}`, 'RFC 6376 §6.1.2')
  if (record.state === 'revoked')
    return verdict('permerror', `the key at ${name} is revoked (p= is empty)`, 'RFC 6376 §6.1.2')
  const { key } = record
  if (key.type !== signature.keyType) {
    return verdict(
      'permerror',
      `the key at ${name} is ${key.type}, and the signature says a=${signature.algorithm}`,
      'RFC 6376 §6.1.2',
    )
  }
  if (!allowsSha256(record))
    return verdict('permerror', `the key at ${name} does not allow sha256 (h=)`, 'RFC 6376 §6.1.2')
  if (record.exactDomain && canonicalName(signature.identityDomain!) !== canonicalName(signature.domain!)) {
    const why = `the key at ${name} is for d= itself alone (t=s), and i= names ${signature.identityDomain}`
    return verdict('permerror', why, 'RFC 6376 §3.6.1')
  }
  if (key.type === 'rsa' && key.bits < 1024) {
    return verdict(
      'policy',
      `the RSA key at ${name} has ${key.bits} bits; under 1024 no signature is valid`,
      'RFC 8301 §3.2',
    )
  }
  return undefined
}

/** The verdict at a moment: a signature that has expired is none (RFC 6376 §3.5, x=). */
export function verdictAt(found: SignatureVerdict, { expiresAt }: Signature, now: Date): SignatureVerdict {
  if (found.result !== 'pass' || expiresAt === undefined || expiresAt * 1000 >= now.getTime()) return found
  return verdict('fail', `it expired on ${dayOf(expiresAt)} (x=)`, 'RFC 6376 §3.5')
}

/** `2026-11-20`; numbers that are no date stay numbers. */
export function dayOf(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().slice(0, 10)
}
