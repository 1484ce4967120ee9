// Our judgment of TLS and certificates on a real Postfix, against openssl and Postfix's own client: would a sender that demands a proof deliver?
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import certificateExpiry from '../../src/checks/certificate-expiry.ts'
import certificateName from '../../src/checks/certificate-name.ts'
import starttlsOffer from '../../src/checks/starttls-offer.ts'
import { createResolver } from '../../src/net/dns/stub-resolver.ts'
import { mappedDialer } from '../../src/net/mapped-dialer.ts'
import { createDialer } from '../../src/net/socket-dialer.ts'
import type { Finding, Report } from '../../src/report/report.ts'
import { target } from '../support/check-tester.ts'
import { Authority, type Certificate } from './support/certificates.ts'
import { findingsOf } from './support/judge.ts'
import { type NameServer, startNsd } from './support/name-servers.ts'
import { type Postfix, startPostfix } from './support/postfix.ts'
import { excused, run } from './support/program.ts'

/**
 * Kind of endpoint → what `openssl s_client` says to a demanding sender, what posttls-finger says, and our three outcomes
 * (starttls-offer, certificate-expiry, certificate-name).
 */
const expected: { readonly [kind: string]: readonly [openssl: string, finger: string, ours: string] } = {
  good: ['ok', 'Verified', 'works valid covers'],
  expired: ['certificate has expired', 'Untrusted', 'works expired outside-dates'],
  'not-yet-valid': ['certificate is not yet valid', 'Untrusted', 'works not-yet-valid outside-dates'],
  'ending-soon': ['ok', 'Verified', 'works renew-now covers'],
  'wrong-name': ['hostname mismatch', 'Untrusted', 'works valid mismatch'],
  'expired-wrong-name': ['hostname mismatch', 'Untrusted', 'works expired mismatch'],
  'self-signed': ['self-signed certificate', 'Untrusted', 'works valid self-signed'],
  'unknown-authority': ['unable to get local issuer certificate', 'Untrusted', 'works valid untrusted'],
  'with-intermediate': ['ok', 'Verified', 'works valid covers'],
  'without-intermediate': ['unable to get local issuer certificate', 'Untrusted', 'works valid untrusted'],
  wildcard: ['ok', 'Verified', 'works valid covers'],
  'wildcard-too-high': ['hostname mismatch', 'Untrusted', 'works valid mismatch'],
  'upper-case': ['ok', 'Verified', 'works valid covers'],
  'common-name-only': ['ok', 'Verified', 'works valid mismatch'],
  plain: ['no STARTTLS', 'none', 'not-offered no-tls no-tls'],
  'broken-key': ['no TLS', 'none', 'refused no-tls no-tls'],
}

/**
 * Where we keep to a clause that peers do not: RFC 9525 §2 (and RFC 8461 §4.1 for MTA-STS) read only the
 * subjectAltName extension, OpenSSL and Postfix still take a common name where there is none.
 */
const stricter: readonly string[] = ['common-name-only']

const hostOf = (kind: string): string => `mx.${kind}.peers.example`
const kinds = Object.keys(expected)

