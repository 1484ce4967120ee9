import { expect, it } from 'vitest'
import smtpOpenRelay from '../../src/checks/smtp-open-relay.ts'
import { describeCheck, findingsOf } from '../support/check-tester.ts'
import { obligingMx, type Rule } from '../support/obliging-mx.ts'

const zone = 'example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1\nother.example.org A 192.0.2.2'
const target = { mine: ['mx.example.org'] }
const DENIED = '554 5.7.1 <x@example.com>: Relay access denied'
const UNKNOWN = '550 5.1.1 <x@example.org>: User unknown'

/** Knows postmaster@example.org, and refuses all others as Postfix does; `more` goes first. */
const server = (more: Rule = () => undefined) =>
  obligingMx((command, heard) => {
    const said = more(command, heard)
    if (said !== undefined || !command.startsWith('RCPT')) return said
    if (command === 'RCPT TO:<postmaster@example.org>') return undefined
    return /@(example\.org|mx\.example\.org|\[192\.0\.2\.1\])>$|nobody>$/.test(command) ? UNKNOWN : DENIED
  })
const dialer = (more?: Rule) => server(more).dialer
const rcpt =
  (pattern: RegExp, reply: string): Rule =>
  command =>
    command.startsWith('RCPT') && pattern.test(command) ? reply : undefined

