import { existsSync, readFileSync } from 'node:fs'
import { domainToASCII } from 'node:url'
import { describe, expect, it } from 'vitest'
import { publicSuffixOrganization } from '../../src/names/organizational.ts'

const inLabels = (name: string): string => (/[^\x00-\x7f]/.test(name) ? domainToASCII(name) : name)

const vectors = new URL('../../../shared/conformance/psl/tests/tests.txt', import.meta.url)

describe('the organizational domain by the Public Suffix List', () => {
  it.each([
    ['example.org', 'example.org'],
    ['a.b.example.co.uk', 'example.co.uk'],
    ['foo.github.io', 'foo.github.io'],
    ['com', undefined],
    ['co.uk', undefined],
    ['mail.example.test', 'example.test'],
  ])('of %s is %s', (name, organization) => {
    expect(publicSuffixOrganization(name)).toBe(organization)
  })
})

describe.skipIf(!existsSync(vectors))(
  'the vectors of publicsuffix.org (skipped without the data beside the checkout)',
  () => {
    const lines = existsSync(vectors) ? readFileSync(vectors, 'utf8').split('\n') : []
    const cases = lines
      .filter(line => line !== '' && !line.startsWith('//'))
      .map(line => line.split(' ') as [string, string])
      // No names of DNS: nothing at all, and what begins with a dot.
      .filter(([name]) => name !== 'null' && !name.startsWith('.'))
      // DNS has A-labels (RFC 5890 §2.3.2.1).
      .map(([name, expected]) => [inLabels(name), inLabels(expected)] as const)

    it('are many', () => {
      expect(cases.length).toBeGreaterThan(70)
    })

    it.each(cases)('%s: %s', (name, expected) => {
      expect(publicSuffixOrganization(name) ?? 'null').toBe(expected)
    })
  },
)
