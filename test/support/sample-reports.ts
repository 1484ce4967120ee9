// Reports as an audit would make them, for tests of the formats: a healthy domain, a broken one, an undecided one, a hostile one.
import type { Evidence, Finding, Json, Level, RecordChange, Report } from '../../src/report/report.ts'
import { countLevels, countRequired, verdictOf } from '../../src/report/verdict.ts'

type Said = Partial<Omit<Finding, 'check' | 'level' | 'says'>>

/** A finding about `subject`, required and without evidence unless said otherwise. */
export function finding(check: string, level: Level, says: string, said: Said & { subject: string }): Finding {
  return { check, level, says, outcome: level, required: true, data: {}, refs: [], evidence: [], ...said }
}

/** A whole report; verdict and counts follow from the findings by the product's own rules. */
export function report(given: Partial<Report> & { domain: string; findings: readonly Finding[] }): Report {
  return {
    schema: 1,
    at: '2026-11-20T08:00:00.000Z',
    durationMs: 412,
    verdict: verdictOf(given.findings),
    profile: 'sending',
    required: countRequired(given.findings),
    counts: countLevels(given.findings),
    ready: {},
    target: { egress: [], selectors: [], listeners: [] },
    readings: {
      exists: true,
      nullMx: false,
      spf: [],
      spfTerms: [],
      dkim: [],
      dmarc: { state: 'unknown', organizationalDomain: null, policy: null, adkim: 'r', aspf: 'r' },
      egress: [],
      listeners: [],
    },
    rules: { mailworthy: '0.1.0', providers: '2026-11', blocklists: '2026-11' },
    ...given,
  }
}

const asked = (ask: string, answer: string, ms = 3): Evidence => ({ ask, answer, server: '192.0.2.53', ms })
const publish = (name: string, type: string, value: string): RecordChange => ({ do: 'publish', name, type, value })
const remove = (name: string, type: string, value: string): RecordChange => ({ do: 'remove', name, type, value })
const because = (reason: string): { data: { reason: Json } } => ({ data: { reason } })

const lists = ['zen.spamhaus.org', 'bl.spamcop.net', 'b.barracudacentral.org', 'psbl.surriel.com']

/** A 2048-bit RSA key's record: longer than one character-string. */
export const longKey = `v=DKIM1; k=rsa; p=${'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAx7Tn'.repeat(8)}IDAQAB`

