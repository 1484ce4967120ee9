import { expect, it } from 'vitest'
import smtpPostmaster from '../../src/checks/smtp-postmaster.ts'
import { describeCheck, findingsOf } from '../support/check-tester.ts'
import { obligingMx, type Rule } from '../support/obliging-mx.ts'

const zone = 'example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1'
const target = { mine: ['mx.example.org'] }

/** Takes the domain's own, refuses strangers; `more` goes first. */
const server = (more: Rule) =>
  obligingMx((command, heard) => {
    const said = more(command, heard)
    if (said !== undefined || !command.startsWith('RCPT')) return said
    return /@example\.org>|<Postmaster>/.test(command) ? undefined : '554 5.7.1 <x@y>: Relay access denied'
  }).dialer
const toPostmaster = (reply: string) => server(command => (/RCPT TO:<postmaster@/.test(command) ? reply : undefined))

describeCheck(smtpPostmaster, {
  taken: [
    { zone, target, dialer: server(() => undefined), says: 'takes mail for postmaster@example.org ("250 2.0.0 Ok").' },
    { name: 'to be forwarded', zone, target, dialer: toPostmaster('251 2.1.5 will forward'), says: '251' },
  ],
  refused: [
    { zone, target, dialer: toPostmaster('550 5.1.1 User unknown'), says: '"550 5.1.1 User unknown"', fix: 'an alias' },
  ],
  'not-theirs': [
    {
      zone,
      target,
      dialer: toPostmaster('554 5.7.1 <postmaster@example.org>: Relay access denied'),
      says: 'does not know that example.org is one of its domains',
      fix: 'take mx.example.org out of the MX records',
    },
  ],
  'unqualified-refused': [
    {
      zone,
      target,
      dialer: server(command => (command === 'RCPT TO:<Postmaster>' ? '501 5.1.3 Bad address' : undefined)),
      findings: 2,
      says: '501 5.1.3 Bad address',
    },
  ],
  deferred: [{ zone, target, dialer: toPostmaster('450 4.2.0 Greylisted'), says: 'That is what greylisting does' }],
  'turned-away': [
    {
      zone,
      target,
      dialer: server(command =>
        command.startsWith('RCPT') ? '554 5.7.1 Client host blocked using bl.example' : undefined,
      ),
      says: 'refuses us every recipient alike: "554 5.7.1 Client host blocked using bl.example"',
      fix: 'on no blocklist',
    },
    {
      name: 'already at MAIL',
      zone,
      target,
      dialer: server(command => (command.startsWith('MAIL') ? '550 5.7.1 Go away' : undefined)),
      says: 'Go away',
    },
  ],
  untold: [
    {
      zone,
      target,
      dialer: server(command => (command === '(banner)' ? '421 4.7.0 busy' : undefined)),
      says: '421 4.7.0 busy',
    },
    {
      name: 'hangs up',
      zone,
      target,
      dialer: server(command => (/RCPT/.test(command) ? 'closed' : undefined)),
      says: 'hung up',
    },
  ],
  'not-asked': [
    { zone, dialer: server(() => undefined), says: 'Not checked: no host was named as yours (--mine).' },
    { name: 'no SMTP', zone, target: { ...target, smtp: false }, says: '--no-smtp' },
  ],
  'not-applicable': [
    {
      zone,
      target: { mine: ['mail.example.net'] },
      findings: 2,
      says: 'none is an MX host of the domain (mail.example.net)',
    },
  ],
})

it('never says DATA, and is asked of nobody who was not named', async () => {
  const { dialer, heard, connections } = obligingMx(() => undefined)
  await findingsOf(smtpPostmaster, { zone, dialer })
  expect(connections()).toBe(0)
  await findingsOf(smtpPostmaster, { zone, dialer, target })
  expect(connections()).toBe(1)
  expect(heard).toEqual([
    'EHLO probe.example.net',
    'MAIL FROM:<>',
    'RCPT TO:<postmaster@example.org>',
    'RSET',
    'MAIL FROM:<>',
    'RCPT TO:<Postmaster>',
    'RSET',
    'MAIL FROM:<>',
    'RCPT TO:<nobody@example.com>',
    'RSET',
    'QUIT',
  ])
})
