// Does the MX host show a certificate that its TLSA records name? Each address is asked, since each may show another.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { scopes } from '../audit/scope.ts'
import { certificates } from '../facts/smtp-probe.ts'
import { tlsaSet } from '../facts/tlsa.ts'
import { displayName } from '../names/domain.ts'
import { matchTlsa, tlsaFor, tlsaText } from '../protocol/dane.ts'

type Outcome = 'matches' | 'other-record' | 'no-tls' | 'mismatch' | 'unfit' | 'would-not-match' | 'nothing-to-match'

export default defineCheck({
  id: 'dane-certificate',
  group: 'transport',
  scope: 'endpoint',
  title: 'The MX host shows the certificate that its TLSA records name',
  why: 'Senders that know DANE deliver only to a host that shows what signed DNS says. When the certificate changes and the records do not, their mail stops, and nobody else notices.',
  refs: ['RFC 7672 §3.1', 'RFC 7672 §3.2', 'RFC 7671 §8.1'],
  needs: { tlsa: tlsaSet, certificates },
  outcomes: {
    matches: { level: 'pass', says: '{endpoint} shows what the TLSA record {record} names{depth}.' },
    'other-record': {
      level: 'info',
      says: '{count} other TLSA records at {owner} name nothing that {endpoint} shows now: ready for another certificate, or left over from one.',
    },
    mismatch: {
      level: 'fail',
      says: 'None of the TLSA records at {owner} names what {endpoint} shows: senders that know DANE do not deliver there. The records are {records}.',
      fix: 'Publish the record below beside those that are there, for the certificate that {host} shows now; or let the host load the one that the records name. Then wait twice the TTL before taking old records away.',
    },
    unfit: {
      level: 'fail',
      says: 'The TLSA record {record} names an authority of {endpoint}, but the certificate under it {why}: senders that know DANE do not deliver there.',
      fix: 'Get a certificate for {host} from this authority that is inside its dates; or publish the record below, which names the key of the one that is shown.',
    },
    'no-tls': {
      level: 'fail',
      says: 'Signed TLSA records at {owner} promise TLS, and {endpoint} offers none that works (see `starttls-offer`): senders that know DANE do not deliver there.',
      fix: 'Let {host} offer STARTTLS with the certificate that the records name, or take the records away.',
    },
    'would-not-match': {
      level: 'warn',
      says: 'The TLSA records at {owner} do not name what {endpoint} shows. It is not known that they are signed; once they are, senders that know DANE will not deliver there.',
      fix: 'Publish the record below for the certificate that {host} shows now, and take away those that name nothing.',
    },
    'nothing-to-match': { level: 'info', says: '{host} has no TLSA record that could be matched (see `dane-tlsa`).' },
  },
  evaluate({ tlsa, certificates }, subject, now) {
    const host = displayName(subject.host)
    const about = { host, endpoint: scopes.endpoint.says(subject) }
    if (tlsa.kind === 'none' || tlsa.usable.length === 0) return { outcome: 'nothing-to-match', data: about }
    const { owner, usable, security } = tlsa
    const data = { ...about, owner, records: usable.map(record => shortened(tlsaText(record))) }
    const isSigned = security === 'signed'
    if (certificates.kind === 'no-tls') return { outcome: isSigned ? 'no-tls' : 'nothing-to-match', data }
    // RFC 7672 §3.2.2: the host is the TLSA base domain.
    const match = matchTlsa(usable, certificates.chain, [subject.host], now)
    const wanted = tlsaFor(certificates.chain[0]!)
    const records =
      wanted === undefined ? [] : [{ do: 'publish', name: owner, type: 'TLSA', value: tlsaText(wanted) } as const]
    if (match.kind === 'none') return { outcome: isSigned ? 'mismatch' : 'would-not-match', data, records }
    const record = shortened(tlsaText(match.record))
    if (match.kind === 'unfit') {
      const why = match.why === 'name' ? `is not for ${host}` : 'or one above it is outside its dates'
      if (!isSigned) return { outcome: 'would-not-match', data, records }
      return { outcome: 'unfit', data: { ...data, record, why }, records }
    }
    const depth = match.depth === 0 ? '' : ' above its certificate'
    const others = usable.filter(
      one => one !== match.record && matchTlsa([one], certificates.chain, [subject.host], now).kind === 'none',
    )
    const rulings: [Ruling<Outcome>, ...Ruling<Outcome>[]] = [{ outcome: 'matches', data: { ...data, record, depth } }]
    if (others.length > 0) rulings.push({ outcome: 'other-record', data: { ...data, count: others.length } })
    return rulings
  },
})

const MOST_SHOWN = 40

function shortened(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text
}
