import { expect, it } from 'vitest'
import spfIncludeHealth from '../../src/checks/spf-include-health.ts'
import { describeCheck, findingsOf } from '../support/check-tester.ts'

const record = (text: string, owner = 'example.org'): string => `${owner} TXT "v=spf1 ${text}"\n`
const net = 'example.net NS ns.example.net\n'
const change = (was: string, is: string) => [
  { do: 'remove', name: 'example.org', type: 'TXT', value: was } as const,
  { do: 'publish', name: 'example.org', type: 'TXT', value: is } as const,
]

describeCheck(spfIncludeHealth, {
  healthy: [
    {
      zone: record('include:a.example.net include:a.example.net -all') + record('ip4:192.0.2.1', 'a.example.net'),
      says: 'has one SPF record (included: 1)',
    },
  ],
  alone: [{ zone: record('mx -all'), says: 'includes no other domain' }],
  'no-record': [{ zone: 'example.org A 192.0.2.1', says: 'publishes no SPF record' }],
  unclaimed: [
    {
      zone: record('mx include:spf.gone.example -all'),
      says: 'spf.gone.example, reached by example.org, does not exist in DNS, and neither does gone.example',
      fix: 'at once. The whole new record is given here. What is different in it: include:spf.gone.example left out (spf.gone.example does not exist).',
      records: change('v=spf1 mx include:spf.gone.example -all', 'v=spf1 mx -all'),
    },
    {
      name: 'inside of an include',
      zone: record('include:a.example.net -all') + record('ip4:192.0.2.1 include:gone.example', 'a.example.net'),
      says: 'gone.example, reached by example.org → a.example.net, does not exist',
      records: change('v=spf1 include:a.example.net -all', 'v=spf1 ip4:192.0.2.1 -all'),
    },
    { name: 'a redirect', zone: record('redirect=gone.example'), says: 'whoever registers it decides', records: [] },
    {
      name: 'an alias that leads to it',
      zone: `${record('mx include:spf.example.org -all')}spf.example.org CNAME spf.gone.example`,
      says: 'neither does gone.example',
    },
  ],
  'unclaimed-host': [
    {
      zone: record('mx a:mail.gone.example -all'),
      says: '"a:mail.gone.example" asks for mail.gone.example, which does not exist in DNS, and neither does gone.example',
      records: change('v=spf1 mx a:mail.gone.example -all', 'v=spf1 mx -all'),
    },
  ],
  nonexistent: [
    {
      zone: `${net}${record('mx include:gone.example.net -all')}`,
      says: 'gone.example.net, reached by example.org, does not exist',
      records: change('v=spf1 mx include:gone.example.net -all', 'v=spf1 mx -all'),
    },
  ],
  missing: [
    {
      name: 'what is above it did not answer',
      zone: `${record('mx include:spf.gone.example -all')}gone.example FAULT servfail SOA`,
      says: 'publishes no SPF record',
    },
    {
      zone: `${record('mx include:a.example.net -all')}a.example.net A 192.0.2.1`,
      says: 'a.example.net, reached by example.org, publishes no SPF record',
      records: change('v=spf1 mx include:a.example.net -all', 'v=spf1 mx -all'),
    },
  ],
  multiple: [
    {
      zone: `${record('mx include:a.example.net -all')}${record('a', 'a.example.net')}${record('mx', 'a.example.net')}`,
      says: 'a.example.net, reached by example.org, publishes 2 SPF records',
      fix: 'Ask whoever runs a.example.net',
    },
  ],
  shared: [
    {
      zone: `${record('include:spf.protection.outlook.com -all')}${record('ip4:192.0.2.0/24 -all', 'spf.protection.outlook.com')}`,
      says: 'every customer of Microsoft 365 (spf.protection.outlook.com)',
      findings: 2,
    },
  ],
  elsewhere: [
    { zone: record('include:a.example.net -all') + record('moo', 'a.example.net'), says: 'a.example.net is told by' },
    { name: 'a loop', zone: record('include:example.org -all'), says: 'example.org is told by' },
  ],
  unfinished: [
    { zone: `${record('include:a.example.net -all')}a.example.net FAULT timeout`, says: 'did not answer in time' },
  ],
  unknowable: [{ zone: 'example.org FAULT timeout', says: 'Could not be checked' }],
})

it('tells what is gone beside what did not answer', async () => {
  const zone = `${net}${record('include:slow.example.net include:gone.example.net -all')}slow.example.net FAULT timeout`
  const findings = await findingsOf(spfIncludeHealth, { zone })
  expect(findings.map(f => [f.outcome, f.level])).toEqual([
    ['nonexistent', 'fail'],
    ['unfinished', 'unknown'],
  ])
})