/** All well; what nobody named is not checked. */
export const healthy: Report = (() => {
  const subject = 'healthy.example'
  const egress = '192.0.2.10 (mail.healthy.example)'
  return report({
    domain: subject,
    durationMs: 287,
    ready: {
      gmail: { verdict: 'pass', because: [] },
      outlook: { verdict: 'pass', because: [] },
      yahoo: { verdict: 'pass', because: [] },
    },
    target: { egress: [{ seenAs: '192.0.2.10', helo: 'mail.healthy.example' }], selectors: ['s2026a'], listeners: [] },
    readings: {
      exists: true,
      nullMx: false,
      spf: [
        { egress: '192.0.2.10', identity: 'mailfrom', result: 'pass', dependsOnLocalPart: false },
        { egress: '192.0.2.10', identity: 'helo', result: 'pass', dependsOnLocalPart: false },
      ],
      spfTerms: ['mx', 'ip4:192.0.2.10', '-all'],
      dkim: [{ selector: 's2026a', state: 'valid', keyHash: `sha256:${'4f1c9a07'.repeat(8)}` }],
      dmarc: { state: 'found', organizationalDomain: subject, policy: 'reject', adkim: 'r', aspf: 'r' },
      domainListed: [],
      domainUnasked: [],
      egress: [
        {
          address: '192.0.2.10',
          ptr: 'mail.healthy.example',
          forwardConfirmed: true,
          listed: [],
          unasked: [],
          helo: { name: 'mail.healthy.example', state: 'leads-back' },
        },
      ],
      listeners: [],
    },
    findings: [
      finding('dns-existence', 'pass', 'The domain exists in DNS.', {
        subject,
        outcome: 'exists',
        refs: ['RFC 8020 §2'],
        evidence: [asked('healthy.example SOA', 'ns1.healthy.example hostmaster.healthy.example 1 (minimum 300)')],
      }),
      finding('mx-hosts', 'pass', 'One MX host takes mail for the domain: mx.healthy.example.', { subject }),
      finding('spf-record', 'pass', 'There is one SPF record: v=spf1 ip4:192.0.2.10 -all.', {
        subject,
        refs: ['RFC 7208 §4.5'],
        evidence: [asked('healthy.example TXT', '"v=spf1 ip4:192.0.2.10 -all"')],
      }),
      finding('spf-lookup-limit', 'pass', 'Evaluating the record takes 0 of 10 DNS lookups.', { subject }),
      finding('spf-authorization', 'pass', 'SPF gives pass for 192.0.2.10 as mail.healthy.example.', {
        subject: egress,
      }),
      finding('dkim-key', 'pass', 'The selector s2026a publishes a valid key.', {
        subject: 's2026a._domainkey.healthy.example',
      }),
      finding('dkim-key-match', 'info', 'Not checked: no key of our own was given for this selector.', {
        subject: 's2026a._domainkey.healthy.example',
        outcome: 'not-asked',
        ...because('no key of our own was given for this selector'),
      }),
      finding('dmarc-record', 'pass', 'There is one DMARC record, with the policy reject.', { subject }),
      finding('rdns-presence', 'pass', '192.0.2.10 leads back to mail.healthy.example.', { subject: egress }),
      ...lists.map(zone =>
        finding('dnsbl-address', 'pass', `192.0.2.10 is not listed on ${zone}.`, { subject: `192.0.2.10 on ${zone}` }),
      ),
      finding('smtp-open-relay', 'info', 'Not checked: no host was named as yours (--mine).', {
        subject,
        outcome: 'not-asked',
        required: false,
        ...because('no host was named as yours (--mine)'),
      }),
      finding('smtp-postmaster', 'info', 'Not checked: no host was named as yours (--mine).', {
        subject,
        outcome: 'not-asked',
        required: false,
        ...because('no host was named as yours (--mine)'),
      }),
      finding('dane-tlsa', 'info', 'Does not apply: the zone is not signed with DNSSEC.', {
        subject: 'mx.healthy.example',
        outcome: 'not-applicable',
        required: false,
        ...because('the zone is not signed with DNSSEC'),
      }),
    ],
  })
})()

const secondOwner = '5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'

