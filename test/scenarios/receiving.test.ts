// Each MX host of the lab that misbehaves, and what a report says of it: unknown where a person would say "could not tell".
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AuditRun } from '../../src/audit/audit.ts'
import type { Target } from '../../src/audit/scope.ts'
import { catalogue } from '../../src/catalogue.ts'
import { profiles } from '../../src/checks/profiles.ts'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import { strangeHosts } from '../../src/lab/strange-hosts.ts'
import { visitLab } from '../../src/lab/visit.ts'
import { createResolver, type StubResolver } from '../../src/net/dns/stub-resolver.ts'
import { mappedDialer } from '../../src/net/mapped-dialer.ts'
import { createDialer, type SocketDialer } from '../../src/net/socket-dialer.ts'
import type { Level, Report, Verdict } from '../../src/report/report.ts'
import { target } from '../support/check-tester.ts'
import { impatient } from '../support/impatient-dialer.ts'
import { mailworthy } from '../support/run-cli.ts'

let lab: Lab
let at: string
let folder: string
let resolver: StubResolver
let sockets: SocketDialer
let run: (hurried?: boolean) => AuditRun

beforeAll(async () => {
  lab = await startLab()
  at = `${lab.resolver.address}:${lab.resolver.port}`
  folder = mkdtempSync(join(tmpdir(), 'mailworthy-receiving-'))
  resolver = createResolver({ servers: [lab.resolver] })
  const visited = (await visitLab(resolver))!
  sockets = createDialer({ ca: [visited.root] })
  const dialer = mappedDialer(sockets, visited.map)
  run = hurried => {
    const ours = hurried ? impatient(dialer, 1500) : dialer
    return new AuditRun(catalogue(), { resolver, dialer: ours, ehloName: 'probe.example.net' })
  }
})
afterAll(async () => {
  sockets.close()
  resolver.close()
  await lab.close()
  rmSync(folder, { recursive: true })
})

/** The receiving side of a strange domain, by what an MX host shows. */
function audited(name: string, more: { mine?: string[]; hurried?: boolean } = {}): Promise<Report> {
  const asked: Target = target({ domain: `${name}.strange.example`, ...(more.mine && { mine: more.mine }) })
  const wanted = ({ group }: { readonly group: string }): boolean => group === 'tls' || group === 'smtp'
  return run(more.hurried).audit(asked, { profile: profiles.receiving, wanted })
}

/** `level check: sentence` of everything that is said, but for what was not asked and what does not apply. */
const told = ({ findings }: Report): readonly string[] =>
  findings
    .filter(({ outcome }) => outcome !== 'not-asked' && outcome !== 'not-applicable')
    .map(({ level, check, says }) => `${level} ${check}: ${says}`)

type Row = readonly [name: string, verdict: Verdict, sentence: `${Level} ${string}`]

