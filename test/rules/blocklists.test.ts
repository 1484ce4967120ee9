import { describe, expect, it } from 'vitest'
import { inNetwork, parseAddress } from '../../src/names/address.ts'
import { isWithin, nameFault } from '../../src/names/domain.ts'
import {
  blocklistOf,
  blocklists,
  blocklistsAsOf,
  retiredBlocklists,
  sharedRefusals,
} from '../../src/rules/blocklists.ts'

describe('the registry of blocklists', () => {
  it('is dated', () => {
    expect(blocklistsAsOf).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/)
    for (const { since } of retiredBlocklists) expect(since).toMatch(/^20\d\d(-\d\d(-\d\d)?)?$/)
  })

  it('asks no list that is dead', () => {
    const dead = blocklists.filter(list => retiredBlocklists.some(retired => isWithin(list.zone, retired.zone)))
    expect(dead).toEqual([])
  })

  it('has every zone once', () => {
    const zones = [...blocklists, ...retiredBlocklists].map(list => list.zone)
    expect(new Set(zones).size).toBe(zones.length)
    expect(blocklistOf('nowhere.example')).toBeUndefined()
  })

  it.each(blocklists.map(list => [list.zone, list] as const))(
    '%s is described so that its answers can be read',
    (zone, list) => {
      expect(nameFault(zone)).toBeUndefined()
      expect(list.families.length).toBeGreaterThan(0)
      expect(Object.keys(list.codes).length).toBeGreaterThan(0)
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
