// Our judgment of TLS and certificates on a real Postfix, against openssl and Postfix's own client: would a sender that demands a proof deliver?
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import certificateChain from '../../src/checks/certificate-chain.ts'
import certificateExpiry from '../../src/checks/certificate-expiry.ts'
import certificateName from '../../src/checks/certificate-name.ts'
import starttlsOffer from '../../src/checks/starttls-offer.ts'
import tlsVersion from '../../src/checks/tls-version.ts'
import { type Misbehavior, type MxOptions, type MxServer, startMx } from '../../src/lab/mx-server.ts'
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
 * Kind of endpoint → what `openssl s_client` says to a demanding sender, what posttls-finger says, and our outcomes in the
 * order of `checks`. Those after the empty line are servers of our lab: Postfix does not misbehave so.
 */
const expected: { readonly [kind: string]: readonly [openssl: string, finger: string, ours: string] } = {
  good: ['ok', 'Verified', 'works valid covers trusted modern'],
  expired: ['certificate has expired', 'Untrusted', 'works expired covers outside-dates modern'],
  'not-yet-valid': ['certificate is not yet valid', 'Untrusted', 'works not-yet-valid covers outside-dates modern'],
  'ending-soon': ['ok', 'Verified', 'works renew-now covers trusted modern'],
  'wrong-name': ['hostname mismatch', 'Untrusted', 'works valid mismatch trusted modern'],
  'expired-wrong-name': ['hostname mismatch', 'Untrusted', 'works expired mismatch outside-dates modern'],
  'self-signed': ['self-signed certificate', 'Untrusted', 'works valid unproven self-signed modern'],
  'unknown-authority': ['unable to get local issuer certificate', 'Untrusted', 'works valid covers incomplete modern'],
  'unknown-root-sent': [
    'self-signed certificate in certificate chain',
    'Untrusted',
    'works valid covers unknown-root modern',
  ],
  'with-intermediate': ['ok', 'Verified', 'works valid covers trusted modern'],
  'without-intermediate': [
    'unable to get local issuer certificate',
    'Untrusted',
    'works valid covers incomplete modern',
  ],
  'wrong-order': ['ok', 'Verified', 'works valid covers trusted wrong-order modern'],
  superfluous: ['ok', 'Verified', 'works valid covers trusted superfluous modern'],
  'for-clients': ['unsuitable certificate purpose', 'Untrusted', 'works valid covers not-for-servers modern'],
  'sha1-signature': [
    'CA signature digest algorithm too weak',
    'Untrusted',
    'works valid covers trusted weak-signature modern',
  ],
  wildcard: ['ok', 'Verified', 'works valid covers trusted modern'],
  'wildcard-too-high': ['hostname mismatch', 'Untrusted', 'works valid mismatch trusted modern'],
  'upper-case': ['ok', 'Verified', 'works valid covers trusted modern'],
  'common-name-only': ['ok', 'Verified', 'works valid mismatch trusted modern'],
  'no-forward-secrecy': ['ok', 'Verified', 'works valid covers trusted no-forward-secrecy'],
  plain: ['no STARTTLS', 'none', 'not-offered no-tls no-tls no-tls no-tls'],
  'broken-key': ['no TLS', 'none', 'refused no-tls no-tls no-tls no-tls'],

  'small-key': ['EE certificate key too weak', 'Verified', 'works valid covers trusted weak-key modern'],
  'tls-1.0': ['no TLS', 'none', 'works valid covers trusted old-version'],
  'tls-1.1': ['no TLS', 'none', 'works valid covers trusted old-version'],
  'finite-field': ['ok', 'Verified', 'works valid covers trusted modern'],
  'drops-after-starttls': ['no TLS', 'none', 'handshake-failed no-tls no-tls no-tls no-tls'],
  'no-tls-after-starttls': ['no TLS', 'none', 'handshake-failed no-tls no-tls no-tls no-tls'],
  'refuses-starttls': ['no TLS', 'none', 'refused no-tls no-tls no-tls no-tls'],
  'busy-at-starttls': ['no TLS', 'none', 'turned-away unknowable unknowable unknowable unknowable'],
  busy: ['no STARTTLS', 'none', 'turned-away unknowable unknowable unknowable unknowable'],
  'not-smtp': ['no TLS', 'none', 'not-smtp unknowable unknowable unknowable unknowable'],
  'no-ehlo': ['no STARTTLS', 'none', 'not-offered no-tls no-tls no-tls no-tls'],
  masked: ['no STARTTLS', 'none', 'masked no-tls no-tls no-tls no-tls'],
  'slow-banner': ['ok', 'Verified', 'works valid covers trusted modern'],
  injected: ['ok', 'Verified', 'works injected valid covers trusted modern'],
}

