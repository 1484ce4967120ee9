import { describe, expect, it } from 'vitest'
import { Gatherer, SharedFacts } from '../../src/audit/gather.ts'
import { delegation } from '../../src/facts/delegation.ts'
import { type Authority, authorityResolver } from '../support/authority-resolver.ts'
import { nobody } from '../support/check-tester.ts'

const SEEN = `
  org NS a.org.example
  a.org.example A 192.0.2.100
  example.org NS ns1.example.org
  example.org NS ns2.example.net
  ns1.example.org A 192.0.2.1
  ns2.example.net A 192.0.2.2
`
const ZONE = `
  example.org SOA ns1.example.org hostmaster.example.org 7
  example.org NS ns1.example.org
  example.org NS ns2.example.net
`
const parent: Authority = {
  zones: ['org'],
  text: 'example.org NS ns1.example.org\nexample.org NS old.example.net\nns1.example.org A 192.0.2.1',
}

function gather(authorities: { readonly [address: string]: Authority }) {
  const means = { resolver: authorityResolver(SEEN, authorities), dialer: nobody, ehloName: 'probe.example.net' }
  return new Gatherer(means, new SharedFacts()).know(delegation, { domain: 'example.org' })
}

describe('the delegation of a domain', () => {
  it('is told by the zone above and by each server', async () => {
    const zone = { zones: ['example.org'], text: ZONE }
    const found = await gather({ '192.0.2.100': parent, '192.0.2.1': zone, '192.0.2.2': { ...zone, fault: 'refused' } })
    expect(found).toMatchObject({
      zone: 'example.org',
      parent: {
        state: 'delegates',
        zone: 'org',
        names: ['ns1.example.org', 'old.example.net'],
        glue: [{ name: 'ns1.example.org', address: '192.0.2.1' }],
        by: 'a.org.example',
      },
      servers: [
        {
          name: 'ns1.example.org',
          views: [
            {
              ...{ state: 'answers', address: '192.0.2.1', family: 4, tcp: true },
              soa: { serial: 7 },
              names: ['ns1.example.org', 'ns2.example.net'],
            },
          ],
        },
        { name: 'ns2.example.net', views: [{ state: 'lame', reason: 'it refuses to answer for the zone' }] },
        { name: 'old.example.net', unaddressed: 'it has no address', views: [] },
      ],
      open: new Set(['udp4', 'tcp4']),
    })
  })

  it('cannot be told where the same servers hold both zones', async () => {
    const both = { zones: ['org', 'example.org'], text: ZONE }
    expect(await gather({ '192.0.2.100': both, '192.0.2.1': both })).toMatchObject({
      parent: { state: 'same', zone: 'org' },
    })
  })

  it('is unknown above where nobody answers', async () => {
    expect(await gather({})).toMatchObject({
      parent: { state: 'unknown', reason: 'a.org.example: it could not be reached' },
      servers: [{ views: [{ state: 'silent' }] }, { views: [{ state: 'silent' }] }],
      open: new Set(),
    })
  })
})
