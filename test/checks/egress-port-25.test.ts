import egressPort25 from '../../src/checks/egress-port-25.ts'
import type { DialFailure } from '../../src/net/dialer.ts'
import { describeCheck } from '../support/check-tester.ts'
import { type ScriptedMx, scriptedDialer } from '../support/scripted-mx.ts'

const two = `example.org MX 10 mx1.example.net
example.org MX 20 mx2.example.com
mx1.example.net A 192.0.2.1
mx2.example.com A 198.51.100.1`
const neighbors = two.replace('198.51.100.1', '192.0.2.2')
const one = 'example.org MX 10 mx.example.net\nmx.example.net A 192.0.2.1\nmx.example.net A 198.51.100.1'
const both = `${two}\nmx1.example.net AAAA 2001:db8:1::1\nmx2.example.com AAAA 2001:db8:2::1`

const failure = (why: DialFailure['why'], detail: string): DialFailure => ({ kind: 'failed', why, detail })
const silence = scriptedDialer(failure('timeout', 'no connection in time'))
const answering = (...says: ScriptedMx['says']) => ({ says })

describeCheck(egressPort25, {
  open: [
    {
      zone: two,
      dialer: scriptedDialer({ '192.0.2.1:25': answering('220 mx1.example.net', '250 mx1.example.net') }),
      says: 'Port 25 is open from here by IPv4: mx1.example.net [192.0.2.1] answered.',
    },
    {
      name: 'with a refusal, which is SMTP',
      zone: two,
      dialer: scriptedDialer({ '198.51.100.1:25': answering('554 5.7.1 Go away') }),
      says: 'mx2.example.com [198.51.100.1] answered',
    },
    {
      name: 'and hangs up after its banner',
      zone: one,
      dialer: scriptedDialer({ '198.51.100.1:25': answering('220 mx.example.net', 'closed') }),
      says: 'mx.example.net [198.51.100.1] answered',
    },
    {
      name: 'by IPv6, while IPv4 is blocked',
      zone: both,
      dialer: scriptedDialer({ '[2001:db8:2::1]:25': answering('220 mx2.example.com', '250 mx2.example.com') }),
      subject: 'IPv6 from here',
      findings: 2,
      says: 'open from here by IPv6: mx2.example.com [2001:db8:2::1]',
    },
  ],
  'blocked-suspected': [
    {
      zone: two,
      dialer: silence,
      says: 'Nothing answered on port 25 by IPv4: 2 hosts in 2 networks (mx1.example.net [192.0.2.1], mx2.example.com [198.51.100.1]) let every connection time out.',
      fix: 'ask the provider',
    },
    {
      name: 'by IPv4, while IPv6 is open',
      zone: both,
      dialer: scriptedDialer({ '[2001:db8:2::1]:25': answering('220 mx2.example.com', '250 mx2.example.com') }),
      subject: 'IPv4 from here',
      findings: 2,
      says: '2 hosts in 2 networks',
    },
  ],
  undecided: [
    {
      name: 'from one host nothing is concluded, however many addresses it has',
      zone: one,
      dialer: silence,
      says: 'cannot be told: only mx.example.net was there to try, which may be down itself.',
    },
    { name: 'nor from two in one network', zone: neighbors, dialer: silence, says: 'are all in one network' },
    {
      name: 'who refuses may be the host, or a firewall',
      zone: two,
      dialer: scriptedDialer(failure('refused', 'connection refused')),
      says: 'none answered, and mx1.example.net [192.0.2.1] not only by silence (there was no connection (connection refused))',
    },
    {
      name: 'there is no way from here',
      zone: two,
      dialer: scriptedDialer(failure('network', 'network is unreachable')),
      says: 'network is unreachable',
    },
    {
      name: 'a connection comes about, and nothing is said on it',
      zone: one,
      dialer: scriptedDialer(answering()),
      says: 'the server did not answer in time (before its banner was over)',
    },
    {
      name: 'something answers that does not speak SMTP',
      zone: one,
      dialer: scriptedDialer(answering('SSH-2.0-OpenSSH_9.2')),
      says: 'does not speak SMTP',
    },
  ],
  'not-asked': [{ zone: two, target: { smtp: false }, says: '--no-smtp' }],
  'not-applicable': [
    { zone: 'example.org MX 0 .', says: 'null MX' },
    {
      name: 'the only MX host is a sending address: perhaps this machine',
      zone: 'example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1',
      target: { egress: ['192.0.2.1'] },
      dialer: scriptedDialer(answering('220 mx.example.org', '250 mx.example.org')),
      says: 'show nothing about the way to others',
    },
    {
      name: 'the only MX host is in a private network',
      zone: 'example.org MX 10 mx.example.org\nmx.example.org A 10.0.0.1',
      dialer: scriptedDialer(answering('220 mx.example.org', '250 mx.example.org')),
      says: 'show nothing about the way to others',
    },
    {
      name: 'of what there is no way to nothing is tried',
      zone: 'example.org MX 10 mx.example.org\nmx.example.org AAAA 2001:db8::1',
      target: { ownFamilies: [4] },
      dialer: silence,
      says: 'no mail host that could be connected to from here',
    },
  ],
  unknowable: [{ zone: 'example.org FAULT timeout', says: 'Could not be checked' }],
})