describeCheck(smtpOpenRelay, {
  closed: [
    {
      zone,
      target,
      dialer: dialer(),
      says: /refuses to relay for strangers \("554 5\.7\.1 .*Relay access denied"\); 3\d forms/,
    },
    {
      name: 'for the moment, but for relaying',
      zone,
      target,
      dialer: dialer(rcpt(/example\.com/, '454 4.7.1 Relay access denied')),
      says: '454',
    },
    {
      name: 'without a word, but not to everybody',
      zone,
      target,
      dialer: dialer(rcpt(/example\.com/, '550 no')),
      says: '550 no',
    },
    {
      name: 'who does not log in gets nowhere',
      zone,
      target,
      dialer: dialer(command => (command.startsWith('MAIL') ? '530 5.7.0 Authentication required' : undefined)),
      says: '530',
    },
    {
      name: 'a host that takes no mail for the domain',
      zone,
      target: { mine: ['other.example.org'] },
      findings: 2,
      dialer: dialer(rcpt(/./, DENIED)),
      says: 'other.example.org [192.0.2.2] refuses',
    },
  ],
  open: [
    {
      zone,
      target,
      dialer: dialer(rcpt(/relay-test@example\.com>$/, '250 2.1.5 Ok')),
      says: 'from a stranger to a stranger: MAIL FROM:<> RCPT TO:<mailworthy-relay-test@example.com>',
      fix: 'reject_unauth_destination',
    },
    {
      name: 'to whoever says that he is one of us',
      zone,
      target,
      dialer: dialer((command, heard) =>
        command.startsWith('RCPT TO:<mailworthy-relay-test@example.com>') &&
        heard.findLast(one => one.startsWith('MAIL')) === 'MAIL FROM:<postmaster@example.org>'
          ? '250 Ok'
          : undefined,
      ),
      says: 'MAIL FROM:<postmaster@example.org>',
    },
    {
      name: 'by a source route',
      zone,
      target,
      dialer: dialer(rcpt(/<@mx\.example\.org:/, '250 Ok')),
      says: '<@mx.example.org:mailworthy-relay-test@example.com>',
    },
    { name: 'everything', zone, target, dialer: dialer(rcpt(/./, '250 Ok')), says: '4 more' },
  ],
  tricked: [
    {
      zone,
      target,
      dialer: dialer(rcpt(/%example\.com@example\.org>/, '250 Ok')),
      says: 'takes MAIL FROM:<> RCPT TO:<mailworthy-relay-test%example.com@example.org>',
      fix: 'allow_percent_hack',
    },
    {
      name: 'by a bang path',
      zone,
      target,
      dialer: dialer(rcpt(/example\.com!/, '250 Ok')),
      says: '<example.com!mailworthy-relay-test@example.org>',
    },
    {
      name: 'quoted',
      zone,
      target,
      dialer: dialer(rcpt(/"[^"]*@example\.com"@/, '250 Ok')),
      says: '<"mailworthy-relay-test@example.com"@example.org>',
    },
    {
      name: 'to an address inside',
      zone,
      target,
      dialer: dialer(rcpt(/\[127\.0\.0\.1\]/, '250 Ok')),
      says: '[127.0.0.1]',
    },
    { name: 'that ends in @', zone, target, dialer: dialer(rcpt(/@>$/, '250 Ok')), says: 'example.com@>' },
  ],
  'takes-all': [
    {
      zone,
      target,
      dialer: dialer(rcpt(/@example\.org>/, '250 Ok')),
      findings: 2,
      says: 'takes every address of example.org',
    },
  ],
  'not-all-tried': [
    {
      name: 'tricks make it hang up',
      zone,
      target,
      dialer: dialer(command => (/RCPT.*%/.test(command) ? 'closed' : undefined)),
      findings: 2,
      says: /did not answer to \d+ of the forms/,
    },
  ],
  deferred: [
    {
      zone,
      target,
      dialer: dialer(rcpt(/./, '450 4.2.0 Greylisted, try again')),
      says: 'put us off: "450 4.2.0 Greylisted',
    },
  ],
  'turned-away': [
    {
      zone,
      target,
      dialer: dialer(rcpt(/./, '554 5.7.1 Service unavailable; client blocked using bl.example')),
      says: 'for another reason than relaying: "554 5.7.1 Service unavailable',
      fix: 'on no blocklist',
    },
    { name: 'everybody alike', zone, target, dialer: dialer(rcpt(/./, '550 no')), says: '550 no' },
    {
      name: 'since the stranger takes no mail',
      zone,
      target,
      dialer: dialer(rcpt(/example\.com/, '556 5.1.10 <x>: Domain has null MX')),
      says: 'null MX',
    },
    {
      name: 'no sender is taken',
      zone,
      target,
      dialer: dialer(command => (command.startsWith('MAIL') ? '550 no' : undefined)),
      says: '550 no',
    },
  ],
  untold: [
    { zone, target, dialer: dialer(command => (command === '(banner)' ? '421 busy' : undefined)), says: '421 busy' },
    {
      name: 'no connection',
      zone,
      target,
      dialer: { connect: async () => ({ kind: 'failed', why: 'refused', detail: 'connection refused' }) },
      says: 'there was no connection (connection refused)',
    },
  ],
  'not-asked': [{ zone, says: 'no host was named as yours (--mine)' }],
})

it('tries each form once, few on a connection, and never says DATA', async () => {
  const { dialer, heard, connections } = server()
  await findingsOf(smtpOpenRelay, { zone, dialer, target })
  const recipients = heard.filter(one => one.startsWith('RCPT'))
  const senders = heard.filter(one => one.startsWith('MAIL'))
  expect(new Set(senders)).toEqual(
    new Set([
      'MAIL FROM:<>',
      'MAIL FROM:<postmaster@probe.example.net>',
      'MAIL FROM:<mailworthy-relay-test@example.com>',
      'MAIL FROM:<postmaster@example.org>',
    ]),
  )
  // Four of them are the plain stranger, each from another sender.
  expect(new Set(recipients).size).toBe(recipients.length - 3)
  expect(connections()).toBe(Math.ceil(9 / 6) + Math.ceil((recipients.length - 9) / 6))
  expect(heard.map(one => one.split(' ')[0])).not.toContain('DATA')
})

it('takes another stranger when example.com is theirs', async () => {
  const { dialer, heard } = obligingMx(() => '550 no')
  const own = 'example.com MX 10 mx.example.com\nmx.example.com A 192.0.2.1'
  await findingsOf(smtpOpenRelay, { zone: own, dialer, target: { domain: 'example.com', mine: ['mx.example.com'] } })
  expect(heard.filter(one => one.includes('relay-test@example.com'))).toEqual([])
})
