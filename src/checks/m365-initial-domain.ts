// Is the initial domain of the tenant protected too? Whoever forges it forges the organization.
import { defineCheck } from '../audit/check.ts'
import { initialDomain } from '../facts/initial-domain.ts'

export default defineCheck({
  id: 'm365-initial-domain',
  group: 'm365',
  scope: 'domain',
  title: 'The initial domain of the tenant (onmicrosoft.com) is protected by DMARC',
  why: 'Every tenant has a domain below onmicrosoft.com that can be written from and to. It has SPF and DKIM by itself, but DMARC only when an administrator publishes it.',
  refs: ['Microsoft: Set up DMARC to validate the From address domain for cloud senders'],
  needs: { initial: initialDomain },
  outcomes: {
    protected: {
      level: 'pass',
      says: '{initial}, the initial domain of the tenant, has a DMARC record with p={policy}.',
    },
    watched: {
      level: 'info',
      says: '{initial}, the initial domain of the tenant, has a DMARC record with p=none: what is forged in its name is delivered.',
    },
    unprotected: {
      level: 'info',
      says: '{initial}, the initial domain of the tenant, has no DMARC record. If nothing is sent from it, "v=DMARC1; p=reject" can be published at _dmarc.{initial} in the Microsoft 365 admin center (Settings, Domains, DNS records).',
    },
    untold: {
      level: 'info',
      says: 'Which initial domain (onmicrosoft.com) the tenant of {domain} has DNS does not tell: no DKIM alias leads there.',
    },
  },
  evaluate({ initial }, { domain }) {
    if (initial.state === 'untold') return { outcome: 'untold', data: { domain } }
    const { name, policy } = initial
    const data = { initial: name, policy: policy ?? null }
    if (policy === undefined) return { outcome: 'unprotected', data }
    return { outcome: policy === 'none' ? 'watched' : 'protected', data }
  },
})
