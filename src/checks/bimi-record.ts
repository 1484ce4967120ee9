// Does the domain ask for its logo to be shown, by a record that receivers can use and a DMARC policy that lets them?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { usableRecord } from '../facts/bimi-logo.ts'
import { type BimiLookup, bimiRecord } from '../facts/bimi-record.ts'
import { type DmarcPolicy, dmarcPolicy } from '../facts/dmarc-policy.ts'
import { displayName } from '../names/domain.ts'
import type { BimiRecord } from '../protocol/bimi.ts'
import type { DmarcRecord } from '../protocol/dmarc/record.ts'

const EXAMPLE = 'v=BIMI1; l=https://{domain}/logo.svg; a=https://{domain}/mark.pem'

export default defineCheck({
  id: 'bimi-record',
  group: 'brand',
  scope: 'domain',
  title: 'The BIMI record can be used, and the DMARC policy lets receivers show the logo',
  why: 'Gmail, Apple Mail, Yahoo and others show the logo of a sender beside its mail when the domain asks for it (BIMI) and DMARC keeps others from using the domain.',
  refs: [
    'draft-brand-indicators-for-message-identification-14 §4.3',
    'draft-brand-indicators-for-message-identification-14 §7.1',
    'draft-brand-indicators-for-message-identification-14 §7.2',
  ],
  needs: { lookup: bimiRecord, dmarc: dmarcPolicy },
  outcomes: {
    published: {
      level: 'pass',
      says: '{name} asks for a logo to be shown: {logo}, with the mark certificate {certificate}{ways}.',
    },
    'without-certificate': {
      level: 'info',
      says: '{name} asks for a logo to be shown: {logo}{ways}. It names no mark certificate (a=), without which Gmail and Apple Mail show none.',
    },
    declined: {
      level: 'info',
      says: '{name} says that no logo is to be shown (l= and a= are empty){ways}.',
    },
    missing: { level: 'info', says: 'There is no BIMI record at {name}: receivers show no logo of {domain}.' },
    'not-a-record': {
      level: 'warn',
      says: 'What stands at {name} is no BIMI record, since it does not begin with v=BIMI1: {text}.',
      fix: `Publish it as a tag list that begins with v=BIMI1, such as ${EXAMPLE}.`,
    },
    several: {
      level: 'warn',
      says: 'There are {count} BIMI records at {name}: receivers use none of several.',
      fix: 'Leave one of them.',
    },
    faulty: {
      level: 'warn',
      says: 'Receivers do not use the BIMI record at {name}, or a part of it: {faults}.',
      fix: `Mend the record. It has the form ${EXAMPLE}.`,
    },
    'policy-too-weak': {
      level: 'warn',
      says: 'Receivers show no logo of {domain}, whatever its BIMI record says, for its DMARC policy is not strict enough: {lacks}.',
      fix: 'BIMI wants p=quarantine or p=reject for the domain and for its organization, no sp=none, and no pct= below 100. Tighten DMARC once its reports show that all mail of yours passes (see `dmarc-policy`).',
    },
  },
  evaluate({ lookup, dmarc }, { domain }) {
    const about = { domain: displayName(domain), name: lookup.name, ways: waysText(lookup) }
    const { records, nearMisses } = lookup
    if (records.length > 1) return { outcome: 'several', data: { ...about, count: records.length } }
    const [record] = records
    if (record === undefined) {
      const [text] = nearMisses
      if (text !== undefined) return { outcome: 'not-a-record', data: { ...about, text: text.slice(0, 200) } }
      return { outcome: 'missing', data: about }
    }
    if (record.declined) return [{ outcome: 'declined', data: about }, ...faulty(record, about)]
    const lacks = whatDmarcLacks(dmarc)
    const { logo, certificate } = usableRecord(lookup)!
    const asked: Ruling<'published' | 'without-certificate'>[] =
      record.faults.length > 0
        ? []
        : certificate
          ? [{ outcome: 'published', data: { ...about, logo: logo ?? '', certificate } }]
          : [{ outcome: 'without-certificate', data: { ...about, logo: logo ?? '' } }]
    const rulings = [
      ...asked,
      ...faulty(record, about),
      ...(lacks.length === 0 ? [] : [{ outcome: 'policy-too-weak' as const, data: { ...about, lacks } }]),
    ]
    return rulings as [Ruling<never>, ...Ruling<never>[]]
  },
})

function faulty(
  { faults }: BimiRecord,
  about: { readonly domain: string; readonly name: string },
): readonly Ruling<'faulty'>[] {
  return faults.length === 0 ? [] : [{ outcome: 'faulty', data: { ...about, faults } }]
}

function waysText({ alias, inherited }: BimiLookup): string {
  const ways = [
    ...(inherited ? ['the record of the organization counts here'] : []),
    ...(alias === undefined ? [] : [`a CNAME leads to ${alias}`]),
  ]
  return ways.length === 0 ? '' : ` (${ways.join('; ')})`
}

/** §7.1, steps 7 to 9: of the domain's own record and of its organization's; each a clause. */
export function whatDmarcLacks({ policy, trace, own, organization }: DmarcPolicy): readonly string[] {
  if (policy.kind === 'absent') return ['there is no DMARC record']
  const places = new Map<string, DmarcRecord>([[policy.at, policy.record]])
  const steps = [own, ...trace.filter(({ domain }) => organization.known && domain === organization.domain)]
  for (const { domain, found } of steps) if (found.kind === 'record') places.set(domain, found.record)
  return [...places].flatMap(([at, record]) => lacksOf(record).map(lack => `_dmarc.${at} has ${lack}`))
}

function lacksOf({ p, sp, acts, testing, removed }: DmarcRecord): readonly string[] {
  if (acts !== 'as-written' || p === undefined) return ['no policy that could be used']
  const percent = removed.find(({ name }) => name.toLowerCase() === 'pct')?.value
  return [
    ...(p === 'none' ? ['p=none'] : []),
    ...(sp === 'none' ? ['sp=none'] : []),
    ...(p === 'quarantine' && percent !== undefined && Number(percent) !== 100 ? [`pct=${percent}`] : []),
    // RFC 9989 §4.7: the owner does not want it applied yet.
    ...(testing ? ['t=y'] : []),
  ]
}
