// The typed facts of a report that programs act on, gathered from the same facts that the checks judge.
import type { Know } from '../audit/fact.ts'
import type { Listening, Target } from '../audit/scope.ts'
import { canonicalName } from '../names/domain.ts'
import { endpointText } from '../names/endpoint.ts'
import { knownResult } from '../protocol/spf/evaluate.ts'
import { dependsOnLocalPart } from '../protocol/spf/tree.ts'
import type { Readings } from '../report/report.ts'
import { blocklistStanding, listedZones, unaskedZones } from './blocklist-standing.ts'
import { dkimReading } from './dkim-key.ts'
import { dkimSelectors } from './dkim-selectors.ts'
import { dmarcReading } from './dmarc-policy.ts'
import { domainStanding, refusedBy } from './domain-standing.ts'
import { existence } from './existence.ts'
import { heloAddresses, heloState } from './helo-addresses.ts'
import { hostReadings } from './host-readings.ts'
import { mx } from './mx.ts'
import { orUnknown } from './or-unknown.ts'
import { forwardConfirmed, ptrName, reverseDns } from './reverse-dns.ts'
import { certificates } from './smtp-probe.ts'
import { spfEvaluation } from './spf-evaluation.ts'
import { type SpfRecords, spfRecord } from './spf-record.ts'
import { spfTree } from './spf-tree.ts'
import { spfTreeReading } from './spf-tree-reading.ts'

type Egress = Target['egress'][number]

/** All readings of a target; what could not be learned is null, or the state that says so. */
export async function readings(target: Target, recall: Know, now: Date): Promise<Readings> {
  const subject = { domain: target.domain }
  const [exists, mail, records, tree, spf, dkim, dmarc, lists, egress, listeners, hosts] = await Promise.all([
    orUnknown(recall(existence, subject)),
    orUnknown(recall(mx, subject)),
    orUnknown(recall(spfRecord, subject)),
    orUnknown(spfTreeReading(recall, target)),
    Promise.all(target.egress.map(one => spfReadings(recall, target.domain, one))),
    dkimReadings(recall, target),
    dmarcReading(recall, subject),
    orUnknown(recall(domainStanding, subject)),
    Promise.all(target.egress.map(one => egressReading(recall, target.domain, one))),
    Promise.all(target.listeners.map(one => listenerReading(recall, one, now))),
    hostReadings(target, recall),
  ])
  return {
    exists: exists?.exists ?? null,
    nullMx: mail ? mail.kind === 'null' : null,
    spf: spf.flat(),
    spfTerms: records ? termsOf(records) : null,
    ...(tree === undefined ? {} : { spfTree: tree }),
    dkim,
    dmarc,
    domainListed: lists ? refusedBy(lists.domain) : null,
    domainUnasked: lists ? unaskedZones(lists.domain) : null,
    egress,
    listeners,
    ...(hosts.length > 0 && { hosts }),
  }
}

// What was found is listed behind what was asked for, and marked: nobody said that mail is signed with it.
async function dkimReadings(recall: Know, { domain, selectors, ourKeys, givenSelectorsOnly }: Target) {
  const listed = givenSelectorsOnly ? undefined : await orUnknown(recall(dkimSelectors, { domain }))
  const given = new Set(selectors.map(canonicalName))
  const others = listed?.found.map(({ selector }) => selector).filter(selector => !given.has(selector)) ?? []
  return Promise.all([
    ...selectors.map(selector => dkimReading(recall, { domain, selector, ourKey: ourKeys[selector] })),
    ...others.map(async selector => ({
      ...(await dkimReading(recall, { domain, selector, ourKey: undefined })),
      found: true as const,
    })),
  ])
}

// With several records there is no policy at all (RFC 7208 §4.5).
function termsOf({ records }: SpfRecords): readonly string[] {
  return records.length === 1
    ? records[0]!
        .split(' ')
        .filter(term => term !== '')
        .slice(1)
    : []
}

async function spfReadings(recall: Know, domain: string, { address, helo }: Egress): Promise<Readings['spf']> {
  const [found, tree] = await Promise.all([
    orUnknown(recall(spfEvaluation, { domain, address, helo })),
    orUnknown(recall(spfTree, { domain })),
  ])
  const identities = helo === undefined ? (['mailfrom'] as const) : (['mailfrom', 'helo'] as const)
  return identities.map(identity => {
    const evaluation = found?.[identity]
    return {
      egress: address.text,
      identity,
      // RFC 7208 §2.6.6: a result that a transient fault kept from being known.
      result: evaluation ? knownResult(evaluation) : 'temperror',
      dependsOnLocalPart: identity === 'mailfrom' && tree !== undefined && dependsOnLocalPart(tree),
    }
  })
}

async function egressReading(
  recall: Know,
  domain: string,
  { address, helo }: Egress,
): Promise<Readings['egress'][number]> {
  const [reverse, standing, named] = await Promise.all([
    orUnknown(recall(reverseDns, { address })),
    orUnknown(recall(blocklistStanding, { address })),
    orUnknown(recall(heloAddresses, { domain, address, helo })),
  ])
  return {
    address: address.text,
    ptr: reverse ? ptrName(reverse) : null,
    forwardConfirmed: reverse ? forwardConfirmed(reverse) : null,
    listed: standing ? listedZones(standing) : null,
    unasked: standing ? unaskedZones(standing) : null,
    helo: helo === undefined ? null : { name: helo, state: named ? heloState(named) : 'unknown' },
  }
}

async function listenerReading(recall: Know, listener: Listening, now: Date): Promise<Readings['listeners'][number]> {
  const shown = await orUnknown(recall(certificates, listener))
  const leaf = shown?.kind === 'presented' ? shown.leaf : undefined
  const isInside = (from: string, to: string): boolean =>
    Date.parse(from) <= now.getTime() && now.getTime() <= Date.parse(to)
  return {
    endpoint: endpointText(listener.address.text, listener.port),
    certificateValid: leaf ? isInside(leaf.validFrom, leaf.validTo) : null,
  }
}
