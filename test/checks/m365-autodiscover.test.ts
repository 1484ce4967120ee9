import m365Autodiscover from '../../src/checks/m365-autodiscover.ts'
import { describeCheck } from '../support/check-tester.ts'

const mx = 'example.org MX 0 example-org.mail.protection.outlook.com\n'
const name = 'autodiscover.example.org'

describeCheck(m365Autodiscover, {
  microsoft: [
    { zone: `${mx}${name} CNAME autodiscover.outlook.com`, says: 'leads to Microsoft 365 (autodiscover.outlook.com)' },
    { name: 'for governments', zone: `${name} CNAME autodiscover.office365.us`, says: 'autodiscover.office365.us' },
    {
      name: 'by a service record',
      zone: `${mx}_autodiscover._tcp.example.org SRV 0 0 443 autodiscover.outlook.com`,
      says: 'autodiscover.outlook.com:443, by a service record',
    },
  ],
  elsewhere: [
    { zone: `${mx}${name} A 192.0.2.5`, says: 'leads to 192.0.2.5, not to Microsoft 365' },
    {
      name: 'an alias',
      zone: `${name} CNAME mail.example.org\nmail.example.org A 192.0.2.5`,
      says: 'mail.example.org',
    },
    {
      name: 'the most preferred service',
      zone: `_autodiscover._tcp.example.org SRV 20 0 443 b.example.org
             _autodiscover._tcp.example.org SRV 10 0 8443 a.example.org`,
      says: 'a.example.org:8443',
    },
  ],
  nowhere: [
    {
      zone: `${mx}${name} CNAME old.example.net`,
      says: 'old.example.net, which has no address',
      records: [
        { do: 'remove', name, type: 'CNAME', value: 'old.example.net' },
        { do: 'publish', name, type: 'CNAME', value: 'autodiscover.outlook.com' },
      ],
    },
  ],
  missing: [
    {
      zone: mx,
      says: 'autodiscover.example.org does not exist',
      fix: 'a CNAME of autodiscover.outlook.com',
      records: [{ do: 'publish', name, type: 'CNAME', value: 'autodiscover.outlook.com' }],
    },
    {
      name: 'a service that is decidedly not there',
      zone: `${mx}_autodiscover._tcp.example.org SRV 0 0 0 .`,
      says: 'does not exist',
    },
  ],
  none: [{ zone: 'example.org MX 10 mx.example.net', says: 'does not exist, nor a service record' }],
  unknowable: [{ zone: `${mx}${name} FAULT timeout`, says: 'Could not be checked' }],
})
