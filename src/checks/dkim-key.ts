// Is there exactly one usable key at the selector? A signature without its key in DNS is worth nothing.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type DkimKey, dkimKey } from '../facts/dkim-key.ts'
import { dkimWildcard } from '../facts/dkim-wildcard.ts'
import type { DkimKeyRecord } from '../protocol/dkim/key-record.ts'
import { editTagList, tagValue } from '../protocol/tag-list.ts'
import { publishTxt, removeTxt, replaceTxt } from '../protocol/txt-change.ts'

export default defineCheck({
  id: 'dkim-key',
  group: 'dkim',
  scope: 'selector',
  title: 'The selector has one usable DKIM key',
  why: 'Receivers fetch the key by the selector that a signature names. Without exactly one readable key the signature fails, and DMARC with it when SPF is not aligned.',
  refs: ['RFC 6376 §3.6.1', 'RFC 6376 §3.6.2.2', 'RFC 8301 §3', 'RFC 8463 §4'],
  needs: { key: dkimKey, wildcard: dkimWildcard },
  outcomes: {
    valid: { level: 'pass', says: 'A usable key is published: {key}, at {place}.' },
    testing: {
      level: 'warn',
      says: 'The key at {place} can be used ({key}), but t=y says that the domain is only testing DKIM: receivers may treat its mail as unsigned.',
      fix: 'Publish the record at {owner} without the flag y once signing works.',
    },
    irregular: {
      level: 'warn',
      says: 'The key at {place} can be read ({key}), but not by every receiver: {remarks}.',
      fix: 'Publish the record at {owner} as the rules want it.',
    },
    wildcard: {
      level: 'warn',
      says: 'The key at {place} can be used ({key}), but every other selector of {domain} is answered with the same record: it comes from a wildcard and does not show that this selector was set up.',
      fix: 'Publish the key at {name} itself. A wildcard below _domainkey lets whoever holds the key sign under any selector.',
    },
    missing: {
      level: 'fail',
      says: 'There is no DKIM key at {name}.',
      fix: 'Publish the public key of selector {selector} as one TXT record at {name}. If mail is signed with another selector, check that one instead (the s= of a DKIM-Signature field).',
    },
    'alias-empty': {
      level: 'fail',
      says: 'There is no DKIM key at {name}: it is an alias (CNAME) of {owner}, and no TXT record stands there.',
      fix: 'Have the key published at {owner} by whoever runs that name, usually the mail provider, or correct the CNAME at {name}.',
    },
    misplaced: {
      level: 'fail',
      says: 'There is no DKIM key at {name}, but a key stands at {elsewhere}, where nobody looks for it.',
      fix: 'Move the record to {name}. Many zone editors append the domain by themselves: then enter {selector}._domainkey only.',
    },
    'wildcard-only': {
      level: 'fail',
      says: 'There is no usable DKIM key at {name}: the answer is that of a wildcard, which every selector of {domain} gets, and {why}.',
      fix: 'Publish the public key of selector {selector} as a TXT record at {name}; a record of its own takes precedence over the wildcard.',
    },
    revoked: {
      level: 'fail',
      says: 'The key at {place} is revoked: its p= is empty.',
      fix: 'Sign with another selector, or publish the public key of selector {selector} at {owner} again if it was revoked by mistake. A key that was revoked because it leaked must never come back.',
    },
    invalid: {
      level: 'fail',
      says: 'The record at {place} cannot be used as a DKIM key: {why}.',
      fix: '{remedy}',
    },
    multiple: {
      level: 'fail',
      says: 'There are {count} TXT records at {place}. Only one may stand at a selector; with several, receivers take any of them or none.',
      fix: 'Leave only the record with the key that signs, and publish any other key under a selector of its own.',
    },
  },
  evaluate({ key, wildcard }, { domain, selector, ourKey }) {
    const { name, owner, records } = key
    const place = owner === name ? name : `${name} (a CNAME to ${owner})`
    const about = { domain, selector, name, owner, place }
    const [record] = records
    if (record === undefined) {
      if (owner !== name) return { outcome: 'alias-empty', data: about }
      return key.misplaced.length === 0 ? { outcome: 'missing', data: about } : misplaced(key, about)
    }
    const texts = records.map(({ text }) => text)
    const fromWildcard =
      wildcard.state === 'answers' && JSON.stringify(wildcard.texts) === JSON.stringify(texts.toSorted())
    if (records.length > 1) return multiple(key, ourKey, about)
    if (record.state !== 'valid') {
      const why = record.state === 'revoked' ? 'it is revoked (p= is empty)' : record.why
      if (fromWildcard) return { outcome: 'wildcard-only', data: { ...about, why } }
      if (record.state === 'revoked') return { outcome: 'revoked', data: about }
      return {
        outcome: 'invalid',
        data: {
          ...about,
          why,
          record: record.text,
          remedy:
            record.alias === undefined
              ? `Correct the record at ${owner}; publish the public key anew if it was damaged on the way.`
              : `Publish a CNAME at ${owner} that leads to ${record.alias}, in place of the TXT record.`,
        },
        records:
          record.alias === undefined
            ? replaceTxt(owner, record.text, record.mended)
            : [removeTxt(owner, record.text), { do: 'publish', name: owner, type: 'CNAME', value: record.alias }],
      }
    }
    const told = { ...about, key: words(record), record: record.text }
    const rulings: Ruling<'testing' | 'irregular' | 'wildcard'>[] = []
    // A key that is ours was set up by us, whatever else it answers.
    if (fromWildcard && record.key.keyHash !== ourKey) rulings.push({ outcome: 'wildcard', data: told })
    if (record.testing) {
      rulings.push({
        outcome: 'testing',
        data: told,
        records: replaceTxt(owner, record.text, withoutTesting(record.text)),
      })
    }
    if (record.remarks.length > 0) {
      rulings.push({
        outcome: 'irregular',
        data: { ...told, remarks: record.remarks.join('; ') },
        records: replaceTxt(owner, record.text, record.mended),
      })
    }
    const [first, ...rest] = rulings
    return first === undefined ? { outcome: 'valid', data: told } : [first, ...rest]
  },
})