/** The sentence that tells the matter. */
const rows: readonly Row[] = [
  [
    'silent',
    'unknown',
    'unknown starttls-offer: mx.silent.strange.example [198.51.100.1] took the connection, but said nothing more in time (at the banner); whether STARTTLS is offered is not known.',
  ],
  [
    'busy',
    'unknown',
    'unknown starttls-offer: mx.busy.strange.example [198.51.100.2] turned this check away (at the banner): "421 4.7.0 mx.busy.strange.example Too many connections, try again later".',
  ],
  [
    'unwelcoming',
    'unknown',
    'unknown starttls-offer: mx.unwelcoming.strange.example [198.51.100.3] turned this check away (at the banner): "554 5.7.1 No SMTP service for you here".',
  ],
  [
    'slow-banner',
    'pass',
    'pass starttls-offer: mx.slow-banner.strange.example [198.51.100.4] offers STARTTLS, and it works',
  ],
  [
    'endless-banner',
    'unknown',
    'unknown starttls-offer: What answers at mx.endless-banner.strange.example [198.51.100.5] does not speak SMTP as it should (at the banner): a reply of more than 200 lines; whether STARTTLS is offered is not known.',
  ],
  [
    'not-smtp',
    'unknown',
    'unknown starttls-offer: What answers at mx.not-smtp.strange.example [198.51.100.6] does not speak SMTP',
  ],
  [
    'hangs-up',
    'unknown',
    'unknown starttls-offer: mx.hangs-up.strange.example [198.51.100.7] took the connection, but hung up (at the banner)',
  ],
  ['no-ehlo', 'warn', 'warn starttls-offer: mx.no-ehlo.strange.example [198.51.100.8] does not offer STARTTLS'],
  [
    'endless-ehlo',
    'unknown',
    'unknown starttls-offer: What answers at mx.endless-ehlo.strange.example [198.51.100.9] does not speak SMTP as it should (in answer to EHLO): a reply of more than 200 lines',
  ],
  [
    'refuses-ehlo',
    'unknown',
    'unknown starttls-offer: mx.refuses-ehlo.strange.example [198.51.100.10] turned this check away (in answer to EHLO): "550 5.7.1 Helo command rejected',
  ],
  [
    'no-starttls',
    'warn',
    'warn starttls-offer: mx.no-starttls.strange.example [198.51.100.11] does not offer STARTTLS',
  ],
  [
    'masked',
    'unknown',
    'unknown starttls-offer: Something between here and mx.masked.strange.example [198.51.100.12] overwrites SMTP ("XXXXXXXA" in the EHLO reply)',
  ],
  [
    'busy-at-starttls',
    'unknown',
    'unknown starttls-offer: mx.busy-at-starttls.strange.example [198.51.100.13] turned this check away (in answer to STARTTLS): "421 4.7.0 Too busy for this". That is about us or about the moment; STARTTLS is offered, but whether TLS comes about is not known.',
  ],
  [
    'refuses-starttls',
    'fail',
    'fail starttls-offer: mx.refuses-starttls.strange.example [198.51.100.14] offers STARTTLS but refuses it: "454 4.7.0 TLS not available due to local problem".',
  ],
  [
    'drops-after-starttls',
    'fail',
    'fail starttls-offer: mx.drops-after-starttls.strange.example [198.51.100.15] offers STARTTLS, but the TLS handshake fails',
  ],
  [
    'stalls-after-starttls',
    'unknown',
    'unknown starttls-offer: mx.stalls-after-starttls.strange.example [198.51.100.16] offers STARTTLS, but the TLS handshake came to no end',
  ],
  [
    'no-tls-after-starttls',
    'fail',
    'fail starttls-offer: mx.no-tls-after-starttls.strange.example [198.51.100.17] offers STARTTLS, but the TLS handshake fails',
  ],
  [
    'injected',
    'warn',
    'warn starttls-offer: After its reply to STARTTLS mx.injected.strange.example [198.51.100.18] sent 39 octets in clear before TLS began.',
  ],
  [
    'old-tls',
    'warn',
    'warn tls-version: mx.old-tls.strange.example [198.51.100.19] speaks nothing newer than TLS 1.0, which is deprecated (RFC 8996). Mail still reaches it encrypted',
  ],
  [
    'silent-under-tls',
    'pass',
    'pass certificate-chain: The certificate of mx.silent-under-tls.strange.example [198.51.100.20] leads to a trusted root',
  ],
  [
    'auth-in-clear',
    'warn',
    'warn smtp-banner: mx.auth-in-clear.strange.example [198.51.100.21] offers to log in before TLS (PLAIN, LOGIN): a password can be read by anybody on the way.',
  ],
  [
    'no-forward-secrecy',
    'warn',
    'warn tls-version: mx.no-forward-secrecy.strange.example [198.51.100.26] encrypts with TLS_RSA_WITH_AES_128_CBC_SHA, without forward secrecy',
  ],
  [
    'expiring',
    'warn',
    'warn certificate-expiry: The certificate of mx.expiring.strange.example [198.51.100.27] ends on',
  ],
  [
    'expiring-tomorrow',
    'warn',
    'warn certificate-expiry: The certificate of mx.expiring-tomorrow.strange.example [198.51.100.28] ends on',
  ],
  [
    'expired',
    'fail',
    'fail certificate-expiry: The certificate of mx.expired.strange.example [198.51.100.29] expired on',
  ],
  [
    'not-yet-valid',
    'fail',
    'fail certificate-expiry: The certificate of mx.not-yet-valid.strange.example [198.51.100.30] is not valid before',
  ],
  [
    'wrong-name',
    'warn',
    'warn certificate-name: The certificate of mx.wrong-name.strange.example [198.51.100.31] does not name mx.wrong-name.strange.example; it names www.elsewhere.example.',
  ],
  [
    'self-signed',
    'warn',
    'warn certificate-chain: mx.self-signed.strange.example [198.51.100.32] shows a certificate that it signed itself.',
  ],
  [
    'broken-v6',
    'unknown',
    'unknown starttls-offer: mx.broken-v6.strange.example [2001:db8:51::33] did not take the connection (connection refused). Either no mail server listens there, or port 25 is blocked from here',
  ],
]

