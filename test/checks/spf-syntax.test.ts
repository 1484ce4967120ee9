import { expect, it } from 'vitest'
import spfSyntax from '../../src/checks/spf-syntax.ts'
import { describeCheck, findingsOf } from '../support/check-tester.ts'

const record = (text: string): string => `example.org TXT "${text}"\n`
const change = (was: string, is: string) => [
  { do: 'remove', name: 'example.org', type: 'TXT', value: was } as const,
  { do: 'publish', name: 'example.org', type: 'TXT', value: is } as const,
]

describeCheck(spfSyntax, {
  valid: [
    { name: 'what stands behind +all is told with it', zone: record('v=spf1 all mx'), says: 'can be read' },
    {
      name: 'an address that does not answer is no matter of syntax',
      zone: `${record('v=spf1 a:slow.example.net -all')}slow.example.net FAULT timeout`,
      says: 'can be read',
    },
    { zone: record('v=spf1 mx a/24//64 -all'), says: 'can be read' },
    {
      name: 'unknown modifiers are ignored',
      zone: record('v=spf1 rr=all ra=postmaster -all'),
      says: 'records read: 1',
    },
    {
      name: 'with what it includes',
      zone: `${record('v=spf1 include:a.example.net -all')}a.example.net TXT "v=spf1 redirect=b.example.net"\nb.example.net TXT "v=spf1 -all"`,
      says: 'records read: 3',
    },
  ],
  'no-record': [
    { zone: 'example.org A 192.0.2.1', says: 'publishes no SPF record' },
    { zone: record('v=spf1 -all') + record('v=spf1 ip5:x -all'), says: 'more than one SPF record' },
  ],
  invalid: [
    {
      name: 'a mechanism that does not exist, behind -all',
      zone: record('v=spf1 mx -all moo'),
      says: 'cannot be read at column 16: v=spf1 mx -all »moo« (there is no mechanism "moo")',
      fix: 'Correct or remove "moo".',
      records: change('v=spf1 mx -all moo', 'v=spf1 mx -all'),
      data: { column: 16, term: 'moo' },
    },
    {
      name: 'a host with an address',
      zone: record('v=spf1 a:192.0.2.1 -all'),
      says: '192.0.2.1 is an address, not a domain name',
      fix: 'Probably meant: ip4:192.0.2.1',
      records: change('v=spf1 a:192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all'),
    },
    {
      name: 'several faults: one finding each, one mended record',
      zone: `${record('v=spf1 ipv4:192.0.2.1 ip4:2001:db8::1 redirect:example.net')}example.net TXT "v=spf1 -all"`,
      findings: 3,
      says: 'at column 8',
      records: change(
        'v=spf1 ipv4:192.0.2.1 ip4:2001:db8::1 redirect:example.net',
        'v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 redirect=example.net',
      ),
    },
    {
      name: 'a comma',
      zone: record('v=spf1 ip4:192.0.2.1, -all'),
      says: '"192.0.2.1," is not an IPv4 address',
      fix: 'ip4:192.0.2.1',
    },
    {
      name: 'a no-break space',
      zone: record('v=spf1 mx\\160-all'),
      says: 'a no-break space',
      fix: 'Probably meant: mx -all',
      data: { column: 10 },
    },
    { name: 'a line feed', zone: record('v=spf1 mx\\010 -all'), says: 'a line feed', fix: 'Probably meant: mx' },
    {
      name: 'two redirects',
      zone: record('v=spf1 redirect=a.example.net redirect=b.example.net'),
      says: 'more than one "redirect="',
    },
  ],
  'included-invalid': [
    {
      zone: `${record('v=spf1 include:a.example.net -all')}a.example.net TXT "v=spf1 include:b.example.net -all"\nb.example.net TXT "v=spf1 ip4:1.2.3 -all"`,
      says: /The SPF record of b\.example\.net, reached by example\.org → a\.example\.net, cannot be read at column 12: v=spf1 »ip4:1\.2\.3« -all/,
      fix: 'Ask whoever runs b.example.net',
    },
  ],
  'included-elsewhere': [
    {
      zone: record('v=spf1 include:gone.example.net -all'),
      says: 'gone.example.net publish no record, or several (see `spf-include-health`)',
    },
    {
      name: 'several',
      zone: `${record('v=spf1 redirect=a.example.net')}a.example.net TXT "v=spf1 a"\na.example.net TXT "v=spf1 mx"`,
      says: 'a.example.net',
    },
  ],
  'reverse-names': [
    {
      zone: record('v=spf1 mx ptr:example.org -all'),
      says: '"ptr:example.org" asks for the reverse name of every client',
      records: change('v=spf1 mx ptr:example.org -all', 'v=spf1 mx -all'),
    },
    { name: 'when nothing else is there', zone: record('v=spf1 ptr -all'), says: '"ptr"', records: [] },
  ],
  'ignored-term': [
    {
      zone: record('v=spf1 ip4=192.0.2.1 -all'),
      says: '"ip4=192.0.2.1" in the record of example.org does nothing',
      fix: 'ip4:192.0.2.1',
      records: change('v=spf1 ip4=192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all'),
    },
    {
      name: 'not more than ten of them',
      zone: record(`v=spf1 ${'ip4=192.0.2.1 '.repeat(500)}-all`),
      says: 'does nothing',
      findings: 10,
    },
    {
      name: 'with the name of nothing',
      zone: record('v=spf1 ipv6=2001:db8::1 -all'),
      says: 'does nothing',
      fix: 'ip6:2001:db8::1',
    },
  ],
  unreached: [
    {
      zone: record('v=spf1 mx ~all ip4:192.0.2.1 ip6:2001:db8::/32'),
      says: '"~all" stands before ip4:192.0.2.1, ip6:2001:db8::/32',
      fix: 'at the end of the record',
      records: [
        { do: 'remove', name: 'example.org', type: 'TXT', value: 'v=spf1 mx ~all ip4:192.0.2.1 ip6:2001:db8::/32' },
        { do: 'publish', name: 'example.org', type: 'TXT', value: 'v=spf1 mx ip4:192.0.2.1 ip6:2001:db8::/32 ~all' },
      ],
    },
    {
      name: 'what asks DNS is not brought to life',
      zone: record('v=spf1 -all include:gone.example.net'),
      says: 'include:gone.example.net',
      records: [],
    },
  ],
  'redirect-ignored': [
    {
      zone: record('v=spf1 mx -all redirect=_spf.example.net'),
      says: '"redirect=_spf.example.net" does nothing beside "-all"',
      fix: 'remove "-all" instead',
      records: [
        { do: 'remove', name: 'example.org', type: 'TXT', value: 'v=spf1 mx -all redirect=_spf.example.net' },
        { do: 'publish', name: 'example.org', type: 'TXT', value: 'v=spf1 mx -all' },
      ],
    },
  ],
  unfinished: [
    { zone: `${record('v=spf1 include:a.example.net -all')}a.example.net FAULT servfail`, says: 'SERVFAIL' },
    {
      name: 'beside a fault that is sure',
      zone: `${record('v=spf1 include:a.example.net include:b.example.net -all')}a.example.net FAULT timeout\nb.example.net TXT "v=spf1 moo"`,
      says: 'did not answer in time when asked for a.example.net TXT',
      findings: 2,
    },
  ],
  unknowable: [{ zone: 'example.org FAULT timeout', says: 'did not answer in time' }],
})

it('never calls a branch missing that did not answer', async () => {
  const findings = await findingsOf(spfSyntax, {
    zone: `${record('v=spf1 include:a.example.net -all')}a.example.net FAULT refused`,
  })
  expect(findings.map(f => f.level)).toEqual(['unknown'])
})
