import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import dnsDnssec from '../../src/checks/dns-dnssec.ts'
import type { Resolver } from '../../src/net/resolver.ts'
import { keyTagOf } from '../../src/protocol/dnssec.ts'
import { type Case, describeCheck, findingsOf } from '../support/check-tester.ts'
import { zoneResolver } from '../support/zone-resolver.ts'

const key = { flags: 257, protocol: 3, algorithm: 13, key: Buffer.alloc(64, 7).toString('base64') }
const tag = keyTagOf(key)
const wireName = Buffer.from('\x07example\x03org\x00', 'latin1')
const digest = (kind: string): string =>
  createHash(kind)
    .update(wireName)
    .update(Buffer.concat([Buffer.of(1, 1, 3, 13), Buffer.from(key.key, 'base64')]))
    .digest('hex')

const ROOT = '. SOA a.root. b.root. 1'
const VALIDATING = `${ROOT}\n. SIGNED`
const MAIL = `
example.org SOA ns.example.org hostmaster.example.org 1
example.org MX 10 mx.example.org
mx.example.org A 192.0.2.1
example.org TXT "v=spf1 mx -all"
`
const KEYS = `example.org DNSKEY 257 3 13 ${key.key}\nexample.org DS ${tag} 13 2 ${digest('sha256')}`
const LASTING = 'example.org SIGNATURES 13 2026-11-01 2026-12-01'
const SIGNED = `${VALIDATING}\n${MAIL}\n${KEYS}\n${LASTING}\nexample.org SIGNED`
const now = new Date('2026-11-20T08:00:00Z')

/** The same zone, but what signs it is other than that. */
const signedBy = (keys: string, signatures = LASTING): string =>
  `${VALIDATING}\n${MAIL}\n${keys}\n${signatures}\nexample.org SIGNED`

const rsa = (bits: number): string => Buffer.from([1, 3, ...Array(bits / 8).fill(255)]).toString('base64')

/** A resolver whose first answers are others: it was in trouble, and is no more. */
function atFirst(zone: string, failures: number): Resolver {
  const resolver = zoneResolver(zone)
  let left = failures
  return {
    async resolve(name, type, from) {
      if (type === 'SOA' && name === 'example.org' && from === undefined && left-- > 0) {
        return { kind: 'unreachable', why: 'servfail', server: 'zone' }
      }
      return resolver.resolve(name, type, from)
    },
  }
}

const broken = (more: string, bogus = 'example.org BOGUS'): Pick<Case, 'zone' | 'now'> => ({
  zone: `${VALIDATING}\n${MAIL}\n${more}\n${bogus}\norg SOA a.org. b.org. 1`,
  now,
})

