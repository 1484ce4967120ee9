import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { publicSuffixOrganization } from '../../src/names/organizational.ts'

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
      // No names of DNS: nothing, a leading dot, or labels that are not A-labels.
      .filter(([name]) => name !== 'null' && !name.startsWith('.') && /^[\x21-\x7e]+$/.test(name))

    it('are many', () => {
      expect(cases.length).toBeGreaterThan(60)
    })

    it.each(cases)('%s: %s', (name, expected) => {
      expect(publicSuffixOrganization(name) ?? 'null').toBe(expected)
    })
  },
)
