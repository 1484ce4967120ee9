// Which authorities may issue certificates for the domain's mail hosts, and can any?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { mailCaa } from '../facts/caa.ts'
import { displayName } from '../names/domain.ts'
import { type CaaLevel, caaText, caaVerdict, relevantCaa } from '../protocol/caa.ts'

type Outcome =
  | 'restricted'
  | 'open'
  | 'nobody'
  | 'critical'
  | 'malformed'
  | 'not-learned'
  | 'no-hosts'
  | 'mail-certificates'

export default defineCheck({
  id: 'dns-caa',
  group: 'dns',
  scope: 'domain',
  title: 'CAA records let certificates be issued for the mail hosts, and by whom is said',
  why: 'Certificate authorities must look at CAA records before each certificate. Records that forbid what is wanted are noticed when a certificate cannot be renewed; without any, every authority in the world may issue for the host.',
  refs: ['RFC 8659 §3', 'RFC 8659 §4', 'RFC 9495 §4', 'CA/Browser Forum BR §3.2.2.8'],
  needs: { mailCaa },
  outcomes: {
    restricted: {
      level: 'pass',
      says: 'Only {issuers} may issue certificates for {hosts}, by the CAA records of {owner}.',
    },
    open: { level: 'info', says: 'No CAA record limits who may issue certificates for {hosts}: every authority may.' },
    nobody: {
      level: 'warn',
      says: 'The CAA records of {owner} let nobody issue certificates for {hosts} ({records}): none can be had or renewed.',
      fix: 'Publish a CAA record at {owner} that names the authority of the hosts, such as 0 issue "letsencrypt.org".',
    },
    critical: {
      level: 'warn',
      says: 'The CAA records of {owner} have a critical property that authorities do not know ({records}): none may issue certificates for {hosts}.',
      fix: 'Take the record away, or publish it with the flags 0.',
    },
    malformed: {
      level: 'warn',
      says: 'CAA records of {owner} cannot be read ({records}): authorities issue no certificates for {hosts} by them.',
      fix: 'Publish the records as flags, tag and value, such as 0 issue "letsencrypt.org".',
    },
    'mail-certificates': {
      level: 'info',
      says: 'Certificates of mail addresses (S/MIME) may be issued by {issuers}, by the issuemail property at {owner}.',
    },
    'not-learned': {
      level: 'unknown',
      says: 'Who may issue certificates for {hosts} could not be learned: {reason}. An authority that cannot learn it may not issue either.',
    },
    'no-hosts': {
      level: 'info',
      says: 'The domain has no mail host of its own that would show a certificate: those of others are theirs.',
    },
  },
  evaluate({ mailCaa: { domain, hosts } }) {
    // Hosts that the same records are about are told of together.
    const groups = new Map<string, { readonly level: CaaLevel | undefined; readonly hosts: string[] }>()
    for (const { host, levels } of hosts) {
      const level = relevantCaa(levels)
      const key = level?.name ?? ''
      const known = groups.get(key)
      if (known) known.hosts.push(displayName(host))
      else groups.set(key, { level, hosts: [displayName(host)] })
    }
    const rulings = [...groups.values()].flatMap(({ level, hosts }) => judged(level, hosts))
    const mail = relevantCaa(domain)
    const mailVerdict = mail?.state === 'found' ? caaVerdict(mail.records, 'mail') : undefined
    if (mailVerdict?.kind === 'only' || (mailVerdict?.kind === 'nobody' && mailVerdict.because === 'empty')) {
      const issuers = mailVerdict.kind === 'only' ? mailVerdict.issuers : ['nobody']
      rulings.push({ outcome: 'mail-certificates', data: { issuers, owner: displayName(mail!.name) } })
    }
    if (hosts.length === 0) rulings.unshift({ outcome: 'no-hosts' })
    return rulings as [Ruling<Outcome>]
  },
})

function judged(level: CaaLevel | undefined, hosts: readonly string[]): Ruling<Outcome>[] {
  if (level === undefined || level.state === 'none') return [{ outcome: 'open', data: { hosts } }]
  const owner = displayName(level.name)
  if (level.state === 'unknown') return [{ outcome: 'not-learned', data: { hosts, reason: level.reason } }]
  const unreadable: Ruling<Outcome>[] =
    level.unreadable.length > 0 ? [{ outcome: 'malformed', data: { hosts, owner, records: level.unreadable } }] : []
  const verdict = caaVerdict(level.records, 'server')
  switch (verdict.kind) {
    case 'anyone':
      return [...unreadable, { outcome: 'open', data: { hosts } }]
    case 'only':
      return [...unreadable, { outcome: 'restricted', data: { hosts, owner, issuers: verdict.issuers } }]
    case 'nobody': {
      const outcome = verdict.because === 'empty' ? 'nobody' : verdict.because
      return [...unreadable, { outcome, data: { hosts, owner, records: verdict.records.map(caaText) } }]
    }
  }
}
