import dkimKeyStrength from '../../src/checks/dkim-key-strength.ts'
import { describeCheck } from '../support/check-tester.ts'
import { brisbane, publishedOfLength, rsa1024 } from '../support/dkim-keys.ts'

const name = 's1._domainkey.example.org'
const target = { selectors: ['s1'] }
const at = (text: string): string => `${name} TXT ${(text.match(/.{1,250}/g) ?? []).map(part => `"${part}"`).join(' ')}`
const rsa = (bits: number): string => `v=DKIM1; k=rsa; p=${publishedOfLength(bits)}`
const found = (text: string): string => at(text).replace('s1.', 'google.')

describeCheck(dkimKeyStrength, {
  strong: [
    { zone: at(rsa(2048)), target, says: 'RSA with 2048 bits' },
    {
      name: 'SHA-1 allowed beside SHA-256',
      zone: at(`h=sha1:sha256; p=${publishedOfLength(2048)}`),
      target,
      says: '2048',
    },
    {
      name: 'an alias of a provider: an old name tells nothing',
      zone: `s2015._domainkey.example.org CNAME k.provider.example\n${at(rsa(2048)).replace(name, 'k.provider.example')}`,
      target: { selectors: ['s2015'] },
      says: 'RSA with 2048 bits',
    },
    { name: 'the most that all can verify', zone: at(rsa(4096)), target, says: 'RSA with 4096 bits' },
  ],
  ed25519: [
    { zone: at(`v=DKIM1; k=ed25519; p=${brisbane}`), target, says: 'sign with an RSA key of another selector as well' },
  ],
  short: [
    { zone: at(`v=DKIM1; k=rsa; p=${rsa1024}`), target, says: 'RSA with 1024 bits', fix: '2048 bits' },
    { name: 'one bit short', zone: at(rsa(2047)), target, says: '2047 bits' },
  ],
  oversized: [
    { zone: at(rsa(4097)), target, says: 'Receivers need not verify keys of more than 4096 bits', fix: '2048 bits' },
  ],
  weak: [
    { zone: at(rsa(768)), target, says: 'must not believe signatures of fewer than 1024 bits', fix: 'revoke this one' },
    { name: 'one bit short', zone: at(rsa(1023)), target, says: '1023 bits' },
  ],
  'sha256-excluded': [
    {
      zone: at(`v=DKIM1; h=sha1; k=rsa; p=${rsa1024}`),
      target,
      says: 'allows only the hash sha1 (h=)',
      fix: 'without h=',
      findings: 2,
      records: [
        { do: 'remove', name, type: 'TXT', value: `v=DKIM1; h=sha1; k=rsa; p=${rsa1024}` },
        { do: 'publish', name, type: 'TXT', value: `v=DKIM1; k=rsa; p=${rsa1024}` },
      ],
    },
  ],
  aged: [
    {
      zone: at(rsa(2048)).replace('s1.', 's2023.'),
      target: { selectors: ['s2023'] },
      now: new Date('2026-01-01'),
      says: 'has been there since 2023-12 or longer, as the name of the selector tells',
      fix: 'If it was not changed since then',
      findings: 2,
    },
    {
      name: 'by the file of our own key',
      zone: at(rsa(2048)),
      target: { ...target, ourKeysSince: { s1: new Date('2023-01-02') } },
      now: new Date('2026-01-01'),
      says: 'since 2023-01 or longer, as the file of the private key tells',
      findings: 2,
    },
    {
      name: 'beside a fault',
      zone: at(`h=sha1; p=${rsa1024}`).replace('s1.', '20150108.'),
      target: { selectors: ['20150108'] },
      says: '2015-01',
      findings: 3,
    },
  ],
  'found-strong': [{ zone: found(rsa(2048)), says: 'RSA with 2048 bits, which is strong', findings: 2 }],
  'found-other': [
    { zone: found(`v=DKIM1; p=${rsa1024}`), says: 'RSA with 1024 bits; that is still accepted', findings: 2 },
    { zone: found(rsa(4097)), says: 'need not verify', findings: 2 },
    { zone: found(`v=DKIM1; k=ed25519; p=${brisbane}`), says: 'Ed25519; not every receiver', findings: 2 },
  ],
  'found-weak': [
    {
      zone: found(rsa(512)),
      says: 'RSA with 512 bits: fewer than 1024 bits can be broken by others',
      fix: 'Revoke the key',
      findings: 2,
    },
    { zone: found(`h=sha1; p=${rsa1024}`), says: 'its h= excludes SHA-256', findings: 2 },
  ],
  'no-key': [
    { zone: '', target, says: 'no usable key' },
    { name: 'revoked', zone: `${name} TXT "v=DKIM1; p="`, target, says: 'no usable key' },
    { name: 'several', zone: `${at(rsa(2048))}\n${name} TXT "hello"`, target, says: 'no usable key' },
  ],
  unknowable: [{ zone: `${name} FAULT servfail`, target, says: 'SERVFAIL' }],
})
