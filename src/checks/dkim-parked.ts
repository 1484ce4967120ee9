// Can anybody still sign mail in the name of a domain that sends nothing? An empty key for every selector says that nobody can.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { dkimLeftovers } from '../facts/dkim-leftovers.ts'
import { publishTxt, removeTxt } from '../protocol/txt-change.ts'

const empty = 'v=DKIM1; p='

export default defineCheck({
  id: 'dkim-parked',
  group: 'dkim',
  scope: 'domain',
  title: 'Every DKIM key of the parked domain is revoked',
  why: 'A signature of the domain passes DMARC whatever SPF says. An empty key at a wildcard revokes every selector that has no record of its own, those of services that were used once among them.',
  refs: ['RFC 6376 §3.6.1', 'RFC 4592 §2.1.1', 'RFC 9989 §4.4.1'],
  needs: { dkim: dkimLeftovers },
  outcomes: {
    revoked: { level: 'pass', says: 'Every selector of {domain} is answered with a revoked key (p= is empty).' },
    open: {
      level: 'warn',
      says: 'Selectors of {domain} are not revoked: whoever can put one record below _domainkey.{domain} can sign in its name.',
      fix: `Publish the TXT record "${empty}" at *._domainkey.{domain}.`,
    },
    'answers-key': {
      level: 'fail',
      says: 'Every selector of {domain} is answered with a key that can be used (at *._domainkey.{domain}): whoever holds it can sign mail of {domain} that passes DMARC.',
      fix: `Publish "${empty}" at *._domainkey.{domain} in its place.`,
    },
    'answers-other': {
      level: 'warn',
      says: 'Every selector of {domain} is answered with a record that is no revoked key: {text}',
      fix: `Publish "${empty}" at *._domainkey.{domain} in its place.`,
    },
    'key-left': {
      level: 'fail',
      says: 'A key that can be used still stands at {name}{where}: whoever holds its private half can sign mail of {domain} that passes DMARC.',
      fix: 'Remove the record at {name}. Behind a wildcard with an empty key the selector is then revoked as well.',
    },
  },
  evaluate({ dkim: { wildcard, keys } }, { domain }) {
    const left = keys.map(({ name, texts, alias }): Ruling<'key-left'> => {
      const records =
        alias === undefined
          ? texts.map(text => removeTxt(name, text))
          : [{ do: 'remove', name, type: 'CNAME', value: alias } as const]
      const where = alias === undefined ? '' : ` (a CNAME to ${alias})`
      return { outcome: 'key-left', data: { domain, name, where }, records }
    })
    const name = `*._domainkey.${domain}`
    const { records, alias } = wildcard
    const old =
      alias === undefined
        ? records.map(({ text }) => removeTxt(name, text))
        : [{ do: 'remove', name, type: 'CNAME', value: alias } as const]
    const changes = [...old, publishTxt(name, empty)]
    if (records.length === 0) return [{ outcome: 'open', data: { domain }, records: changes }, ...left]
    if (records.some(({ state }) => state === 'valid')) {
      return [{ outcome: 'answers-key', data: { domain }, records: changes }, ...left]
    }
    const [only] = records
    if (records.length === 1 && only!.state === 'revoked') return [{ outcome: 'revoked', data: { domain } }, ...left]
    const text = records.map(record => record.text).join(' | ')
    return [{ outcome: 'answers-other', data: { domain, text }, records: changes }, ...left]
  },
})
