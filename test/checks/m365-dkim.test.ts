import { expect, it } from 'vitest'
import m365Dkim from '../../src/checks/m365-dkim.ts'
import { mayBeKeyOf, readDkimTarget } from '../../src/protocol/microsoft-365.ts'
import { describeCheck } from '../support/check-tester.ts'
import { publishedOfLength } from '../support/dkim-keys.ts'

const key = `"v=DKIM1; k=rsa; p=${publishedOfLength(2048)}"`
const name = (n: 1 | 2): string => `selector${n}._domainkey.example.org`
const target = (n: 1 | 2, tenant = 'contoso'): string => `selector${n}-example-org._domainkey.${tenant}.onmicrosoft.com`
const newer = (n: 1 | 2): string => `selector${n}-example-org._domainkey.contoso.q-v1.dkim.mail.microsoft`
const alias = (n: 1 | 2, to: string): string => `${name(n)} CNAME ${to}\n`
const both = alias(1, target(1)) + alias(2, target(2))
const keyAt = (...names: readonly string[]): string => names.map(one => `${one} TXT ${key}\n`).join('')

describeCheck(m365Dkim, {
  signs: [
    { zone: both + keyAt(target(1), target(2)), says: 'lead to keys of the tenant contoso' },
    {
      name: 'in the form of 2025',
      zone: alias(1, newer(1)) + alias(2, newer(2)) + keyAt(newer(1), newer(2)),
      says: newer(2),
    },
    {
      name: 'a key that drops hyphens and has a suffix',
      zone: `selector1._domainkey.my-shop.co.uk CNAME selector1-myshop-co-uk0i._domainkey.contoso.onmicrosoft.com
             selector2._domainkey.my-shop.co.uk CNAME selector2-myshop-co-uk0i._domainkey.contoso.onmicrosoft.com
             *.onmicrosoft.com TXT ${key}`,
      target: { domain: 'my-shop.co.uk' },
      says: 'tenant contoso',
    },
  ],
  'one-key': [
    {
      name: 'before the first rotation',
      zone: both + keyAt(target(1)),
      says: 'only selector1 has a key: selector2 leads to none',
      fix: 'Rotate-DkimSigningConfig',
    },
    {
      name: 'revoked',
      zone: `${both}${keyAt(target(2))}${target(1)} TXT "v=DKIM1; p="`,
      says: 'only selector2 has a key',
    },
  ],
  'no-key': [{ zone: both, says: 'no key stands there', fix: 'Set-DkimSigningConfig -Identity example.org' }],
  'one-alias': [
    {
      name: 'the other is there and can be told',
      zone: alias(1, target(1)) + keyAt(target(1), target(2)),
      says: 'selector2._domainkey.example.org does not exist',
      fix: `A record stands at ${target(2)}`,
      records: [{ do: 'publish', name: name(2), type: 'CNAME', value: target(2) }],
    },
    {
      name: 'the other is not constructed',
      zone: alias(2, target(2)) + keyAt(target(2)),
      says: 'only selector2 leads to Microsoft 365',
      fix: 'nobody can construct them',
      records: [],
    },
  ],
  missing: [
    {
      zone: 'example.org A 192.0.2.1',
      says: 'signed with the initial domain',
      fix: 'Get-DkimSigningConfig -Identity example.org',
    },
    { name: 'a wildcard is none', zone: '*._domainkey.example.org TXT "v=DKIM1; p="', says: 'Neither' },
  ],
  'no-mail': [{ zone: 'example.org MX 0 .\nexample.org TXT "v=spf1 -all"', says: 'nothing has to be signed' }],
  others: [
    {
      zone: `google._domainkey.example.org TXT ${key}`,
      says: 'keys at other selectors (google)',
      fix: 'If mail leaves Microsoft 365',
    },
  ],
  text: [
    {
      zone: `${name(1)} TXT ${key}\n${alias(2, target(2))}${keyAt(target(2))}`,
      says: `At ${name(1)} stands a TXT record`,
    },
  ],
  foreign: [
    {
      zone: alias(1, 'k1.example.net') + alias(2, target(2)) + keyAt('k1.example.net', target(2)),
      says: 'k1.example.net',
    },
  ],
  crossed: [
    {
      zone: alias(1, target(2)) + alias(2, target(1)) + keyAt(target(1), target(2)),
      says: 'the key of the other selector',
      records: [
        { do: 'remove', name: name(1), type: 'CNAME', value: target(2) },
        { do: 'publish', name: name(1), type: 'CNAME', value: target(1) },
        { do: 'remove', name: name(2), type: 'CNAME', value: target(1) },
        { do: 'publish', name: name(2), type: 'CNAME', value: target(2) },
      ],
    },
    {
      name: 'one of them',
      zone: alias(1, target(2)) + alias(2, target(2)) + keyAt(target(1), target(2)),
      says: 'the key of the other selector stands behind selector1 (',
    },
  ],
  'other-domain': [
    {
      zone:
        alias(1, 'selector1-fabrikam-com._domainkey.contoso.onmicrosoft.com') +
        alias(2, target(2)) +
        keyAt('selector1-fabrikam-com._domainkey.contoso.onmicrosoft.com', target(2)),
      says: 'the key of another domain as it seems',
    },
  ],
  'two-tenants': [
    {
      zone: alias(1, target(1)) + alias(2, target(2, 'fabrikam')) + keyAt(target(1), target(2, 'fabrikam')),
      says: 'two tenants, contoso and fabrikam',
    },
  ],
  unknowable: [{ zone: `${both}${name(2)} FAULT timeout`, says: 'Could not be checked' }],
})

it('reads the targets of every cloud, and of nobody else', () => {
  const read = (alias: string): string | undefined => {
    const found = readDkimTarget(alias)
    return found && `${found.selector} ${found.key} ${found.tenant} ${found.initial}`
  }
  expect(read(target(1))).toBe('selector1 example-org contoso contoso.onmicrosoft.com')
  expect(read(newer(2))).toBe('selector2 example-org contoso contoso.onmicrosoft.com')
  expect(read('selector1-a-b._domainkey.t.onmicrosoft.us')).toBe('selector1 a-b t t.onmicrosoft.us')
  expect(read('selector1-a-b._domainkey.t.partner.onmschina.cn')).toBe('selector1 a-b t t.partner.onmschina.cn')
  for (const other of [
    '',
    'selector1',
    'selector3-a._domainkey.t.onmicrosoft.com',
    'x.selector1-a._domainkey.t.onmicrosoft.com',
    'selector1-a._domainkey.t.onmicrosoft.com.example.net',
    'selector1-a._domainkey.t.dkim.mail.microsoft',
  ])
    expect(read(other), other).toBeUndefined()
})

it('takes a key for that of another domain only where it shares no beginning', () => {
  expect(mayBeKeyOf('imacitizensrights-org-uk0i', 'ima-citizensrights.org.uk')).toBe(true)
  expect(mayBeKeyOf('averylongdomainnamethatwas01c', 'averylongdomainnamethatwascut.example.org')).toBe(true)
  expect(mayBeKeyOf('fabrikam-com', 'contoso.com')).toBe(false)
})
