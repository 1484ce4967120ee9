// Does the SPF record let Microsoft 365 send for the domain? Judged by evaluating it, however it names Microsoft's servers.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { microsoft365Spf } from '../facts/microsoft-365-spf.ts'
import { canonicalName } from '../names/domain.ts'
import { parseSpf } from '../protocol/spf/parse.ts'
import { withReplaced } from '../protocol/spf/write.ts'
import { replaceTxt } from '../protocol/txt-change.ts'
import { formerIncludes } from '../rules/microsoft-365.ts'

export default defineCheck({
  id: 'm365-spf',
  group: 'm365',
  scope: 'domain',
  title: 'SPF lets Microsoft 365 send for the domain',
  why: 'Mail leaves Microsoft 365 from servers that all its customers share and that change without notice. Only the include that Microsoft keeps lists them all.',
  refs: ['Microsoft: Set up SPF to identify valid email sources for your custom cloud domains', 'RFC 7208 §5.2'],
  needs: { spf: microsoft365Spf },
  outcomes: {
    listed: { level: 'pass', says: 'The SPF record of {domain} lets {cloud} send, by {path}.' },
    computed: {
      level: 'pass',
      says: 'The SPF record of {domain} lets {cloud} send, by a service that answers for each address: all {count} addresses of Microsoft that were tried pass.',
    },
    flattened: {
      level: 'warn',
      says: 'The SPF record of {domain} lets {cloud} send, but by addresses and not by include:{include}: when Microsoft changes them, mail fails until the record is made anew.',
      fix: 'Put include:{include} into the record in place of these addresses.',
    },
    missing: {
      level: 'fail',
      says: 'Mail for {domain} comes in at Microsoft 365, but its SPF record does not let Microsoft 365 send: {record}',
      fix: 'Put include:{include} into the record. If all mail leaves by other servers (a filter, a relay), they must be listed instead.',
    },
    'missing-behind': {
      level: 'warn',
      says: 'The SPF record of {domain} does not let Microsoft 365 send: {record} That is right only where all mail leaves by other servers.',
      fix: 'If mail leaves Microsoft 365 for the world directly, put include:{include} into the record.',
    },
    partly: {
      level: 'fail',
      says: 'The SPF record of {domain} lets some servers of {cloud} send and others not: of addresses that Microsoft publishes, {refused} do not pass.',
      fix: 'Put include:{include} into the record in place of addresses of Microsoft.',
    },
    'error-within': {
      level: 'info',
      says: 'The SPF record of {domain} leads to {include}, but for {refused} of Microsoft, as tried, receivers end in a permanent error: the SPF checks tell where.',
    },
    'other-cloud': {
      level: 'warn',
      says: 'The SPF record of {domain} lets {cloud} send, but mail comes in at another of Microsoft’s clouds, {other}.',
      fix: 'Put include:{include} into the record, if mail leaves from there.',
    },
    'former-include': {
      level: 'warn',
      says: 'The SPF record of {domain} has include:{name}, which does nothing for Microsoft 365: {because}. It costs lookups, and lets others send.',
      fix: 'Take include:{name} out of the record, unless something else needs it.',
    },
    'no-record': {
      level: 'info',
      says: '{domain} has no SPF record (see `spf-record`). The one to publish must hold include:{include}.',
    },
    unread: {
      level: 'info',
      says: 'What the SPF record of {domain} lets through nobody reads: there are several, or it is in error (see `spf-record`, `spf-syntax`).',
    },
  },
  evaluate({ spf }, { domain }) {
    if (spf.state === 'none') return { outcome: 'no-record', data: { domain, include: spf.cloud.spf } }
    if (spf.state !== 'read') return { outcome: 'unread', data: { domain } }
    const { record, cloud, mxCloud, path, tried, dynamic, isOwn } = spf
    const include = (mxCloud ?? cloud).spf
    const data = { domain, record, include, cloud: cloud.title, path: path?.slice(1) ?? [] }
    const added = isOwn ? replaceTxt(domain, record, withInclude(record, include)) : []
    const former = formerOnes(record).map(({ term, name, because }): Ruling<'former-include'> => {
      const cleaned = withReplaced(record, [{ term, by: '' }])
      const records = isOwn ? replaceTxt(domain, record, cleaned) : []
      return { outcome: 'former-include', data: { domain, name, because }, records }
    })
    const refused = tried.filter(({ result }) => result !== 'pass').map(({ address }) => address)
    const told = { ...data, refused, count: tried.length }
    if (path !== undefined) {
      if (tried.some(({ result }) => result === 'permerror'))
        return [{ outcome: 'error-within', data: told }, ...former]
      if (mxCloud !== undefined && mxCloud !== cloud) {
        const data = { ...told, other: mxCloud.title }
        return [{ outcome: 'other-cloud', data, records: added }, ...former]
      }
      // A term that refuses may stand before the include.
      if (refused.length === 0) return [{ outcome: 'listed', data }, ...former]
      return [{ outcome: 'partly', data: told }, ...former]
    }
    if (tried.length > 0 && refused.length === 0) {
      return [{ outcome: dynamic ? 'computed' : 'flattened', data: told, records: dynamic ? [] : added }, ...former]
    }
    if (refused.length < tried.length) return [{ outcome: 'partly', data: told, records: added }, ...former]
    return [{ outcome: mxCloud === undefined ? 'missing-behind' : 'missing', data, records: added }, ...former]
  },
})

/** The record with the include before its end; undefined when it cannot be read. */
function withInclude(record: string, include: string): string | undefined {
  const parsed = parseSpf(record)
  if (!parsed.ok) return undefined
  const all = parsed.record.mechanisms.find(({ name }) => name === 'all')
  const term = `include:${include}`
  // RFC 7208 §6.1: a redirect is looked at after all mechanisms, wherever it stands.
  return all === undefined
    ? `${record.trimEnd()} ${term}`
    : withReplaced(record, [{ term: all, by: `${term} ${all.text}` }])
}

function formerOnes(record: string) {
  const parsed = parseSpf(record)
  if (!parsed.ok) return []
  return parsed.record.mechanisms.flatMap(term => {
    if (term.name !== 'include' || term.qualifier !== '+') return []
    const former = formerIncludes.find(({ name }) => name === canonicalName(term.domain.source))
    return former === undefined ? [] : [{ term, ...former }]
  })
}
