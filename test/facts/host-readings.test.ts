import { expect, it } from 'vitest'
import { AuditRun } from '../../src/audit/audit.ts'
import { catalogue } from '../../src/catalogue.ts'
import { profiles } from '../../src/checks/profiles.ts'
import { createAuthority } from '../../src/lab/certificates.ts'
import { parseAddress } from '../../src/names/address.ts'
import type { Dialer } from '../../src/net/dialer.ts'
import type { HostReading } from '../../src/report/report.ts'
import { target } from '../support/check-tester.ts'
import { scriptedDialer, secured } from '../support/scripted-mx.ts'
import { zoneResolver } from '../support/zone-resolver.ts'

const zone = `example.org MX 10 mx.example.org
example.org MX 20 backup.example.net
mx.example.org A 192.0.2.1
backup.example.net A 198.51.100.1
mail.example.org A 203.0.113.5
1.2.0.192.in-addr.arpa PTR host1.provider.example
host1.provider.example A 192.0.2.1
5.113.0.203.in-addr.arpa PTR mail.example.org`
const now = new Date()
const end = new Date(Math.floor(now.getTime() / 1000) * 1000 + 1e9)
const certificate = createAuthority(now).issue({
  names: ['mx.example.org', '*.example.org'],
  from: new Date(now.getTime() - 1e9),
  to: end,
})
const dialer = scriptedDialer({
  '192.0.2.1:25': { ...secured(certificate, { trusted: true }) },
  '198.51.100.1:25': { says: ['220 relay7.example.net ESMTP', '250 Backup.Example.NET.', '221 Bye'] },
  '203.0.113.5:587': secured(certificate, { trusted: true }),
})

async function hosts(given: Parameters<typeof target>[0], only: readonly string[] = [], by: Dialer = dialer) {
  const connections: string[] = []
  const counting: Dialer = {
    connect(to, timeout) {
      connections.push(`${to.address}:${to.port}`)
      return by.connect(to, timeout)
    },
  }
  const run = new AuditRun(catalogue(), {
    resolver: zoneResolver(zone),
    dialer: counting,
    ehloName: 'probe.example.net',
  })
  const report = await run.audit(target(given), {
    profile: profiles.full,
    wanted: ({ group }) => only.length === 0 || only.includes(group),
  })
  return { hosts: report.readings.hosts, connections }
}

const egress: HostReading = {
  role: 'egress',
  name: 'mail.example.org',
  address: '203.0.113.5',
  port: null,
  banner: null,
  ehlo: 'mail.example.org',
  ptr: 'mail.example.org',
  forwardConfirmed: true,
  certificate: null,
  differs: [],
}

it('tells all names of each host, and which differ', async () => {
  const found = await hosts({
    egress: ['203.0.113.5 mail.example.org', '192.0.2.1 mx.example.org'],
    listeners: [{ host: 'smtp.elsewhere.example', address: parseAddress('203.0.113.5')!, port: 587, tls: 'starttls' }],
  })
  const shown = { names: ['mx.example.org', '*.example.org'], more: 0, end: end.toISOString() }
  const mx = { port: 25, banner: 'mx.example.org', ehlo: 'mx.example.org', certificate: shown }
  expect(found.hosts).toEqual([
    egress,
    {
      ...egress,
      name: 'mx.example.org',
      address: '192.0.2.1',
      ehlo: 'mx.example.org',
      ptr: 'host1.provider.example',
      differs: ['ptr'],
    },
    {
      ...{ role: 'mx', name: 'mx.example.org', address: '192.0.2.1', ...mx },
      ...{ ptr: 'host1.provider.example', forwardConfirmed: true, differs: ['ptr'] },
    },
    {
      ...{ role: 'mx', name: 'backup.example.net', address: '198.51.100.1', port: 25 },
      ...{ banner: 'relay7.example.net', ehlo: 'Backup.Example.NET.', ptr: null, forwardConfirmed: false },
      ...{ certificate: null, differs: ['banner'] },
    },
    {
      ...{ role: 'listener', name: 'smtp.elsewhere.example', address: '203.0.113.5', ...mx, port: 587 },
      ...{ ptr: 'mail.example.org', forwardConfirmed: true, differs: ['banner', 'ehlo', 'ptr', 'certificate'] },
    },
  ])
})

it('shows where a host of theirs takes mail programs, and nothing of ports at which nobody listens', async () => {
  const found = await hosts({ mine: ['mail.example.org'] }, ['smtp', 'tls'])
  expect(found.connections).toContain('203.0.113.5:465')
  expect(found.hosts!.filter(({ role }) => role === 'mine')).toEqual([
    {
      ...{ role: 'mine', name: 'mail.example.org', address: '203.0.113.5', port: 587 },
      ...{ banner: 'mx.example.org', ehlo: 'mx.example.org', ptr: 'mail.example.org', forwardConfirmed: true },
      certificate: { names: ['mx.example.org', '*.example.org'], more: 0, end: end.toISOString() },
      differs: ['banner', 'ehlo'],
    },
  ])
})

it('asks nothing for its own sake', async () => {
  const found = await hosts({ egress: ['203.0.113.5 mail.example.org'] }, ['rdns', 'mx'])
  expect(found.connections).toEqual([])
  expect(found.hosts).toEqual([egress])
  expect((await hosts({ egress: ['203.0.113.5'] }, ['spf'])).hosts).toEqual([
    { ...egress, name: null, ehlo: null, ptr: null, forwardConfirmed: null },
  ])
  expect((await hosts({ smtp: false })).hosts).toBeUndefined()
})

it('tells of a host that was not reached that nothing is known', async () => {
  const silent = scriptedDialer({ kind: 'failed', why: 'timeout', detail: 'nobody is there' })
  const found = await hosts({}, ['smtp'], silent)
  expect(found.hosts).toMatchObject([
    { role: 'mx', name: 'mx.example.org', banner: null, ehlo: null, certificate: null, differs: ['ptr'] },
    { role: 'mx', name: 'backup.example.net', banner: null },
  ])
})