/** Faults in four groups, warnings, two holes in the proof, and two sending addresses that fare differently. */
export const broken: Report = (() => {
  const subject = 'broken.example'
  const egress = '192.0.2.10 (mail.broken.example)'
  const second = '2001:db8::25 (mail.broken.example)'
  const spf = 'v=spf1 include:_spf.google.com include:spf.protection.outlook.com include:mailgun.org a mx ptr ~all'
  return report({
    domain: subject,
    standing: [
      { name: subject, type: 'TXT', state: 'records', values: [['verification=4f1c9a07'], [spf]] },
      { name: 'old._domainkey.broken.example', type: 'TXT', state: 'records', values: [['v=DKIM1; p=']] },
      { name: '_dmarc.broken.example', type: 'TXT', state: 'none', values: [] },
      { name: secondOwner, type: 'PTR', state: 'none', values: [] },
    ],
    durationMs: 5231,
    ready: {
      gmail: { verdict: 'fail', because: ['dmarc-record', 'rdns-presence'] },
      outlook: { verdict: 'fail', because: ['dmarc-record'] },
      yahoo: { verdict: 'fail', because: ['dmarc-record', 'rdns-presence'] },
    },
    target: {
      egress: [
        { seenAs: '192.0.2.10', helo: 'mail.broken.example' },
        { seenAs: '2001:db8::25', helo: 'mail.broken.example' },
      ],
      selectors: ['s1', 'old'],
      listeners: [],
    },
    readings: {
      exists: true,
      nullMx: false,
      spf: [
        { egress: '192.0.2.10', identity: 'mailfrom', result: 'permerror', dependsOnLocalPart: false },
        { egress: '192.0.2.10', identity: 'helo', result: 'none', dependsOnLocalPart: false },
        { egress: '2001:db8::25', identity: 'mailfrom', result: 'permerror', dependsOnLocalPart: true },
        { egress: '2001:db8::25', identity: 'helo', result: 'temperror', dependsOnLocalPart: false },
      ],
      spfTerms: ['include:_spf.provider.example', '~all'],
      dkim: [
        { selector: 's1', state: 'valid', keyHash: `sha256:${'9d3e0b52'.repeat(8)}` },
        { selector: 'old', state: 'revoked' },
      ],
      dmarc: { state: 'absent', organizationalDomain: subject, policy: null, adkim: 'r', aspf: 'r' },
      domainListed: [],
      domainUnasked: ['dbl.spamhaus.org'],
      egress: [
        {
          address: '192.0.2.10',
          ptr: 'mail.broken.example',
          forwardConfirmed: true,
          listed: ['zen.spamhaus.org'],
          unasked: ['b.barracudacentral.org', 'psbl.surriel.com'],
          helo: { name: 'mail.broken.example', state: 'elsewhere' },
        },
        { address: '2001:db8::25', ptr: null, forwardConfirmed: false, listed: [], unasked: [], helo: null },
      ],
      listeners: [{ endpoint: '192.0.2.10:587', certificateValid: false }],
      hosts: [
        {
          role: 'egress',
          name: 'mail.broken.example',
          address: '192.0.2.10',
          port: null,
          banner: null,
          ehlo: 'mail.broken.example',
          ptr: 'mail.broken.example',
          forwardConfirmed: true,
          certificate: null,
          differs: [],
        },
        {
          role: 'mx',
          name: 'mx1.broken.example',
          address: '192.0.2.20',
          port: 25,
          banner: 'gateway.broken.example',
          ehlo: 'mx1.broken.example',
          ptr: null,
          forwardConfirmed: null,
          certificate: {
            names: ['mx1.broken.example', 'mx2.broken.example', 'mx3.broken.example', '*.mx.broken.example'],
            more: 3,
            end: '2026-11-23T08:00:00.000Z',
          },
          differs: ['banner'],
        },
        {
          role: 'listener',
          name: 'mail.broken.example',
          address: '192.0.2.10',
          port: 587,
          banner: 'mail.broken.example',
          ehlo: 'mail.broken.example',
          ptr: 'mail.broken.example',
          forwardConfirmed: true,
          certificate: { names: ['old.broken.example'], more: 0, end: '2026-11-02T08:00:00.000Z' },
          differs: ['certificate'],
        },
      ],
    },
    findings: [
      finding('dns-existence', 'pass', 'The domain exists in DNS.', { subject, refs: ['RFC 8020 §2'] }),
      finding('mx-hosts', 'pass', '2 MX hosts take mail for the domain.', { subject, refs: ['RFC 5321 §5.1'] }),
      finding('spf-record', 'pass', `There is one SPF record: ${spf}.`, { subject }),
      finding('spf-permissiveness', 'warn', 'The record ends in ~all: mail from elsewhere is marked, not refused.', {
        subject,
        required: false,
        fix: 'End the record in -all once DMARC reports show that all your senders are named.',
        refs: ['RFC 7208 §8.5'],
      }),
      finding(
        'spf-lookup-limit',
        'fail',
        'Evaluating the SPF record takes 14 DNS lookups; receivers stop at 10 and the result is permerror.',
        {
          subject,
          outcome: 'exceeded',
          fix: 'Remove includes of services that no longer send for you, and replace a and mx by the addresses that they stand for.',
          records: [
            remove(subject, 'TXT', spf),
            publish(
              subject,
              'TXT',
              'v=spf1 ip4:192.0.2.10 include:_spf.google.com include:spf.protection.outlook.com -all',
            ),
          ],
          refs: ['RFC 7208 §4.6.4'],
          evidence: [
            asked('broken.example TXT', `"${spf}"`),
            asked(
              '_spf.google.com TXT',
              '"v=spf1 include:_netblocks.google.com include:_netblocks2.google.com ~all"',
              12,
            ),
            asked('mailgun.org TXT', '"v=spf1 include:_spf1.mailgun.org include:_spf2.mailgun.org ~all"', 31),
          ],
        },
      ),
      finding('spf-void-lookups', 'pass', 'None of the lookups is void.', { subject }),
      finding('dkim-key', 'pass', 'The selector s1 publishes a valid key.', {
        subject: 's1._domainkey.broken.example',
      }),
      finding('dkim-key', 'fail', 'The selector old publishes an empty key (p=): it is revoked.', {
        subject: 'old._domainkey.broken.example',
        outcome: 'revoked',
        fix: 'Stop signing with old, or publish its key again.',
        records: [publish('old._domainkey.broken.example', 'TXT', longKey)],
        refs: ['RFC 6376 §3.6.1'],
        evidence: [asked('old._domainkey.broken.example TXT', '"v=DKIM1; p="')],
      }),
      finding('dmarc-record', 'fail', 'There is no DMARC record for broken.example.', {
        subject,
        outcome: 'missing',
        fix: 'Publish a DMARC record; begin with the policy none and read the reports before you tighten it.',
        records: [publish('_dmarc.broken.example', 'TXT', 'v=DMARC1; p=none; rua=mailto:dmarc@broken.example')],
        refs: ['RFC 9989 §4.10'],
        evidence: [asked('_dmarc.broken.example TXT', 'NXDOMAIN', 5)],
      }),
      finding('dmarc-policy', 'info', 'There is no DMARC record, so there is no policy to judge.', {
        subject,
        outcome: 'no-record',
        required: false,
      }),
      finding('rdns-presence', 'pass', '192.0.2.10 leads back to mail.broken.example.', { subject: egress }),
      finding('rdns-presence', 'fail', '2001:db8::25 has no PTR record.', {
        subject: second,
        outcome: 'missing',
        fix: 'Ask whoever gave you the address to publish a PTR record that names the host, or send by IPv4 only.',
        records: [publish(secondOwner, 'PTR', 'mail.broken.example')],
        refs: ['RFC 8501 §2'],
      }),
      finding('dnsbl-address', 'fail', '192.0.2.10 is listed on zen.spamhaus.org (127.0.0.4: exploited host).', {
        subject: '192.0.2.10 on zen.spamhaus.org',
        outcome: 'listed',
        fix: 'Find what sends from the address without leave, stop it, then ask for removal at https://check.spamhaus.org/.',
        evidence: [asked('10.2.0.192.zen.spamhaus.org A', '127.0.0.4', 18)],
      }),
      finding('dnsbl-address', 'pass', '192.0.2.10 is not listed on bl.spamcop.net.', {
        subject: '192.0.2.10 on bl.spamcop.net',
      }),
      ...['b.barracudacentral.org', 'psbl.surriel.com'].map((zone, i) =>
        finding(
          'dnsbl-address',
          'unknown',
          `Could not be checked: DNS did not answer in time when asked for 10.2.0.192.${zone} A.`,
          {
            subject: `192.0.2.10 on ${zone}`,
            outcome: 'unknowable',
            required: i === 0,
            ...because(`DNS did not answer in time when asked for 10.2.0.192.${zone} A`),
            evidence: [asked(`10.2.0.192.${zone} A`, 'timeout', 5000)],
          },
        ),
      ),
      ...['mx1.broken.example', 'mx2.broken.example', 'mx3.broken.example'].map((host, i) =>
        finding('certificate-expiry', 'warn', `The certificate of ${host} expires in ${i + 3} days.`, {
          subject: `${host} [192.0.2.${20 + i}]`,
          outcome: 'soon',
          required: false,
          fix: 'Renew the certificate and load it into the mail server.',
          refs: ['RFC 5280 §4.1.2.5'],
        }),
      ),
      finding('smtp-open-relay', 'info', 'Not checked: no host was named as yours (--mine).', {
        subject,
        outcome: 'not-asked',
        required: false,
        ...because('no host was named as yours (--mine)'),
      }),
    ],
  })
})()

