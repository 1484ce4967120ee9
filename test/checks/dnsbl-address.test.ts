import { describe, expect, it } from 'vitest'
import check from '../../src/checks/dnsbl-address.ts'
import { alive, aliveExcept, listing } from '../support/blocklist-zones.ts'
import { describeCheck, findingsOf } from '../support/check-tester.ts'

const zen = 'zen.spamhaus.org'
const spamcop = 'bl.spamcop.net'
const psbl = 'psbl.surriel.com'
const target = { egress: ['192.0.2.10 mail.example.org'] }
const v6 = { egress: ['2001:db8::25'] }
const lines = (...texts: readonly string[]): string => texts.join('\n')

describeCheck(check, {
  listed: [
    {
      zone: lines(
        aliveExcept(),
        listing('192.0.2.10', spamcop, '127.0.0.2'),
        `10.2.0.192.${spamcop} TXT "Blocked - see https://www.spamcop.net/bl.shtml?192.0.2.10"`,
      ),
      target,
      says: '192.0.2.10 is listed by SpamCop (bl.spamcop.net): mail from it was reported as spam by its recipients; the list says: “Blocked - see https://www.spamcop.net/bl.shtml?192.0.2.10”.',
      fix: 'Then wait: the listing ends by itself a day after the last report (https://www.spamcop.net/bl.shtml?192.0.2.10).',
      data: { zone: spamcop, codes: ['127.0.0.2'] },
    },
    {
      name: 'every A record is read',
      zone: lines(aliveExcept(), listing('192.0.2.10', zen, '127.0.0.9', '127.0.0.2')),
      target,
      says: 'SBL, a source or supporter of spam that Spamhaus knows by name; DROP, a network in criminal hands.',
      fix: 'https://check.spamhaus.org/',
      data: { codes: ['127.0.0.2', '127.0.0.9'] },
    },
    {
      name: 'a listing and a policy on one list are two findings',
      zone: lines(aliveExcept(), listing('192.0.2.10', zen, '127.0.0.10', '127.0.0.4')),
      target,
      says: 'XBL, a machine that was taken over or runs malware.',
      findings: 2,
    },
    {
      name: 'while another list refuses: both are said',
      zone: lines(
        aliveExcept(zen),
        listing('127.0.0.2', zen, '127.255.255.254'),
        listing('192.0.2.10', spamcop, '127.0.0.2'),
      ),
      target,
      says: 'listed by SpamCop',
      findings: 2,
    },
    {
      name: 'the reason cannot be asked for',
      zone: lines(
        aliveExcept(),
        listing('192.0.2.10', spamcop, '127.0.0.2'),
        `10.2.0.192.${spamcop} FAULT timeout TXT`,
      ),
      target,
      says: 'by its recipients.',
      data: { reason: null },
    },
    {
      name: 'control characters in the reason',
      zone: lines(
        aliveExcept(),
        listing('192.0.2.10', psbl, '127.0.0.2'),
        `10.2.0.192.${psbl} TXT "bad\\027[31m\\010news"`,
      ),
      target,
      says: 'the list says: “bad [31m news”.',
    },
    {
      name: 'an IPv6 address, by nibbles',
      zone: lines(aliveExcept(), `5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.${zen} A 127.0.0.3`),
      target: v6,
      says: '2001:db8::25 is listed by Spamhaus ZEN',
    },
    {
      name: 'IPv6 on a list that works but has no IPv6 test entry',
      zone: lines(aliveExcept(zen), alive(zen, [4]), listing('2001:db8::25', zen, '127.0.0.3')),
      target: v6,
      says: 'CSS',
    },
  ],
  'listed-policy': [
    {
      zone: lines(aliveExcept(), listing('192.0.2.10', zen, '127.0.0.11')),
      target,
      says: '192.0.2.10 is on the policy list of Spamhaus ZEN (zen.spamhaus.org): PBL, entered by Spamhaus. Its range is declared not to send mail directly',
      fix: 'Deliver through the smart host of your provider.',
    },
  ],
  'listed-informational': [
    {
      name: 'the provider, not the address',
      zone: lines(aliveExcept(), listing('192.0.2.10', 'dnsbl-3.uceprotect.net', '127.0.0.2')),
      target,
      says: 'UCEPROTECT level 3 (dnsbl-3.uceprotect.net) has an entry for 192.0.2.10: many addresses of its provider',
      findings: 2,
    },
  ],
  clean: [
    {
      zone: aliveExcept(),
      target,
      says: '192.0.2.10 is not listed by 9 of 9 blocklists: zen.spamhaus.org, bl.spamcop.net, b.barracudacentral.org',
      data: { asked: 9, total: 9 },
    },
    {
      name: 'IPv6: only lists that hold IPv6 addresses are asked',
      zone: aliveExcept(),
      target: v6,
      says: '2001:db8::25 is not listed by 2 of 2 blocklists: zen.spamhaus.org, dnsbl.dronebl.org.',
    },
    {
      name: 'a neighbor is listed',
      zone: lines(aliveExcept(), listing('192.0.2.11', zen, '127.0.0.2')),
      target,
      says: '9 of 9',
    },
    {
      name: 'a list whose test entry answers with its class for tests',
      zone: lines(aliveExcept('dnsbl.dronebl.org'), '2.0.0.127.dnsbl.dronebl.org A 127.0.0.1'),
      target,
      says: '9 of 9',
    },
    {
      name: 'beside a list that refuses, counted without it',
      zone: lines(aliveExcept(zen), listing('127.0.0.2', zen, '127.255.255.254')),
      target,
      says: 'not listed by 8 of 9 blocklists: bl.spamcop.net,',
      findings: 2,
    },
  ],
  refused: [
    {
      name: 'a public resolver',
      zone: lines(aliveExcept(zen), `*.${zen} A 127.255.255.254`),
      target,
      says: 'zen.spamhaus.org (127.255.255.254: the question came through a public, open or unattributable resolver). That is no listing.',
      fix: 'Ask through a recursive resolver of your own (--resolver)',
      findings: 2,
    },
    {
      name: 'only the real question is refused: volume',
      zone: lines(aliveExcept(), listing('192.0.2.10', zen, '127.255.255.255')),
      target,
      says: '127.255.255.255: too many questions',
      findings: 2,
    },
    {
      name: 'REFUSED by DNS itself',
      zone: lines(aliveExcept(spamcop), `2.0.0.127.${spamcop} FAULT refused`),
      target,
      says: 'bl.spamcop.net (DNS refused to answer (REFUSED)',
      findings: 2,
    },
    {
      name: '127.0.0.1 is no listing, whoever says it',
      zone: lines(aliveExcept(), listing('192.0.2.10', spamcop, '127.0.0.1')),
      target,
      says: 'bl.spamcop.net (127.0.0.1: the list refuses this resolver, or the resolver blocks the list)',
      findings: 2,
    },
    {
      name: 'a refusal beside a code is no listing either',
      zone: lines(aliveExcept(), listing('192.0.2.10', zen, '127.0.0.2', '127.255.255.254')),
      target,
      says: '127.255.255.254',
      findings: 2,
    },
    {
      name: 'an error that Spamhaus has not explained yet',
      zone: lines(aliveExcept(), listing('192.0.2.10', zen, '127.255.255.250')),
      target,
      says: '127.255.255.250: an error that the list does not explain',
      findings: 2,
    },
  ],
  'refused-minor': [
    {
      zone: lines(aliveExcept(psbl), `2.0.0.127.${psbl} FAULT refused`),
      target,
      says: 'psbl.surriel.com (DNS refused to answer',
      findings: 2,
    },
  ],
  unanswered: [
    {
      name: 'the list does not answer its test',
      zone: lines(aliveExcept(zen), `2.0.0.127.${zen} FAULT timeout`),
      target,
      says: 'zen.spamhaus.org (DNS did not answer in time when asked for 2.0.0.127.zen.spamhaus.org A).',
      findings: 2,
    },
    {
      name: 'the list does not answer the real question',
      zone: lines(aliveExcept(), `10.2.0.192.${zen} FAULT servfail`),
      target,
      says: 'zen.spamhaus.org (DNS reported a failure (SERVFAIL) when asked for 10.2.0.192.zen.spamhaus.org A)',
      findings: 2,
    },
    {
      name: 'whether it lists everything could not be learned',
      zone: lines(aliveExcept(), `1.0.0.127.${zen} FAULT timeout`, listing('192.0.2.10', zen, '127.0.0.2')),
      target,
      says: 'asked for 1.0.0.127.zen.spamhaus.org A',
      findings: 2,
    },
    {
      name: 'its domain is parked',
      zone: lines(aliveExcept(spamcop), `*.${spamcop} A 203.0.113.80`),
      target,
      says: 'bl.spamcop.net (it answers 203.0.113.80, as no blocklist does: its domain is parked, or the resolver rewrites answers)',
      findings: 2,
    },
    {
      name: 'the resolver rewrites names that do not exist',
      zone: lines(aliveExcept(spamcop), alive(spamcop), `*.${spamcop} A 203.0.113.80`),
      target,
      says: '203.0.113.80',
      findings: 2,
    },
    {
      name: 'the resolver rewrites a single answer',
      zone: lines(aliveExcept(), listing('192.0.2.10', spamcop, '203.0.113.80', '127.0.0.2')),
      target,
      says: '203.0.113.80',
      findings: 2,
    },
    {
      name: 'a code that nobody published is no listing',
      zone: lines(aliveExcept(), listing('192.0.2.10', zen, '127.0.0.77')),
      target,
      says: 'it answers 127.0.0.77, and what that means is not published',
      findings: 2,
    },
    {
      name: 'every list is silent: nothing is clean',
      zone: lines(aliveExcept(zen, spamcop, psbl), ...[zen, spamcop, psbl].map(z => `2.0.0.127.${z} FAULT timeout`)),
      target,
      says: /zen\.spamhaus\.org \(.*; bl\.spamcop\.net \(/,
      findings: 3,
    },
  ],
  'unanswered-minor': [
    {
      zone: lines(aliveExcept(psbl), `2.0.0.127.${psbl} FAULT servfail`),
      target,
      says: 'psbl.surriel.com (DNS reported a failure (SERVFAIL)',
      findings: 2,
    },
  ],
  dead: [
    {
      name: 'the test entry is gone',
      zone: lines(aliveExcept(psbl), listing('192.0.2.10', psbl, '127.0.0.2')),
      target,
      says: 'psbl.surriel.com (its test entry is missing (2.0.0.127.psbl.surriel.com)).',
      findings: 2,
    },
    {
      name: 'it lists everything',
      zone: lines(aliveExcept(psbl), `*.${psbl} A 127.0.0.2`),
      target,
      says: 'psbl.surriel.com (it lists even what no list may list (1.0.0.127.psbl.surriel.com)).',
      findings: 2,
    },
    {
      name: 'IPv6 without an IPv6 test entry',
      zone: lines(aliveExcept('dnsbl.dronebl.org'), alive('dnsbl.dronebl.org', [4])),
      target: v6,
      says: 'dnsbl.dronebl.org (its test entry is missing (2.0.0.0.0.0.f.7.f.f.f.f.',
      findings: 2,
    },
  ],
  'dead-major': [
    {
      name: 'a public resolver that gets empty answers from a large list',
      zone: aliveExcept(zen),
      target,
      says: /It is not known whether 192\.0\.2\.10 is listed here.*2\.0\.0\.127\.zen\.spamhaus\.org/,
      fix: 'a recursive resolver of your own',
      findings: 2,
    },
  ],
  unusable: [
    {
      name: 'a resolver that denies everything',
      zone: 'example.org A 192.0.2.10',
      target,
      says: 'not one of 9 blocklists works from here (zen.spamhaus.org (its test entry is missing',
      fix: 'All of them at once point to the resolver',
    },
    {
      name: 'only small lists are left, and they do not answer',
      zone: `2.0.0.127.${psbl} FAULT timeout`,
      target,
      says: 'psbl.surriel.com (DNS did not answer in time',
    },
  ],
  'not-asked': [{ zone: aliveExcept(), says: 'no sending address was given (--sender-ip)' }],
})

describe('dnsbl-address', () => {
  it('never calls an address clean when no list could be asked', async () => {
    const zone = lines(...[zen, spamcop].map(z => `*.${z} A 127.255.255.254`))
    const outcomes = (await findingsOf(check, { zone, target })).map(f => f.outcome)
    expect(outcomes).toEqual(['refused', 'dead'])
  })

  it('asks nothing about the address of a list that refuses', async () => {
    const zone = lines(aliveExcept(zen), `*.${zen} A 127.255.255.254`)
    const [finding] = await findingsOf(check, { zone, target })
    expect(finding!.evidence.map(e => e.ask)).not.toContain(`10.2.0.192.${zen} A`)
    expect(finding!.evidence.map(e => e.ask)).toContain(`2.0.0.127.${zen} A`)
  })
})
