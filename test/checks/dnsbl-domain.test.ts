import { describe, expect, it } from 'vitest'
import check from '../../src/checks/dnsbl-domain.ts'
import { domainBlocklists } from '../../src/rules/domain-blocklists.ts'
import { aliveExcept, domainAlive } from '../support/blocklist-zones.ts'
import { describeCheck, findingsOf } from '../support/check-tester.ts'
import { zoneResolver } from '../support/zone-resolver.ts'

const dbl = 'dbl.spamhaus.org'
const surbl = 'multi.surbl.org'
const uribl = 'multi.uribl.com'
const lines = (...texts: readonly string[]): string => texts.join('\n')
const below = { domain: 'news.example.co.uk' }

describeCheck(check, {
  listed: [
    {
      zone: lines(
        aliveExcept(),
        `example.org.${dbl} A 127.0.1.2`,
        `example.org.${dbl} TXT "https://check.spamhaus.org/"`,
      ),
      says: 'example.org is listed by Spamhaus DBL (dbl.spamhaus.org): a spam domain; the list says: “https://check.spamhaus.org/”.',
      fix: 'Then follow https://check.spamhaus.org/',
      data: { zone: dbl, codes: ['127.0.1.2'] },
    },
    {
      name: 'bits that were added up',
      zone: lines(aliveExcept(), `example.org.${surbl} A 127.0.0.72`),
      says: 'example.org is listed by SURBL (multi.surbl.org): PH, a phishing site; ABUSE, a site that spam links to.',
      data: { codes: ['127.0.0.72'] },
    },
    {
      name: 'by the organization of a name below it, as it was registered',
      zone: lines(aliveExcept(), `example.co.uk.${uribl} A 127.0.0.2`),
      target: below,
      says: 'example.co.uk is listed by URIBL (multi.uribl.com): black, a domain that spam links to.',
    },
    {
      name: 'the name itself, on a list that holds host names',
      zone: lines(aliveExcept(), `news.example.co.uk.${dbl} A 127.0.1.4`),
      target: below,
      says: 'news.example.co.uk is listed by Spamhaus DBL (dbl.spamhaus.org): a phishing domain.',
    },
    {
      name: 'while another list refuses: both are said',
      zone: lines(aliveExcept(uribl), `*.${uribl} A 127.0.0.1`, `example.org.${dbl} A 127.0.1.2`),
      says: 'a spam domain',
      findings: 2,
    },
    {
      name: 'black and grey of one list are two findings',
      zone: lines(aliveExcept(), `example.org.${uribl} A 127.0.0.6`),
      says: 'black, a domain that spam links to.',
      findings: 2,
    },
    {
      name: 'control characters in the reason',
      zone: lines(aliveExcept(), `example.org.${dbl} A 127.0.1.2`, `example.org.${dbl} TXT "bad\\027[31m\\010{name}"`),
      says: 'the list says: “bad [31m {name}”.',
    },
  ],
  abused: [
    {
      zone: lines(aliveExcept(), `example.org.${dbl} A 127.0.1.104`),
      says: 'Spamhaus DBL (dbl.spamhaus.org) has example.org as a good domain that is abused for phishing.',
      fix: 'Find what is misused below example.org',
    },
  ],
  'listed-informational': [
    {
      zone: lines(aliveExcept(), `example.org.${uribl} A 127.0.0.8`),
      says: 'URIBL (multi.uribl.com) has an entry for example.org: red',
      findings: 2,
    },
  ],
  'helo-listed': [
    {
      zone: lines(aliveExcept(), `hosting.example.net.${dbl} A 127.0.1.2`, `example.net.${dbl} A 127.0.1.2`),
      target: { egress: ['192.0.2.10 hosting.example.net'] },
      says: 'example.net, which a sending server says in HELO, is listed by Spamhaus DBL',
      findings: 2,
    },
  ],
  clean: [
    {
      zone: aliveExcept(),
      says: 'example.org is not listed by 3 of 3 blocklists of domains: dbl.spamhaus.org, multi.surbl.org, multi.uribl.com.',
      data: { asked: 3, total: 3 },
    },
    { name: 'a neighbor is listed', zone: lines(aliveExcept(), `example.net.${dbl} A 127.0.1.2`), says: '3 of 3' },
    {
      name: 'lists that have test entries of their own instead of TEST',
      zone: lines(
        `dbltest.com.${dbl} A 127.0.1.2`,
        `test.surbl.org.${surbl} A 127.0.0.254`,
        `test.uribl.com.${uribl} A 127.0.0.14`,
      ),
      says: '3 of 3',
    },
    {
      name: 'a subdomain, on a list that was asked for what is registered alone',
      zone: lines(aliveExcept(), `news.example.co.uk.${surbl} A 127.0.0.8`),
      target: below,
      says: '3 of 3',
    },
    {
      name: 'an address said in HELO, and a name without a dot, are not asked for',
      zone: lines(aliveExcept(), `*.10.${dbl} A 127.0.1.255`),
      target: { egress: ['192.0.2.10 [192.0.2.10]', '192.0.2.11 mailserver', '192.0.2.12 192.0.2.12'] },
      says: '3 of 3',
    },
  ],
  refused: [
    {
      zone: lines(aliveExcept(dbl), `*.${dbl} A 127.255.255.254`),
      says: 'It is not known whether example.org is listed here, since these lists do not serve the resolver that was used: dbl.spamhaus.org (127.255.255.254: the question came through a public, open or unattributable resolver). That is no listing.',
      fix: 'MAILWORTHY_DQS_KEY',
      findings: 2,
    },
    {
      name: 'a list that took the name for an address',
      zone: lines(aliveExcept(), `example.org.${dbl} A 127.0.1.255`),
      says: '127.0.1.255: it was asked about an address, which it does not hold',
      findings: 2,
    },
    {
      name: 'the question itself, after the test entries',
      zone: lines(aliveExcept(), `example.org.${dbl} FAULT refused`),
      says: 'dbl.spamhaus.org',
      findings: 2,
    },
  ],
  'refused-minor': [
    {
      name: 'bit 1, whatever else is in it',
      zone: lines(aliveExcept(uribl), `*.${uribl} A 127.0.0.3`),
      says: 'multi.uribl.com (127.0.0.3: the list refuses this resolver',
      findings: 2,
    },
  ],
  unanswered: [
    {
      name: 'silence is neither clean nor listed',
      zone: lines(aliveExcept(), `example.org.${dbl} FAULT timeout`),
      says: 'It is not known whether example.org is listed here, since nothing usable came back: dbl.spamhaus.org',
      findings: 2,
    },
    {
      name: 'a code that nobody published',
      zone: lines(aliveExcept(), `example.org.${dbl} A 127.0.1.77`),
      says: '127.0.1.77',
      findings: 2,
    },
    {
      name: 'clean for the name, silent for its organization',
      zone: lines(aliveExcept(), `example.co.uk.${dbl} FAULT servfail`),
      target: below,
      says: 'dbl.spamhaus.org',
      findings: 2,
    },
  ],
  'unanswered-minor': [
    {
      name: 'a parked domain',
      zone: lines(aliveExcept(surbl), `*.${surbl} A 203.0.113.7`),
      says: 'multi.surbl.org (it answers 203.0.113.7, as no blocklist does',
      findings: 2,
    },
  ],
  unusable: [{ zone: 'example.org A 192.0.2.1', says: 'not one of 3 blocklists works from here' }],
  dead: [
    {
      zone: aliveExcept(surbl),
      says: 'multi.surbl.org (its test entry is missing (test.multi.surbl.org, surbl-org-permanent-test-point.com.multi.surbl.org, test.surbl.org.multi.surbl.org))',
      findings: 2,
    },
    {
      name: 'it lists everything',
      zone: lines(aliveExcept(uribl), `*.${uribl} A 127.0.0.2`),
      says: 'multi.uribl.com (it lists even what no list may list (invalid.multi.uribl.com))',
      findings: 2,
    },
  ],
  'dead-major': [
    { zone: aliveExcept(dbl), says: 'Either it has died, or it gives this resolver empty answers', findings: 2 },
  ],
})

describe('the questions for a domain', () => {
  it('are the test entries, and the name once for each list', async () => {
    const resolver = zoneResolver(aliveExcept())
    await findingsOf(check, { zone: '', resolver, target: { egress: ['192.0.2.10 mail.example.org'] } })
    const entries = domainBlocklists.reduce((sum, list) => sum + 2 + list.testPoints.length, 0)
    expect(resolver.asked).toHaveLength(entries + domainBlocklists.length)
    expect(resolver.asked).toContain(`example.org.${dbl} A`)
    expect(resolver.asked).not.toContain(`mail.example.org.${dbl} A`)
  })

  it('never ask a list of domains for an address', async () => {
    const resolver = zoneResolver(aliveExcept())
    await findingsOf(check, {
      zone: '',
      resolver,
      target: { egress: ['192.0.2.10 [192.0.2.10]', '2001:db8::1 2001:db8::1'] },
    })
    expect(resolver.asked.filter(asked => /^[0-9[\]:.]+\.[a-z]+\.[a-z]+\.[a-z]+ A$/.test(asked))).toEqual([])
    expect(domainAlive(dbl)).toContain('127.0.1.2')
  })
})