/** Where we come to another end than a peer, and why. */
const deviations: { readonly [kind: string]: string } = {
  'common-name-only':
    'RFC 9525 §2, RFC 8461 §4.1: only subjectAltName counts; OpenSSL and Postfix still take a common name',
  'sha1-signature':
    'RFC 9155 §2: SHA-1 must not be used; Debian refuses it by its security level 2, we trust the root and warn of it',
  'small-key':
    'NIST SP 800-57: Debian refuses RSA below 2048 bits by its security level 2, we see the key and warn of it',
  'tls-1.0': 'RFC 8996 §2 with RFC 7435: Debian does not speak it any more, senders elsewhere do: old, not broken',
  'tls-1.1': 'RFC 8996 §2 with RFC 7435: as TLS 1.0',
}

const checks = [starttlsOffer, certificateExpiry, certificateName, certificateChain, tlsVersion]

const hostOf = (kind: string): string => `mx.${kind}.peers.example`
const kinds = Object.keys(expected)

describe.skipIf(excused('root', 'postfix', 'posttls-finger', 'openssl', 'nsd', 'dig'))('TLS of a real Postfix', () => {
  let authority: Authority
  let postfix: Postfix
  let strange: readonly MxServer[]
  let ports: { readonly [kind: string]: number }
  let nsd: NameServer

  beforeAll(async () => {
    authority = await Authority.root('Peers Root')
    const made = await certificates(authority)
    postfix = await startPostfix('mx.peers.example', made, {
      'no-forward-secrecy': ['smtpd_tls_protocols=TLSv1.2', 'tls_medium_cipherlist=AES128-SHA'],
    })
    const lab = await Promise.all(
      Object.entries(await labServers(authority)).map(
        async ([kind, options]) => [kind, await startMx(options)] as const,
      ),
    )
    strange = lab.map(([, server]) => server)
    ports = { ...postfix.ports, ...Object.fromEntries(lab.map(([kind, { port }]) => [kind, port])) }
    nsd = await startNsd({ '.': zone(addressOf) })
  })

  afterAll(async () => {
    await Promise.all([postfix?.stop(), nsd?.stop(), ...(strange ?? []).map(server => server.close())])
  })

  it('is judged as openssl and posttls-finger judge it', async () => {
    const table: Record<string, readonly string[]> = {}
    for (const kind of kinds) {
      const [openssl, finger, ours] = await Promise.all([byOpenssl(kind), byFinger(kind), findings(kind)])
      table[kind] = [openssl, finger, ours.map(finding => finding.outcome).join(' ')]
    }
    expect(table).toEqual(expected)
    // The table says what each says; this says that it comes to the same, and that the list of exceptions is not stale.
    for (const kind of kinds) {
      const [openssl, finger, ours] = table[kind]!
      const delivers = /^works (injected )?(valid|renew-soon|renew-now) covers trusted /.test(ours!)
      const agree = (openssl === 'ok') === delivers && (finger === 'Verified') === delivers
      expect([kind, agree]).toEqual([kind, !(kind in deviations)])
    }
    expect(kinds.length).toBeGreaterThanOrEqual(20)
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
    ['good', 0, 'works valid covers trusted open modern'],
    ['expired', 1, 'works expired covers outside-dates open modern'],
    ['plain', 0, 'not-offered no-tls no-tls no-tls no-tls no-tls'],
    ['broken-key', 1, 'refused no-tls no-tls no-tls no-tls no-tls'],
  ])('of the kind "%s" ends the program with %d', async (kind, status, outcomes) => {
    const near = await startNsd({ '.': zone(() => '127.0.0.1') })
    const over = ['--resolver', near.address, '--smtp-port', String(ports[kind]), '--ca', authority.certificate]
    const program = fileURLToPath(new URL('../../bin/mailworthy.js', import.meta.url))
    const asked = ['audit', `${kind}.peers.example`, '--only', 'tls', '--json', ...over]
    const before = postfix.visits()
    const ended = await run(process.execPath, [program, ...asked])
    await near.stop()
    const report = JSON.parse(ended.stdout) as Report
    expect(report.findings.map(finding => finding.outcome).join(' ')).toBe(outcomes)
    expect(ended.status).toBe(status)
    // Six checks, one visit: the host is not asked six times.
    expect(postfix.visits() - before).toBe(1)
  })

  it('of a Postfix that is gone is unknown, not missing', async () => {
    const gone = await startPostfix('mx.peers.example', { good: undefined })
    await gone.stop()
    const found = await findings('good', gone.ports)
    expect(found.map(finding => finding.level)).toEqual(Array(5).fill('unknown'))
  })

  /** Our checks on the MX host of a domain, found by way of DNS. */
  async function findings(kind: string, at = ports): Promise<readonly Finding[]> {
    const resolver = createResolver({ servers: [{ address: '127.0.0.1', port: nsd.port }] })
    const real = createDialer({ ca: [readFileSync(authority.certificate, 'utf8')] })
    const endpoints = kinds.map(
      (one, i) => [`${addressOf(i)}:25`, { address: '127.0.0.1', port: at[one] ?? 1 }] as const,
    )
    const dialer = mappedDialer(real, new Map(endpoints))
    const found = await findingsOf(checks, { resolver, dialer }, target({ domain: `${kind}.peers.example` }))
    resolver.close()
    return found
  }

  async function byOpenssl(kind: string): Promise<string> {
    const proof = ['-verify_return_error', '-verify_hostname', hostOf(kind), '-CAfile', authority.certificate]
    const to = ['-connect', `127.0.0.1:${ports[kind]}`, '-servername', hostOf(kind)]
    const { status, text } = await run('openssl', ['s_client', '-starttls', 'smtp', '-brief', ...to, ...proof], {
      input: 'QUIT\r\n',
    })
    if (text.includes("Didn't find STARTTLS")) return 'no STARTTLS'
    return text.match(/verify error:num=\d+:(.*)/)?.[1] ?? (status === 0 ? 'ok' : 'no TLS')
  }

  async function byFinger(kind: string): Promise<string> {
    const trust = ['-c', '-l', 'secure', '-F', authority.certificate]
    const { text } = await run('posttls-finger', [...trust, `[127.0.0.1]:${ports[kind]}`, hostOf(kind)], {
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

/** Servers of the lab by their kinds, with certificates that openssl made. */
async function labServers(authority: Authority): Promise<{ readonly [kind: string]: MxOptions }> {
  const issue = async (kind: string, rsaBits?: number): Promise<MxOptions> => {
    const { certificate, key } = await authority.issue({ names: [hostOf(kind)], ...(rsaBits && { rsaBits }) })
    const pem = (file: string): string => readFileSync(file, 'utf8')
    return { hostname: hostOf(kind), certificate: { certificate: pem(certificate), key: pem(key) }, pause: 1000 }
  }
  const only = (version: 'TLSv1' | 'TLSv1.1') => ({
    minVersion: version,
    maxVersion: version,
    ciphers: 'ALL:@SECLEVEL=0',
  })
  const misbehaving: readonly Misbehavior[] = [
    ...(['drops-after-starttls', 'no-tls-after-starttls', 'refuses-starttls', 'busy-at-starttls'] as const),
    ...(['busy', 'not-smtp', 'no-ehlo', 'masked', 'slow-banner', 'injected'] as const),
  ]
  // One after the other: an authority keeps its books in files.
  const others: { [kind: string]: MxOptions } = {}
  for (const misbehavior of misbehaving) others[misbehavior] = { ...(await issue(misbehavior)), misbehavior }
  return {
    'small-key': { ...(await issue('small-key', 1024)), tls: { ciphers: 'DEFAULT:@SECLEVEL=0' } },
    'tls-1.0': { ...(await issue('tls-1.0')), tls: only('TLSv1') },
    'tls-1.1': { ...(await issue('tls-1.1')), tls: only('TLSv1.1') },
    'finite-field': {
      ...(await issue('finite-field', 2048)),
      tls: { maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES128-GCM-SHA256', dhparam: 'auto' },
    },
    ...others,
  }
}

async function certificates(authority: Authority): Promise<{ readonly [kind: string]: Certificate | undefined }> {
  const stranger = await Authority.root('Another Root')
  const intermediate = await authority.intermediate('Peers Intermediate')
  const lower = await intermediate.intermediate('Peers Lower')
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
    'unknown-root-sent': await stranger.issueWith(names('unknown-root-sent'), [stranger]),
    'wrong-order': await lower.issueWith(names('wrong-order'), [intermediate, lower]),
    superfluous: await authority.issueWith(names('superfluous'), [stranger]),
    'for-clients': await authority.issue({ ...names('for-clients'), purpose: 'clientAuth' }),
    'sha1-signature': await authority.issue({ ...names('sha1-signature'), digest: 'sha1' }),
    'no-forward-secrecy': await authority.issue({ ...names('no-forward-secrecy'), rsaBits: 2048 }),
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