describeCheck(dnsDnssec, {
  signed: [
    {
      zone: SIGNED,
      now,
      says: 'The resolver validated the records of example.org, signed with ECDSAP256SHA256 (13), until 2026-12-01 00:00 UTC.',
    },
    {
      name: 'the root of the island is not signed, the domain is',
      zone: SIGNED.replace(VALIDATING, ''),
      now,
      says: 'The resolver validated the records of example.org',
    },
    {
      name: 'the resolver shows no signatures',
      zone: `${VALIDATING}\n${MAIL}\nexample.org SIGNED`,
      now,
      says: /^The resolver validated the records of example\.org\.$/,
    },
    {
      name: 'a name below, by the keys of its zone',
      zone: SIGNED,
      target: { domain: 'mx.example.org' },
      now,
      says: 'The resolver validated the records of example.org, signed with ECDSAP256SHA256 (13)',
    },
  ],
  unsigned: [{ zone: `${VALIDATING}\n${MAIL}`, now, says: 'example.org is not signed with DNSSEC' }],
  unanchored: [
    {
      zone: `${VALIDATING}\n${MAIL}\n${LASTING}\nexample.org DNSKEY 257 3 13 ${key.key}`,
      now,
      says: 'example.org is signed, but the zone above has no DS record for it',
    },
  ],
  'not-validated': [
    { zone: `${VALIDATING}\n${MAIL}\n${KEYS}\n${LASTING}`, now, says: 'but the resolver takes it for unsigned' },
    {
      name: 'by what it is signed with',
      zone: `${VALIDATING}\n${MAIL}\nexample.org DS 1 7 2 00\n${LASTING}`,
      now,
      findings: 2,
      says: 'it does not know its algorithms',
    },
  ],
  unvalidated: [
    {
      zone: `${ROOT}\n${MAIL}\n${KEYS}\n${LASTING}`,
      now,
      says: 'Whether the signatures of example.org hold could not be learned: the resolver that was asked does not validate. Ask one that does',
    },
  ],
  unseen: [{ zone: `${ROOT}\n${MAIL}`, now, says: 'No signatures of example.org were seen.' }],
  'no-domain': [{ zone: VALIDATING, now, says: 'example.org does not exist' }],
  'unsigned-hosts': [
    {
      zone: `${SIGNED.replace('MX 10 mx.example.org', 'MX 10 mx.example.net')}\nmx.example.net A 192.0.2.3`,
      now,
      findings: 2,
      says: 'The addresses of the MX hosts mx.example.net are not signed',
    },
  ],
  broken: [
    {
      name: 'signatures that ran out, as the resolver says',
      ...broken(`${KEYS}\nexample.org SIGNATURES 13 2026-10-01 2026-11-01`, 'example.org BOGUS 7'),
      says: 'The signatures of example.org are broken: who validates cannot learn example.org SOA, example.org MX, example.org TXT, _dmarc.example.org TXT, and takes example.org for out of order. Its signatures ran out at 2026-11-01 00:00 UTC. The resolver says: EDE 7 Signature Expired. Certificate authorities must validate too (CA/Browser Forum, since 15 March 2026)',
      fix: 'Sign the zone again, and see why its signer stopped',
    },
    {
      name: 'signatures that begin later',
      ...broken(`${KEYS}\nexample.org SIGNATURES 13 2026-11-21 2026-12-21`),
      says: 'Its signatures begin only at 2026-11-21 00:00 UTC.',
      fix: 'Set the clock',
    },
    {
      name: 'no keys where the zone above names some',
      ...broken(KEYS.split('\n')[1]!),
      says: 'The zone above names keys for it (DS), and the zone has none (DNSKEY).',
      fix: 'let the registrar take the DS records away',
    },
    {
      name: 'other keys than the zone above names',
      ...broken(`${KEYS.split('\n')[0]}\nexample.org DS 4711 13 2 ${'0'.repeat(64)}\n${LASTING}`),
      says: `The zone above names the keys 4711 (DS), and none of them is among those of the zone (${tag}).`,
      fix: 'Let the registrar publish the DS record of the key that the zone is signed with now',
    },
    {
      name: 'no signatures',
      ...broken(KEYS),
      says: 'The zone above vouches for it (DS), and its records come without signatures.',
      fix: 'see that every name server loads the signed version',
    },
    {
      name: 'nothing that can be seen without verifying',
      ...broken(`${KEYS}\n${LASTING}`),
      says: 'Its answers come when signatures are left unchecked, and fail when they are checked.',
      fix: 'Sign the zone again with the keys that its DS records name',
    },
    {
      name: 'one set of records alone',
      zone: `${SIGNED}\n_dmarc.example.org TXT "v=DMARC1; p=none"\n_dmarc.example.org BOGUS 6`,
      now,
      says: 'who validates cannot learn _dmarc.example.org TXT, and takes',
    },
  ],
  'broken-above': [
    {
      ...broken(`${KEYS}\n${LASTING}`, 'org BOGUS'),
      says: 'since the signatures of org, above example.org, are broken.',
      fix: 'Tell whoever runs org.',
    },
  ],
  'broken-host': [
    {
      zone: `${SIGNED.replace('MX 10 mx.example.org', 'MX 10 mx.example.net')}
        mx.example.net A 192.0.2.3
        example.net SOA a. b. 1
        example.net BOGUS
        example.net SIGNATURES 13 2026-10-01 2026-11-01
        net SOA a. b. 1`,
      now,
      findings: 2,
      says: 'The signatures of example.net are broken: senders that validate cannot learn the address of the MX host mx.example.net. Its signatures ran out',
      fix: 'If mx.example.net is not yours, tell whoever runs it',
    },
  ],
  'retired-algorithm': [
    {
      zone: signedBy(`example.org DNSKEY 257 3 7 ${rsa(2048)}\nexample.org DS 1 7 2 00`),
      now,
      findings: 2,
      says: 'example.org is signed with RSASHA1-NSEC3-SHA1 (7), which must not sign any more',
      fix: 'Change the zone to ECDSAP256SHA256 (13)',
    },
  ],
  'rare-algorithm': [
    {
      zone: signedBy('example.org DNSKEY 257 3 23 AAAA\nexample.org DS 1 23 2 00'),
      now,
      findings: 2,
      says: 'example.org is signed with ECC-GOST12 (23), which many validators do not know',
    },
  ],
  'retired-digest': [
    {
      zone: signedBy(`example.org DNSKEY 257 3 13 ${key.key}\nexample.org DS ${tag} 13 1 ${digest('sha1')}`),
      now,
      findings: 2,
      says: 'The DS records of example.org have only digests of SHA-1',
      fix: 'a DS record with a SHA-256 digest',
    },
  ],
  'weak-key': [
    {
      zone: signedBy(`example.org DNSKEY 257 3 8 ${rsa(768)}\nexample.org DS 1 8 2 00`),
      now,
      findings: 2,
      says: /^The key \d+ of example\.org has only 768 bits/,
      fix: 'RSA with 2048 bits',
    },
  ],
  'short-key': [
    {
      zone: signedBy(`example.org DNSKEY 256 3 8 ${rsa(1024)}\nexample.org DS 1 8 2 00`),
      now,
      findings: 2,
      says: /has 1024 bits; 2048 are usual/,
    },
  ],
  'running-out': [
    {
      zone: signedBy(KEYS, 'example.org SIGNATURES 13 2026-10-21 2026-11-21'),
      now,
      findings: 2,
      says: 'The signatures of example.org run out at 2026-11-21 00:00 UTC',
      fix: 'See why the signer does not sign again',
    },
  ],
  unknowable: [
    {
      name: 'a failure that is one with signatures left unchecked too',
      zone: `${VALIDATING}\n${MAIL}\nexample.org FAULT servfail`,
      now,
      says: 'DNS reported a failure (SERVFAIL) when asked for example.org SOA',
    },
    { name: 'a silence', zone: `${VALIDATING}\n${MAIL}\nexample.org FAULT timeout SOA`, now, says: 'example.org SOA' },
    {
      name: 'a failure of a moment',
      zone: '',
      resolver: atFirst(`${VALIDATING}\n${MAIL}`, 1),
      now,
      says: 'Could not be checked: DNS reported a failure (SERVFAIL)',
    },
    {
      name: 'a resolver that fails for the root itself',
      zone: `${MAIL}\n. BOGUS\nexample.org BOGUS\n${ROOT}`,
      now,
      says: 'DNS reported a failure (SERVFAIL) when asked for example.org SOA',
    },
    {
      name: 'an error that is not one of signatures',
      zone: `${VALIDATING}\nexample.org FAULT servfail\n_dmarc.example.org FAULT servfail\nexample.org BOGUS 22`,
      now,
      says: 'Could not be checked',
    },
  ],
})

describe('dns-dnssec', () => {
  it('asks of an unsigned domain nothing that an audit would not ask anyway, but for the root', async () => {
    const resolver = zoneResolver(`${VALIDATING}\n${MAIL}`)
    await findingsOf(dnsDnssec, { zone: '', resolver, now })
    expect([...new Set(resolver.asked)].sort()).toEqual([
      ' SOA',
      '_dmarc.example.org TXT',
      'example.org MX',
      'example.org SOA',
      'example.org TXT',
      'mx.example.org A',
    ])
  })
})
