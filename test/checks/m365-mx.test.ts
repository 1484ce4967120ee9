import m365Mx from '../../src/checks/m365-mx.ts'
import { describeCheck } from '../support/check-tester.ts'

const mx = (...hosts: readonly string[]): string => hosts.map(host => `example.org MX ${host}`).join('\n')

describeCheck(m365Mx, {
  microsoft: [
    {
      name: 'in the form with DANE',
      zone: mx('0 example-org.p-v1.mx.microsoft'),
      says: 'comes in at Microsoft 365: example-org.p-v1.mx.microsoft (0)',
    },
    {
      name: 'a key that nobody could construct',
      zone: mx('10 exampleorg0i.mail.protection.outlook.com'),
      says: 'exampleorg0i.mail.protection.outlook.com (10)',
      findings: 2,
    },
    {
      name: 'for governments',
      zone: mx('0 example-org.mail.protection.office365.us'),
      says: 'GCC High',
    },
    {
      name: 'of 21Vianet',
      zone: mx('0 example-org.mail.protection.partner.outlook.cn'),
      says: '21Vianet',
    },
  ],
  'dane-possible': [
    {
      zone: mx('0 example-org.mail.protection.outlook.com'),
      says: 'Enable-DnssecForVerifiedDomain gives an MX host below mx.microsoft',
      findings: 2,
    },
  ],
  moving: [
    {
      zone: mx('20 example-org.mail.protection.outlook.com', '0 example-org.x-v1.mx.microsoft'),
      says: 'both forms',
    },
  ],
  several: [
    {
      zone: mx('0 example-org.mail.protection.outlook.com', '10 example-net.mail.protection.outlook.com'),
      says: 'Microsoft gives one for each domain',
      fix: 'the admin center shows'.replace('the', 'the Microsoft 365'),
    },
  ],
  mixed: [
    {
      name: 'a filter that can be passed by',
      zone: mx('10 mx1-eu1.ppe-hosted.com', '20 example-org.mail.protection.outlook.com'),
      says: 'what the one filters comes in by the other',
      fix: 'RestrictDomainsToIPAddresses',
      findings: 2,
    },
    {
      name: 'a server of its own',
      zone: mx('0 example-org.x-v1.mx.microsoft', '10 mail.example.org'),
      says: 'mail.example.org (10)',
    },
  ],
  gateway: [
    { zone: mx('10 mxa-001.gslb.pphosted.com', '10 mxb-001.gslb.pphosted.com'), says: 'comes in at Proofpoint' },
    { name: 'another', zone: mx('10 eu-smtp-inbound-1.mimecast.com'), says: 'Mimecast' },
  ],
  'own-servers': [{ zone: mx('10 mail.example.org'), says: 'centralized mail transport' }],
  elsewhere: [
    {
      zone: mx('1 aspmx.l.google.com'),
      says: 'the mailboxes of Google Workspace',
      fix: 'admin center shows for example.org',
    },
  ],
  other: [{ zone: mx('10 mx.example.net'), says: 'neither Microsoft 365 nor a filter that is known here' }],
  'former-host': [
    { zone: mx('0 example-org.mail.eo.outlook.com'), says: 'a name of 2013', fix: 'admin center' },
    { name: 'of Germany', zone: mx('0 example-org.mail.protection.outlook.de'), says: 'October 2021' },
  ],
  'unfit-host': [
    { zone: mx('0 smtp.office365.com'), says: 'programs submit mail there', fix: 'admin center' },
    {
      name: 'without its label',
      zone: mx('0 mail.protection.outlook.com'),
      says: 'the label of the domain is missing',
    },
    { name: 'an initial domain', zone: mx('0 contoso.onmicrosoft.com'), says: 'an initial domain' },
  ],
  'takes-no-mail': [{ zone: mx('0 .'), says: 'see `mx-null`' }],
  'no-mx': [
    { zone: 'example.org A 192.0.2.1', says: 'see `mx-hosts`' },
    { name: 'no domain', zone: 'example.net A 192.0.2.1', says: 'no MX host' },
  ],
  unknowable: [{ zone: 'example.org FAULT servfail', says: 'Could not be checked' }],
})
