import daneTlsa from '../../src/checks/dane-tlsa.ts'
import { describeCheck } from '../support/check-tester.ts'

const digest = 'ab'.repeat(32)
const mail = 'example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1'
const at = '_25._tcp.mx.example.org'
const signed = `${mail}\nexample.org SIGNED\n. SOA a.root. b.root. 1\n. SIGNED`

describeCheck(daneTlsa, {
  bound: [
    {
      zone: `${signed}\n${at} TLSA 3 1 1 ${digest}`,
      says: 'mx.example.org is bound by 1 signed TLSA records at _25._tcp.mx.example.org: 3 1 1 ababab',
    },
    {
      name: 'at the name that a signed alias leads to (RFC 7672 §2.2.2)',
      zone: `example.org MX 10 mx.example.org\nmx.example.org CNAME mail.example.org\nmail.example.org A 192.0.2.1\nexample.org SIGNED\n_25._tcp.mail.example.org TLSA 2 1 1 ${digest}`,
      says: 'at _25._tcp.mail.example.org: 2 1 1',
    },
  ],
  absent: [{ zone: mail, says: 'mx.example.org has no TLSA records' }],
  unsigned: [
    {
      name: 'while the resolver validates',
      zone: `${mail}\n${at} TLSA 3 1 1 ${digest}\n. SOA a.root. b.root. 1\n. SIGNED`,
      says: 'are not signed (DNSSEC)',
      fix: 'Sign the zone of mx.example.org',
    },
    {
      name: 'the addresses are in another, unsigned zone',
      zone: `example.org MX 10 mx.example.org\nmx.example.org CNAME host.example.net\nhost.example.net A 192.0.2.1\nexample.org SIGNED\n. SOA a.root. b.root. 1\n. SIGNED\n${at} TLSA 3 1 1 ${digest}`,
      says: 'or the addresses of mx.example.org are',
    },
  ],
  unvalidated: [
    {
      zone: `${mail}\n${at} TLSA 3 1 1 ${digest}`,
      says: 'does not validate DNSSEC',
      fix: 'Ask through a name server that validates',
    },
  ],
  'some-unusable': [
    {
      zone: `${signed}\n${at} TLSA 3 1 1 ${digest}\n${at} TLSA 1 1 1 ${digest}`,
      says: 'usage 1 is not for SMTP: use 3 or 2',
      findings: 2,
    },
    {
      name: 'unsigned, and none can be used',
      zone: `${mail}\n. SOA a.root. b.root. 1\n. SIGNED\n${at} TLSA 3 1 1 abcd`,
      says: 'SHA-256 has 32 octets, not 2',
      findings: 2,
    },
  ],
  'all-unusable': [
    {
      zone: `${signed}\n${at} TLSA 0 0 1 ${digest}`,
      says: 'Senders then demand TLS and know no certificate',
      fix: '3 1 1',
    },
  ],
  'renews-with-certificate': [
    { zone: `${signed}\n${at} TLSA 3 0 1 ${digest}`, says: 'name a whole certificate (3 0 1', findings: 2 },
  ],
  unknowable: [
    { name: 'SERVFAIL is not "no DANE"', zone: `${signed}\n${at} FAULT servfail`, says: 'Could not be checked' },
  ],
  'not-applicable': [{ zone: 'example.org MX 0 .', says: 'null MX' }],
})
