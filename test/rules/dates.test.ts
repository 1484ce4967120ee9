// Every rule set says of which month it is, and every report says which rule sets it was made by.
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../../src/catalogue.ts'
import { checks } from '../../src/checks/index.ts'
import { canonicalName, nameFault } from '../../src/names/domain.ts'
import { selectorProviders } from '../../src/rules/dkim-selectors.ts'
import { mailGateways } from '../../src/rules/mail-gateways.ts'
import { announcements, clouds, formerIncludes, formerMx, noMx } from '../../src/rules/microsoft-365.ts'
import { providers } from '../../src/rules/providers.ts'

const folder = new URL('../../src/rules/', import.meta.url)

describe('the rule sets', () => {
  it('are dated, and their dates stand in every report', async () => {
    const told: { readonly [name: string]: string } = catalogue().rules
    // The name of one is older than its file.
    const called: { readonly [name: string]: string } = { sharedIncludes: 'spfIncludes' }
    for (const file of readdirSync(folder)) {
      const rules: { readonly [name: string]: unknown } = await import(new URL(file, folder).href)
      for (const name of Object.keys(rules).filter(one => one.endsWith('AsOf'))) {
        expect(rules[name], file).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/)
        const set = name.replace(/AsOf$/, '')
        expect(told[called[set] ?? set], `${name} in the rules of a report`).toBe(rules[name])
      }
    }
  })
})

describe('the providers', () => {
  it('demand what checks prove, with replies that can be read, of a page and its month', () => {
    const ids = new Set(checks.map(({ id }) => id))
    for (const { id, url, asOf, demands, unseen, bulkFrom } of providers) {
      expect(url, id).toMatch(/^https:\/\//)
      expect(asOf, id).toMatch(/^20\d\d-\d\d$/)
      expect(unseen.length, id).toBeGreaterThan(0)
      expect(bulkFrom === null || bulkFrom > 0).toBe(true)
      for (const { checks: rows, code, says } of demands) {
        expect(
          rows.flat().filter(check => !ids.has(check)),
          id,
        ).toEqual([])
        // RFC 3463 §2: the class of both codes is the same.
        if (code !== null) expect(code).toMatch(/^5\d\d( 5\.\d{1,3}\.\d{1,3})?$/)
        expect(says).toMatch(/\.$/)
      }
    }
    expect(providers.map(({ id }) => id)).toEqual(['gmail', 'outlook', 'yahoo', 'apple'])
  })
})

describe('the names of Microsoft 365 and of mail gateways', () => {
  it('can be compared, and none is told twice', () => {
    const names = [
      ...clouds.flatMap(({ mx, spf, autodiscover, services, initial }) => [
        ...mx,
        spf,
        autodiscover,
        ...services,
        initial,
      ]),
      ...[...formerMx, ...noMx, ...formerIncludes].map(({ name }) => name),
      ...mailGateways.flatMap(({ mx }) => mx),
    ]
    expect(names.filter(name => nameFault(name) !== undefined || name !== canonicalName(name))).toEqual([])
    const ends = mailGateways.flatMap(({ mx }) => mx)
    expect(new Set(ends).size).toBe(ends.length)
    const mailboxes = selectorProviders.flatMap(({ mx }) => mx ?? [])
    expect(ends.filter(end => mailboxes.includes(end))).toEqual([])
  })

  it('announcements stand in the order of their days, each with its page', () => {
    const dates = announcements.map(({ date }) => date)
    expect(dates).toEqual(dates.toSorted())
    for (const { date, url, says } of announcements) {
      expect(Number.isNaN(Date.parse(date))).toBe(false)
      expect(url).toMatch(/^https:\/\/[a-z.]+\.microsoft\.com\//)
      expect(says).toMatch(/\.$/)
    }
  })
})
