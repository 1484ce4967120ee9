// Our judgment of who relays for strangers, on real Postfixes: one that is closed, one that is open, and such as are open in one way only.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import smtpOpenRelay from '../../src/checks/smtp-open-relay.ts'
import smtpPostmaster from '../../src/checks/smtp-postmaster.ts'
import { mappedDialer } from '../../src/net/mapped-dialer.ts'
import { createDialer } from '../../src/net/socket-dialer.ts'
import type { Finding } from '../../src/report/report.ts'
import { target } from '../support/check-tester.ts'
import { zoneResolver } from '../support/zone-resolver.ts'
import { findingsOf } from './support/judge.ts'
import { type Postfix, startPostfix } from './support/postfix.ts'
import { excused, run } from './support/program.ts'

const ours = ['local_recipient_maps=inline:{postmaster=yes,somebody=yes}']
const closed = [...ours, 'smtpd_relay_restrictions=reject_unauth_destination']

/**
 * Settings of each smtpd, and what we say of it: smtp-open-relay and smtp-postmaster. No setting keeps Postfix from taking
 * mail for postmaster, but one that keeps it from taking any.
 */
const cases: { readonly [name: string]: readonly [options: readonly string[], relay: string, postmaster: string] } = {
  closed: [closed, 'closed', 'taken'],
  'closed-by-deferring': [[...ours, 'smtpd_relay_restrictions=defer_unauth_destination'], 'closed', 'taken'],
  'closed-and-takes-all': [
    ['local_recipient_maps=', 'smtpd_relay_restrictions=reject_unauth_destination'],
    'closed takes-all',
    'taken',
  ],
  'open-to-all': [
    [...ours, 'mynetworks=0.0.0.0/0', 'smtpd_relay_restrictions=permit_mynetworks,reject_unauth_destination'],
    'open',
    'taken',
  ],
  'open-to-its-own-network': [
    [...ours, '{smtpd_relay_restrictions=permit_mynetworks,reject_unauth_destination}'],
    'open',
    'taken',
  ],
  'open-to-our-own-senders': [
    [...ours, '{smtpd_relay_restrictions=check_sender_access inline:{{example.org=OK}},reject_unauth_destination}'],
    'open',
    'taken',
  ],
  // It passes such addresses on only to domains that it relays for: there is none.
  'closed-with-untrusted-routing': [[...closed, 'allow_untrusted_routing=yes'], 'closed', 'taken'],
  'refuses-us': [[...ours, 'smtpd_client_restrictions=reject'], 'turned-away', 'turned-away'],
  'puts-us-off': [[...ours, 'smtpd_client_restrictions=defer'], 'deferred', 'deferred'],
}

const zone = 'example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1'

describe.skipIf(excused('root', 'postfix'))('a real Postfix', () => {
  let postfix: Postfix
  beforeAll(async () => {
    const names = Object.keys(cases)
    const options = Object.fromEntries(names.map(name => [name, cases[name]![0]]))
    postfix = await startPostfix('mx.example.org', Object.fromEntries(names.map(name => [name, undefined])), options)
  })
  afterAll(() => postfix?.stop())

  it.each(Object.entries(cases))('that is %s', async (name, [, relay, postmaster]) => {
    const found = await findings(name)
    const of = (check: string): string =>
      found
        .filter(one => one.check === check)
        .map(({ outcome }) => outcome)
        .join(' ')
    expect([of('smtp-open-relay'), of('smtp-postmaster')], found.map(({ says }) => says).join('\n')).toEqual([
      relay,
      postmaster,
    ])
  })

  it('gets no message by it', async () => {
    const { stdout } = await run('postqueue', ['-c', postfix.configuration, '-j'])
    expect(stdout).toBe('')
  })

  async function findings(name: string): Promise<readonly Finding[]> {
    const sockets = createDialer()
    const map = new Map([['192.0.2.1:25', { address: '127.0.0.1', port: postfix.ports[name]! }]])
    const means = { resolver: zoneResolver(zone), dialer: mappedDialer(sockets, map) }
    const asked = { ...target({ domain: 'example.org' }), mine: ['mx.example.org'] }
    const found = await findingsOf([smtpOpenRelay, smtpPostmaster], means, asked)
    sockets.close()
    return found
  }
})