describe('the report about an MX host', () => {
  it.each(rows)('that is called %s is "%s"', async (name, verdict, sentence) => {
    const hurried = /^(silent|stalls)/.test(name)
    const report = await audited(name, { hurried })
    expect(told(report).map(one => one.slice(0, sentence.length))).toContain(sentence)
    expect(report.verdict, told(report).join('\n')).toBe(verdict)
    // Where nobody could tell, nothing is claimed either way.
    if (verdict === 'unknown' && name !== 'broken-v6') {
      const claimed = report.findings.filter(({ level }) => level === 'fail' || level === 'pass' || level === 'warn')
      const about = claimed.filter(({ check }) => check !== 'smtp-banner')
      expect(about.map(({ check, outcome }) => `${check} ${outcome}`)).toEqual([])
    }
  })

  it('of which one address is broken still tells what the other shows', async () => {
    const report = await audited('broken-v6')
    // News, such as that no CAA record stands there, are no fault of an address.
    const of = (address: string): ReadonlySet<string> => {
      const about = report.findings.filter(one => one.subject.includes(address) && one.level !== 'info')
      return new Set(about.map(one => one.level))
    }
    expect(of('198.51.100.')).toEqual(new Set(['pass']))
    expect(of('2001:db8:51::')).toEqual(new Set(['unknown']))
  })

  it('tells every strange host of the lab', () => {
    const asked = [
      ...rows.map(([name]) => name),
      'greylists',
      'no-postmaster',
      'open-relay',
      'percent-hack',
      'submission',
    ]
    expect(strangeHosts.map(({ name }) => name).toSorted()).toEqual(asked.toSorted())
  })
})

