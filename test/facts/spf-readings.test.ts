import { expect, it } from 'vitest'
import { Gatherer, SharedFacts } from '../../src/audit/gather.ts'
import { readings } from '../../src/facts/readings.ts'
import { nobody, target } from '../support/check-tester.ts'
import { zoneResolver } from '../support/zone-resolver.ts'

const reading = async (zone: string) => {
  const means = { resolver: zoneResolver(zone), dialer: nobody, ehloName: 'probe.example.net' }
  const { know } = new Gatherer(means, new SharedFacts())
  return (await readings(target({ egress: ['192.0.2.10'] }), know, new Date())).spf[0]!.result
}

it('does not claim a failure that hangs on a reverse lookup without answer (RFC 7208 §5.5)', async () => {
  const zone = (terms: string): string =>
    `example.org TXT "v=spf1 ${terms} -all"\n10.2.0.192.in-addr.arpa FAULT servfail`
  expect(await reading(zone('ptr'))).toBe('temperror')
  expect(await reading(zone('ptr ip4:192.0.2.10'))).toBe('pass')
  expect(await reading(zone('ip4:192.0.2.11'))).toBe('fail')
})
