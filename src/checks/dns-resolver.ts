// Can the resolver be relied on, by which all the rest was learned?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { resolverStanding } from '../facts/resolver-standing.ts'

type Outcome = 'sound' | 'rewrites' | 'without-tcp' | 'without-edns' | 'unclear'

export default defineCheck({
  id: 'dns-resolver',
  group: 'dns',
  scope: 'resolver',
  title: 'The resolver tells what DNS says',
  why: 'Everything in this report about DNS was told by this resolver. One that invents answers, or cannot carry large ones, makes records appear or vanish that receivers see otherwise.',
  refs: ['RFC 8020 §2', 'RFC 7766 §5', 'RFC 6891 §6', 'RFC 4035 §3.2.3'],
  needs: { standing: resolverStanding },
  outcomes: {
    sound: {
      level: 'pass',
      says: 'The resolver denies names that do not exist{carries}. It {validation}.',
    },
    rewrites: {
      level: 'warn',
      says: 'The resolver answers {records} for names that do not exist. Wherever it says only that, nothing counts as learned.',
      fix: 'Ask a resolver that does not rewrite answers: run one yourself (unbound on 127.0.0.1), or name another with --resolver. Some providers let their "search help" or "DNS assistance" be switched off.',
    },
    'without-tcp': {
      level: 'warn',
      says: 'The resolver does not answer over TCP: answers that do not fit a datagram, such as long TXT records, stay unknown.',
      fix: 'Let TCP port 53 through to the resolver, as RFC 7766 §5 demands of every server, or name another one with --resolver.',
    },
    'without-edns': {
      level: 'info',
      says: 'The resolver does not know EDNS: it gives no reasons for failures, and says nothing about signatures.',
    },
    unclear: { level: 'info', says: 'It could not be learned whether the resolver can be relied on: {reason}.' },
  },
  evaluate({ standing }) {
    const { rewriting, tcp, edns, validates } = standing
    const rulings: Ruling<Outcome>[] = []
    if (rewriting.state === 'rewrites') rulings.push({ outcome: 'rewrites', data: { records: rewriting.records } })
    if (tcp?.state === 'no') rulings.push({ outcome: 'without-tcp' })
    if (edns.state === 'no') rulings.push({ outcome: 'without-edns' })
    if (rewriting.state === 'unknown') {
      rulings.push({ outcome: 'unclear', data: { reason: `asked for names that do not exist, ${rewriting.reason}` } })
    }
    const [first, ...others] = rulings
    if (first !== undefined) return [first, ...others]
    const carries = tcp?.state === 'yes' ? ', and answers over TCP too' : ''
    return { outcome: 'sound', data: { carries, validation: validation[validates.state] } }
  },
})

const validation = {
  yes: 'validates DNSSEC',
  no: 'does not validate DNSSEC',
  unknown: 'did not show whether it validates DNSSEC',
} as const