type About = { readonly [name: string]: string }

function misplaced({ name, misplaced }: DkimKey, about: About): Ruling<'misplaced'> {
  const [found] = misplaced
  return {
    outcome: 'misplaced',
    data: { ...about, elsewhere: misplaced.map(place => place.name) },
    records: [...misplaced.map(place => removeTxt(place.name, place.text)), publishTxt(name, found!.text)],
  }
}

/** Which record to keep is known when just one of them is our key, or just one is a key at all. */
function multiple({ owner, records }: DkimKey, ourKey: string | undefined, about: About): Ruling<'multiple'> {
  const keys = records.filter(record => record.state === 'valid')
  const ours = keys.filter(record => record.key.keyHash === ourKey)
  const kept = ours.length === 1 ? ours[0] : ourKey === undefined && keys.length === 1 ? keys[0] : undefined
  const others = kept === undefined ? [] : records.filter(record => record !== kept)
  return {
    outcome: 'multiple',
    data: { ...about, count: records.length, records: records.map(({ text }) => text) },
    records: others.map(({ text }) => removeTxt(owner, text)),
  }
}

function words(record: Extract<DkimKeyRecord, { state: 'valid' }>): string {
  return record.key.type === 'rsa' ? `RSA, ${record.key.bits} bits` : 'Ed25519'
}

function withoutTesting(text: string): string {
  const flags = (tagValue(text, 't') ?? '').split(':').map(flag => flag.trim())
  const kept = flags.filter(flag => flag !== 'y' && flag !== '')
  return editTagList(text, { t: kept.length === 0 ? undefined : kept.join(':') })
}
