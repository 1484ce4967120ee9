// Random SPF policies for the differential run: nested, looped, voided, mistyped, oddly spaced and cased, with explanations; the same for a seed.
import { parseAddress, reverseName } from '../../../src/names/address.ts'
import { escapeName } from './dig.ts'
import { seededRandom } from './lossy-proxy.ts'

export interface SpfPolicies {
  /** Lines of a root zone without its SOA and NS. */
  readonly zone: string
  readonly domains: readonly string[]
  /** Domain → the SPF texts that stand there. */
  readonly records: ReadonlyMap<string, readonly string[]>
  readonly cases: readonly { readonly host: string; readonly mailfrom: string; readonly helo: string }[]
}

const ip4 = ['192.0.2.1', '192.0.2.9', '192.0.2.130', '192.0.3.1', '198.51.100.1', '198.51.100.77', '203.0.113.200']
const ip6 = ['2001:db8::1', '2001:db8::9', '2001:db8:0:1::1', '2001:db8:1::1', '2001:db9::1']
const clients = [...ip4, ...ip6]

/** `size` policies, and one case for each. */
export function makeSpfPolicies(seed: number, size: number): SpfPolicies {
  const random = seededRandom(seed)
  const upTo = (most: number): number => Math.floor(random() * most)
  const pick = <T>(from: readonly T[]): T => from[upTo(from.length)]!
  const chance = (share: number): boolean => random() < share
  const repeat = <T>(times: number, make: () => T): T[] => Array.from({ length: times }, make)
  const domains = Array.from({ length: size }, (_, i) => `d${i}.spf.test`)
  const hosts = Array.from({ length: 12 }, (_, i) => `h${i}.host.test`)
  const exchanged = Array.from({ length: 8 }, (_, i) => `m${i}.mx.test`)
  const lines: string[] = []
  const add = (owner: string, type: string, value: string): void => {
    lines.push(`${escapeName(owner)} 300 ${type} ${value}`)
  }

  for (const owner of [...hosts, ...domains.filter(() => chance(0.3))]) {
    for (const address of repeat(upTo(3), () => pick(ip4))) add(owner, 'A', address)
    for (const address of repeat(upTo(2), () => pick(ip6))) add(owner, 'AAAA', address)
    if (chance(0.2)) add(owner, 'TXT', '"a host"')
  }
  for (const owner of [...exchanged, ...domains.filter(() => chance(0.2))]) {
    const many = chance(0.04) ? 11 : 1 + upTo(3)
    for (let i = 0; i < many; i++) add(owner, 'MX', `${i} ${pick([...hosts, ...hosts, 'gone.host.test'])}.`)
  }
  add('null.mx.test', 'MX', '0 .')
  for (const client of clients.filter(() => chance(0.7))) {
    for (const name of repeat(1 + upTo(2), () => pick([...hosts, ...domains]))) {
      add(reverseName(parseAddress(client)!), 'PTR', `${name}.`)
    }
  }
  for (const client of ip4.filter(() => chance(0.5))) {
    add(`${client.split('.').toReversed().join('.')}.in-addr.exists.test`, 'A', '127.0.0.2')
    add(`${client}.exists.test`, 'A', '127.0.0.2')
  }
  for (const name of ['probe.exists.test', '*.d1.exists.test', 'spf.exists.test', '*.h1.exists.test'])
    add(name, 'A', '127.0.0.2')
  const explanations: { readonly [name: string]: readonly string[] } = {
    plain: ['"Not from here."'],
    macros: ['"%{i} is not for %{d}: see http://%{d2}/?who=%{S}&l=%{l}"'],
    pieces: ['"It is" " %{o} and %{h}"'],
    several: ['"one"', '"two"'],
    broken: ['"100% wrong %{x}"'],
    octets: ['"caf\\195\\169"'],
    empty: ['""'],
  }
  for (const [name, texts] of Object.entries(explanations))
    for (const text of texts) add(`${name}.exp.test`, 'TXT', text)

  const name = (): string =>
    pick([...hosts, ...exchanged, pick(domains), pick(domains), 'void.host.test', 'null.mx.test'])
  const lengths = (): string => `${chance(0.4) ? `/${upTo(33)}` : ''}${chance(0.3) ? `//${upTo(129)}` : ''}`
  const macros = [
    ...[
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
      '%{L}',
    ],
    ...['%{p}', '%{p2}', '%{l1r-}', '%{l-+}', '%{s}', '%%.%{d}', '%_%-', '%{d3}', '%{ir.}', '%{h2r}'],
  ]
  const mechanisms: readonly (() => string)[] = [
    () => `ip4:${pick(ip4)}${chance(0.6) ? `/${upTo(33)}` : ''}`,
    () => `ip4:${pick(ip4)}${chance(0.6) ? `/${24 + upTo(9)}` : ''}`,
    () => `ip6:${pick(ip6)}${chance(0.6) ? `/${upTo(129)}` : ''}`,
    () => `a${chance(0.7) ? `:${name()}` : ''}${lengths()}`,
    () => `mx${chance(0.7) ? `:${pick([...exchanged, ...exchanged, 'null.mx.test'])}` : ''}${lengths()}`,
    () => `include:${pick(domains)}`,
    () => `include:${pick(domains)}`,
    () => `include:${pick(domains)}`,
    () => `exists:${pick(macros)}.exists.test`,
    () => `a:${pick(macros)}.exists.test`,
    () => (chance(0.4) ? `ptr${chance(0.5) ? ':host.test' : ''}` : `ip4:${pick(ip4)}`),
    () => `a:${chance(0.5) ? 'void' : 'gone'}.host.test`,
  ]
  const harmless = ['foo=bar', 'x-y=%{i}', 'a.b_c=', 'ra=postmaster', 'rp=100', 'moo=cow:far/out']
  const exp = (): string =>
    `exp=${pick(chance(0.15) ? ['gone.exp.test', '%{l}.exp.test'] : Object.keys(explanations).map(key => `${key}.exp.test`))}`
  /** The name of a mechanism in capitals, and a name in DNS too: macro letters in capitals mean something else. */
  const shout = (text: string): string =>
    text.includes('%') ? text.replace(/^[a-z0-9]+/, letters => letters.toUpperCase()) : text.toUpperCase()
  const alphabet = [...'abz019:=/.%{}+-~?_ ,;"\t'.split(''), '\xa0', '\xe9', '\x00', '\x7f']
  /** A character gone, doubled, changed or put in. */
  const mutated = (text: string): string => {
    const at = 6 + upTo(Math.max(1, text.length - 6))
    const [before, after] = [text.slice(0, at), text.slice(at)]
    switch (upTo(4)) {
      case 0:
        return before + after.slice(1)
      case 1:
        return before + after.slice(0, 1) + after
      case 2:
        return before + pick(alphabet) + after.slice(1)
      default:
        return before + pick(alphabet) + after
    }
  }
  const term = (): string => {
    if (chance(0.04)) return pick(harmless)
    const mechanism = pick(mechanisms)()
    return `${pick(['', '', '', '+', '-', '~', '?'])}${chance(0.1) ? shout(mechanism) : mechanism}`
  }
  const ending = (): readonly string[] =>
    pick([
      ['-all'],
      ['-all', exp()],
      [exp(), '-all'],
      ['~all'],
      ['?all'],
      [`redirect=${pick(domains)}`],
      [`redirect=${pick(domains)}`],
      ['-all', `redirect=${pick(domains)}`],
      ['all'],
      [],
    ])
  const policy = (): string => {
    // Some are long, so that limits are met.
    const terms = repeat(chance(0.1) ? 8 + upTo(6) : 1 + upTo(5), term)
    const version = chance(0.03)
      ? pick(['v=spf10', 'v=spf1.', ' v=spf1', 'v=spf2.0/pra', 'v=spf1\t'])
      : chance(0.05)
        ? 'V=SPF1'
        : 'v=spf1'
    const space = (): string => (chance(0.05) ? ' '.repeat(2 + upTo(3)) : ' ')
    const words = [...terms, ...ending()]
    const text = `${version}${words.map(word => `${space()}${word}`).join('')}${chance(0.05) ? '  ' : ''}`
    return chance(0.12) ? mutated(text) : text
  }
  const records = new Map<string, string[]>()
  for (const domain of domains) {
    const texts = repeat(chance(0.03) ? 2 : chance(0.04) ? 0 : 1, policy)
    records.set(domain, texts)
    for (const text of new Set(texts)) {
      const cut = chance(0.3) ? upTo(Math.min(text.length, 250)) : 250
      const strings = [text.slice(0, cut), text.slice(cut, cut + 250), text.slice(cut + 250, cut + 500)]
      add(
        domain,
        'TXT',
        strings
          .filter((part, at) => at === 0 || part !== '')
          .map(quoted)
          .join(' '),
      )
    }
    if (chance(0.2)) add(domain, 'TXT', '"verification=1234"')
  }
  const cases = domains.map(domain => {
    const helo = chance(0.2) ? pick(domains) : pick(hosts)
    return {
      host: pick(clients),
      mailfrom: chance(0.08) ? '' : `${pick(['probe', 'probe', 'strong-bad', 'a.b+c', 'Joe'])}@${domain}`,
      helo: chance(0.05) ? 'localhost' : helo,
    }
  })
  return { zone: `${lines.join('\n')}\n`, domains, records, cases }
}

/** In a master file (RFC 1035 §5.1), any octet. */
function quoted(text: string): string {
  const escaped = [...text].map(character => {
    const octet = character.charCodeAt(0)
    if (octet < 0x20 || octet > 0x7e) return `\\${String(octet).padStart(3, '0')}`
    return character === '"' || character === '\\' ? `\\${character}` : character
  })
  return `"${escaped.join('')}"`
}
