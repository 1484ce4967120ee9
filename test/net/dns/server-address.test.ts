import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeServer, parseServer, systemServers } from '../../../src/net/dns/server-address.ts'

describe('parseServer', () => {
  it.each([
    ['192.0.2.53', '192.0.2.53', 53],
    [' 192.0.2.53:5353 ', '192.0.2.53', 5353],
    ['2001:db8::53', '2001:db8::53', 53],
    ['[2001:db8::53]', '2001:db8::53', 53],
    ['[2001:db8::53]:5353', '2001:db8::53', 5353],
    ['fe80::1%eth0', 'fe80::1%eth0', 53],
    ['::1:5353', '::1:5353', 53],
  ])('reads %s', (text, address, port) => {
    expect(parseServer(text)).toEqual({ ok: true, server: { address, port } })
  })

  it.each([
    ['udp://192.0.2.53', { address: '192.0.2.53', port: 53 }],
    ['tcp://192.0.2.53:5353', { address: '192.0.2.53', port: 5353, transport: 'tcp' }],
    ['TCP://[2001:db8::53]', { address: '2001:db8::53', port: 53, transport: 'tcp' }],
    ['tls://192.0.2.53', { address: '192.0.2.53', port: 853, transport: 'tls' }],
    ['tls://2001:db8::53', { address: '2001:db8::53', port: 853, transport: 'tls' }],
    ['tls://Dns.Example.org:8853/', { address: 'dns.example.org', port: 8853, transport: 'tls' }],
    [
      'tls://192.0.2.53:8853#dns.example.org',
      { address: '192.0.2.53', port: 8853, transport: 'tls', certifiedAs: 'dns.example.org' },
    ],
    ['https://192.0.2.53', { address: '192.0.2.53', port: 443, transport: 'https' }],
    ['https://dns.example.org/dns-query{?dns}', { address: 'dns.example.org', port: 443, transport: 'https' }],
    ['https://localhost:8443/a?b', { address: 'localhost', port: 8443, transport: 'https', path: '/a?b' }],
    ['https://[2001:db8::53]/', { address: '2001:db8::53', port: 443, transport: 'https', path: '/' }],
  ])('reads %s', (text, server) => {
    expect(parseServer(text)).toEqual({ ok: true, server })
  })

  it('never throws, and names what it reads so that it reads the same again', () => {
    const piece = fc.constantFrom(
      'tls',
      'https',
      'tcp',
      '://',
      '192.0.2.1',
      '[2001:db8::1]',
      'a.example',
      ':',
      '853',
      '#',
      '/',
      '?',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 8 }).map(parts => parts.join('')),
    )
    fc.assert(
      fc.property(text, typed => {
        const parsed = parseServer(typed)
        if (parsed.ok) expect(parseServer(describeServer(parsed.server))).toEqual(parsed)
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['', 'it is empty'],
    ['sdns://AQ', '"sdns" is not supported'],
    ['constructor://192.0.2.53', '"constructor" is not supported'],
    ['http://192.0.2.53/dns-query', 'without TLS is not supported: write https://'],
    ['tcp://dns.example.org', 'it must be an IP address'],
    ['tcp://192.0.2.53#dns.example.org', 'only after tls://'],
    ['tls://192.0.2.53#', 'after the # must stand the name'],
    ['tls://192.0.2.53#a.example#b.example', 'only after tls://'],
    ['tls://192.0.2.053', 'it must be an IP address or a host name'],
    ['tls://[dns.example.org]', 'it must be an IP address or a host name'],
    ['tls://192.0.2.53:853/dns-query', 'its port must be a number'],
    ['tls://', 'it must be an IP address or a host name'],
    ['https://', 'it must be an IP address or a host name'],
    ['https://user@dns.example.org/', 'no user name'],
    ['https://dns.example.org/a b', 'its path must be one of a URL'],
    ['https://dns.example.org/#x', 'its path must be one of a URL'],
    ['https://dns.example.org:0/dns-query', 'its port must be'],
    ['dns.example.org', 'it must be an IP address'],
    ['dns.example.org:53', 'it must be an IP address'],
    ['[192.0.2.53]:53', 'it must be an IP address'],
    ['192.0.2.053', 'it must be an IP address'],
    ['192.0.2.53:', 'its port must be a number from 1 to 65535, not ""'],
    ['192.0.2.53:0', 'its port must be'],
    ['192.0.2.53:65536', 'its port must be'],
    ['192.0.2.53:dns', 'its port must be a number from 1 to 65535, not "dns"'],
    ['[2001:db8::53]5353', 'it must be an IP address'],
  ])('refuses "%s" with a reason', (text, reason) => {
    const parsed = parseServer(text)
    expect(parsed.ok).toBe(false)
    expect(parsed).toMatchObject({ reason: expect.stringContaining(reason) })
  })

  it('names a server so that it reads it again', () => {
    for (const text of ['192.0.2.53', '192.0.2.53:5353', '2001:db8::53', '[2001:db8::53]:5353']) {
      const parsed = parseServer(text)
      expect(parsed.ok && describeServer(parsed.server)).toBe(text)
    }
  })

  it('finds the servers of this system', () => {
    expect(systemServers().length).toBeGreaterThan(0)
  })
})
