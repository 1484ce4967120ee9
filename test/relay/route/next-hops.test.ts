import { describe, expect, it } from 'vitest'
import { outwardOnly } from '../../../src/relay/route/inward-addresses.ts'
import { nextHops, type Surroundings } from '../../../src/relay/route/next-hops.ts'
import { zoneResolver } from '../../support/zone-resolver.ts'

const zone = `
plain.test        MX 20 mx2.plain.test
plain.test        MX 10 mx1.plain.test
mx1.plain.test    A 192.0.2.1
mx1.plain.test    AAAA 2001:db8::1
mx2.plain.test    A 192.0.2.2
equal.test        MX 10 a.equal.test
equal.test        MX 10 b.equal.test
equal.test        MX 10 c.equal.test
equal.test        MX 20 z.equal.test
a.equal.test      A 192.0.2.11
b.equal.test      A 192.0.2.12
c.equal.test      A 192.0.2.13
z.equal.test      A 192.0.2.14
implicit.test     A 192.0.2.3
nothing.test      TXT "only this"
null.test         MX 0 .
nullish.test      MX 0 .
nullish.test      MX 10 mx1.plain.test
slow.test         FAULT timeout
failing.test      FAULT servfail
refusing.test     FAULT refused
slowhost.test     MX 10 mx.slow.test
slowhost.test     MX 20 mx2.plain.test
slowonly.test     MX 10 mx.slow.test
mx.slow.test      FAULT timeout
slowimplicit.test TXT "x"
slowimplicit.test FAULT servfail A
alias.test        CNAME plain.test
aliasmx.test      MX 10 aliashost.test
aliashost.test    CNAME mx1.plain.test
dangling.test     MX 10 gone.test
six.test          MX 10 mx6.six.test
mx6.six.test      AAAA 2001:db8::6
address.test      MX 10 192.0.2.1
localhost.test    MX 10 localhost
inward.test       MX 10 in1.inward.test
inward.test       MX 20 in2.inward.test
in1.inward.test   A 127.0.0.1
in2.inward.test   A 169.254.169.254
in2.inward.test   AAAA ::ffff:10.0.0.1
partly.test       MX 10 in1.inward.test
partly.test       MX 20 mx2.plain.test
own.test          MX 10 Mail.Ourselves.test
own.test          MX 20 mx1.plain.test
backup.test       MX 10 mx1.plain.test
backup.test       MX 20 mail.ourselves.test
backup.test       MX 20 mx2.plain.test
backup.test       MX 30 z.equal.test
byaddress.test    MX 10 mx1.plain.test
byaddress.test    MX 15 hidden.test
hidden.test       A 192.0.2.25
mail.ourselves.test A 192.0.2.25
ours.test         A 192.0.2.25
relay.test        A 192.0.2.50
relay.test        AAAA 2001:db8::50
second.test       A 10.0.0.9
xn--bcher-kva.example MX 10 mx1.plain.test
`

const around = (random = () => 0.999): Surroundings => ({
  resolver: zoneResolver(zone),
  guard: outwardOnly,
  ourselves: { names: ['mail.ourselves.test'], addresses: ['192.0.2.25', '2001:db8::25'] },
  random,
})

const hops = async (domain: string, families: (4 | 6)[] = [4], random?: () => number): Promise<string> => {
  const found = await nextHops({ via: 'mx' }, domain, families, around(random))
  return found.kind === 'hosts'
    ? found.hosts.map(hop => `${hop.name} ${hop.address}:${hop.port}`).join(', ')
    : `${found.kind} ${found.reply.code} ${found.reply.enhanced} ${found.reply.text}`
}

