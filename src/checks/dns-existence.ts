// Does the domain exist at all? Mail from a name that DNS denies is refused by nearly everyone.
import { defineCheck } from '../audit/check.ts'
import { existence } from '../facts/existence.ts'

export default defineCheck({
  id: 'dns-existence',
  group: 'dns',
  scope: 'domain',
  title: 'The domain exists in DNS',
  why: 'Receivers refuse mail from a domain that does not exist, since nobody could be answered there. Nothing else can be right while the name is missing.',
  refs: ['RFC 8020 §2', 'RFC 5321 §4.1.1.2', 'RFC 2181 §10.1'],
  needs: { existence },
  outcomes: {
    exists: { level: 'pass', says: 'The domain exists in DNS.' },
    alias: {
      level: 'warn',
      says: 'The domain is an alias (CNAME) for {target}: its MX, SPF and other records are those of {target}.',
      fix: 'Publish the records at {domain} itself instead of the CNAME; an alias can have no other record beside it (RFC 2181 §10.1).',
    },
    missing: {
      level: 'fail',
      says: 'DNS says that {domain} does not exist (NXDOMAIN).',
      fix: 'Register {domain}, or renew it, and see that the registry delegates it to your name servers. If you meant another domain, check the spelling.',
    },
  },
  evaluate({ existence }, { domain }) {
    if (!existence.exists) return { outcome: 'missing', data: { domain } }
    if (existence.alias !== undefined) return { outcome: 'alias', data: { domain, target: existence.alias } }
    return { outcome: 'exists' }
  },
})