describe('hosts that were named as ours', () => {
  const mine = (name: string): Promise<Report> => audited(name, { mine: [`mx.${name}.strange.example`] })

  it.each<Row>([
    [
      'greylists',
      'unknown',
      'unknown smtp-open-relay: mx.greylists.strange.example [198.51.100.22] put us off: "450 4.2.0 Greylisted, try again in five minutes". Whether it relays for strangers is not known.',
    ],
    [
      'greylists',
      'unknown',
      'unknown smtp-postmaster: mx.greylists.strange.example [198.51.100.22] put postmaster@greylists.strange.example off',
    ],
    [
      'no-postmaster',
      'warn',
      'warn smtp-postmaster: mx.no-postmaster.strange.example [198.51.100.23] refuses mail for postmaster@no-postmaster.strange.example: "550 5.1.1 User unknown".',
    ],
    [
      'open-relay',
      'fail',
      'fail smtp-open-relay: mx.open-relay.strange.example [198.51.100.24] takes mail from a stranger to a stranger: MAIL FROM:<> RCPT TO:<mailworthy-relay-test@example.com>',
    ],
    [
      'percent-hack',
      'warn',
      'warn smtp-open-relay: mx.percent-hack.strange.example [198.51.100.25] refuses strangers and users that nobody is, but takes MAIL FROM:<> RCPT TO:<mailworthy-relay-test%example.com@percent-hack.strange.example>',
    ],
    [
      'expiring',
      'warn',
      'pass smtp-open-relay: mx.expiring.strange.example [198.51.100.27] refuses to relay for strangers',
    ],
    [
      'expiring',
      'warn',
      'info smtp-submission: Nobody listens at mx.expiring.strange.example [198.51.100.27]:587 (connection refused).',
    ],
    [
      'submission',
      'pass',
      'pass smtp-postmaster: mx.submission.strange.example [198.51.100.34] takes mail for postmaster@submission.strange.example',
    ],
    [
      'submission',
      'pass',
      'pass smtp-submission: mx.submission.strange.example [198.51.100.34]:465 takes mail programs under TLS',
    ],
    [
      'submission',
      'pass',
      'pass certificate-name: The certificate of mx.submission.strange.example [198.51.100.34]:587 names',
    ],
  ])('%s: %s', async (name, verdict, sentence) => {
    const report = await mine(name)
    expect(
      told(report).map(one => one.slice(0, sentence.length)),
      told(report).join('\n'),
    ).toContain(sentence)
    expect(report.verdict).toBe(verdict)
  })

  it('hear no RCPT when they were not named, and the report says why', async () => {
    const report = await audited('open-relay')
    const notAsked = report.findings.filter(({ outcome }) => outcome === 'not-asked')
    expect(notAsked.map(({ check, says }) => `${check}: ${says}`)).toEqual([
      'smtp-postmaster: Not checked: no host was named as yours (--mine).',
      'smtp-open-relay: Not checked: no host was named as yours (--mine).',
    ])
    expect(report.verdict).toBe('pass')
  })
})

describe('the program', () => {
  it('takes --mine, keeps it in the evidence, and judges that again to the same report', async () => {
    const evidence = join(folder, 'open.evidence')
    const asked = ['open-relay.strange.example', '--only', 'smtp,certificate-expiry', '--json']
    const mine = ['--mine', 'MX.open-relay.strange.example.']
    const live = await mailworthy(['audit', ...asked, ...mine, '--lab', at, '--save-evidence', evidence])
    expect({ status: live.status, stderr: live.stderr }).toEqual({ status: 1, stderr: '' })
    const again = await mailworthy(['audit', '--evidence', evidence, '--json', '-q'])
    const timeless = (text: string): string => text.replace(/"durationMs": \d+/, '')
    expect(timeless(again.stdout)).toBe(timeless(live.stdout))
    const other = await mailworthy(['audit', '--evidence', evidence, '--mine', 'mx.example.org'])
    expect(other).toMatchObject({ status: 2, stdout: '' })
    expect(other.stderr).toContain('--mine contradicts the evidence')
  })

  it('refuses what is no host', async () => {
    const { status, stderr } = await mailworthy(['audit', 'open-relay.strange.example', '--mine', 'a b', '--lab', at])
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'mailworthy: --mine takes the name of a host, not "a b": it contains a space\n',
    })
  })
})

it('tells at which address the MX hosts see us', async () => {
  const asked = target({ domain: 'healthy.example', egress: ['192.0.2.25 mail.healthy.example'] })
  const wanted = ({ group }: { readonly group: string }): boolean => group === 'egress'
  const report = await run().audit(asked, { profile: profiles.receiving, wanted })
  expect(told(report)).toEqual([
    'pass egress-port-25: Port 25 is open from here by IPv4: mx1.healthy.example [192.0.2.31], mx2.healthy.example [192.0.2.32] answered.',
    'pass egress-port-25: Port 25 is open from here by IPv6: mx1.healthy.example [2001:db8::31] answered.',
    'pass egress-address: Connections from here come from 192.0.2.25, one of the sending addresses (according to mx1.healthy.example, mx2.healthy.example).',
    'info egress-address: No server told at which IPv6 address it sees this machine (mx1.healthy.example). Not all of them do.',
  ])
})
