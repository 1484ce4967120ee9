// Evidence of every domain of a ministry, by NSD and unbound and by mail hosts that behave and misbehave: each file gives its report
// again to the byte, and nothing is asked for it: no socket is opened, and it comes out the same where there is no network at all.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Asked } from '../../src/audit/asked.ts'
import { AuditRun } from '../../src/audit/audit.ts'
import { catalogue } from '../../src/catalogue.ts'
import { profiles } from '../../src/checks/profiles.ts'
import { readEvidence, recordedMeans } from '../../src/evidence.ts'
import { type CertificateKind, certificateFor, createAuthority } from '../../src/lab/certificates.ts'
import { type Misbehavior, type MxServer, startMx } from '../../src/lab/mx-server.ts'
import { CA_NAME, MAP_NAME } from '../../src/lab/visit.ts'
import { parseAddress, reverseName } from '../../src/names/address.ts'
import { endpointText } from '../../src/names/endpoint.ts'
import { createResolver } from '../../src/net/dns/stub-resolver.ts'
import { mappedDialer } from '../../src/net/mapped-dialer.ts'
import { createDialer } from '../../src/net/socket-dialer.ts'
import type { Report } from '../../src/report/report.ts'
import { blocklists } from '../../src/rules/blocklists.ts'
import { domainBlocklists } from '../../src/rules/domain-blocklists.ts'
import { bytesOf } from '../support/recorded-world.ts'
import { type Ministry, ministryAtHand, readMinistry } from './support/ministry.ts'
import { type NameServer, startNsd, startUnbound } from './support/name-servers.ts'
import { excused, run, temporaryFolder } from './support/program.ts'

const egress = '203.0.113.9'
const helo = 'mail.sender.peers.test'
const program = fileURLToPath(new URL('../../bin/mailworthy.js', import.meta.url))

/** What the mail hosts of the ministry do, in turns. */
const manners: readonly (readonly [Misbehavior | undefined, CertificateKind])[] = [
  [undefined, 'good'],
  [undefined, 'expired'],
  [undefined, 'wrong-name'],
  ['no-starttls', 'good'],
  ['busy', 'good'],
  ['hangs-up', 'good'],
  ['endless-banner', 'good'],
  ['not-smtp', 'good'],
  ['refuses-starttls', 'good'],
  ['drops-after-starttls', 'good'],
  ['no-tls-after-starttls', 'good'],
  ['injected', 'good'],
  ['old-tls', 'good'],
  ['masked', 'good'],
]

