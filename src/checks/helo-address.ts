// Does the HELO name lead to the address that mail comes from?
//
// RFC 5321 §4.1.4 forbids refusing mail only because the name leads elsewhere, and pools of servers that share a name are
// common: a warning. A name that leads nowhere breaks §2.3.5 ("only resolvable, fully-qualified domain names"): a failure.
import { defineCheck, type Ruling } from '../audit/check.ts'
import type { FamilyAddresses } from '../facts/family-addresses.ts'
import { type HeloAddresses, heloAddresses } from '../facts/helo-addresses.ts'
import { type IpAddress, isPublic } from '../names/address.ts'

type Outcome =
  | 'matches'
  | 'literal'
  | 'elsewhere'
  | 'inner-address'
  | 'other-family'
  | 'literal-elsewhere'
  | 'unresolvable'
  | 'unanswered'
  | 'not-a-name'
  | 'not-known'

const mismatchFix =
  'Publish the record below, or let the mail server say a name in HELO that has the address {address}.'

export default defineCheck({
  id: 'helo-address',
  group: 'helo',
  scope: 'egress',
  title: 'The HELO name leads to the sending address',
  why: 'Receivers look the HELO name up. One that does not exist is refused by many; one that leads elsewhere costs trust.',
  refs: ['RFC 5321 §2.3.5', 'RFC 5321 §4.1.4'],
  needs: { helo: heloAddresses },
  outcomes: {
    matches: { level: 'pass', says: 'The HELO name {helo} has the address {address}.' },
    literal: { level: 'pass', says: 'In HELO the server gives {address} itself, from which mail comes.' },
    elsewhere: {
      level: 'warn',
      says: 'The HELO name {helo} leads to {addresses}, not to {address}, from which mail comes. Receivers must not refuse mail for that alone (RFC 5321 §4.1.4), yet some do.',
      fix: mismatchFix,
    },
    'inner-address': {
      level: 'warn',
      says: 'The HELO name {helo} leads to {addresses} here, which no receiver can reach, while mail comes from {address}. Either it is published so, or the resolver that was asked shows what only your own network sees.',
      fix: 'Ask a resolver outside (--resolver). If it shows the same, publish the record below instead.',
    },
    'other-family': {
      level: 'warn',
      says: 'The HELO name {helo} has no {type} record, only {addresses}, while mail comes from {address}.',
      fix: mismatchFix,
    },
    'literal-elsewhere': {
      level: 'warn',
      says: 'In HELO the server says {helo}, but mail comes from {address}.',
      fix: 'Let the mail server say a full host name in HELO that has the address {address}. Behind address translation, the name must lead to the outer address.',
    },
    unresolvable: {
      level: 'fail',
      says: 'The HELO name {helo} has no address: {absence}.',
      fix: mismatchFix,
    },
    unanswered: { level: 'unknown', says: 'It is not known where the HELO name {helo} leads: {reason}.' },
    'not-a-name': { level: 'info', says: 'There is nothing to look up: "{helo}" is no full host name.' },
    'not-known': { level: 'info', says: 'Not checked: no HELO name was given (--helo).' },
  },
  evaluate: ({ helo }, { address }): Ruling<Outcome> => {
    switch (helo.kind) {
      case 'not-given':
        return { outcome: 'not-known' }
      case 'malformed':
        return { outcome: 'not-a-name', data: { helo: helo.helo } }
      case 'literal':
        return {
          outcome: helo.isEgress ? 'literal' : 'literal-elsewhere',
          data: { helo: helo.helo, address: address.text },
        }
      case 'name':
        return judge(helo, address)
    }
  },
})

function judge(helo: Extract<HeloAddresses, { kind: 'name' }>, address: IpAddress): Ruling<Outcome> {
  const type = address.family === 4 ? 'A' : 'AAAA'
  const [own, other] = address.family === 4 ? [helo.ipv4, helo.ipv6] : [helo.ipv6, helo.ipv4]
  const data = { helo: helo.name, address: address.text, type }
  const records = [{ do: 'publish', name: helo.name, type, value: address.text } as const]
  if (helo.leadsBack === 'yes') return { outcome: 'matches', data }
  if (own.state === 'unknown') return { outcome: 'unanswered', data: { ...data, reason: own.reason } }
  if (own.state === 'found') {
    const isInner = isPublic(address) && !own.addresses.some(isPublic)
    return {
      outcome: isInner ? 'inner-address' : 'elsewhere',
      data: { ...data, addresses: texts(own.addresses) },
      records,
    }
  }
  // RFC 8020: a name that does not exist has nothing of the other family either.
  if (!own.exists) return { outcome: 'unresolvable', data: { ...data, absence: absenceWords(own) }, records }
  if (other.state === 'found')
    return { outcome: 'other-family', data: { ...data, addresses: texts(other.addresses) }, records }
  if (other.state === 'unknown') return { outcome: 'unanswered', data: { ...data, reason: other.reason } }
  return { outcome: 'unresolvable', data: { ...data, absence: absenceWords(own) }, records }
}

function texts(addresses: readonly IpAddress[]): readonly string[] {
  return addresses.map(({ text }) => text)
}

function absenceWords(own: Extract<FamilyAddresses, { state: 'none' }>): string {
  return own.exists ? 'it has neither A nor AAAA records' : 'it does not exist (NXDOMAIN)'
}