describe('next hops by MX', () => {
  it('are tried by preference', async () => {
    expect(await hops('plain.test')).toBe('mx1.plain.test 192.0.2.1:25, mx2.plain.test 192.0.2.2:25')
  })

  it('are of the families of the egress and of no other', async () => {
    expect(await hops('plain.test', [4, 6])).toContain('2001:db8::1')
    expect(await hops('plain.test', [6])).toBe('mx1.plain.test 2001:db8::1:25')
    expect(await hops('six.test')).toMatch(/^failed 0 5\.4\.4 .*no IPv4 address/)
  })

  it('are shuffled among equals, and only there', async () => {
    let turn = 0
    const random = (): number => {
      turn = (turn * 16807 + 11) % 2147483647
      return turn / 2147483647
    }
    const orders = new Set<string>()
    for (let i = 0; i < 60; i++) {
      const found = await hops('equal.test', [4], random)
      expect(found).toMatch(/z\.equal\.test 192\.0\.2\.14:25$/)
      orders.add(found)
    }
    expect(orders.size).toBe(6)
  })

  it('are the domain itself where it has no MX', async () => {
    expect(await hops('implicit.test')).toBe('implicit.test 192.0.2.3:25')
  })

  it('are found behind CNAMEs', async () => {
    expect(await hops('alias.test')).toContain('mx1.plain.test 192.0.2.1:25')
    expect(await hops('aliasmx.test')).toBe('aliashost.test 192.0.2.1:25')
  })

  it('do without hosts that DNS tells nothing about', async () => {
    expect(await hops('slowhost.test')).toBe('mx2.plain.test 192.0.2.2:25')
    expect(await hops('nullish.test')).toBe('mx1.plain.test 192.0.2.1:25')
  })

  it.each([
    ['null.test', /^failed 556 5\.1\.10 .*null MX/],
    ['no.such.test', /^failed 0 5\.1\.2 The domain no\.such\.test does not exist/],
    ['nothing.test', /^failed 0 5\.1\.2 .*neither MX records nor an address/],
    ['dangling.test', /^failed 0 5\.4\.4 .*gone\.test/],
    ['address.test', /^failed 0 5\.4\.4 .*192\.0\.2\.1/],
    ['localhost.test', /^failed 0 5\.4\.4 /],
    ['localhost', /^failed 0 5\.1\.2 /],
    ['', /^failed 0 5\.1\.2 /],
    [`${'a'.repeat(64)}.test`, /^failed 0 5\.1\.2 /],
    ['a..test', /^failed 0 5\.1\.2 /],
    ['evil\u2028.test', /^failed 0 5\.1\.2 "evil\\u2028/],
    ['[127.0.0.1]', /^failed 0 5\.1\.2 .*address literal/],
  ])('of %s are none for good', async (domain, expected) => expect(await hops(domain)).toMatch(expected))

  it.each(['slow.test', 'failing.test', 'refusing.test', 'slowonly.test', 'slowimplicit.test'])(
    'of %s cannot be known now',
    async domain => expect(await hops(domain)).toMatch(/^deferred 0 4\.4\.3 DNS /),
  )

  it('are never addresses that lead inwards', async () => {
    expect(await hops('inward.test', [4, 6])).toMatch(/^failed 0 5\.4\.4 .*127\.0\.0\.1 .*loopback.*169\.254\.169\.254/)
    expect(await hops('partly.test')).toBe('mx2.plain.test 192.0.2.2:25')
    const lab = { ...around(), guard: () => undefined }
    expect(await nextHops({ via: 'mx' }, 'inward.test', [4], lab)).toMatchObject({
      hosts: [{ address: '127.0.0.1' }, { address: '169.254.169.254' }],
    })
  })

  it('stop at ourselves, by name and by address', async () => {
    expect(await hops('own.test')).toMatch(/^failed 0 5\.4\.6 .*this server itself/)
    expect(await hops('ours.test')).toMatch(/^failed 0 5\.4\.6 /)
    expect(await hops('backup.test')).toBe('mx1.plain.test 192.0.2.1:25')
    expect(await hops('byaddress.test')).toBe('mx1.plain.test 192.0.2.1:25')
  })
})

describe('next hops by smart host', () => {
  const smart = async (via: { host: string; port: number }[], families: (4 | 6)[] = [4]) =>
    nextHops({ via }, 'any.test', families, around())

  it('are its addresses, in the order of the configuration', async () => {
    const via = [
      { host: 'Relay.test.', port: 587 },
      { host: '10.0.0.5', port: 25 },
      { host: '[2001:db8::9]', port: 465 },
      { host: 'second.test', port: 2525 },
    ]
    expect(await smart(via, [4, 6])).toEqual({
      kind: 'hosts',
      hosts: [
        { name: 'relay.test', address: '192.0.2.50', port: 587 },
        { name: 'relay.test', address: '2001:db8::50', port: 587 },
        { name: '10.0.0.5', address: '10.0.0.5', port: 25 },
        { name: '2001:db8::9', address: '2001:db8::9', port: 465 },
        { name: 'second.test', address: '10.0.0.9', port: 2525 },
      ],
    })
  })

  it('are waited for when there is none: the fault is ours', async () => {
    expect(await smart([{ host: 'no.such.test', port: 25 }])).toMatchObject({
      kind: 'deferred',
      reply: { enhanced: '4.4.4' },
    })
    expect(await smart([{ host: 'mx.slow.test', port: 25 }])).toMatchObject({
      kind: 'deferred',
      reply: { enhanced: '4.4.3' },
    })
    expect(await smart([{ host: '2001:db8::9', port: 25 }])).toMatchObject({
      kind: 'deferred',
      reply: { enhanced: '4.4.4' },
    })
    expect(
      await smart([
        { host: 'mx.slow.test', port: 25 },
        { host: 'relay.test', port: 25 },
      ]),
    ).toMatchObject({ kind: 'hosts' })
  })
})
