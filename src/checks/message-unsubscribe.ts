// Can people leave the list that the message was sent to with one click, as Gmail and Yahoo demand of promotional mail?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { messageContent } from '../facts/message-content.ts'
import { messageDkim } from '../facts/message-dkim.ts'
import { domainOf, messageDmarc } from '../facts/message-dmarc.ts'
import { verdictAt } from '../protocol/dkim/judge.ts'
import { valueText } from '../protocol/message/field.ts'
import { isOneClick, readUnsubscribe } from '../protocol/message/list-unsubscribe.ts'
import { fieldsNamed, type MessageContent } from '../protocol/message/read.ts'
import { shownText } from '../protocol/shown-text.ts'
import { oneClickDemandedBy } from '../rules/message-limits.ts'

type Outcome =
  | 'one-click'
  | 'personal'
  | 'absent'
  | 'malformed'
  | 'not-https'
  | 'mail-alone'
  | 'post-absent'
  | 'post-wrong'
  | 'unsigned'
  | 'unverified'
  | 'unaligned'
  | 'undecided'
  | 'no-mail'

export default defineCheck({
  id: 'message-unsubscribe',
  group: 'message',
  scope: 'message',
  title: 'People can leave the list with one click',
  why: `${oneClickDemandedBy} demand one-click unsubscription of whoever sends them much promotional mail, and put aside or refuse what lacks it. People who cannot leave report spam.`,
  refs: ['RFC 8058 §3.1', 'RFC 8058 §4', 'RFC 2369 §2', 'RFC 2369 §3.2'],
  needs: { content: messageContent, dkim: messageDkim, dmarc: messageDmarc },
  outcomes: {
    'one-click': {
      level: 'pass',
      says: 'One click leaves the list: {uri} takes the POST of RFC 8058, and the signature of {domain} covers both fields. The address was not asked.',
    },
    personal: {
      level: 'info',
      says: 'The message does not say that it was sent to a list, so it needs no way to leave one.',
    },
    absent: {
      level: 'warn',
      says: 'The message was sent to a list ({words}) and has no List-Unsubscribe field: people can only report it as spam.',
      fix: 'Add List-Unsubscribe: <https://…> with an address for each recipient, and List-Unsubscribe-Post: List-Unsubscribe=One-Click, and sign both.',
    },
    malformed: {
      level: 'warn',
      says: 'The List-Unsubscribe field is not as RFC 2369 has it: {faults}.',
      fix: 'Write each URI in angle brackets without white space, divided by commas: <https://example.org/u?id>, <mailto:leave@example.org>',
    },
    'not-https': {
      level: 'warn',
      says: 'List-Unsubscribe names {uri}, and one-click works over https: alone.',
      fix: 'Offer the address over HTTPS and name that.',
    },
    'mail-alone': {
      level: 'warn',
      says: 'List-Unsubscribe names {uri} and no https: address, so there is no one-click.',
      fix: 'Add an https: address that takes a POST, and List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    },
    'post-absent': {
      level: 'warn',
      says: 'List-Unsubscribe names {uri}, and no List-Unsubscribe-Post field says that one click is enough.',
      fix: 'Add: List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    },
    'post-wrong': {
      level: 'warn',
      says: 'List-Unsubscribe-Post is "{text}", and counts only when it is List-Unsubscribe=One-Click to the letter.',
      fix: 'Write: List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    },
    unsigned: {
      level: 'warn',
      says: 'The DKIM signature of {domain} does not cover {fields}: receivers show no button to leave the list.',
      fix: 'Name List-Unsubscribe and List-Unsubscribe-Post in h= of the signature that is made last.',
    },
    unverified: {
      level: 'info',
      says: 'No DKIM signature of the message verifies (see message-dkim), so receivers show no button to leave the list.',
    },
    unaligned: {
      level: 'info',
      says: 'The signature that covers both fields is that of {domain}, which does not belong to the domain in From; some receivers ask that it does.',
    },
    undecided: {
      level: 'unknown',
      says: 'Whether a signature that verifies covers both fields is not known: {reason}.',
    },
    'no-mail': {
      level: 'info',
      says: 'List-Unsubscribe names no mailto: address, which programs without one-click could use.',
    },
  },
  evaluate({ content, dkim, dmarc }, _subject, now) {
    const words = listWords(content)
    const fields = fieldsNamed(content, 'list-unsubscribe')
    const [field] = fields
    if (field === undefined)
      return words.length === 0 ? { outcome: 'personal' } : { outcome: 'absent', data: { words } }
    const { places, faults } = readUnsubscribe(valueText(content.octets, field))
    const found: Ruling<Outcome>[] = []
    if (faults.length > 0) found.push({ outcome: 'malformed', data: { faults } })
    const named = (kind: string): string | undefined => {
      const uri = places.find(place => place.kind === kind)?.uri
      return uri === undefined ? undefined : short(uri)
    }
    const [https, http, mail] = [named('https'), named('http'), named('mailto')]
    if (https === undefined) {
      if (http !== undefined) found.push({ outcome: 'not-https', data: { uri: http } })
      else if (mail !== undefined) found.push({ outcome: 'mail-alone', data: { uri: mail } })
      return found.length === 0
        ? { outcome: 'malformed', data: { faults: 'it names neither an https: nor a mailto: address' } }
        : all(found)
    }
    const post = fieldsNamed(content, 'list-unsubscribe-post')[0]
    const text = post === undefined ? undefined : valueText(content.octets, post)
    if (text === undefined) found.push({ outcome: 'post-absent', data: { uri: https } })
    else if (!isOneClick(text)) found.push({ outcome: 'post-wrong', data: { text: shownText(text) } })
    else {
      const covering = coverage(dkim, dmarc, now)
      if ('domain' in covering) {
        const data = { uri: https, domain: covering.domain }
        if (faults.length === 0) found.push({ outcome: 'one-click', data })
        if (covering.outcome === 'unaligned') found.push({ outcome: 'unaligned', data })
      } else found.push({ outcome: covering.outcome, data: covering.data })
    }
    if (mail === undefined) found.push({ outcome: 'no-mail' })
    return all(found)
  },
})

function all(found: readonly Ruling<Outcome>[]): readonly [Ruling<Outcome>, ...Ruling<Outcome>[]] {
  return found as [Ruling<Outcome>, ...Ruling<Outcome>[]]
}

function short(uri: string): string {
  return uri.length > 100 ? `${uri.slice(0, 100)}…` : uri
}

/** What says that a message went to a list. */
function listWords(content: MessageContent): readonly string[] {
  return ['List-Id', 'Precedence'].filter(name => {
    const field = fieldsNamed(content, name)[0]
    if (field === undefined) return false
    return name === 'List-Id' || /^(?:bulk|list)$/i.test(valueText(content.octets, field))
  })
}

type Coverage =
  | { readonly outcome: 'one-click' | 'unaligned'; readonly domain: string }
  | { readonly outcome: 'unsigned'; readonly data: { readonly domain: string; readonly fields: readonly string[] } }
  | { readonly outcome: 'undecided'; readonly data: { readonly reason: string } }
  | { readonly outcome: 'unverified'; readonly data: Record<string, never> }

interface Facts {
  readonly dkim: Awaited<ReturnType<typeof messageDkim.gather>>
  readonly dmarc: Awaited<ReturnType<typeof messageDmarc.gather>>
}

const WANTED = ['List-Unsubscribe', 'List-Unsubscribe-Post']

// RFC 8058 §4: at least one valid signature, which covers both.
function coverage({ signatures }: Facts['dkim'], { alignments }: Facts['dmarc'], now: Date): Coverage {
  const judged = signatures.map(one => {
    const names = new Set(one.signature.names.map(name => name.toLowerCase()))
    const missing = WANTED.filter(name => !names.has(name.toLowerCase()))
    const domain = domainOf(one) ?? ''
    const { result, reason } = verdictAt(one.verdict, one.signature, now)
    return { domain, result, reason, missing, aligned: alignments.get(domain) }
  })
  const covering = judged.filter(one => one.result === 'pass' && one.missing.length === 0)
  const best = covering.find(one => one.aligned === true) ?? covering.find(one => one.aligned !== false)
  if (best) return { outcome: 'one-click', domain: best.domain }
  if (covering[0]) return { outcome: 'unaligned', domain: covering[0].domain }
  const open = judged.find(one => one.result === 'temperror' && one.missing.length === 0)
  if (open) return { outcome: 'undecided', data: { reason: open.reason } }
  const passing = judged.filter(one => one.result === 'pass').toSorted((a, b) => a.missing.length - b.missing.length)
  const [nearest] = passing
  if (nearest === undefined) return { outcome: 'unverified', data: {} }
  return { outcome: 'unsigned', data: { domain: nearest.domain, fields: nearest.missing } }
}
