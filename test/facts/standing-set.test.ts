// What stands at a name before records are published there: whole, by itself, and unknown where nothing was learned.
import { expect, it } from 'vitest'
import type { StandingSet } from '../../src/report/report.ts'
import { nobody, target } from '../support/check-tester.ts'
import { reportOn } from '../support/mending.ts'

/** The sets that a report has of the names where it proposes records. */
async function standing(zone: string, egress: readonly string[] = []): Promise<readonly StandingSet[]> {
  const report = await reportOn({ zone, dialer: nobody, now: new Date(), target: target({ smtp: false, egress }) })
  return report.standing ?? []
}

const MAIL =
  'example.org SOA ns.example.org h.example.org 1\nexample.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1'

it('is the whole set with its strings, in an order of its own', async () => {
  expect(
    await standing(`${MAIL}\nexample.org TXT "v=spf1 mx +all"\nexample.org TXT "b" "c"\nexample.org TXT "a"`),
  ).toContainEqual({
    name: 'example.org',
    type: 'TXT',
    state: 'records',
    values: [['a'], ['b', 'c'], ['v=spf1 mx +all']],
  })
})

it('is none where there is none, and where only a wildcard answers', async () => {
  const none = { name: '_dmarc.example.org', type: 'TXT', state: 'none', values: [] }
  expect(await standing(`${MAIL}\nexample.org TXT "v=spf1 mx -all"`)).toContainEqual(none)
  expect(await standing(`${MAIL}\nexample.org TXT "v=spf1 mx -all"\n*.example.org TXT "v=spf1 -all"`)).toContainEqual(
    none,
  )
})

it('is an alias where one stands', async () => {
  const zone = `${MAIL}\nmail.example.org CNAME nobody.example.net`
  expect(await standing(zone, ['192.0.2.1 mail.example.org'])).toContainEqual({
    name: 'mail.example.org',
    type: 'A',
    state: 'alias',
    values: [],
  })
})

it('is not told for a domain about which nothing is proposed', async () => {
  expect(
    await standing(
      `${MAIL}\nexample.org TXT "v=spf1 mx -all"\n_dmarc.example.org TXT "v=DMARC1; p=reject; rua=mailto:d@example.org"`,
    ),
  ).toEqual([])
})
