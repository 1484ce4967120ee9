import spfLookupLimit from '../../src/checks/spf-lookup-limit.ts'
import { describeCheck } from '../support/check-tester.ts'

const record = (text: string, owner = 'example.org'): string => `${owner} TXT "v=spf1 ${text}"\n`
const hosts = (count: number): string => Array.from({ length: count }, (_, i) => `a:h${i}.example.org`).join(' ')

describeCheck(spfLookupLimit, {
  within: [
    {
      name: 'an address that does not answer is counted all the same',
      zone: `${record('a:slow.example.net -all')}slow.example.net FAULT timeout`,
      says: 'needs 1 of 10 lookups',
    },
    {
      name: 'ip4, ip6, all and exp cost nothing',
      zone: record('ip4:192.0.2.1 ip6:2001:db8::1 exp=x.example.org -all'),
      says: 'needs 0 of 10 lookups',
    },
    {
      name: 'a, a/24, a:host, mx/24, ptr, exists and include cost one each',
      zone: `${record('a a/24 a:x.example.org mx/24 ptr exists:y.example.org include:i.example.org -all')}${record('-all', 'i.example.org')}`,
      says: 'needs 7 of 10',
    },
    {
      name: 'the hosts of an mx are not counted',
      zone: `${record('mx -all')}example.org MX 10 m1.example.org\nexample.org MX 20 m2.example.org`,
      says: 'needs 1 of 10',
    },
    {
      name: 'terms behind all and a redirect beside it are not counted',
      zone: record(`-all ${hosts(12)} redirect=x.example.org`),
      says: 'needs 0 of 10',
    },
    {
      name: 'a name that has mx in it is no mx',
      zone: `${record('include:mx.example.net -all')}${record('ip4:192.0.2.1 -all', 'mx.example.net')}`,
      says: 'needs 1 of 10',
    },
    {
      name: 'redirect counts with what is behind it',
      zone: `${record('redirect=r.example.net')}${record('a mx -all', 'r.example.net')}`,
      says: 'needs 3 of 10',
    },
  ],
  'no-record': [{ zone: 'example.org A 192.0.2.1', says: 'publishes no SPF record' }],
  near: [
    { zone: record(`${hosts(9)} -all`), says: 'needs 9 of 10', fix: 'The lookups are: a:h0.example.org 1' },
    { name: 'ten are allowed', zone: record(`${hosts(10)} -all`), says: 'needs 10 of 10' },
  ],
  exceeded: [
    { zone: record(`${hosts(11)} -all`), says: 'needs 11 lookups in the worst case, and only 10 are allowed' },
    {
      name: 'the same include twice counts twice',
      zone: `${record('include:i.example.net include:i.example.net -all')}${record(`${hosts(5)} -all`, 'i.example.net')}`,
      says: 'needs 12 lookups',
      fix: 'include:i.example.net 6, include:i.example.net 6',
    },
    {
      name: 'with a branch that does not answer it is over already',
      zone: `${record(`${hosts(10)} include:slow.example.net -all`)}slow.example.net FAULT timeout`,
      says: 'needs at least 11 lookups',
    },
    {
      name: 'a thousand includes',
      zone: record(Array.from({ length: 1000 }, (_, i) => `include:i${i}.example.net`).join(' ')),
      says: 'needs at least 1000 lookups',
    },
  ],
  loop: [
    {
      zone: `${record('include:a.example.net -all')}${record('include:b.example.net -all', 'a.example.net')}${record('include:a.example.net -all', 'b.example.net')}`,
      says: 'includes itself: a.example.net → b.example.net → a.example.net',
      fix: 'out of the record of b.example.net',
    },
    { name: 'a redirect to itself', zone: record('redirect=example.org'), says: 'example.org → example.org' },
  ],
  'too-many-mx': [
    {
      zone:
        record('mx -all') + Array.from({ length: 11 }, (_, i) => `example.org MX ${i} m${i}.example.org`).join('\n'),
      says: '"mx" of example.org leads to 11 MX hosts',
      fix: 'ip4: and ip6: in place of "mx"',
    },
  ],
  'depends-on-message': [
    {
      zone: record('a include:%{i-}._spf.example.net -all'),
      says: 'at least 2 of 10 lookups; what include:%{i-}._spf.example.net of example.org adds',
    },
  ],
  broken: [
    {
      zone: record('a include:gone.example.net -all'),
      says: 'at least 2 of 10 lookups; what is behind gone.example.net',
    },
  ],
  unfinished: [
    {
      name: 'MX hosts that may be too many',
      zone: `${record('mx:slow.example.net -all')}slow.example.net FAULT timeout`,
      says: 'asked for slow.example.net MX',
    },
    {
      zone: `${record('a include:slow.example.net -all')}slow.example.net FAULT timeout`,
      says: 'at least 2 of 10 lookups, but not everything could be asked: DNS did not answer in time when asked for slow.example.net TXT',
    },
  ],
  unknowable: [{ zone: 'example.org FAULT refused', says: 'REFUSED' }],
})
