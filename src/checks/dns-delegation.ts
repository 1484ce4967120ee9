// Does the zone above lead to servers that answer for the domain, each at each of its addresses? Asked only with --authoritative.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { delegation } from '../facts/delegation.ts'
import { displayName } from '../names/domain.ts'
import { addressing, answering, type DelegationOutcome, naming } from './delegation-rulings.ts'

export default defineCheck({
  id: 'dns-delegation',
  group: 'dns',
  scope: 'zone',
  title: 'The zone above leads to name servers that all answer for the domain',
  why: 'A resolver picks one of the servers. Where one does not answer for the zone, questions about the domain take long or fail, now and then: mail is delayed, and receivers find no SPF record or key.',
  refs: ['RFC 1034 §4.2.2', 'RFC 1912 §2.8', 'RFC 2181 §10.3', 'RFC 9471 §3'],
  needs: { delegation },
  outcomes: {
    delegated: { level: 'pass', says: '{zone} is delegated to {servers}; each answers with authority{families}.' },
    nobody: {
      level: 'fail',
      says: 'None of the name servers of {zone} answers for it: {reasons}. Nobody can learn anything about {domain}.',
      fix: 'Let at least two name servers load the zone {zone}, and have the registrar name just these.',
    },
    lame: {
      level: 'warn',
      says: 'Named as servers of {zone}, and not answering for it: {reasons}. Resolvers that ask there lose time, or give up.',
      fix: 'Let the zone be loaded there, or take the server out of the NS records of {zone} and of the delegation at the registrar.',
    },
    failing: {
      level: 'warn',
      says: 'Name servers of {zone} report a failure: {reasons}.',
      fix: 'Look into the log of the server: a zone that it could not load or transfer, or that has expired there, is answered so.',
    },
    silent: {
      level: 'warn',
      says: 'Name servers of {zone} did not answer, though others could be reached from here on the same way: {reasons}.',
      fix: 'See that the server runs and that port 53 is open there, over UDP and TCP; an address that it no longer has must go from its A or AAAA records and from the glue at the registrar.',
    },
    unreached: {
      level: 'unknown',
      says: 'Whether these answer could not be learned, since nobody could be reached from here on the same way (no {way}, or port 53 is closed): {reasons}.',
    },
    'names-differ': {
      level: 'warn',
      says: 'The servers of {zone} are not named alike: {views}.',
      fix: 'Publish the same NS records in the zone as the registrar has in the delegation: first those of the servers that really hold the zone, then have the registrar change the others.',
    },
    'parent-unknown': { level: 'info', says: 'What the zone above says of {zone} could not be learned: {reason}.' },
    alias: {
      level: 'warn',
      says: 'The name server {server} of {zone} is an alias (CNAME) of {target}; an NS record must not point to an alias, and some resolvers do not follow it.',
      fix: 'Give {server} addresses of its own instead of the CNAME, or name {target} in the NS records.',
    },
    'no-address': {
      level: 'warn',
      says: 'The name server {server} of {zone} has no address that resolvers could ask: {reason}.',
      fix: 'Publish an A or AAAA record for {server}, or take it out of the NS records and of the delegation.',
    },
    'private-address': {
      level: 'warn',
      says: 'The name server {server} of {zone} has the address {addresses}, which nobody outside of its own network can reach.',
      fix: 'Publish only public addresses for {server}, or take it out of the delegation.',
    },
    'glue-differs': {
      level: 'warn',
      says: 'The zone above still gives {glue} as address of {server}, which has {addresses}.',
      fix: 'Have the registrar change the host (glue) record of {server} to {addresses}.',
    },
    'glue-incomplete': {
      level: 'info',
      says: 'The zone above gives no {missing} as address of {server} (glue): resolvers find it a question later.',
    },
    omitted: { level: 'info', says: '{zone} names so many servers that {count} of them were not asked.' },
    'no-zone': {
      level: 'info',
      says: '{domain} is not delegated: it is no zone of its own, and in none of its owner.',
    },
  },
  evaluate({ delegation }, { domain }) {
    if (delegation.kind === 'no-zone') return { outcome: 'no-zone', data: { domain: displayName(domain) } }
    const about = { domain: displayName(domain), zone: displayName(delegation.zone) || '.' }
    const rulings = [...answering(delegation), ...naming(delegation), ...addressing(delegation)]
    const troubles: readonly Ruling<DelegationOutcome>[] = rulings.map(ruling => ({
      ...ruling,
      data: { ...about, ...ruling.data },
    }))
    if (troubles.some(({ outcome }) => !['omitted', 'glue-incomplete', 'parent-unknown'].includes(outcome))) {
      return troubles as unknown as [Ruling<DelegationOutcome>]
    }
    const families = new Set(delegation.servers.flatMap(({ views }) => views.map(({ family }) => `IPv${family}`)))
    const data = {
      ...about,
      servers: delegation.servers.map(({ name }) => displayName(name)),
      families: `, over ${[...families].sort().join(' and ')}`,
    }
    return [{ outcome: 'delegated', data }, ...troubles]
  },
})
