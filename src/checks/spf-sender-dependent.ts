// Does the SPF result depend on who writes? Macros make one record answer differently for each sender, and audits see one.
import { defineCheck } from '../audit/check.ts'
import { spfTree } from '../facts/spf-tree.ts'
import { gapsOf, lettersInReach, whyNoRecord } from '../protocol/spf/tree.ts'

/** What the letters stand for that change the result for one domain and one address (RFC 7208 §7.2). */
const meanings: { readonly [letter: string]: string } = {
  o: 'the domain of the sender',
  h: 'the HELO name',
  p: "the client's reverse name",
}

export default defineCheck({
  id: 'spf-sender-dependent',
  group: 'spf',
  scope: 'domain',
  title: 'The SPF result is the same for every sender of the domain',
  why: 'A record with the macros %{l} or %{s} asks DNS about the local part of each address, so that one sender of the domain may pass where another fails. What is found for one address then says nothing about the next.',
  refs: ['RFC 7208 §7.2', 'RFC 7208 §7.3'],
  needs: { tree: spfTree },
  outcomes: {
    independent: { level: 'pass', says: 'The SPF result does not depend on the sender within the domain.' },
    'no-record': { level: 'info', says: 'There is nothing to judge: {reason}.' },
    'local-part': {
      level: 'warn',
      says: 'The SPF result depends on the local part of the sender: {terms}. An audit asks for postmaster and cannot speak for other senders.',
      fix: 'If this is not meant, list the sending hosts without the macros l and s; if it is, see that DKIM signatures align, which do not depend on the sender.',
    },
    'other-macros': {
      level: 'info',
      says: 'The SPF result depends on {meanings}: {terms}. The local part of the sender does not matter.',
    },
    dynamic: {
      level: 'info',
      says: 'The record that {terms} leads to is another one for each message, so that it cannot be read here.',
    },
    unfinished: {
      level: 'unknown',
      says: 'What could be read does not depend on the local part of the sender, but not everything could be asked: {reason}.',
    },
  },
  evaluate({ tree }) {
    const absent = whyNoRecord(tree)
    if (absent !== undefined) return { outcome: 'no-record', data: { reason: absent } }
    const reached = lettersInReach(tree)
    const place = ({ term, domain }: { term: string; domain: string }): string =>
      domain === tree.domain ? term : `${term} of ${domain}`
    const places = (letters: string): string[] => [
      ...new Set(reached.filter(({ letter }) => letters.includes(letter)).map(place)),
    ]
    const local = places('ls')
    if (local.length > 0) return { outcome: 'local-part', data: { terms: local } }
    const { unread, dynamic } = gapsOf(tree)
    if (unread.length > 0) return { outcome: 'unfinished', data: { reason: unread.join('; ') } }
    const other = Object.keys(meanings).filter(letter => reached.some(found => found.letter === letter))
    if (other.length > 0) {
      return {
        outcome: 'other-macros',
        data: { meanings: other.map(letter => meanings[letter]!), terms: places(other.join('')) },
      }
    }
    return dynamic.length > 0 ? { outcome: 'dynamic', data: { terms: dynamic } } : { outcome: 'independent' }
  },
})
