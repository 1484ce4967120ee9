// Does the domain say that it takes no mail (null MX), and does it say so in the one way that is understood?
import { defineCheck } from '../audit/check.ts'
import { mx } from '../facts/mx.ts'

export default defineCheck({
  id: 'mx-null',
  group: 'mx',
  scope: 'domain',
  title: 'The domain either takes mail or says clearly that it does not',
  why: 'A null MX tells senders at once that a domain takes no mail. Beside other MX records it is a contradiction that each sender resolves in its own way; and mail whose sender address lies in such a domain is refused, since nobody could be answered.',
  refs: ['RFC 7505 §3', 'RFC 7505 §4.2'],
  needs: { mx },
  outcomes: {
    'not-null': { level: 'pass', says: 'The domain publishes no null MX: it takes mail.' },
    null: {
      level: 'info',
      says: '{domain} takes no mail: it publishes a null MX. It must not be used in sender addresses either; receivers refuse those with 550 5.7.27.',
      // A profile for domains that send makes this a failure.
      fix: 'Only if mail is to be sent from {domain}: publish an MX record that names a mail server in place of the null MX.',
    },
    'no-mx': { level: 'info', says: 'The domain has no mail host and no null MX: `mx-hosts` tells more.' },
    'null-with-others': {
      level: 'fail',
      says: '{domain} publishes a null MX ("{preference} .") beside other MX records. Each sender may take either of them as meant.',
      fix: 'If {domain} takes mail, remove the null MX. If it does not, remove every other MX record.',
    },
    'several-nulls': {
      level: 'fail',
      says: '{domain} publishes several null MX records (preferences {preferences}). A null MX counts only when it is the only MX record.',
      fix: 'Keep "0 ." alone and remove the others.',
    },
    'null-preference': {
      level: 'warn',
      says: 'The null MX of {domain} has preference {preference}. Only preference 0 makes it a null MX; some senders will treat "." as a host that does not resolve and try for days.',
      fix: 'If {domain} is to take no mail, publish the null MX with preference 0; else an MX record that names its mail server.',
    },
  },
  evaluate({ mx }, { domain }) {
    const record = (preference: number, act: 'publish' | 'remove') =>
      ({ do: act, name: domain, type: 'MX', value: `${preference} .` }) as const
    if (mx.kind === 'implicit') return { outcome: 'not-null' }
    if (mx.kind === 'none') return { outcome: 'no-mx' }
    const [preference] = mx.nulls
    if (preference === undefined) return { outcome: 'not-null' }
    if (mx.kind === 'hosts') {
      const records = mx.nulls.map(p => record(p, 'remove'))
      return { outcome: 'null-with-others', data: { domain, preference }, records }
    }
    if (mx.nulls.length > 1) {
      const rest = mx.nulls.filter((p, i) => p !== 0 || mx.nulls.indexOf(0) !== i)
      const missing = mx.nulls.includes(0) ? [] : [record(0, 'publish')]
      const records = [...missing, ...rest.map(p => record(p, 'remove'))]
      return { outcome: 'several-nulls', data: { domain, preferences: mx.nulls }, records }
    }
    if (preference !== 0) {
      const records = [record(0, 'publish'), record(preference, 'remove')]
      return { outcome: 'null-preference', data: { domain, preference }, records }
    }
    return { outcome: 'null', data: { domain } }
  },
})
