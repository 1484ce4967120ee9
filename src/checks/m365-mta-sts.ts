// Will the MTA-STS policy still fit when the MX host moves to the form of Microsoft 365 that has DANE?
import { defineCheck } from '../audit/check.ts'
import { microsoft365Mx } from '../facts/microsoft-365-mx.ts'
import { stsPolicy } from '../facts/mta-sts.ts'
import { canonicalName, isWithin } from '../names/domain.ts'

export default defineCheck({
  id: 'm365-mta-sts',
  group: 'm365',
  scope: 'web',
  title: 'The MTA-STS policy names the MX hosts of Microsoft 365 in both forms, or need not',
  why: 'Microsoft moves MX hosts from mail.protection.outlook.com to mx.microsoft when an administrator asks for it. A policy that names one form alone makes senders hold mail for days (4.4.8, 5.4.8) once the MX record changes.',
  refs: ['RFC 8461 §3.2', 'RFC 8461 §8.1', 'Microsoft: Enhancing mail flow with MTA-STS'],
  needs: { mx: microsoft365Mx, shown: stsPolicy },
  outcomes: {
    'both-forms': {
      level: 'pass',
      says: 'The MTA-STS policy of {domain} names both forms of MX hosts that Microsoft gives.',
    },
    'one-form': {
      level: 'info',
      says: 'The MTA-STS policy of {domain} names {named} and not {other}: before an MX record in that form is published, it must be in the policy, with a new id in the record, for as long as max_age of the old policy.',
    },
    'no-policy': {
      level: 'info',
      says: '{domain} shows no MTA-STS policy that can be used (see `mta-sts-record`, `mta-sts-policy`).',
    },
    'not-microsoft': {
      level: 'info',
      says: 'Mail for {domain} does not come in at the MX hosts of Microsoft 365 that can move.',
    },
  },
  evaluate({ mx, shown }, { domain }) {
    const data = { domain }
    // The other clouds have one form only.
    if (mx.state !== 'hosts' || (mx.cloud?.mx.length ?? 0) < 2) return { outcome: 'not-microsoft', data }
    if (shown.kind !== 'shown' || shown.policy.kind === 'invalid' || shown.policy.mode === 'none')
      return { outcome: 'no-policy', data }
    const patterns = shown.policy.mx.map(pattern => canonicalName(pattern).replace(/^\*\./, ''))
    const isNamed = (form: string): boolean => patterns.some(pattern => isWithin(pattern, form))
    const forms = mx.cloud!.mx
    const named = forms.filter(isNamed)
    if (named.length === forms.length) return { outcome: 'both-forms', data }
    // A policy that names neither leaves out the MX host that is there: mta-sts-policy tells.
    if (named.length === 0) return { outcome: 'no-policy', data }
    const other = forms.filter(form => !isNamed(form))
    return { outcome: 'one-form', data: { ...data, named, other } }
  },
})
