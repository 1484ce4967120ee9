// The typed facts of a report that programs act on, gathered from the same facts that the checks judge.
import { type Know, Unknowable } from '../audit/fact.ts'
import type { Target } from '../audit/scope.ts'
import { knownResult } from '../protocol/spf/evaluate.ts'
import { dependsOnLocalPart } from '../protocol/spf/tree.ts'
import type { Readings } from '../report/report.ts'
import { blocklistStanding, listedZones, unaskedZones } from './blocklist-standing.ts'
import { dkimReading } from './dkim-key.ts'
import { dmarcReading } from './dmarc-policy.ts'
import { existence } from './existence.ts'
import { mx } from './mx.ts'
import { forwardConfirmed, ptrName, reverseDns } from './reverse-dns.ts'
import { spfEvaluation } from './spf-evaluation.ts'
import { type SpfRecords, spfRecord } from './spf-record.ts'
import { spfTree } from './spf-tree.ts'

type Egress = Target['egress'][number]

/** All readings of a target; what could not be learned is null, or the state that says so. */
export async function readings(target: Target, recall: Know): Promise<Readings> {
  const subject = { domain: target.domain }
  const [exists, mail, records, spf, dkim, dmarc, egress] = await Promise.all([
    orUnknown(recall(existence, subject)),
    orUnknown(recall(mx, subject)),
    orUnknown(recall(spfRecord, subject)),
    Promise.all(target.egress.map(one => spfReadings(recall, target.domain, one))),
    Promise.all(
      target.selectors.map(selector => dkimReading(recall, { ...subject, selector, ourKey: target.ourKeys[selector] })),
    ),
    dmarcReading(recall, subject),
    Promise.all(target.egress.map(one => egressReading(recall, one))),
  ])
  return {
    exists: exists?.exists ?? null,
    nullMx: mail ? mail.kind === 'null' : null,
    spf: spf.flat(),
    spfTerms: records ? termsOf(records) : null,
    dkim,
    dmarc,
    egress,
  }
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

async function egressReading(recall: Know, { address }: Egress): Promise<Readings['egress'][number]> {
  const [reverse, standing] = await Promise.all([
    orUnknown(recall(reverseDns, { address })),
    orUnknown(recall(blocklistStanding, { address })),
  ])
  return {
    address: address.text,
    ptr: reverse ? ptrName(reverse) : null,
    forwardConfirmed: reverse ? forwardConfirmed(reverse) : null,
    listed: standing ? listedZones(standing) : null,
    unasked: standing ? unaskedZones(standing) : null,
  }
}

/** What could be learned, else undefined. */
async function orUnknown<V>(fact: Promise<V>): Promise<V | undefined> {
  try {
    return await fact
  } catch (failure) {
    if (failure instanceof Unknowable) return undefined
    throw failure
  }
}
