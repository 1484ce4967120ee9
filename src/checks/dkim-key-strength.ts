// Is the published key strong enough to be believed, and allowed for the hash that everyone signs with?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { dkimKey, validKey } from '../facts/dkim-key.ts'
import { allowsSha256 } from '../protocol/dkim/key-record.ts'
import { editTagList } from '../protocol/tag-list.ts'
import { replaceTxt } from '../protocol/txt-change.ts'

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
    'no-key': { level: 'info', says: 'There is no usable key at {name} to be measured (see dkim-key).' },
  },
  evaluate({ key }) {
    const { name, owner } = key
    const record = validKey(key)
    if (record === undefined) return { outcome: 'no-key', data: { name } }
    const { type, bits } = record.key
    const data = { name, owner, bits }
    const strength: Ruling<'strong' | 'ed25519' | 'short' | 'oversized' | 'weak'> = {
      outcome: type === 'ed25519' ? 'ed25519' : byLength(bits),
      data,
    }
    if (allowsSha256(record)) return strength
    return [
      {
        outcome: 'sha256-excluded',
        data: { ...data, hashes: record.hashes ?? [] },
        records: replaceTxt(owner, record.text, editTagList(record.text, { h: undefined })),
      },
      strength,
    ]
  },
})

// RFC 8301 §3.2: verifiers must not believe less than 1024, signers should use 2048, and 4096 is the most that all can verify.
function byLength(bits: number): 'strong' | 'short' | 'oversized' | 'weak' {
  if (bits < 1024) return 'weak'
  if (bits < 2048) return 'short'
  return bits > 4096 ? 'oversized' : 'strong'
}
