// Do signed TLSA records bind the certificate of the MX host, so that senders know it without any authority?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { tlsaSet } from '../facts/tlsa.ts'
import { displayName } from '../names/domain.ts'
import { tlsaText } from '../protocol/dane.ts'

type Trouble = 'unsigned' | 'unvalidated' | 'some-unusable' | 'all-unusable' | 'renews-with-certificate'

export default defineCheck({
  id: 'dane-tlsa',
  group: 'transport',
  scope: 'host',
  title: 'The TLSA records of the MX host are signed and can be used',
  why: 'With DANE a sender learns from signed DNS which certificate the host must show, and that it must show one: nobody on the way can take TLS away. Records that are unsigned or cannot be used protect nothing.',
  refs: ['RFC 7672 §2.2', 'RFC 7672 §3.1', 'RFC 7671 §5', 'RFC 6698 §2.1'],
  needs: { tlsa: tlsaSet },
  outcomes: {
    bound: { level: 'pass', says: '{host} is bound by {count} signed TLSA records at {owner}: {records}.' },
    absent: { level: 'info', says: '{host} has no TLSA records: senders know its certificate only from authorities.' },
    unsigned: {
      level: 'warn',
      says: 'The TLSA records at {owner} are not signed (DNSSEC), or the addresses of {host} are not: senders ignore them.',
      fix: 'Sign the zone of {host} and have the DS record published above it, or take the TLSA records away.',
    },
    unvalidated: {
      level: 'unknown',
      says: '{host} has TLSA records at {owner}, but whether they are signed is not known: the name server that was asked does not validate DNSSEC.',
      fix: 'Ask through a name server that validates (--resolver), over a path that nobody can touch.',
    },
    'some-unusable': {
      level: 'warn',
      says: 'Some of the TLSA records at {owner} cannot be used, and are ignored: {faults}.',
      fix: 'Take the records away that cannot be used, or write them anew as 3 1 1 with the SHA-256 of the public key.',
    },
    'all-unusable': {
      level: 'fail',
      says: 'None of the TLSA records at {owner} can be used: {faults}. Senders then demand TLS and know no certificate by which to trust it.',
      fix: 'Publish a record 3 1 1 with the SHA-256 of the public key of {host}, and take the others away.',
    },
    'renews-with-certificate': {
      level: 'info',
      says: 'The TLSA records at {owner} name a whole certificate ({records}): each renewal needs a new record, published before the new certificate is used.',
    },
  },
  evaluate({ tlsa }, subject) {
    const host = displayName(subject.host)
    if (tlsa.kind === 'none') return { outcome: 'absent', data: { host } }
    const { owner, usable, faulty, unreadable, security } = tlsa
    const faults = [
      ...faulty.map(({ record, why }) => `${shortened(tlsaText(record))}: ${why}`),
      ...unreadable.map(reason => `one that cannot be read (${reason})`),
    ]
    const records = usable.map(record => shortened(tlsaText(record)))
    const data = { host, owner, faults, records, count: usable.length }
    const troubles: Ruling<Trouble>[] = []
    if (security !== 'signed') troubles.push({ outcome: security, data })
    if (usable.length === 0) {
      // Unsigned ones bind nobody, however they are written.
      troubles.push({ outcome: security === 'signed' ? 'all-unusable' : 'some-unusable', data })
    } else if (faults.length > 0) {
      troubles.push({ outcome: 'some-unusable', data })
    }
    // RFC 7671 §5.1: by the key a record outlives the certificate.
    if (usable.length > 0 && usable.every(({ usage, selector }) => usage === 3 && selector === 0)) {
      troubles.push({ outcome: 'renews-with-certificate', data })
    }
    const [first, ...rest] = troubles
    const bound = { outcome: 'bound', data } as const
    if (first === undefined) return bound
    return security === 'signed' && usable.length > 0 ? [bound, ...troubles] : [first, ...rest]
  },
})

const MOST_SHOWN = 40

function shortened(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text
}
