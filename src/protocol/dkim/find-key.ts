// The key of a signature: asked for where s= and d= say that it is, and whether it may be used for this signature (RFC 6376 §6.1.2).
import { createPublicKey, type KeyObject } from 'node:crypto'
import { canonicalName, nameFault } from '../../names/domain.ts'
import type { Resolver } from '../../net/resolver.ts'
import { tagValue } from '../tag-list.ts'
import { unreadable, whyUnreachable } from '../unreachable.ts'
import { type DkimKeyRecord, readDkimKey } from './key-record.ts'

/** What stands at the selector. */
export type FoundKey = { readonly name: string } & (
  | { readonly kind: 'record'; readonly record: DkimKeyRecord }
  | { readonly kind: 'missing' }
  | { readonly kind: 'several'; readonly count: number }
  /** DNS told nothing: that is no missing key. The reason is a clause. */
  | { readonly kind: 'unanswered'; readonly reason: string }
)

/** Asks for the key. Never throws for anything that stands in DNS. */
export async function findKey(resolver: Resolver, selector: string, domain: string): Promise<FoundKey> {
  const name = canonicalName(`${selector}._domainkey.${domain}`)
  if (nameFault(name) !== undefined) return { name, kind: 'missing' }
  const answer = await resolver.resolve(name, 'TXT')
  if (answer.kind === 'unreachable') return { name, kind: 'unanswered', reason: whyUnreachable(answer, name, 'TXT') }
  if (answer.kind !== 'records') return { name, kind: 'missing' }
  if (answer.malformed.length > 0) return { name, kind: 'unanswered', reason: unreadable(name, 'TXT') }
  const texts = answer.records.map(strings => strings.join(''))
  if (texts.length > 1) return { name, kind: 'several', count: texts.length }
  return { name, kind: 'record', record: readDkimKey(texts[0]!) }
}

/** The key itself, from a record that is valid. */
export function keyObject(record: Extract<DkimKeyRecord, { state: 'valid' }>): KeyObject | undefined {
  const octets = Buffer.from(tagValue(record.text, 'p')!.replaceAll(/[ \t\r\n]+/g, ''), 'base64')
  const der = record.key.type === 'ed25519' ? Buffer.concat([ED25519_PREFIX, octets]) : octets
  for (const type of ['spki', 'pkcs1'] as const) {
    try {
      return createPublicKey({ key: der, format: 'der', type })
    } catch {}
  }
  return undefined
}

/** RFC 8410 §4. */
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
