// Can Microsoft 365 sign mail in the name of the domain? Both selectors must lead to the keys that Microsoft keeps for it.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type Microsoft365Selector, microsoft365Dkim } from '../facts/microsoft-365-dkim.ts'
import { noMail } from '../facts/no-mail.ts'
import { mayBeKeyOf, otherTarget } from '../protocol/microsoft-365.ts'

const take =
  'Take both names from Get-DkimSigningConfig -Identity {domain} (Selector1CNAME, Selector2CNAME) or from the Defender portal (Email authentication settings, DKIM); nobody can construct them.'

type Outcome = 'signs' | 'one-key' | 'no-key' | 'one-alias' | 'missing' | 'others' | 'text' | 'foreign' | 'crossed'

export default defineCheck({
  id: 'm365-dkim',
  group: 'm365',
  scope: 'domain',
  title: 'Microsoft 365 can sign mail in the name of the domain',
  why: 'Without both CNAMEs Microsoft 365 signs with the initial domain (onmicrosoft.com) instead. That passes DKIM, but it is not aligned with the From address, so that DMARC hangs by SPF alone and fails when mail is forwarded.',
  refs: ['Microsoft: Set up DKIM to sign mail from your cloud domain', 'RFC 6376 §3.6.2.1', 'RFC 9989 §4.4.1'],
  needs: { dkim: microsoft365Dkim, noMail },
  outcomes: {
    signs: {
      level: 'pass',
      says: 'Both selectors of {domain} lead to keys of the tenant {tenant}: {aliases}.',
    },
    'one-key': {
      level: 'warn',
      says: 'Both selectors of {domain} lead to the tenant {tenant}, but only {with} has a key: {without} leads to none. Mail can be signed; the second key comes with the first rotation.',
      fix: 'Rotate the keys once (Rotate-DkimSigningConfig -Identity {domain}) and look again after a few days: from then on both have keys.',
    },
    'no-key': {
      level: 'fail',
      says: 'Both selectors of {domain} lead to the tenant {tenant}, but no key stands there: Microsoft 365 does not sign in the name of {domain}.',
      fix: 'Enable signing for {domain} (Set-DkimSigningConfig -Identity {domain} -Enabled $true). If it is enabled, the names are not those of this tenant: compare them with Get-DkimSigningConfig.',
    },
    'one-alias': {
      level: 'fail',
      says: 'Of the two selectors of {domain} only {with} leads to Microsoft 365 ({alias}); {without} does not exist. Signing cannot be enabled so, and fails when the keys are rotated.',
      fix: 'Publish the CNAME at {without} as well. {derived}',
    },
    missing: {
      level: 'fail',
      says: 'Neither selector1._domainkey.{domain} nor selector2._domainkey.{domain} leads to Microsoft 365: its mail is signed with the initial domain (onmicrosoft.com), which is not aligned, and DMARC hangs by SPF alone.',
      fix: `Publish both as CNAMEs, then enable signing. ${take}`,
    },
    'no-mail': {
      level: 'info',
      says: '{domain} neither takes nor sends mail (null MX, "v=spf1 -all"), so that nothing has to be signed.',
    },
    others: {
      level: 'warn',
      says: '{domain} has DKIM keys at other selectors ({selectors}), but Microsoft 365 cannot sign in its name: selector1 and selector2 are missing. What leaves Microsoft 365 directly is signed with the initial domain, which is not aligned.',
      fix: `If mail leaves Microsoft 365 for the world directly, publish both as CNAMEs. ${take}`,
    },
    text: {
      level: 'warn',
      says: 'At {name} stands a TXT record and no CNAME to Microsoft 365: if it is a copy of the key of Microsoft 365, signatures fail when that is rotated.',
      fix: `If Microsoft 365 signs with this selector, publish a CNAME in place of the text. ${take}`,
    },
    foreign: {
      level: 'warn',
      says: '{name} leads to {alias}, which is none of the names that Microsoft 365 gives.',
      fix: `If Microsoft 365 is to sign for {domain}, replace it. ${take}`,
    },
    crossed: {
      level: 'fail',
      says: 'At {domain} the key of the other selector stands behind {crossed} ({aliases}): signatures fail.',
      fix: 'Let selector1 lead to the name that begins with selector1, and selector2 to that which begins with selector2.',
    },
    'other-domain': {
      level: 'warn',
      says: '{name} leads to {alias}, which is the key of another domain as it seems: signatures of {domain} would fail.',
      fix: take,
    },
    'two-tenants': {
      level: 'fail',
      says: 'The selectors of {domain} lead to two tenants, {tenant} and {other}: a domain is in one, and what the other selector signs fails.',
      fix: take,
    },
  },
  evaluate({ dkim: { selectors, missingTarget, others }, noMail }, { domain }) {
    const [first, second] = selectors
    const named = selectors.filter(({ target }) => target !== undefined)
    const amiss = [...selectors.flatMap(one => troubleOf(one, domain)), ...crossedOnes(selectors, domain)]
    if (named.length === 0) {
      const [trouble, ...more] = amiss
      if (trouble !== undefined) return [trouble, ...more]
      if (noMail) return { outcome: 'no-mail', data: { domain } }
      return others.length > 0
        ? { outcome: 'others', data: { domain, selectors: others } }
        : { outcome: 'missing', data: { domain } }
    }
    const tenant = named[0]!.target!.tenant
    const aliases = named.map(({ alias }) => alias!)
    const lacking = selectors.find(({ state }) => state === 'none')
    if (lacking !== undefined) {
      const derived =
        missingTarget === undefined
          ? take.replaceAll('{domain}', domain)
          : `A record stands at ${missingTarget}, which is that of the other one.`
      const data = { domain, with: named[0]!.selector, without: lacking.name, alias: aliases[0]!, derived }
      const record = { do: 'publish', name: lacking.name, type: 'CNAME', value: missingTarget ?? '' } as const
      return [{ outcome: 'one-alias', data, records: missingTarget === undefined ? [] : [record] }, ...amiss]
    }
    const [trouble, ...more] = amiss
    if (trouble !== undefined) return [trouble, ...more]
    const other = second.target!.tenant
    if (first.target!.tenant !== other) return { outcome: 'two-tenants', data: { domain, tenant, other } }
    const strange = selectors.filter(({ target }) => !mayBeKeyOf(target!.key, domain))
    const [odd, ...odds] = strange.map(({ name, alias }): Ruling<'other-domain'> => {
      return { outcome: 'other-domain', data: { domain, name, alias: alias! } }
    })
    if (odd !== undefined) return [odd, ...odds]
    const keyed = selectors.filter(({ key }) => key === 'published')
    const data = { domain, tenant, aliases }
    if (keyed.length === 2) return { outcome: 'signs', data }
    if (keyed.length === 0) return { outcome: 'no-key', data }
    const without = keyed[0] === first ? second : first
    return { outcome: 'one-key', data: { ...data, with: keyed[0]!.selector, without: without.selector } }
  },
})

function troubleOf({ name, state, alias, target }: Microsoft365Selector, domain: string): readonly Ruling<Outcome>[] {
  if (state === 'none') return []
  if (state === 'text') return [{ outcome: 'text', data: { domain, name } }]
  const data = { domain, name, alias: alias! }
  return target === undefined ? [{ outcome: 'foreign', data }] : []
}

/** Both are told as one: what mends the one alone leaves two that lead to the same key. */
function crossedOnes(selectors: readonly Microsoft365Selector[], domain: string): readonly Ruling<'crossed'>[] {
  const crossed = selectors.filter(({ selector, target }) => target !== undefined && target.selector !== selector)
  if (crossed.length === 0) return []
  const records = crossed.flatMap(({ name, alias }) => [
    { do: 'remove' as const, name, type: 'CNAME', value: alias! },
    { do: 'publish' as const, name, type: 'CNAME', value: otherTarget(alias!) },
  ])
  const aliases = crossed.map(({ alias }) => alias!)
  return [
    {
      outcome: 'crossed',
      data: { domain, crossed: crossed.map(({ selector }) => selector).join(' and '), aliases },
      records,
    },
  ]
}
