import egressAddress from '../../src/checks/egress-address.ts'
import { describeCheck } from '../support/check-tester.ts'
import { scriptedDialer } from '../support/scripted-mx.ts'

const zone = `example.org MX 10 mx1.example.net
example.org MX 20 mx2.example.com
mx1.example.net A 192.0.2.1
mx2.example.com A 198.51.100.1
mx2.example.com AAAA 2001:db8:2::1`

/** What each server says behind its name in answer to EHLO. */
const greeting = (told: { readonly [endpoint: string]: string }) =>
  scriptedDialer(
    Object.fromEntries(
      Object.entries(told).map(([at, more]) => [at, { says: ['220 mx.example.net', `250 mx.example.net ${more}`] }]),
    ),
  )
const [first, second, sixth] = ['192.0.2.1:25', '198.51.100.1:25', '[2001:db8:2::1]:25'] as const
const four = { subject: 'IPv4 from here', findings: 2 }

describeCheck(egressAddress, {
  named: [
    {
      zone,
      target: { egress: ['203.0.113.5', '2001:db8::5'] },
      dialer: greeting({ [first]: 'Hello probe [203.0.113.5]', [second]: 'at your service, [203.0.113.5]' }),
      ...four,
      says: 'come from 203.0.113.5, one of the sending addresses (according to mx1.example.net, mx2.example.com).',
    },
    {
      name: 'in another form of the same address',
      zone,
      target: { egress: ['2001:db8::5'] },
      dialer: greeting({ [sixth]: 'Hello probe [IPv6:2001:DB8:0:0::5]' }),
      subject: 'IPv6 from here',
      findings: 2,
      says: 'come from 2001:db8::5, one of',
    },
  ],
  'not-named': [
    {
      zone,
      target: { egress: ['203.0.113.9', '2001:db8::5'] },
      dialer: greeting({ [first]: 'Hello probe [203.0.113.5]' }),
      ...four,
      says: 'none of the sending addresses that were named for IPv4 (203.0.113.9); if mail leaves from this machine, name it too (--sender-ip 203.0.113.5).',
    },
  ],
  'none-named': [
    {
      zone,
      target: { egress: ['2001:db8::5'] },
      dialer: greeting({ [first]: 'Hello probe [203.0.113.5]' }),
      ...four,
      says: 'No sending address was named for IPv4',
    },
  ],
  'servers-differ': [
    {
      zone,
      target: { egress: ['203.0.113.5'] },
      dialer: greeting({ [first]: 'Hello probe [203.0.113.5]', [second]: '[203.0.113.6]' }),
      ...four,
      says: '203.0.113.5 according to mx1.example.net; 203.0.113.6 according to mx2.example.com.',
    },
  ],
  'not-told': [
    {
      zone,
      target: { egress: ['203.0.113.5'] },
      dialer: greeting({ [first]: 'greets you', [second]: 'Hello probe [10.0.0.7]' }),
      ...four,
      says: 'No server told at which IPv4 address it sees this machine (mx1.example.net, mx2.example.com).',
    },
    {
      name: 'an address of the other family is that of something between',
      zone,
      dialer: greeting({ [first]: 'Hello probe [2001:db8::99]' }),
      ...four,
      says: 'No server told',
    },
    { name: 'nobody answers', zone, ...four, says: 'No server told' },
  ],
  'not-asked': [{ zone, target: { smtp: false }, says: '--no-smtp' }],
})
