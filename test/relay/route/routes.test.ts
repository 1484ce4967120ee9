import { describe, expect, it } from 'vitest'
import { groupKey, recipientDomain, routeFor } from '../../../src/relay/route/routes.ts'
import type { RouteSettings } from '../../../src/relay/settings.ts'

const route = (name: string, match: string[], cost = 10, via: RouteSettings['via'] = 'mx'): RouteSettings => ({
  name,
  match,
  cost,
  via,
  tls: 'auto',
  auth: undefined,
  appearsAs: undefined,
})

describe('the domain of a recipient', () => {
  it.each([
    ['a@Example.ORG', 'example.org'],
    ['a@example.org.', 'example.org'],
    ['"a@b"@example.org', 'example.org'],
    ['a@bücher.example', 'xn--bcher-kva.example'],
    ['a@BÜCHER.example', 'xn--bcher-kva.example'],
    ['a@[192.0.2.1]', '[192.0.2.1]'],
    ['postmaster', ''],
  ])('of %s is %s', (address, domain) => expect(recipientDomain(address)).toBe(domain))
})

describe('the route', () => {
  const routes = [
    route('all', ['*'], 50),
    route('cheaper', ['*'], 20),
    route('below', ['*.example.org']),
    route('far-below', ['*.a.example.org'], 90),
    route('itself', ['example.org'], 90),
    route('first', ['twice.test']),
    route('second', ['twice.test']),
    route('idn', ['*.bücher.example']),
  ]
  it.each([
    ['elsewhere.test', 'cheaper'],
    ['x.example.org', 'below'],
    ['x.y.example.org', 'below'],
    ['x.a.example.org', 'far-below'],
    ['example.org', 'itself'],
    ['notexample.org', 'cheaper'],
    ['twice.test', 'first'],
    ['a.xn--bcher-kva.example', 'idn'],
    ['', 'cheaper'],
  ])('of %s is "%s"', (domain, name) => expect(routeFor(domain, routes)?.name).toBe(name))

  it('is none where nothing matches', () => expect(routeFor('a.test', [route('x', ['b.test'])])).toBeUndefined())
})

describe('envelopes of one message', () => {
  it('go together by domain to MX hosts, and all together to a smart host', () => {
    const mx = route('out', ['*'])
    expect(groupKey('a@example.org', mx)).toBe(groupKey('b@EXAMPLE.org', mx))
    expect(groupKey('a@example.org', mx)).not.toBe(groupKey('a@example.net', mx))
    const smart = route('smart', ['*'], 10, [{ host: 'relay.test', port: 587 }])
    expect(groupKey('a@example.org', smart)).toBe(groupKey('a@example.net', smart))
    expect(groupKey('a@example.org', smart)).not.toBe(groupKey('a@example.org', mx))
  })
})
