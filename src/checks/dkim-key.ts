// Is there exactly one usable key at the selector? A signature without its key in DNS is worth nothing.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type DkimKey, dkimKey } from '../facts/dkim-key.ts'
import { dkimKeyElsewhere } from '../facts/dkim-key-elsewhere.ts'
import { dkimKeyZone } from '../facts/dkim-key-zone.ts'
import { dkimParent } from '../facts/dkim-parent.ts'
import { dkimWildcard } from '../facts/dkim-wildcard.ts'
import { keepOne, withoutTesting } from '../protocol/dkim/key-change.ts'
import type { DkimKeyRecord } from '../protocol/dkim/key-record.ts'
import { publishTxt, removeTxt, replaceTxt } from '../protocol/txt-change.ts'

export default defineCheck({
  id: 'dkim-key',
  group: 'dkim',
  scope: 'selector',
  title: 'The selector has one usable DKIM key',
  why: 'Receivers fetch the key by the selector that a signature names. Without exactly one readable key the signature fails, and DMARC with it when SPF is not aligned.',
  refs: ['RFC 6376 §3.6.1', 'RFC 6376 §3.6.2.2', 'RFC 8301 §3', 'RFC 8463 §4', 'RFC 8020 §2'],
  needs: {
    key: dkimKey,
    elsewhere: dkimKeyElsewhere,
    zone: dkimKeyZone,
    parent: dkimParent,
    wildcard: dkimWildcard,
  },
  outcomes: {
    valid: { level: 'pass', says: 'A usable key is published: {key}, at {place}.' },
    testing: {
      level: 'warn',
      says: 'The key at {place} can be used ({key}), but t=y says that the domain is only testing DKIM: receivers may treat its mail as unsigned.',
      fix: 'Publish the record at {where} without the flag y once signing works.',
    },
    irregular: {
      level: 'warn',
      says: 'The key at {place} can be read ({key}), but not by every receiver: {remarks}.',
      fix: 'Publish the record at {where} as the rules want it.',
    },
    wildcard: {
      level: 'warn',
      says: 'The key at {place} can be used ({key}), but every other selector of {domain} is answered with the same record: it comes from a wildcard and does not show that this selector was set up.',
      fix: 'Publish the key at {name} itself. A wildcard below _domainkey lets whoever holds the key sign under any selector.',
    },
    'denied-above': {
      level: 'info',
      says: 'The key at {name} is there, but {parent} is denied (NXDOMAIN), which means that nothing stands below it. Resolvers that rely on this will not find the key.',
      fix: 'If that is still so when old answers have left the caches, the name servers are at fault: {parent} must be answered without an error, even if it is empty. Any TXT record at {parent} avoids it.',
    },
    missing: {
      level: 'fail',
      says: 'There is no DKIM key at {name}{others}.',
      fix: 'Publish the public key of selector {selector} as one TXT record at {where}. If mail is signed with another selector, check that one instead (the s= of a DKIM-Signature field).',
    },
    'alias-empty': {
      level: 'fail',
      says: 'There is no DKIM key at {name}: it is an alias (CNAME) of {owner}, and no TXT record stands there.',
      fix: 'Have the key published at {where} by whoever runs that name, usually the mail provider, or correct the CNAME at {name}.',
    },
    'alias-unregistered': {
      level: 'fail',
      says: 'There is no DKIM key at {name}: it is an alias (CNAME) of {owner}, and the domain {unregistered} does not exist. Whoever registers it can publish a key there and sign mail as {domain}.',
      fix: 'Remove the CNAME at {name} now, or correct it.',
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
      fix: 'Sign with another selector, or publish the public key of selector {selector} at {where} again if it was revoked by mistake. A key that was revoked because it leaked must never come back.',
    },
    invalid: {
      level: 'fail',
      says: 'The record at {place} cannot be used as a DKIM key: {why}.',
      fix: '{remedy}',
    },
    multiple: {
      level: 'fail',
      says: 'There are {count} TXT records at {place}. Only one may stand at a selector; with several, receivers take any of them or none.',
      fix: 'Leave only the record with the key that signs at {where}, and publish any other key under a selector of its own.',
    },
    found: {
      level: 'info',
      says: 'A usable key was found at {place}: {key}{provider}{but}. Whether mail is signed with it DNS does not tell.',
    },
    leftover: {
      level: 'info',
      says: 'No usable key stands at {place}{provider}: {fault}. Nobody named this selector, so it may be left from earlier times or be kept for later.',
    },
    suspect: {
      level: 'warn',
      says: 'What stands at {place}{provider} is of no use: {fault}. Nobody named this selector; if mail is signed with it, every signature fails.',
      fix: 'Remove the record if the selector is not in use any more. {remedy}',
    },
  },
  evaluate({ key, elsewhere, zone, parent, wildcard }, { domain, selector, ourKey, ourRecord, found }) {
    const { name, owner, records } = key
    const place = owner === name ? name : `${name} (a CNAME to ${owner})`
    const where = zone.zone === undefined ? owner : `${owner} (in the zone ${zone.zone}, by whoever runs it)`
    const about = { domain, selector, name, owner, place, where, zone: zone.zone ?? null }
    const provider = found?.provider === undefined ? '' : `, of ${found.provider}`
    const suspect = (fault: string, remedy: string, changes: Ruling<'suspect'>['records']): Ruling<'suspect'> => ({
      outcome: 'suspect',
      data: { ...about, provider, fault, remedy },
      records: changes ?? [],
    })
    const leftover = (fault: string): Ruling<'leftover'> => ({
      outcome: 'leftover',
      data: { ...about, provider, fault },
    })
    const [record] = records
    if (record === undefined) {
      const published = ourRecord === undefined ? [] : [publishTxt(name, ourRecord)]
      // A name with a CNAME can have no TXT record beside it (RFC 2181 §10.1).
      const changes = [...removeAlias(key), ...published]
      if (zone.unregistered !== undefined) {
        const { unregistered } = zone
        if (found) {
          const fault = `it is an alias in the domain ${unregistered}, which does not exist; whoever registers it can sign mail as ${domain}`
          return suspect(fault, 'This one is dangerous also when it is not in use.', changes)
        }
        return { outcome: 'alias-unregistered', data: { ...about, unregistered }, records: changes }
      }
      if (owner !== name) {
        return found
          ? leftover('no TXT record stands at the end of the alias')
          : { outcome: 'alias-empty', data: about, records: ourRecord === undefined ? [] : changes }
      }
      if (elsewhere.length > 0) {
        return {
          outcome: 'misplaced',
          data: { ...about, elsewhere: elsewhere.map(one => one.name) },
          records: [
            ...elsewhere.map(one => removeTxt(one.name, one.text)),
            publishTxt(name, ourRecord ?? elsewhere[0]!.text),
          ],
        }
      }
      const others = parent.state === 'denied' ? `, nor at any other selector: ${parent.name} does not exist` : ''
      return { outcome: 'missing', data: { ...about, others }, records: published }
    }
    const texts = records.map(({ text }) => text)
    const fromWildcard =
      wildcard.state === 'answers' && JSON.stringify(wildcard.texts) === JSON.stringify(texts.toSorted())
    if (records.length > 1) {
      const changes = keepOne(owner, records, { key: ourKey, record: ourRecord })
      const data = { ...about, count: records.length, records: texts }
      if (!found) return { outcome: 'multiple', data, records: changes }
      return suspect(
        `${records.length} TXT records stand there, and only one may`,
        'Else leave only the right one.',
        [],
      )
    }
    if (record.state !== 'valid') {
      const why = record.state === 'revoked' ? 'it is revoked (p= is empty)' : record.why
      const published = ourRecord === undefined ? [] : [publishTxt(name, ourRecord)]
      if (found && record.state === 'revoked') return leftover(why)
      if (fromWildcard) return { outcome: 'wildcard-only', data: { ...about, why }, records: published }
      if (record.state === 'revoked') {
        return { outcome: 'revoked', data: about, records: replaceTxt(owner, record.text, ourRecord) }
      }
      const { remedy, records: changes } = correction(record, owner, where, ourRecord)
      if (found) return suspect(why, `Else: ${remedy}`, changes)
      return { outcome: 'invalid', data: { ...about, why, record: record.text, remedy }, records: changes }
    }
    const told = { ...about, key: words(record), record: record.text }
    if (found) {
      const but = [...(record.testing ? ['t=y says that it is for tests'] : []), ...record.remarks]
      return { outcome: 'found', data: { ...told, provider, but: but.map(one => `; ${one}`).join('') } }
    }
    const rulings: Ruling<'testing' | 'irregular' | 'wildcard' | 'denied-above'>[] = []
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
    const denied: Ruling<'denied-above'>[] =
      parent.state === 'denied' ? [{ outcome: 'denied-above', data: { ...told, parent: parent.name } }] : []
    const [first, ...rest] = [...rulings, ...denied]
    return first === undefined || rulings.length === 0
      ? [{ outcome: 'valid', data: told }, ...denied]
      : [first, ...rest]
  },
})

function removeAlias({ name, alias }: DkimKey): Ruling<'suspect'>['records'] & readonly object[] {
  return alias === undefined ? [] : [{ do: 'remove', name, type: 'CNAME', value: alias }]
}

function correction(
  record: Extract<DkimKeyRecord, { state: 'invalid' }>,
  owner: string,
  where: string,
  ourRecord: string | undefined,
) {
  if (record.alias !== undefined && ourRecord === undefined) {
    return {
      remedy: `Publish a CNAME at ${where} that leads to ${record.alias}, in place of the TXT record.`,
      records: [
        removeTxt(owner, record.text),
        { do: 'publish' as const, name: owner, type: 'CNAME', value: record.alias },
      ],
    }
  }
  return {
    remedy: `Correct the record at ${where}; publish the public key anew if it was damaged on the way.`,
    records: replaceTxt(owner, record.text, ourRecord ?? record.mended),
  }
}

function words(record: Extract<DkimKeyRecord, { state: 'valid' }>): string {
  return record.key.type === 'rsa' ? `RSA, ${record.key.bits} bits` : 'Ed25519'
}
