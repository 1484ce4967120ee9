// May the authority that issued the present certificate issue the next one? CAA records may have been changed since.
import { defineCheck } from '../audit/check.ts'
import { scopes } from '../audit/scope.ts'
import { caa } from '../facts/caa.ts'
import { certificates } from '../facts/smtp-probe.ts'
import { displayName } from '../names/domain.ts'
import { caaVerdict, relevantCaa } from '../protocol/caa.ts'
import { namesHost } from '../protocol/certificate-names.ts'
import { authorityOf } from '../rules/certificate-authorities.ts'

export default defineCheck({
  id: 'certificate-caa',
  group: 'tls',
  scope: 'endpoint',
  title: 'CAA records let the authority of the present certificate issue the next one',
  why: 'Authorities look at CAA records before each certificate, so that a record which forbids the one in use is noticed only when renewal fails: with lifetimes of 200 days and less that is soon.',
  refs: ['RFC 8659 §3', 'RFC 8659 §4.3', 'CA/Browser Forum BR §3.2.2.8'],
  needs: { certificates, caa },
  outcomes: {
    allowed: { level: 'pass', says: 'The CAA records of {owner} let {authority} renew the certificate of {endpoint}.' },
    open: { level: 'pass', says: 'No CAA record limits who may renew the certificate of {endpoint}.' },
    forbidden: {
      level: 'warn',
      says: 'The certificate of {endpoint} was issued by {authority}, which may not issue it again: by the CAA records of {owner} {allowed} may. Renewal will fail.',
      fix: 'Publish the CAA record below at {owner}, or get the next certificate from an authority that the records name.',
    },
    'not-learned': {
      level: 'unknown',
      says: 'Whether the certificate of {endpoint} can be renewed could not be learned: {reason}.',
    },
    'other-authority': {
      level: 'info',
      says: 'Whether CAA records let the issuer of the certificate of {endpoint} renew it is not judged: {why}.',
    },
    'no-tls': {
      level: 'info',
      says: 'There is no certificate to judge: TLS does not come about (see `starttls-offer`).',
    },
  },
  evaluate({ certificates, caa }, subject) {
    if (certificates.kind === 'no-tls') return { outcome: 'no-tls' }
    const endpoint = scopes.endpoint.says(subject)
    const { leaf, trusted } = certificates
    // RFC 8659 §3: for `*.example.org` the climb begins at example.org.
    const isNamed = namesHost(leaf.altNames, subject.host)
    const isWild = isNamed && !leaf.altNames.includes(subject.host)
    const level = relevantCaa(isWild ? caa.slice(1) : caa)
    if (level === undefined || level.state === 'none') return { outcome: 'open', data: { endpoint } }
    if (level.state === 'unknown') return { outcome: 'not-learned', data: { endpoint, reason: level.reason } }
    const verdict = caaVerdict(level.records, isWild ? 'wildcard' : 'server')
    if (verdict.kind === 'anyone') return { outcome: 'open', data: { endpoint } }
    const authority = authorityOf(leaf.issuer)
    const other = (why: string) => ({ outcome: 'other-authority' as const, data: { endpoint, why } })
    // Who names himself as he likes is not taken for a public authority. One that ran out should have been renewed.
    if (!trusted && certificates.trustFault !== 'CERT_HAS_EXPIRED') {
      return other('the certificate is not trusted (see `certificate-chain`)')
    }
    if (!isNamed) return other('it does not name the host (see `certificate-name`)')
    if (authority === undefined)
      return other(`by which names ${leaf.issuer} takes CAA records for its own is not known here`)
    const owner = displayName(level.name)
    const issuers = verdict.kind === 'only' ? verdict.issuers : []
    const data = { endpoint, owner, authority: authority.name, allowed: issuers.length > 0 ? issuers : 'nobody' }
    if (authority.caa.some(name => issuers.includes(name))) return { outcome: 'allowed', data }
    const tag = isWild && level.records.some(record => record.tag === 'issuewild') ? 'issuewild' : 'issue'
    const record = { do: 'publish', name: level.name, type: 'CAA', value: `0 ${tag} "${authority.caa[0]}"` } as const
    // One that nobody knows, or can read, has to go first: `dns-caa` tells which.
    const mends = verdict.kind === 'only' || verdict.because === 'empty'
    return { outcome: 'forbidden', data, records: mends ? [record] : [] }
  },
})
