// How does an MX host introduce itself, and what does it offer? Mostly for information: senders forgive nearly all of it.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { scopes } from '../audit/scope.ts'
import { smtpGreeting } from '../facts/smtp-greeting.ts'
import { canonicalName, displayName } from '../names/domain.ts'
import { readHelo } from '../protocol/helo.ts'
import {
  changedByTls,
  hostInBanner,
  keywordOf,
  mechanismsIn,
  offersAuth,
  softwareIn,
  usefulExtensions,
} from '../protocol/smtp-greeting.ts'

/** A pause before the banner that somebody made on purpose. */
const LONG_MS = 5000
const MOST_SHOWN = 200

export default defineCheck({
  id: 'smtp-banner',
  group: 'smtp',
  scope: 'endpoint',
  title: 'The MX host greets by its name and offers what senders use',
  why: 'The banner and the answer to EHLO are the first things that a sender sees. Names that differ confuse whoever reads logs; passwords that are asked for in clear can be read on the way.',
  refs: ['RFC 5321 §4.2', 'RFC 5321 §4.3.1', 'RFC 5321 §4.1.1.1', 'RFC 3207 §4.2', 'RFC 4954 §4'],
  needs: { greeting: smtpGreeting },
  outcomes: {
    greets: { level: 'pass', says: '{endpoint} greets as {name} and offers {offers}.' },
    'no-name': {
      level: 'info',
      says: 'The banner of {endpoint} does not begin with the full name of the host: "{banner}".',
    },
    'names-differ': {
      level: 'info',
      says: '{endpoint} has several names: {names}. Senders do not mind; whoever reads logs may.',
    },
    'ehlo-malformed': {
      level: 'info',
      says: 'In answer to EHLO {endpoint} calls itself "{ehlo}", which is no full host name: {fault}.',
    },
    'no-ehlo': {
      level: 'info',
      says: '{endpoint} knows HELO alone, as before 1995: it has no extensions, neither STARTTLS nor SIZE.',
    },
    software: { level: 'info', says: 'The banner of {endpoint} tells which software answers: {software}.' },
    'greet-pause': {
      level: 'info',
      says: '{endpoint} lets clients wait {seconds} s for its banner. Senders that wait are served; hasty ones are meant to be lost.',
    },
    'extensions-change': {
      level: 'info',
      says: '{endpoint} offers other extensions under TLS than before: {changes}.',
    },
    'auth-in-clear': {
      level: 'warn',
      says: '{endpoint} offers to log in before TLS ({mechanisms}): a password can be read by anybody on the way.',
      fix: 'Offer AUTH only under TLS (Postfix: smtpd_tls_auth_only = yes), or not at all on port 25: mail programs belong on 465 or 587.',
    },
  },
  evaluate({ greeting }, subject) {
    const { banner, bannerMs, calledItself, inClear, underTls } = greeting
    const text = banner.lines.join(' ').slice(0, MOST_SHOWN)
    const all = [...new Set([...(inClear ?? []), ...(underTls ?? [])])]
    const keywords = new Set(all.map(keywordOf))
    const size = all.map(line => /^SIZE\s+([0-9]+)/i.exec(line)?.[1]).find(found => found !== undefined)
    const offers = usefulExtensions.filter(word => keywords.has(word))
    const name = hostInBanner(banner.lines[0] ?? '')
    const data = {
      endpoint: scopes.endpoint.says(subject),
      name: name ?? '(no name)',
      banner: text,
      offers: offers.length > 0 ? offers : ['no extensions'],
      lacks: usefulExtensions.filter(word => !keywords.has(word)),
      size: size ?? null,
      extensions: all,
      ehlo: calledItself ?? '',
    }
    const notes: Ruling<
      | 'no-name'
      | 'names-differ'
      | 'ehlo-malformed'
      | 'no-ehlo'
      | 'software'
      | 'greet-pause'
      | 'extensions-change'
      | 'auth-in-clear'
    >[] = []
    if (inClear !== undefined && offersAuth(inClear)) {
      const mechanisms = mechanismsIn(inClear)
      notes.push({
        outcome: 'auth-in-clear',
        data: { ...data, mechanisms: mechanisms.length > 0 ? mechanisms : ['AUTH'] },
      })
    }
    if (name === undefined) notes.push({ outcome: 'no-name', data })
    if (calledItself === undefined) notes.push({ outcome: 'no-ehlo', data })
    else {
      const form = readHelo(calledItself)
      if (form.kind === 'malformed') notes.push({ outcome: 'ehlo-malformed', data: { ...data, fault: form.fault } })
      else {
        const names = [
          ...(name === undefined ? [] : [`${displayName(name)} in the banner`]),
          `${displayName(canonicalName(calledItself))} in answer to EHLO`,
          `${displayName(subject.host)} in the MX record`,
        ]
        const said = new Set([name ?? calledItself, calledItself, subject.host].map(canonicalName))
        if (said.size > 1) notes.push({ outcome: 'names-differ', data: { ...data, names } })
      }
    }
    const software = softwareIn(text)
    if (software !== undefined) notes.push({ outcome: 'software', data: { ...data, software } })
    if (bannerMs >= LONG_MS) {
      notes.push({ outcome: 'greet-pause', data: { ...data, seconds: Math.round(bannerMs / 1000) } })
    }
    if (inClear !== undefined && underTls !== undefined) {
      const { lost, won } = changedByTls(inClear, underTls)
      const changes = [...lost.map(word => `without ${word}`), ...won.map(word => `with ${word}`)]
      if (changes.length > 0) notes.push({ outcome: 'extensions-change', data: { ...data, changes } })
    }
    const greets = { outcome: 'greets', data } as const
    const [first, ...rest] = notes
    // What is amiss stands instead of the good word, what is merely noted beside it.
    return first?.outcome === 'auth-in-clear' ? [first, ...rest] : [greets, ...notes]
  },
})
