import { createPublicKey } from 'node:crypto'
import dkimKeyMatch from '../../src/checks/dkim-key-match.ts'
import { keyRecordText, publicKeyHash } from '../../src/protocol/dkim/public-key.ts'
import { describeCheck } from '../support/check-tester.ts'
import { brisbane, published, rsaKey } from '../support/dkim-keys.ts'

const name = 's1._domainkey.example.org'
const key = rsaKey(1024)
const ours = { selectors: ['s1'], ourKeys: { s1: publicKeyHash(createPublicKey(key)) } }

describeCheck(dkimKeyMatch, {
  match: [
    { zone: `${name} TXT "${keyRecordText(key)}"`, target: ours, says: 'is the one that signs (sha256:' },
    {
      name: 'published as bare PKCS#1',
      zone: `${name} TXT "p=${published(key, 'pkcs1')}"`,
      target: ours,
      says: 'signs',
    },
  ],
  mismatch: [
    {
      zone: `${name} TXT "v=DKIM1; k=ed25519; p=${brisbane}"`,
      target: ours,
      says: /is not the one that signs with selector s1: DNS has sha256:[0-9a-f]{64}, the signer has sha256:[0-9a-f]{64}\./,
      fix: `Publish the public half of the signing key at ${name}`,
      data: { ours: ours.ourKeys.s1 },
    },
    {
      name: 'with the record that publishes ours',
      zone: `${name} TXT "v=DKIM1; k=ed25519; p=${brisbane}"`,
      target: { ...ours, ourRecords: { s1: keyRecordText(key) } },
      says: 'is not the one that signs',
      records: [
        { do: 'remove', name, type: 'TXT', value: `v=DKIM1; k=ed25519; p=${brisbane}` },
        { do: 'publish', name, type: 'TXT', value: keyRecordText(key) },
      ],
    },
    {
      name: 'behind a CNAME',
      zone: `${name} CNAME s1.provider.example\ns1.provider.example TXT "v=DKIM1; k=ed25519; p=${brisbane}"`,
      target: ours,
      says: 'is not the one that signs',
      fix: 'at s1.provider.example',
    },
  ],
  'not-compared': [
    {
      zone: `${name} TXT "${keyRecordText(key)}"`,
      target: { selectors: ['s1'] },
      says: 'none is known for selector s1',
    },
  ],
  'no-key': [
    { zone: '', target: ours, says: 'no usable key' },
    {
      name: 'nothing to compare with either',
      zone: `${name} TXT "v=DKIM1; p="`,
      target: { selectors: ['s1'] },
      says: 'no usable key',
    },
  ],
  unknowable: [{ zone: `${name} FAULT timeout`, target: ours, says: 'did not answer in time' }],
})
