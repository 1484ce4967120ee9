import { describe, expect, it } from 'vitest'
import { selectorFault } from '../../src/config/sending-domains.ts'
import { canonicalName, nameFault } from '../../src/names/domain.ts'
import { commonSelectors, dkimSelectorsAsOf, selectorProviders } from '../../src/rules/dkim-selectors.ts'

describe('the selectors of providers', () => {
  it('are dated, and each can be asked for', () => {
    expect(dkimSelectorsAsOf).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/)
    const selectors = [...commonSelectors, ...selectorProviders.flatMap(one => one.selectors)]
    expect(
      selectors.filter(one => selectorFault(one, 'example.org') !== undefined || one !== one.toLowerCase()),
    ).toEqual([])
  })

  it('belong to providers that a domain shows by a name', () => {
    for (const { title, selectors, mx, spf, aliases } of selectorProviders) {
      const names = [...(mx ?? []), ...(spf ?? []), ...(aliases ?? [])]
      expect(selectors.length, title).toBeGreaterThan(0)
      expect([...(mx ?? []), ...(spf ?? [])].length, title).toBeGreaterThan(0)
      expect(
        names.filter(name => nameFault(name) !== undefined || name !== canonicalName(name)),
        title,
      ).toEqual([])
    }
    expect(new Set(selectorProviders.map(one => one.title)).size).toBe(selectorProviders.length)
  })

  it('leave room for those of the providers in use', () => {
    expect(new Set(commonSelectors).size).toBe(commonSelectors.length)
    expect(commonSelectors.length).toBeLessThan(18)
  })
})
