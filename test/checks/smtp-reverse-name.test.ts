import smtpReverseName from '../../src/checks/smtp-reverse-name.ts'
import { describeCheck } from '../support/check-tester.ts'

const zone = 'example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1'
const reverse = '1.2.0.192.in-addr.arpa'

describeCheck(smtpReverseName, {
  same: [
    {
      zone: `${zone}\n${reverse} PTR mx.example.org`,
      says: 'mx.example.org [192.0.2.1] has its name in reverse DNS, and the name leads back.',
    },
    {
      name: 'behind classless delegation, beside another, in capitals',
      zone: `${zone}\n${reverse} CNAME 1.0-15.2.0.192.in-addr.arpa\n1.0-15.2.0.192.in-addr.arpa PTR a.example.org\n1.0-15.2.0.192.in-addr.arpa PTR MX.Example.ORG`,
      says: 'has its name in reverse DNS',
    },
    {
      name: 'of a host that was named as theirs and is no MX host',
      zone: `${zone}\n${reverse} PTR mx.example.org\nsmtp.example.org A 192.0.2.7\n7.2.0.192.in-addr.arpa PTR smtp.example.org`,
      target: { mine: ['smtp.example.org', 'mx.example.org'] },
      says: 'smtp.example.org [192.0.2.7] has its name',
      subject: 'smtp.example.org [192.0.2.7]',
      // The profiles take one endpoint of each host; here ports 465 and 587 come with it.
      findings: 6,
    },
  ],
  other: [
    {
      zone: `${zone}\n${reverse} PTR host1.provider.example\nhost1.provider.example A 192.0.2.1`,
      says: 'is called host1.provider.example in reverse DNS. Senders do not mind',
    },
    {
      name: 'the MX name is not the one that leads back',
      zone: 'example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1\nmx.example.org AAAA 2001:db8::1\n1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR host1.provider.example\nhost1.provider.example AAAA 2001:db8::1',
      target: { families: [6] },
      says: 'mx.example.org [2001:db8::1] is called host1.provider.example',
      subject: 'mx.example.org [2001:db8::1]',
      findings: 2,
    },
  ],
  'not-confirmed': [
    {
      zone: `${zone}\n${reverse} PTR host1.provider.example\nhost1.provider.example A 192.0.2.2`,
      says: 'and no such name leads back',
    },
  ],
  nameless: [{ zone, says: 'mx.example.org [192.0.2.1] has no PTR record. Taking mail needs none' }],
  'not-known': [
    {
      zone: `${zone}\n${reverse} PTR host1.provider.example\nhost1.provider.example FAULT timeout`,
      says: 'whether such a name leads back was not learned',
    },
  ],
  unknowable: [{ zone: `${zone}\n${reverse} FAULT servfail`, says: 'SERVFAIL' }],
  'not-asked': [{ zone, target: { smtp: false }, says: 'SMTP was left out (--no-smtp)' }],
  'not-applicable': [{ zone: 'example.org MX 0 .', says: 'the domain takes no mail (null MX)' }],
})
