import check from '../../src/checks/helo-fqdn.ts'
import { describeCheck } from '../support/check-tester.ts'

const greets = (helo: string) => ({ zone: '', target: { egress: [`192.0.2.10 ${helo}`] } })

describeCheck(check, {
  good: [
    { ...greets('mail.example.org'), says: 'The HELO name mail.example.org is a full host name.' },
    { name: 'in capitals', ...greets('MAIL.Example.ORG'), says: 'mail.example.org' },
    {
      name: 'an internationalized name in its A-label form',
      ...greets('mx.xn--mller-kva.example'),
      says: 'xn--mller-kva',
    },
    { name: 'whether it resolves is another question', ...greets('nowhere.example.org'), says: 'full host name' },
  ],
  'address-literal': [
    { ...greets('[192.0.2.10]'), says: 'greets with its address, [192.0.2.10]', fix: 'Give 192.0.2.10 a name' },
    { name: 'IPv6', ...greets('[IPv6:2001:db8::25]'), says: '[IPv6:2001:db8::25]' },
  ],
  'not-fqdn': [
    {
      name: 'localhost',
      ...greets('localhost'),
      says: '"localhost" is no full host name: it is a name that every machine has.',
      fix: 'mail.example.org, for example',
    },
    { name: 'a single label', ...greets('mailserver'), says: 'it has no dot' },
    { name: '.local', ...greets('exchange.corp.local'), says: 'names under .local mean nothing outside' },
    { name: '.localdomain', ...greets('localhost.localdomain'), says: 'every machine' },
    { name: 'an underscore', ...greets('mail_1.example.org'), says: 'no underscore' },
    { name: 'an address without brackets', ...greets('192.0.2.10'), says: 'an address without brackets' },
    { name: 'an IPv6 address without brackets', ...greets('2001:db8::25'), says: 'an address without brackets' },
    { name: 'an IPv6 literal without its tag', ...greets('[2001:db8::25]'), says: 'wants the form [IPv6:…]' },
    { name: 'a broken literal', ...greets('[192.0.2]'), says: 'no address' },
    { name: 'not ASCII', ...greets('mail.müller.example'), says: 'outside ASCII' },
  ],
  'not-known': [{ zone: '', target: { egress: ['192.0.2.10'] }, says: 'no HELO name was given (--helo)' }],
  'not-asked': [{ zone: '', says: 'no sending address was given' }],
})