describe.skipIf(!ministryAtHand || excused('nsd', 'unbound', 'dig', 'unshare', 'root'))(
  'the evidence of a ministry',
  () => {
    let ministry: Ministry
    let nsd: NameServer
    let unbound: NameServer
    let hosts: readonly MxServer[]
    let folder: string
    let listFile: string
    let map: ReadonlyMap<string, { readonly address: string; readonly port: number }>
    const now = new Date()
    const authority = createAuthority(now)

    beforeAll(async () => {
      ministry = readMinistry()
      hosts = await Promise.all(
        manners.map(([misbehavior, kind], index) => {
          const hostname = `mx${index}.peers.test`
          const certificate = certificateFor(hostname, kind, authority, now)
          return startMx({ hostname, certificate, ...(misbehavior && { misbehavior }) })
        }),
      )
      const endpoints = mailAddresses(ministry.zone).map(address => endpointText(address, 25))
      map = new Map(
        endpoints.map((endpoint, i) => [endpoint, { address: '127.0.0.1', port: hosts[i % hosts.length]!.port }]),
      )
      const places = [...map].map(([endpoint, { port }]) => `${MAP_NAME}. 300 TXT "${endpoint}" "127.0.0.1" "${port}"`)
      const root = `${CA_NAME}. 300 TXT ${pieces(authority.root)}`
      nsd = await startNsd({ '.': `${ministry.zone}${senderZone}${places.join('\n')}\n${root}\n` })
      unbound = await startUnbound(nsd)
      folder = temporaryFolder('evidence')
      listFile = join(folder, 'domains.txt')
      writeFileSync(listFile, `${ministry.domains.join('\n')}\n`)
    })

    afterAll(async () => {
      await Promise.all([unbound?.stop(), nsd?.stop(), ...(hosts ?? []).map(host => host.close())])
    })

    const sending = ['--sender-ip', egress, '--helo', helo, '--selector', 'selector1', '--profile', 'full']

    it('of all domains in one file gives all reports again, in a process without a network', async () => {
      const file = join(folder, 'all.evidence')
      const live = await run(
        process.execPath,
        [
          program,
          'audit',
          '--domains',
          listFile,
          '--lab',
          unbound.address,
          ...sending,
          '--format',
          'ndjson',
          '--save-evidence',
          file,
        ],
        { timeoutMs: 110_000 },
      )
      expect(live.stderr).toBe('')
      const started = performance.now()
      const replayed = await run('unshare', [
        '-n',
        process.execPath,
        program,
        'audit',
        '--evidence',
        file,
        '--format',
        'ndjson',
      ])
      const seconds = (performance.now() - started) / 1000
      const size = readFileSync(file).length
      process.stderr.write(
        `${ministry.domains.length} domains: ${(size / 1e6).toFixed(1)} MB, judged again in ${seconds.toFixed(1)} s\n`,
      )
      expect(replayed.stderr).toMatch(/^mailworthy: judged again from evidence of .*; nothing was asked\n$/)
      expect(replayed.status).toBe(live.status)
      const [before, after] = [live, replayed].map(({ stdout }) => reportsIn(stdout))
      expect(before!.length).toBe(ministry.domains.length)
      const probes = readFileSync(file, 'utf8').match(/^\{"connection"/gm) ?? []
      expect(probes.length).toBeGreaterThan(manners.length)
      const met = before!.flatMap(r => r.findings).filter(f => f.check === 'starttls-offer')
      expect(new Set(met.map(f => f.outcome)).size).toBeGreaterThan(5)
      expect(differing(before!, after!)).toEqual([])
    })

    it.skipIf(excused('strace'))('is judged again without a socket', async () => {
      const file = join(folder, 'one.evidence')
      const domain = ministry.domains[0]!
      await run(process.execPath, [
        program,
        'audit',
        domain,
        '--lab',
        unbound.address,
        ...sending,
        '--save-evidence',
        file,
      ])
      const traced = await run('strace', [
        '-f',
        '-e',
        'trace=socket,connect',
        '-o',
        join(folder, 'trace'),
        process.execPath,
        program,
        'audit',
        '--evidence',
        file,
      ])
      expect(traced.stdout).toContain(domain)
      const calls = readFileSync(join(folder, 'trace'), 'utf8')
        .split('\n')
        .filter(line => /(socket|connect)\(/.test(line))
      // Node itself opens pairs of local sockets for its threads and pipes.
      expect(calls.filter(line => /AF_INET|AF_UNIX/.test(line))).toEqual([])
    })

    it('of each domain alone gives its report again', async () => {
      const asked: Asked = {
        target: {
          egress: [{ address: parseAddress(egress)!, helo }],
          selectors: ['selector1'],
          ourKeys: {},
          smtp: true,
          smtpPort: 25,
          listeners: [],
          families: [4, 6],
          ownFamilies: [4, 6],
        },
        profile: 'full',
        ehloName: helo,
        single: true,
      }
      const resolver = createResolver({ servers: [{ address: '127.0.0.1', port: unbound.port }] })
      const sockets = createDialer({ ca: [authority.root] })
      const differ: string[] = []
      let octets = 0
      for (const domain of ministry.domains) {
        const lines: string[] = []
        const means = recordedMeans({ resolver, dialer: mappedDialer(sockets, map), ehloName: helo }, asked, line =>
          lines.push(line),
        )
        const before = await new AuditRun(catalogue(), means).audit(
          { ...asked.target, domain },
          { profile: profiles.full },
        )
        means.finish()
        const file = lines.join('')
        octets += file.length
        const evidence = readEvidence(file)
        const after = await evidence.judge(domain)
        if (bytesOf(before) !== bytesOf(after) || evidence.notHeld > 0) differ.push(domain)
      }
      resolver.close()
      sockets.close()
      process.stderr.write(
        `${ministry.domains.length} files of ${Math.round(octets / ministry.domains.length / 1000)} KB on average\n`,
      )
      expect(differ).toEqual([])
    })
  },
)

function reportsIn(output: string): readonly Report[] {
  const lines = Buffer.from(output, 'latin1').toString('utf8').split('\n')
  return lines.filter(line => line !== '').map(line => JSON.parse(line) as Report)
}

function differing(before: readonly Report[], after: readonly Report[]): readonly string[] {
  return before.flatMap((report, i) => (bytesOf(report) === (after[i] && bytesOf(after[i])) ? [] : [report.domain]))
}

/** The addresses of all names that an MX record leads to. */
function mailAddresses(zone: string): readonly string[] {
  const records = zone.split('\n').map(line => line.split(' '))
  const exchanges = new Set(records.filter(([, , type]) => type === 'MX').map(([, , , , host]) => host))
  const found = records.filter(([owner, , type]) => (type === 'A' || type === 'AAAA') && exchanges.has(owner))
  return [...new Set(found.map(([, , , address]) => parseAddress(address!)!.text))].slice(0, 700)
}

/** A text as the strings of one TXT record. */
function pieces(text: string): string {
  return (text.match(/.{1,200}/gs) ?? []).map(part => `"${part.replaceAll('\n', '\\010')}"`).join(' ')
}

/** A sending host with all that belongs to it, and blocklists that are alive. */
const senderZone = [
  `${helo}. 300 A ${egress}`,
  `${helo}. 300 TXT "v=spf1 a -all"`,
  `${reverseName(parseAddress(egress)!)}. 300 PTR ${helo}.`,
  ...blocklists.map(list => `2.0.0.127.${list.zone}. 300 A 127.0.0.2`),
  ...domainBlocklists.map(list => `test.${list.zone}. 300 A 127.0.${list.bits ? '0.8' : '1.2'}`),
  '',
].join('\n')
