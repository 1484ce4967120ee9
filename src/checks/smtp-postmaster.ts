// Does the mail server of the domain take mail for its postmaster, whom everybody may write to?
import { defineCheck } from '../audit/check.ts'
import { scopes } from '../audit/scope.ts'
import { postmasterTrial } from '../facts/own-server.ts'
import { displayName } from '../names/domain.ts'
import { isAboutClient, isRefusedAlike, textOf } from '../protocol/open-relay.ts'

export default defineCheck({
  id: 'smtp-postmaster',
  group: 'smtp',
  scope: 'ownServer',
  title: 'The MX host takes mail for postmaster of the domain',
  why: 'Whoever has trouble with mail from or to the domain writes to its postmaster. Every server must take that, whatever else it refuses.',
  refs: ['RFC 5321 §4.5.1', 'RFC 2142 §5', 'RFC 5321 §4.1.1.3'],
  needs: { trial: postmasterTrial },
  outcomes: {
    taken: { level: 'pass', says: '{endpoint} takes mail for {postmaster} ("{reply}").' },
    refused: {
      level: 'warn',
      says: '{endpoint} refuses mail for {postmaster}: "{reply}".',
      fix: 'Make a mailbox or an alias {postmaster} that somebody reads, and let no filter refuse mail to it.',
    },
    'not-theirs': {
      level: 'fail',
      says: '{endpoint} does not know that {domain} is one of its domains: it refuses mail for {postmaster} as if it were to relay it ("{reply}"). Mail to the domain that comes here is returned.',
      fix: 'Name {domain} among the domains that {host} takes mail for (Postfix: mydestination, virtual_mailbox_domains or relay_domains; Exchange: accepted domains), or take {host} out of the MX records.',
    },
    'unqualified-refused': {
      level: 'info',
      says: '{endpoint} refuses the recipient <Postmaster> without a domain ("{reply}"), the one address that servers must take in this form. Few senders use it.',
    },
    deferred: {
      level: 'unknown',
      says: '{endpoint} put {postmaster} off: "{reply}". That is what greylisting does with strangers; whether the mail would be taken is not known.',
    },
    'turned-away': {
      level: 'unknown',
      says: '{endpoint} refuses us every recipient alike: "{reply}". Whether others may write to {postmaster} is not known.',
      fix: 'Check again from an address with reverse DNS that is on no blocklist.',
    },
    untold: { level: 'unknown', says: 'Whether {endpoint} takes mail for {postmaster} is not known: {reason}.' },
  },
  evaluate({ trial }, subject) {
    const { postmaster, unqualified, stranger } = trial
    const data = {
      endpoint: scopes.ownServer.says(subject),
      domain: displayName(subject.domain),
      host: displayName(subject.host),
      postmaster: `postmaster@${displayName(subject.domain)}`,
      reply: textOf(postmaster),
    }
    if (postmaster.kind === 'untold') return { outcome: 'untold', data: { ...data, reason: postmaster.reason } }
    const { code } = postmaster.reply
    if (postmaster.at === 'RCPT' && code >= 250 && code < 260) {
      const taken = { outcome: 'taken', data } as const
      const isRefused = unqualified.kind === 'answered' && unqualified.at === 'RCPT' && unqualified.reply.code >= 500
      if (!isRefused) return taken
      return [taken, { outcome: 'unqualified-refused', data: { ...data, reply: textOf(unqualified) } }]
    }
    if (code < 500) return { outcome: 'deferred', data }
    if (postmaster.at === 'RCPT' && /\brelay/i.test(data.reply) && !isAboutClient(data.reply)) {
      return { outcome: 'not-theirs', data }
    }
    // A server that wants no mail from us says so of every recipient, or already of the sender.
    return {
      outcome: postmaster.at === 'MAIL' || isRefusedAlike(postmaster, stranger) ? 'turned-away' : 'refused',
      data,
    }
  },
})
