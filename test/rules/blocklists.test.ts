import { describe, expect, it } from 'vitest'
import { inNetwork, parseAddress } from '../../src/names/address.ts'
import { isWithin, nameFault } from '../../src/names/domain.ts'
import { blocklistOf, blocklists, blocklistsAsOf, sharedRefusals } from '../../src/rules/blocklists.ts'
import { domainBlocklistOf, domainBlocklists } from '../../src/rules/domain-blocklists.ts'
import { retiredBlocklists } from '../../src/rules/retired-blocklists.ts'

const all = [...blocklists, ...domainBlocklists]

describe('the registry of blocklists', () => {
  it('is dated', () => {
    expect(blocklistsAsOf).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/)
    for (const { since } of retiredBlocklists) expect(since).toMatch(/^20\d\d(-\d\d(-\d\d)?)?$/)
  })

  it('asks no list that is dead', () => {
    const dead = all.filter(list => retiredBlocklists.some(retired => isWithin(list.zone, retired.zone)))
    expect(dead).toEqual([])
  })

  it('has every zone once', () => {
    const zones = [...all, ...retiredBlocklists].map(list => list.zone)
    expect(new Set(zones).size).toBe(zones.length)
    expect(blocklistOf('nowhere.example')).toBeUndefined()
    expect(domainBlocklistOf('nowhere.example')).toBeUndefined()
  })

  it.each(all.map(list => [list.zone, list] as const))(
    '%s is described so that its answers can be read',
    (zone, list) => {
      expect(nameFault(zone)).toBeUndefined()
      if (list.kind === 'address') expect(list.families.length).toBeGreaterThan(0)
      expect(Object.keys({ ...list.codes, ...list.bits }).length).toBeGreaterThan(0)
      // Bit 1 is a refusal wherever bits are added up.
      for (const value of Object.keys(list.bits ?? {}).map(Number)) expect([2, 4, 8, 16, 32, 64, 128]).toContain(value)
      for (const code of Object.keys(list.codes)) {
        const address = parseAddress(code)
        expect(address?.text).toBe(code)
        expect(inNetwork(address!, parseAddress('127.0.0.0')!, 8)).toBe(true)
        expect(sharedRefusals, `${code} is a refusal`).not.toHaveProperty([code])
      }
      expect(list.removal).toMatch(/https?:\/\//)
      expect(list.removal).not.toMatch(/\.$/)
    },
  )
})