describe.skipIf(excused('root', 'postfix', 'posttls-finger', 'openssl', 'nsd', 'dig'))('TLS of a real Postfix', () => {
  let authority: Authority
  let postfix: Postfix
  let nsd: NameServer

  beforeAll(async () => {
    authority = await Authority.root('Peers Root')
    postfix = await startPostfix('mx.peers.example', await certificates(authority))
    nsd = await startNsd({ '.': zone(addressOf) })
  })

  afterAll(async () => {
    await Promise.all([postfix?.stop(), nsd?.stop()])
  })

  it('is judged as openssl and posttls-finger judge it', async () => {
    const table: Record<string, readonly string[]> = {}
    for (const kind of kinds) {
      const [openssl, finger, ours] = await Promise.all([byOpenssl(kind), byFinger(kind), findings(kind)])
      table[kind] = [openssl, finger, ours.map(finding => finding.outcome).join(' ')]
    }
    expect(table).toEqual(expected)
    // The table says what each says; this says that it comes to the same.
    for (const kind of kinds.filter(one => !stricter.includes(one))) {
      const [openssl, finger, ours] = table[kind]!
      const delivers = /^works (valid|renew-soon|renew-now) covers$/.test(ours!)
      expect([kind, openssl === 'ok', finger === 'Verified']).toEqual([kind, delivers, delivers])
    }
  })

  it('is told with the names and days that the certificates have', async () => {
    const says = async (kind: string): Promise<string> => (await findings(kind)).map(finding => finding.says).join(' ')
    expect(await says('good')).toContain('TLSv1.3')
    expect(await says('expired')).toMatch(/expired on \d{4}-\d\d-\d\d, 3 days ago/)
    expect(await says('wrong-name')).toContain('it names other.peers.example, another.peers.example')
    expect(await says('unknown-authority')).toContain('Another Root')
    expect(await says('broken-key')).toContain('454 4.7.0')
  })

  it.each([
    ['good', 0, 'works valid covers'],
    ['expired', 1, 'works expired outside-dates'],
    ['plain', 0, 'not-offered no-tls no-tls'],
    ['broken-key', 1, 'refused no-tls no-tls'],
  ])('of the kind "%s" ends the program with %d', async (kind, status, outcomes) => {
    const near = await startNsd({ '.': zone(() => '127.0.0.1') })
    const over = ['--resolver', near.address, '--smtp-port', String(postfix.ports[kind]), '--ca', authority.certificate]
    const program = fileURLToPath(new URL('../../bin/mailworthy.js', import.meta.url))
    const asked = ['audit', `${kind}.peers.example`, '--only', 'tls', '--json', ...over]
    const before = postfix.visits()
    const ended = await run(process.execPath, [program, ...asked])
    await near.stop()
    const report = JSON.parse(ended.stdout) as Report
    expect(report.findings.map(finding => finding.outcome).join(' ')).toBe(outcomes)
    expect(ended.status).toBe(status)
    // Three checks, one visit: the host is not asked thrice.
    expect(postfix.visits() - before).toBe(1)
  })

  it('of a Postfix that is gone is unknown, not missing', async () => {
    const gone = await startPostfix('mx.peers.example', { good: undefined })
    await gone.stop()
    const found = await findings('good', gone)
    expect(found.map(finding => finding.level)).toEqual(['unknown', 'unknown', 'unknown'])
  })

  /** Our three checks on the MX host of a domain, found by way of DNS. */
  async function findings(kind: string, server = postfix): Promise<readonly Finding[]> {
    const resolver = createResolver({ servers: [{ address: '127.0.0.1', port: nsd.port }] })
    const real = createDialer({ ca: [readFileSync(authority.certificate, 'utf8')] })
    const endpoints = kinds.map(
      (one, i) => [`${addressOf(i)}:25`, { address: '127.0.0.1', port: server.ports[one]! }] as const,
    )
    const dialer = mappedDialer(real, new Map(endpoints))
    const checks = [starttlsOffer, certificateExpiry, certificateName]
    const found = await findingsOf(checks, { resolver, dialer }, target({ domain: `${kind}.peers.example` }))
    resolver.close()
    return found
  }

  async function byOpenssl(kind: string): Promise<string> {
    const proof = ['-verify_return_error', '-verify_hostname', hostOf(kind), '-CAfile', authority.certificate]
    const to = ['-connect', `127.0.0.1:${postfix.ports[kind]}`, '-servername', hostOf(kind)]
    const { status, text } = await run('openssl', ['s_client', '-starttls', 'smtp', '-brief', ...to, ...proof], {
      input: 'QUIT\r\n',
    })
    if (text.includes("Didn't find STARTTLS")) return 'no STARTTLS'
    return text.match(/verify error:num=\d+:(.*)/)?.[1] ?? (status === 0 ? 'ok' : 'no TLS')
  }

  async function byFinger(kind: string): Promise<string> {
    const trust = ['-c', '-l', 'secure', '-F', authority.certificate]
    const { text } = await run('posttls-finger', [...trust, `[127.0.0.1]:${postfix.ports[kind]}`, hostOf(kind)], {
      env: { MAIL_CONFIG: postfix.configuration },
    })
    return text.match(/(\w+) TLS connection established/)?.[1] ?? 'none'
  }
})

/** Documentation addresses (RFC 5737): the dialer's map leads them to the ports of Postfix. */
const addressOf = (index: number): string => `192.0.2.${index + 1}`

function zone(address: (index: number) => string): string {
  const hosts = kinds.flatMap((kind, i) => [
    `${kind}.peers.example. 60 MX 10 ${hostOf(kind)}.`,
    `${hostOf(kind)}. 60 A ${address(i)}`,
  ])
  return ['. 60 SOA ns.test. h.test. 1 1 1 1 1', '. 60 NS ns.test.', ...hosts, ''].join('\n')
}

async function certificates(authority: Authority): Promise<{ readonly [kind: string]: Certificate | undefined }> {
  const stranger = await Authority.root('Another Root')
  const intermediate = await authority.intermediate('Peers Intermediate')
  const names = (kind: string): { names: string[] } => ({ names: [hostOf(kind)] })
  const others = { names: ['other.peers.example', 'another.peers.example'] }
  return {
    good: await authority.issue(names('good')),
    expired: await authority.issue({ ...names('expired'), from: -60, to: -3.1 }),
    'not-yet-valid': await authority.issue({ ...names('not-yet-valid'), from: 3, to: 30 }),
    'ending-soon': await authority.issue({ ...names('ending-soon'), from: -60, to: 2.5 }),
    'wrong-name': await authority.issue(others),
    'expired-wrong-name': await authority.issue({ ...others, from: -60, to: -3 }),
    'self-signed': await authority.selfSigned(names('self-signed')),
    'unknown-authority': await stranger.issue(names('unknown-authority')),
    'with-intermediate': await intermediate.issueWithChain(names('with-intermediate')),
    'without-intermediate': await intermediate.issue(names('without-intermediate')),
    wildcard: await authority.issue({ names: ['*.wildcard.peers.example'] }),
    'wildcard-too-high': await authority.issue({ names: ['*.peers.example'] }),
    'upper-case': await authority.issue({ names: [hostOf('upper-case').toUpperCase()] }),
    'common-name-only': await authority.issue({ ...names('common-name-only'), withoutExtension: true }),
    plain: undefined,
    'broken-key': { ...(await authority.issue(names('broken-key'))), key: stranger.key },
  }
}
