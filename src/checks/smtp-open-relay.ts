// Would a server of the user's relay for strangers? Judged by which recipients it takes: nothing is sent.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { scopes } from '../audit/scope.ts'
import { relayTrial } from '../facts/own-server.ts'
import { displayName } from '../names/domain.ts'
import { judgeRelay, type RelayAnswer, textOf } from '../protocol/open-relay.ts'

const MOST_SHOWN = 3

const CLOSE =
  'Let {host} relay only for addresses and users that may (Postfix: smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination; Exchange: take "Accept-Any-Recipient" from anonymous users of the receive connector), and look at what mynetworks holds.'

export default defineCheck({
  id: 'smtp-open-relay',
  group: 'smtp',
  scope: 'ownServer',
  title: 'The mail server relays for nobody who may not',
  why: 'A server that takes mail for anybody from anybody is found within hours, sends spam by the million, and stands on every blocklist for weeks.',
  refs: ['RFC 5321 §7.1', 'RFC 2505 §2.1', 'RFC 5321 §4.1.2', 'RFC 5321 Appendix F.2'],
  needs: { answers: relayTrial },
  outcomes: {
    closed: { level: 'pass', says: '{endpoint} refuses to relay for strangers ("{reply}"); {count} forms were tried.' },
    open: {
      level: 'fail',
      says: '{endpoint} takes mail from a stranger to a stranger: {taken}. It is an open relay, or looks like one (nothing was sent, so that what it does with such mail was not seen).',
      fix: CLOSE,
    },
    tricked: {
      level: 'warn',
      says: '{endpoint} refuses strangers and users that nobody is, but takes {taken}: many servers understand that as an address elsewhere. Whether it would be sent on was not tried.',
      fix: 'Send a message to such an address yourself and see where it goes. Have {host} refuse recipients with %, ! or a quoted @ (Postfix: allow_percent_hack and swap_bangpath, with resolve_dequoted_address = yes).',
    },
    'takes-all': {
      level: 'info',
      says: '{endpoint} takes every address of {domain}, whether it exists or not: what it makes of addresses such as user%elsewhere cannot be seen from its answers.',
    },
    'not-all-tried': {
      level: 'unknown',
      says: '{endpoint} did not answer to {count} of the forms of a stranger that were tried; those that it answered it refused.',
    },
    deferred: {
      level: 'unknown',
      says: '{endpoint} put us off: "{reply}". Whether it relays for strangers is not known.',
    },
    'turned-away': {
      level: 'unknown',
      says: '{endpoint} refuses us for another reason than relaying: "{reply}". Whether it relays for others is not known.',
      fix: 'Check again from an address outside that has reverse DNS and is on no blocklist.',
    },
    untold: { level: 'unknown', says: 'Whether {endpoint} relays for strangers is not known: {reason}.' },
  },
  evaluate({ answers }, subject) {
    const verdict = judgeRelay(answers)
    const about = {
      endpoint: scopes.ownServer.says(subject),
      host: displayName(subject.host),
      domain: displayName(subject.domain),
      tried: answers.map(one => ({ sender: one.sender, recipient: one.recipient, answer: textOf(one) })),
    }
    switch (verdict.kind) {
      case 'open':
      case 'tricked':
        return { outcome: verdict.kind, data: { ...about, taken: shown(verdict.taken) } }
      case 'closed': {
        const { reply, takesAll, untold } = verdict
        const closed = { outcome: 'closed', data: { ...about, reply, count: answers.length - untold } } as const
        const notes: Ruling<'takes-all' | 'not-all-tried'>[] = []
        if (takesAll) notes.push({ outcome: 'takes-all', data: about })
        if (untold > 0) notes.push({ outcome: 'not-all-tried', data: { ...about, count: untold } })
        return [closed, ...notes]
      }
      case 'deferred':
      case 'turned-away':
        return { outcome: verdict.kind, data: { ...about, reply: verdict.reply } }
      case 'untold':
        return { outcome: 'untold', data: { ...about, reason: verdict.reason } }
    }
  },
})

function shown(taken: readonly RelayAnswer[]): readonly string[] {
  const forms = taken.slice(0, MOST_SHOWN).map(one => `MAIL FROM:${one.sender} RCPT TO:${one.recipient}`)
  return taken.length > MOST_SHOWN ? [...forms, `${taken.length - MOST_SHOWN} more`] : forms
}
