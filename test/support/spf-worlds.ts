// Little random worlds of SPF records that include, redirect and ask each other, with names that are silent or missing.
import fc from 'fast-check'

const record = (owner: string, text: string): string => `${owner} TXT "v=spf1 ${text}"\n`

const names = ['example.org', 'a.example.org', 'b.example.org', 'c.example.org', 'd.example.org']
const term = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('', '-', '~', '?'),
      fc.constantFrom('include:', 'a:', 'mx:', 'exists:', 'ptr:', 'redirect=', 'exp='),
      fc.constantFrom(...names, '%{d}', '%{l}.example.org', '%{p}', '%{i}.%{d2}', '%{h}'),
    )
    .map(([q, m, n]) => (m.endsWith('=') ? `${m}${n}` : `${q}${m}${n}`)),
  fc.constantFrom(
    'a',
    'mx',
    'ptr',
    'all',
    '-all',
    '~all',
    'ip4:192.0.2.10',
    'ip4:198.51.100.0/24',
    'ip6:2001:db8::/32',
    'moo',
    'x=y',
  ),
)
const line = fc.constantFrom(...names).chain(owner =>
  fc.oneof(
    { weight: 6, arbitrary: fc.array(term, { maxLength: 8 }).map(t => record(owner, t.join(' '))) },
    fc.constantFrom(...names, '.').map(host => `${owner} MX 10 ${host}\n`),
    fc.constantFrom('192.0.2.10', '198.51.100.1').map(ip => `${owner} A ${ip}\n`),
    fc
      .constantFrom('timeout', 'servfail', 'refused', 'timeout A', 'servfail MX')
      .map(fault => `${owner} FAULT ${fault}\n`),
    fc.constantFrom(...names).map(name => `10.2.0.192.in-addr.arpa PTR ${name}\n`),
  ),
)
/** Zone text about example.org and four names below it. */
export const spfWorlds = fc.array(line, { maxLength: 15 }).map(lines => lines.join(''))
/** Addresses of which some stand in the worlds. */
export const spfClients = fc.constantFrom('192.0.2.10', '198.51.100.9', '2001:db8::10', '2001:db9::1')
