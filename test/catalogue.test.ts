// Holds the catalogue together: a check's id is its file, its test, its page and its place in the profiles.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { docHead, headOf, withTables } from '../scripts/docs.ts'
import { kernelOutcomes } from '../src/audit/check.ts'
import { checks } from '../src/checks/index.ts'
import { messageProfile, profiles } from '../src/checks/profiles.ts'
import { findingGroups, groupOf } from '../src/report/groups.ts'
import { providers } from '../src/rules/providers.ts'

const root = new URL('../', import.meta.url)
const listed = checks.map(check => check.id)
const notChecks = [
  'blocklist-troubles.ts',
  'delegation-rulings.ts',
  'dnssec-words.ts',
  'index.ts',
  'profiles.ts',
  'published-words.ts',
  'readiness.ts',
]

describe('the catalogue', () => {
  it('lists every check in src/checks once, under the name of its file', () => {
    const files = readdirSync(new URL('src/checks', root)).filter(file => !notChecks.includes(file))
    expect([...listed].sort()).toEqual(files.map(file => file.replace(/\.ts$/, '')).sort())
    expect(new Set(listed).size).toBe(listed.length)
  })

  it('knows every check that a profile or a provider rule names', () => {
    const named = [
      ...Object.values(profiles).flatMap(p => Object.keys(p.checks)),
      ...providers.flatMap(p => p.demands.flatMap(demand => demand.checks.flat())),
    ]
    expect(named.filter(id => !listed.includes(id))).toEqual([])
  })

  it('is told in docs/profiles.md as it is (npm run docs)', () => {
    const page = readFileSync(new URL('docs/profiles.md', root), 'utf8')
    expect(page).toBe(withTables(page))
  })

  it('gives every check a place in a profile', () => {
    const places = [...Object.values(profiles), messageProfile].flatMap(profile => Object.keys(profile.checks))
    expect(listed.filter(id => !places.includes(id))).toEqual([])
  })
})

describe.each(checks.map(check => [check.id, check] as const))('%s', (id, check) => {
  it('has a test and a page', () => {
    expect(existsSync(new URL(`test/checks/${id}.test.ts`, root)), 'test').toBe(true)
    expect(existsSync(new URL(`docs/checks/${id}.md`, root)), 'page').toBe(true)
  })

  it('has a page whose head says what the check says (npm run docs)', () => {
    expect(headOf(readFileSync(new URL(`docs/checks/${id}.md`, root), 'utf8'))).toBe(docHead(check))
  })

  it('leaves nothing to be written', () => {
    const page = readFileSync(new URL(`docs/checks/${id}.md`, root), 'utf8')
    const texts = ['src', 'test'].map(room =>
      readFileSync(new URL(`${room}/checks/${id}${room === 'src' ? '' : '.test'}.ts`, root), 'utf8'),
    )
    for (const text of [page, ...texts]) expect(text).not.toContain('TODO')
    for (const heading of ['What it looks at', 'When it is unknown', 'Mending it'])
      expect(page, heading).toMatch(new RegExp(`\\n## ${heading}\\n\\s*[^#\\s]`))
  })

  it('is worded for people', () => {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/)
    expect(findingGroups.map(group => group.id)).toContain(check.group)
    // A finding carries no group: views find it by the id.
    expect(groupOf(id).id).toBe(check.group)
    expect(check.title).toMatch(/^[A-Z].*[^.]$/)
    expect(check.why).toMatch(/\.$/)
    expect(check.refs.length).toBeGreaterThan(0)
    for (const [name, outcome] of Object.entries(check.outcomes)) {
      expect(Object.keys(kernelOutcomes), `${name} is the kernel's`).not.toContain(name)
      expect(outcome.says, name).toMatch(/[.)}]$/)
      if (outcome.level === 'warn' || outcome.level === 'fail') expect(outcome.fix, `${name} needs a fix`).toBeTruthy()
    }
  })
})
