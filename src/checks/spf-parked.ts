// Does the SPF record of a domain that sends nothing say that nobody may send?
import { defineCheck } from '../audit/check.ts'
import { spfRecord } from '../facts/spf-record.ts'
import { spfTree } from '../facts/spf-tree.ts'
import { countOf, reachOf } from '../protocol/spf/reach.ts'
import { type SpfNode, stepsOf } from '../protocol/spf/tree.ts'
import { publishTxt, removeTxt } from '../protocol/txt-change.ts'

const wanted = 'v=spf1 -all'

export default defineCheck({
  id: 'spf-parked',
  group: 'spf',
  scope: 'domain',
  title: 'The SPF record of the parked domain lets nobody send',
  why: 'Domains that nobody watches are forged first. "v=spf1 -all" tells receivers that no mail of the domain is genuine, wherever it comes from.',
  refs: ['RFC 7208 §5.1', 'RFC 7208 §10.1.2', 'RFC 7208 §4.5'],
  needs: { spf: spfRecord, tree: spfTree },
  outcomes: {
    nobody: { level: 'pass', says: 'The SPF record of {domain} lets nobody send: {record}' },
    'no-domain': { level: 'info', says: '{domain} does not exist, so it has no SPF record (see `dns-existence`).' },
    missing: {
      level: 'fail',
      says: '{domain} publishes no SPF record that receivers read, so that anybody may send in its name.',
      fix: `Publish the TXT record "${wanted}" at {domain}.`,
    },
    multiple: {
      level: 'fail',
      says: '{domain} publishes {count} SPF records: receivers take that for an error, as if none were valid.',
      fix: `Leave one: "${wanted}".`,
    },
    invalid: {
      level: 'fail',
      says: 'The SPF record of {domain} cannot be read, so that it keeps nobody out: {record}',
      fix: `Publish "${wanted}" in its place.`,
    },
    senders: {
      level: 'fail',
      says: 'The SPF record of {domain} lets others send in its name ({who}): {record}',
      fix: `If nothing sends mail for {domain}, publish "${wanted}" in its place.`,
    },
    soft: {
      level: 'warn',
      says: 'The SPF record of {domain} lets nobody send, but does not say that mail from elsewhere is forged: {record}',
      fix: `Publish "${wanted}" in its place: a domain that sends nothing can lose nothing by it.`,
    },
  },
  evaluate({ spf: { exists, owner, records, nearMisses }, tree }, { domain }) {
    if (!exists) return { outcome: 'no-domain', data: { domain } }
    const old = [...new Set([...records, ...nearMisses.map(({ text }) => text)])]
    // Behind an alias the record is that of another name, which may send.
    const changes = owner === domain ? [...old.map(text => removeTxt(domain, text)), publishTxt(domain, wanted)] : []
    const [record] = records
    if (record === undefined) return { outcome: 'missing', data: { domain }, records: changes }
    if (records.length > 1) return { outcome: 'multiple', data: { domain, count: records.length }, records: changes }
    const data = { domain, record }
    if (tree.state !== 'read') return { outcome: 'invalid', data, records: changes }
    const { v4, v6, whole } = countOf(reachOf(tree))
    if (v4 > 0 || v6.networks > 0) {
      const counted = [
        ...(v4 > 0 ? [`${v4.toLocaleString('en-US')} IPv4 address${v4 === 1 ? '' : 'es'}`] : []),
        ...(v6.networks > 0 ? [`${v6.networks} IPv6 network${v6.networks === 1 ? '' : 's'}`] : []),
      ]
      return { outcome: 'senders', data: { ...data, who: counted.join(' and ') }, records: changes }
    }
    if (!whole) return { outcome: 'senders', data: { ...data, who: 'depending on the message' }, records: changes }
    return refusesRest(tree) ? { outcome: 'nobody', data } : { outcome: 'soft', data, records: changes }
  },
})

/** True when mail that no term matched is a fail: by `-all`, its own or that of the record that a redirect leads to (§6.1). */
function refusesRest(node: SpfNode): boolean {
  const steps = stepsOf(node)
  const all = steps.find(({ term }) => term.name === 'all')
  if (all !== undefined) return 'qualifier' in all.term && all.term.qualifier === '-'
  const redirect = steps.find(({ term }) => term.name === 'redirect')
  return redirect?.child !== undefined && refusesRest(redirect.child)
}
