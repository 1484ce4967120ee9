import { describe, expect, it } from 'vitest'
import { Unknowable } from '../../src/audit/fact.ts'
import { Gatherer, SharedFacts } from '../../src/audit/gather.ts'
import { spfRecord } from '../../src/facts/spf-record.ts'
import type { Resolver } from '../../src/net/resolver.ts'
import { nobody } from '../support/check-tester.ts'

/** A domain with TXT records of which one cannot be read. */
function beside(...texts: readonly string[]): Resolver {
  const told = { ttl: 60, authentic: false, server: 'test', authoritative: false, chain: ['example.org'] }
  const malformed = [{ type: 'TXT', reason: 'a string runs over its end' }]
  return {
    resolve: async () => ({ kind: 'records', records: texts.map(text => [text]), malformed, ...told }) as never,
  }
}

const found = (resolver: Resolver) =>
  new Gatherer({ resolver, dialer: nobody, ehloName: 'x' }, new SharedFacts()).know(spfRecord, {
    domain: 'example.org',
  })

describe('the SPF records of a domain', () => {
  it('are not missing while a text beside them cannot be read: that may be the one', async () => {
    await expect(found(beside('verification=1'))).rejects.toThrow(Unknowable)
  })

  it('are found beside one', async () => {
    await expect(found(beside('v=spf1 -all'))).resolves.toMatchObject({ records: ['v=spf1 -all'] })
  })
})
