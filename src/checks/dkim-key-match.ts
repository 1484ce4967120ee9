// Is the published key the public half of the key that signs? A record alone proves nothing about the signer.
import { defineCheck } from '../audit/check.ts'
import { dkimKey, validKey } from '../facts/dkim-key.ts'
import { replaceTxt } from '../protocol/txt-change.ts'

export default defineCheck({
  id: 'dkim-key-match',
  group: 'dkim',
  scope: 'selector',
  title: 'The published key belongs to the key that signs',
  why: 'Every signature fails when DNS holds another key than the signer uses, for example after half a key rotation. Only the side with the private key can notice this beforehand.',
  refs: ['RFC 6376 §3.6.2', 'RFC 6376 §6.1.3'],
  needs: { key: dkimKey },
  outcomes: {
    match: { level: 'pass', says: 'The key published at {name} is the one that signs ({published}).' },
    mismatch: {
      level: 'fail',
      says: 'The key published at {name} is not the one that signs with selector {selector}: DNS has {published}, the signer has {ours}. Every signature made with it fails.',
      fix: 'Publish the public half of the signing key at {owner} in place of the present record (mailworthy keys record prints it), or sign with the private key that belongs to the published record. After a change wait until the old record has left the caches.',
    },
    'not-compared': {
      level: 'info',
      says: 'The key published at {name} was not compared with a signing key, because none is known for selector {selector}.',
    },
    'no-key': { level: 'info', says: 'There is no usable key at {name} to be compared (see dkim-key).' },
  },
  evaluate({ key }, { selector, ourKey, ourRecord }) {
    const { name, owner } = key
    const record = validKey(key)
    const published = record?.key.keyHash
    if (published === undefined) return { outcome: 'no-key', data: { name } }
    if (ourKey === undefined) return { outcome: 'not-compared', data: { name, selector, published } }
    const data = { name, owner, selector, published, ours: ourKey }
    if (published === ourKey) return { outcome: 'match', data }
    return { outcome: 'mismatch', data, records: replaceTxt(owner, record!.text, ourRecord) }
  },
})
