// Does the ARC chain of the message hold, so that a receiver may believe what earlier hops saw?
import { defineCheck } from '../audit/check.ts'
import { messageArc } from '../facts/message-arc.ts'

export default defineCheck({
  id: 'message-arc',
  group: 'message',
  scope: 'message',
  title: 'The ARC chain of the message holds',
  why: 'Lists and forwarders break SPF and DKIM. With ARC they seal what they saw before they changed the message, and a receiver that trusts them may believe it.',
  refs: ['RFC 8617 §5.2', 'RFC 8617 §4.4'],
  needs: { arc: messageArc },
  outcomes: {
    none: { level: 'info', says: 'The message has no ARC set: nobody on the way sealed it.' },
    pass: { level: 'pass', says: 'The ARC chain holds, sealed by {sealers}; {unchanged}.' },
    fail: {
      level: 'warn',
      says: 'The ARC chain of {count} sets does not hold: {reason}. Receivers take it for no chain at all.',
      fix: 'The hop that changed the message after the last seal, or that sealed it wrongly, has to be mended: it must add its set after all its changes. {sealed}',
    },
    temperror: { level: 'unknown', says: 'Whether the ARC chain holds is not known: {reason}.' },
  },
  evaluate({ arc: { result, reason, sets, oldestPass } }) {
    const sealers = sets.map(({ instance, domain }) => `${domain ?? 'an unreadable domain'} (i=${instance})`)
    switch (result) {
      case 'none':
        return { outcome: 'none' }
      case 'pass': {
        const unchanged =
          oldestPass === 0 || oldestPass === undefined
            ? 'the message is unchanged since the first of them'
            : `the message was changed before set ${oldestPass}, and not since`
        return { outcome: 'pass', data: { sealers, unchanged } }
      }
      case 'fail': {
        const sealed = sealers.length === 0 ? '' : `It was sealed by ${sealers.slice(-5).join(', then ')}.`
        return { outcome: 'fail', data: { count: sets.length, reason, sealed } }
      }
      case 'temperror':
        return { outcome: 'temperror', data: { reason } }
    }
  },
})
