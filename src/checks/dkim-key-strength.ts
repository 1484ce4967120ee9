// Is the published key strong enough to be believed, and allowed for the hash that everyone signs with?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { dkimKey, validKey } from '../facts/dkim-key.ts'
import { allowsSha256 } from '../protocol/dkim/key-record.ts'
import { selectorDate } from '../protocol/dkim/selector-date.ts'
import { editTagList } from '../protocol/tag-list.ts'
import { replaceTxt } from '../protocol/txt-change.ts'

/** Milliseconds: two years. Those who rotate at all do so far more often. */
const LONG = 2 * 365 * 86_400_000

export default defineCheck({
  id: 'dkim-key-strength',
  group: 'dkim',
  scope: 'selector',
  title: 'The DKIM key is strong enough',
  why: 'A short RSA key can be computed by others, so receivers must not believe one below 1024 bits. From 2048 bits on nobody objects.',
  refs: ['RFC 8301 §3.1', 'RFC 8301 §3.2', 'RFC 8463 §3', 'RFC 6376 §3.6.1'],
  needs: { key: dkimKey },
  outcomes: {
    strong: { level: 'pass', says: 'The key at {name} is RSA with {bits} bits.' },
    ed25519: {
      level: 'pass',
      says: 'The key at {name} is Ed25519, which is strong. Not every receiver can verify it yet, so sign with an RSA key of another selector as well.',
    },
    short: {
      level: 'warn',
      says: 'The key at {name} is RSA with {bits} bits. That is still accepted, but at least 2048 bits are recommended.',
      fix: 'Make an RSA key of 2048 bits, publish it under a new selector, and sign with that one. Keep the old record until the last mail signed with it has arrived, about a week.',
    },
    oversized: {
      level: 'warn',
      says: 'The key at {name} is RSA with {bits} bits. Receivers need not verify keys of more than 4096 bits.',
      fix: 'Make an RSA key of 2048 bits, publish it under a new selector, and sign with that one.',
    },
    weak: {
      level: 'fail',
      says: 'The key at {name} is RSA with {bits} bits. Receivers must not believe signatures of fewer than 1024 bits.',
      fix: 'Make an RSA key of 2048 bits, publish it under a new selector, sign with that one, and then revoke this one (p= empty).',
    },
    'sha256-excluded': {
      level: 'fail',
      says: 'The record at {name} allows only the hash {hashes} (h=). Signatures made with SHA-256 fail against it, and SHA-1 is no longer believed.',
      fix: 'Publish the record at {owner} without h=.',
    },
    aged: {
      level: 'info',
      says: 'The key at {name} has been there since {since} or longer, as {sign}. Keys that never change are worth more to whoever steals one.',
      fix: 'If it was not changed since then: publish a new key under a new selector, sign with that one, and revoke this one a week later.',
    },
    'found-strong': { level: 'info', says: 'The key that was found at {name} is {key}, which is strong.' },
    'found-other': { level: 'info', says: 'The key that was found at {name} is {key}; {why}.' },
    'found-weak': {
      level: 'warn',
      says: 'The key that was found at {name} is {key}: {why}. Nobody named this selector; if mail is signed with it, the signatures are not believed.',
      fix: 'Revoke the key (v=DKIM1; p=) if it is not in use any more; else make an RSA key of 2048 bits under a new selector, sign with that one, and then revoke this one.',
    },
    'no-key': { level: 'info', says: 'There is no usable key at {name} to be measured (see dkim-key).' },
  },
  evaluate({ key }, { selector, found, ourKeySince }, now) {
    const { name, owner } = key
    const record = validKey(key)
    if (record === undefined) return { outcome: 'no-key', data: { name } }
    const { type, bits } = record.key
    const data = { name, owner, bits, key: type === 'rsa' ? `RSA with ${bits} bits` : 'Ed25519' }
    const strength = type === 'ed25519' ? 'ed25519' : byLength(bits)
    // At the end of an alias a provider changes keys under a name that stays.
    const aged = owner === name ? agedSince(selector, ourKeySince, now) : undefined
    const age: Ruling<'aged'>[] = aged === undefined ? [] : [{ outcome: 'aged', data: { ...data, ...aged } }]
    if (found) return [asFound(strength, allowsSha256(record), data), ...age]
    const rest: Ruling<typeof strength | 'aged'>[] = [{ outcome: strength, data }, ...age]
    if (allowsSha256(record)) return rest as [Ruling<typeof strength>, ...Ruling<'aged'>[]]
    return [
      {
        outcome: 'sha256-excluded',
        data: { ...data, hashes: record.hashes ?? [] },
        records: replaceTxt(owner, record.text, editTagList(record.text, { h: undefined })),
      },
      ...rest,
    ]
  },
})

// RFC 8301 §3.2: verifiers must not believe less than 1024, signers should use 2048, and 4096 is the most that all can verify.
function byLength(bits: number): 'strong' | 'short' | 'oversized' | 'weak' {
  if (bits < 1024) return 'weak'
  if (bits < 2048) return 'short'
  return bits > 4096 ? 'oversized' : 'strong'
}

/** What is a fault of a selector in use may be no matter at one that was merely found. */
function asFound(
  strength: 'strong' | 'ed25519' | 'short' | 'oversized' | 'weak',
  sha256: boolean,
  data: { readonly [name: string]: string | number },
): Ruling<'found-strong' | 'found-other' | 'found-weak'> {
  if (strength === 'weak') {
    return { outcome: 'found-weak', data: { ...data, why: 'fewer than 1024 bits can be broken by others' } }
  }
  if (!sha256) {
    return { outcome: 'found-weak', data: { ...data, why: 'its h= excludes SHA-256, and SHA-1 is no longer believed' } }
  }
  const remarks = {
    short: 'that is still accepted, but at least 2048 bits are recommended',
    oversized: 'receivers need not verify keys of more than 4096 bits',
    ed25519: 'not every receiver can verify it yet',
    strong: undefined,
  }
  const why = remarks[strength]
  return why === undefined ? { outcome: 'found-strong', data } : { outcome: 'found-other', data: { ...data, why } }
}

/** Since when a key stands unchanged, when that is long: by the file of our own key, else as far as its selector tells. */
function agedSince(selector: string, ourKeySince: Date | undefined, now: Date) {
  const since = ourKeySince ?? selectorDate(selector, now)
  if (since === undefined || now.getTime() - since.getTime() < LONG) return undefined
  const sign = ourKeySince === undefined ? 'the name of the selector tells' : 'the file of the private key tells'
  return { since: since.toISOString().slice(0, 7), sign }
}
