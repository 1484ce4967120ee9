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
    ['', 'it is empty'],
    ['tls://1.1.1.1', 'only plain DNS is supported so far, not DNS over TLS'],
    ['https://dns.example/dns-query', 'only plain DNS is supported so far, not DNS over HTTPS'],
    ['sdns://AQ', 'only plain DNS is supported so far'],
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
