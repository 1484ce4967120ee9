import { describe, expect, it } from 'vitest'
import { AuditRun } from '../../src/audit/audit.ts'
import dnsResolver from '../../src/checks/dns-resolver.ts'
import { expansions } from '../../src/facts/expansions.ts'
import type { Answer, AskedServer, RecordType, Resolver } from '../../src/net/resolver.ts'
import { improbableNames } from '../../src/net/rewriting.ts'
import { type Case, describeCheck, findingsOf, nobody, target } from '../support/check-tester.ts'
import { zoneResolver } from '../support/zone-resolver.ts'

const ROOT = '. SOA a.root-servers.example hostmaster.example 1'
const made = improbableNames.map(name => `${name} A 203.0.113.80`)
const server = { address: '192.0.2.53', port: 53 }

/** A server of its own kind: what it answers for the zone, changed as told. */
function asking(
  zone: string,
  change: (answer: Answer<never>, from: AskedServer) => Answer<never> = answer => answer,
): Resolver {
  const resolver = zoneResolver(
    zone
      .split('\n')
      .map(line => line.replace(/^\. /, '"" '))
      .join('\n'),
  )
  return {
    async resolve(name: string, type: RecordType, from?: AskedServer) {
      const answer = await resolver.resolve(name, type)
      return change(answer as Answer<never>, from!) as never
    },
  }
}

const seen = (
  resolver: Resolver,
  more: Partial<typeof server & { transport: 'tls' }> = {},
): Pick<Case, 'zone' | 'target' | 'resolver'> => ({
  zone: '',
  target: { resolvers: [{ name: '192.0.2.53', server: { ...server, ...more } }] },
  resolver,
})

const signed = (answer: Answer<never>): Answer<never> =>
  answer.kind === 'records' ? { ...answer, authentic: true } : answer

describeCheck(dnsResolver, {
  sound: [
    {
      ...seen(asking(ROOT, signed)),
      says: 'The resolver denies names that do not exist, and answers over TCP too. It validates DNSSEC.',
    },
    { name: 'it does not validate', ...seen(asking(ROOT)), says: 'It does not validate DNSSEC.' },
    {
      name: 'asked over TLS',
      ...seen(asking(ROOT), { transport: 'tls' }),
      says: 'The resolver denies names that do not exist. It does not',
    },
    { name: 'on an island without a root', ...seen(asking('')), says: 'It did not show whether it validates DNSSEC.' },
    {
      name: 'one of the names is registered after all',
      ...seen(asking(`${ROOT}\n${made[0]}`)),
      says: 'The resolver denies names that do not exist',
    },
  ],
  rewrites: [
    {
      ...seen(asking(`${ROOT}\n${made.join('\n')}`)),
      says: 'The resolver answers 203.0.113.80 for names that do not exist.',
      fix: '--resolver',
    },
    {
      name: 'all but .invalid',
      ...seen(asking(`${ROOT}\n${made.slice(0, 2).join('\n')}`)),
      says: 'answers 203.0.113.80',
    },
  ],
  'without-tcp': [
    {
      ...seen(
        asking(ROOT, (a, from) =>
          from.transport === 'tcp' ? { kind: 'unreachable', why: 'timeout', server: 'x' } : a,
        ),
      ),
      says: 'does not answer over TCP',
      fix: 'TCP port 53',
    },
  ],
  'without-edns': [
    {
      ...seen(asking(ROOT, a => (a.kind === 'unreachable' ? a : { ...a, withoutEdns: true }))),
      says: 'does not know EDNS',
    },
  ],
  unclear: [
    {
      name: 'it refuses all but its own names',
      ...seen(asking('', () => ({ kind: 'unreachable', why: 'refused', server: 'x' }))),
      says: 'asked for names that do not exist, it does not answer (refused)',
    },
    {
      name: 'it is silent',
      ...seen(asking('', () => ({ kind: 'unreachable', why: 'timeout', server: 'x' }))),
      says: 'it does not answer (timeout)',
    },
    {
      name: 'it says that names which do not exist have no address',
      ...seen(asking(`${ROOT}\n${improbableNames.map(name => `${name} TXT ""`).join('\n')}`)),
      says: 'it neither denies them nor has records for them',
    },
  ],
})

describe('dns-resolver', () => {
  it('is told of each server, and of none that nobody named', async () => {
    const resolvers = ['192.0.2.53', '192.0.2.54'].map(address => ({ name: address, server: { address, port: 53 } }))
    const findings = await findingsOf(dnsResolver, { zone: ROOT, target: { resolvers } })
    expect(findings.map(f => f.subject)).toEqual(['192.0.2.53', '192.0.2.54'])
    expect(await findingsOf(dnsResolver, { zone: ROOT })).toEqual([])
  })

  it('asks once for all audits of a run, also when the server is silent', async () => {
    let asked = 0
    const resolver: Resolver = {
      async resolve() {
        asked++
        return { kind: 'unreachable', why: 'timeout', server: '192.0.2.53' }
      },
    }
    const profile = {
      name: 'test',
      title: 'test',
      checks: { 'dns-resolver': { required: false, gate: 'warn' as const } },
    }
    const catalogue = {
      checks: [dnsResolver as never],
      expansions,
      readings: async () => ({}) as never,
      readiness: () => ({}),
      rules: {},
    }
    const run = new AuditRun(catalogue, { resolver, dialer: nobody, ehloName: 'probe.example.net' })
    const resolvers = [{ name: '192.0.2.53', server }]
    for (const domain of ['a.example', 'b.example', 'c.example']) {
      const report = await run.audit(target({ domain, resolvers }), { profile })
      expect(report.findings.map(f => f.outcome)).toEqual(['unclear'])
      expect(report.verdict).toBe('pass')
    }
    expect(asked).toBe(5)
  })
})
