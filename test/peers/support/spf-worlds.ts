// Made-up SPF worlds: records of every mechanism, right and wrong, over few hosts and addresses, the same for the same seed.
import { parseAddress, reverseName } from '../../../src/names/address.ts'
import { escapeName } from './dig.ts'
import { seededRandom } from './lossy-proxy.ts'

export interface SpfWorld {
  /** Lines of a root zone without its SOA and NS. */
  readonly zone: string
  readonly domains: readonly string[]
  readonly clients: readonly string[]
}

const clients = [
  ...[
    '192.0.2.1',
    '192.0.2.9',
    '192.0.2.130',
    '192.0.3.1',
    '198.51.100.1',
    '198.51.100.77',
    '203.0.113.200',
    '10.0.0.1',
  ],
  ...['2001:db8::1', '2001:db8::9', '2001:db8:0:1::1', '2001:db8:1::1', '2001:db9::1'],
]

export function makeSpfWorld(seed: number, size: number): SpfWorld {
  const random = seededRandom(seed)
  const upTo = (most: number): number => Math.floor(random() * most)
  const pick = <T>(from: readonly T[]): T => from[upTo(from.length)]!
  const chance = (share: number): boolean => random() < share
  const domains = Array.from({ length: size }, (_, i) => `d${i}.spf.test`)
  const hosts = Array.from({ length: 12 }, (_, i) => `h${i}.host.test`)
  const exchanged = Array.from({ length: 8 }, (_, i) => `m${i}.mx.test`)
  const lines: string[] = []
  const add = (owner: string, type: string, value: string): void => {
    lines.push(`${escapeName(owner)} 300 ${type} ${value}`)
  }

  const ip4 = clients.filter(address => !address.includes(':'))
  const ip6 = clients.filter(address => address.includes(':'))
  const addAddresses = (owner: string): void => {
    for (let i = upTo(3); i > 0; i--) add(owner, 'A', pick(ip4))
    for (let i = upTo(2); i > 0; i--) add(owner, 'AAAA', pick(ip6))
    // A name without any record would be a void lookup like one that does not exist; both are wanted.
    if (chance(0.2)) add(owner, 'TXT', '"a host"')
  }
  hosts.forEach(addAddresses)
  domains.filter(() => chance(0.4)).forEach(addAddresses)
  for (const owner of [...exchanged, ...domains.filter(() => chance(0.3))]) {
    for (let i = chance(0.05) ? 11 : 1 + upTo(3); i > 0; i--)
      add(owner, 'MX', `${i} ${pick([...hosts, 'gone.host.test'])}.`)
  }
  for (const client of clients) {
    if (chance(0.3)) continue
    for (let i = 1 + upTo(2); i > 0; i--)
      add(reverseName(parseAddress(client)!), 'PTR', `${pick([...hosts, ...domains])}.`)
  }
  for (const client of ip4) {
    const reversed = client.split('.').toReversed().join('.')
    if (chance(0.5)) add(`${reversed}.in-addr.exists.test`, 'A', '127.0.0.2')
    if (chance(0.5)) add(`${client}.exists.test`, 'A', '127.0.0.2')
  }
  add('probe.exists.test', 'A', '127.0.0.2')
  add('*.d1.exists.test', 'A', '127.0.0.2')

  const name = (): string => pick([...hosts, ...exchanged, pick(domains), pick(domains), 'void.host.test'])
  const lengths = (): string => `${chance(0.4) ? `/${upTo(33)}` : ''}${chance(0.3) ? `//${upTo(129)}` : ''}`
  const macros = [
    '%{i}',
    '%{ir}.%{v}',
    '%{l}',
    '%{d2}',
    '%{d1r}',
    '%{h}',
    '%{o}',
    '%{sr-}',
    '%{d}.%{v}',
    '%{lr+}',
    '%{D}',
  ]
  const mechanisms: readonly (() => string)[] = [
    () => `ip4:${pick(ip4)}${chance(0.6) ? `/${upTo(33)}` : ''}`,
    () => `ip4:${pick(ip4)}${chance(0.6) ? `/${24 + upTo(9)}` : ''}`,
    () => `ip6:${pick(ip6)}${chance(0.6) ? `/${upTo(129)}` : ''}`,
    () => `a${chance(0.7) ? `:${name()}` : ''}${lengths()}`,
    () => `mx${chance(0.7) ? `:${pick(exchanged)}` : ''}${lengths()}`,
    () => `include:${pick(domains)}`,
    () => `include:${pick(domains)}`,
    () => `exists:${pick(macros)}.exists.test`,
    () => `a:${pick(macros)}.exists.test`,
    () => (chance(0.3) ? `ptr${chance(0.5) ? ':host.test' : ''}` : `ip4:${pick(ip4)}`),
  ]
  const wrong = [
    ...['ip4:192.0.2', 'ip4:192.0.2.1/33', 'ip4:192.0.2.1/', 'ip4:192.0.2.01', 'ip6:2001:db8::1/129', 'ip6:192.0.2.1'],
    ...[
      'a:',
      'a/33',
      'a//129',
      'a:h1.host.test/08',
      'mx:',
      'include',
      'include:',
      'exists',
      'foo:bar',
      'all:',
      'all/8',
    ],
    ...['exists:%{x}.test', 'exists:%(i).test', 'a:h1', 'redirect=', 'ptr:', '-foo', 'ip4', 'a:h1.host.test.'],
  ]
  const harmless = ['foo=bar', 'x-y=%{i}', 'exp=explain.host.test', 'a.b_c=', 'ra=postmaster', 'rp=100']
  const term = (): string => {
    if (chance(0.01)) return pick(wrong)
    if (chance(0.05)) return pick(harmless)
    const mechanism = pick(mechanisms)()
    return `${pick(['', '', '', '+', '-', '~', '?'])}${chance(0.1) ? shout(mechanism) : mechanism}`
  }
  const ending = (): readonly string[] =>
    pick([
      ['-all'],
      ['~all'],
      ['?all'],
      [`redirect=${pick(domains)}`],
      ['-all', `redirect=${pick(domains)}`],
      ['all'],
      [],
    ])
  for (const domain of domains) {
    const records = chance(0.03) ? 2 : chance(0.05) ? 0 : 1
    for (let i = 0; i < records; i++) {
      const terms = Array.from({ length: 1 + upTo(5) }, term)
      const version = chance(0.03)
        ? pick(['v=spf10', 'v=spf1.', ' v=spf1', 'v=spf2.0/pra'])
        : chance(0.05)
          ? 'V=SPF1'
          : 'v=spf1'
      const text = [version, ...terms, ...ending()].join(chance(0.05) ? '  ' : ' ')
      const cut = chance(0.3) ? upTo(text.length) : text.length
      add(domain, 'TXT', cut === text.length ? `"${text}"` : `"${text.slice(0, cut)}" "${text.slice(cut)}"`)
    }
    if (chance(0.2)) add(domain, 'TXT', '"verification=1234"')
  }
  return { zone: `${lines.join('\n')}\n`, domains, clients }
}

/** The name of a mechanism in capitals; what follows it stays, for a macro letter in capitals means something else. */
function shout(mechanism: string): string {
  return mechanism.replace(/^[a-z0-9]+/, letters => letters.toUpperCase())
}
