// A resolver that answers for names which do not exist must not make anything exist.
import { describe, expect, it } from 'vitest'
import { improbableNames, withoutRewriting } from '../../src/net/rewriting.ts'
import { type ZoneResolver, zoneResolver } from '../support/zone-resolver.ts'

const REAL =
  'real.example A 192.0.2.1\nreal.example TXT "v=spf1 -all"\nmail.example MX 10 real.example\nmail.example A 192.0.2.2'
const PARKING = '203.0.113.80'
const honest = (): ZoneResolver => zoneResolver(REAL)
const rewriting = (): ZoneResolver =>
  zoneResolver([REAL, ...[...improbableNames, 'gone.example'].map(name => `${name} A ${PARKING}`)].join('\n'))

describe('withoutRewriting', () => {
  it('changes nothing that an honest resolver says, and asks it thrice a type', async () => {
    const [inner, plain] = [honest(), honest()]
    const resolver = withoutRewriting(inner)
    for (const [name, type] of [
      ['real.example', 'A'],
      ['mail.example', 'A'],
      ['real.example', 'TXT'],
      ['real.example', 'MX'],
      ['gone.example', 'A'],
      ['gone.example', 'SOA'],
    ] as const) {
      expect(await resolver.resolve(name, type)).toEqual(await plain.resolve(name, type))
    }
    expect(inner.asked.filter(question => improbableNames.some(name => question === `${name} A`))).toHaveLength(3)
  })

  it('tells what a rewriting resolver makes up as not learned', async () => {
    const resolver = withoutRewriting(rewriting())
    const words = `the resolver rewrites answers: it says ${PARKING} also for names that do not exist`
    const unlearned = { kind: 'unreachable', why: 'malformed', extended: words }
    expect(await resolver.resolve('gone.example', 'A')).toMatchObject(unlearned)
    // It seems to exist, and nothing but the made-up address says so.
    expect(await resolver.resolve('gone.example', 'SOA')).toMatchObject(unlearned)
    expect(await resolver.resolve('gone.example', 'MX')).toMatchObject(unlearned)
  })

  it('believes it where it says anything else', async () => {
    const resolver = withoutRewriting(rewriting())
    expect(await resolver.resolve('real.example', 'A')).toMatchObject({ kind: 'records', records: ['192.0.2.1'] })
    expect(await resolver.resolve('real.example', 'MX')).toMatchObject({ kind: 'nodata' })
    expect(await resolver.resolve('mail.example', 'MX')).toMatchObject({ kind: 'records' })
    expect(await resolver.resolve('none.example', 'A')).toMatchObject({ kind: 'nxdomain' })
  })

  it('leaves alone what a named server says', async () => {
    const from = { address: '192.0.2.53', port: 53 }
    expect(await withoutRewriting(rewriting()).resolve('gone.example', 'A', from)).toMatchObject({ kind: 'records' })
  })

  it('finds out again later, and soon when it could not', async () => {
    let clock = 0
    const inner = zoneResolver(`${REAL}\n${improbableNames.map(name => `${name} FAULT timeout`).join('\n')}`)
    const resolver = withoutRewriting(inner, () => clock)
    const probes = async (): Promise<number> => {
      const before = inner.asked.length
      expect(await resolver.resolve('real.example', 'A')).toMatchObject({ kind: 'records' })
      return inner.asked.length - before - 1
    }
    expect(await probes()).toBe(3)
    expect(await probes()).toBe(0)
    clock += 31_000
    expect(await probes()).toBe(3)
  })
})