/** Nothing fails, but a required check could not be made. */
export const undecided: Report = report({
  domain: 'xn--bcher-kva.example',
  ready: { gmail: { verdict: 'unknown', because: ['dmarc-record'] } },
  findings: [
    finding('dns-existence', 'pass', 'The domain exists in DNS.', {
      subject: 'bücher.example (xn--bcher-kva.example)',
    }),
    finding(
      'dmarc-record',
      'unknown',
      'Could not be checked: DNS reported a failure (SERVFAIL) when asked for _dmarc.xn--bcher-kva.example TXT.',
      {
        subject: 'bücher.example (xn--bcher-kva.example)',
        outcome: 'unknowable',
        ...because('DNS reported a failure (SERVFAIL) when asked for _dmarc.xn--bcher-kva.example TXT'),
        evidence: [asked('_dmarc.xn--bcher-kva.example TXT', 'servfail')],
      },
    ),
  ],
})

/** What a hostile owner of a zone puts into records. */
export const hostileText =
  '\x1b[2J\x1b]0;owned\x07 </script><script>alert(1)</script> "\'&\u202eelpmaxe\u200b\u2028\x9b31m\x7f\x00'
export const hugeValue = `v=spf1 ${'x'.repeat(60_000)} -all`

/** Every string that can come from the network is hostile. */
export const hostile: Report = report({
  domain: 'hostile.example',
  ready: { [`gmail${hostileText}`]: { verdict: 'fail', because: [hostileText] } },
  target: { egress: [{ seenAs: '192.0.2.66', helo: hostileText }], selectors: [hostileText], listeners: [hostileText] },
  readings: {
    exists: true,
    nullMx: false,
    spf: [{ egress: '192.0.2.66', identity: 'mailfrom', result: 'permerror', dependsOnLocalPart: false }],
    spfTerms: [hostileText],
    dkim: [{ selector: hostileText, state: 'invalid', keyHash: hostileText }],
    dmarc: { state: 'unknown', organizationalDomain: hostileText, policy: null, adkim: 'r', aspf: 's' },
    domainListed: [hostileText],
    domainUnasked: [hostileText],
    egress: [
      {
        address: '192.0.2.66',
        ptr: hostileText,
        forwardConfirmed: false,
        listed: [hostileText],
        unasked: [hostileText],
        helo: { name: hostileText, state: 'malformed' },
      },
    ],
    listeners: [{ endpoint: hostileText, certificateValid: null }],
    hosts: [
      {
        role: 'mx',
        name: hostileText,
        address: '192.0.2.66',
        port: 25,
        banner: hostileText,
        ehlo: hostileText,
        ptr: hostileText,
        forwardConfirmed: null,
        certificate: { names: [hostileText, hugeValue], more: 0, end: '2026-12-01T00:00:00.000Z' },
        differs: ['banner', 'ehlo', 'ptr', 'certificate'],
      },
    ],
  },
  findings: [
    finding('spf-syntax', 'fail', `The record ${hugeValue} cannot be read: it is too long.`, {
      subject: 'hostile.example',
      fix: `Replace ${hugeValue} by a record that can be read.`,
      data: { record: hugeValue },
      records: [
        { do: 'remove', name: 'hostile.example', type: 'TXT', value: hugeValue },
        { do: 'publish', name: `a b${hostileText}`, type: 'TXT', value: hostileText },
      ],
      evidence: [asked('hostile.example TXT', hugeValue)],
    }),
    finding('dkim-key', 'warn', `The record is ${hostileText}`, {
      subject: hostileText,
      fix: hostileText,
      refs: [hostileText],
      evidence: [{ ask: hostileText, answer: hostileText, server: hostileText, ms: 1 }],
    }),
    finding('dnsbl-address', 'unknown', hostileText, { subject: hostileText, outcome: 'unknowable' }),
    finding('helo-fqdn', 'info', hostileText, { subject: hostileText, outcome: 'not-asked', ...because(hostileText) }),
    finding('mx-hosts', 'pass', hostileText, { subject: hostileText }),
    finding('rdns-presence', 'info', hostileText, { subject: hostileText, outcome: 'noted' }),
  ],
})
