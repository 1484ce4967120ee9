import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Candidate, decide, type Known } from '../../../src/relay/gate/decide.ts'
import { verdictOf } from '../../../src/relay/gate/reply.ts'
import type { Readings, Report } from '../../../src/report/report.ts'

const HASH = `sha256:${'ab'.repeat(32)}`
const RECORD = `v=DKIM1; k=rsa; p=${'A'.repeat(700)}`
const OTHER = `sha256:${'cd'.repeat(32)}`

const own: Readings['egress'][number] = {
  address: '192.0.2.10',
  ptr: 'mail.example.org',
  forwardConfirmed: true,
  listed: [],
  unasked: [],
  helo: { name: 'mail.example.org', state: 'leads-back' },
}

const healthy: Readings = {
  exists: true,
  nullMx: false,
  spf: [
    { egress: '192.0.2.10', identity: 'mailfrom', result: 'pass', dependsOnLocalPart: false },
    { egress: '192.0.2.10', identity: 'helo', result: 'pass', dependsOnLocalPart: false },
  ],
  spfTerms: ['ip4:192.0.2.10', '-all'],
  dkim: [{ selector: 's1', state: 'valid', keyHash: HASH }],
  dmarc: { state: 'found', organizationalDomain: 'example.org', policy: 'reject', adkim: 'r', aspf: 'r' },
  egress: [own],
  listeners: [{ endpoint: '127.0.0.1:587', certificateValid: true }],
}

const message: Candidate = {
  authorDomain: 'example.org',
  senderDomain: 'example.org',
  signatures: [{ selector: 's1', keyHash: HASH, record: RECORD }],
  way: { kind: 'mx', addresses: ['192.0.2.10'] },
}

interface Given {
  readings?: Partial<Readings>
  findings?: Report['findings']
  ageMs?: number
  candidate?: Partial<Candidate>
  none?: boolean
}

function gate({ readings, findings = [], ageMs = 0, candidate, none }: Given) {
  const report = { readings: { ...healthy, ...readings }, findings } as Report
  const known: Known = none ? undefined : { report, ageMs }
  return decide(
    { ...message, ...candidate },
    { report: domain => (domain === 'example.org' ? known : undefined), stale: 72 * 3_600_000 },
  )
}

const refused = (given: Given): string => {
  const verdict = verdictOf(gate(given), 'reject')
  if (verdict.kind !== 'refuse') return verdict.kind
  const { code, enhanced, lines } = verdict.reply
  return `${code} ${enhanced} ${lines[0]}`
}

const noKey = [{ selector: 's1', state: 'missing' }] as const
const noSpf = healthy.spf.map(r => ({ ...r, result: 'fail' as const }))

describe('while DNS is silent', () => {
  const silence: Readings = {
    ...healthy,
    exists: null,
    spf: healthy.spf.map(one => ({ ...one, result: 'temperror' as const })),
    dkim: [{ selector: 's1', state: 'unknown' }],
  }
  const known = (readings: Readings, ageMs = 0): Known => ({ report: { readings, findings: [] } as never, ageMs })
  const gateAfter = (now: Known, before: Known) =>
    decide(message, { stale: 1000, report: () => now, complete: () => before })

  it('what was proven before is good until it is stale', () => {
    const open = gateAfter(known(silence), known(healthy, 1000))
    expect(open.kind).toBe('open')
    expect(open.notes).toEqual([
      expect.stringContaining('DNS did not answer, so an earlier report decided'),
      expect.any(String),
    ])
    expect(gateAfter(known(silence), known(healthy, 1001)).kind).toBe('unsure')
    expect(gateAfter(known(silence), undefined).kind).toBe('unsure')
  })

  it('a fault that was proven before refuses nobody for good, and one that is proven now does', () => {
    expect(gateAfter(known(silence), known({ ...healthy, dkim: noKey })).kind).toBe('unsure')
    expect(gateAfter(known({ ...silence, nullMx: true }), known(healthy)).kind).toBe('closed')
  })
})

describe('the gate', () => {
  it('is open for a healthy domain', () => {
    expect(gate({})).toEqual({ kind: 'open', notes: [] })
  })

  it.each<[string, Given, string]>([
    ['no report yet', { none: true }, '451 4.7.1 example.org has not been audited yet (dns-existence)'],
    [
      'a stale report',
      { ageMs: 73 * 3_600_000 },
      '451 4.7.1 example.org was last audited 73 hours ago, which is too long (dns-existence)',
    ],
    ['no such domain', { readings: { exists: false } }, '550 5.1.8 example.org does not exist in DNS (dns-existence)'],
    [
      'a null MX',
      { readings: { nullMx: true } },
      '550 5.7.27 example.org takes no mail (null MX), so it must not send any (mx-null)',
    ],
    [
      'no key published',
      { readings: { dkim: noKey } },
      '550 5.7.20 example.org DKIM key of s1 is missing in DNS (dkim-key)',
    ],
    [
      'a revoked key',
      { readings: { dkim: [{ selector: 's1', state: 'revoked' }] } },
      '550 5.7.20 example.org DKIM key of s1 is revoked in DNS (dkim-key)',
    ],
    [
      'another key',
      { readings: { dkim: [{ selector: 's1', state: 'valid', keyHash: OTHER }] } },
      '550 5.7.20 example.org DKIM key published for s1 is not the one we sign with (dkim-key-match)',
    ],
    ['no key of ours', { candidate: { signatures: [] } }, '550 5.7.20 example.org has no signing key here (dkim-key)'],
    [
      'neither key nor SPF under reject',
      { readings: { dkim: noKey, spf: noSpf } },
      '550 5.7.26 example.org DKIM key of s1 is missing in DNS (dkim-key)',
    ],
    [
      'a listed domain',
      { readings: { domainListed: ['dbl.spamhaus.org'] } },
      '550 5.7.1 example.org is on a blocklist of domains (dbl.spamhaus.org) (dnsbl-domain)',
    ],
    [
      'a listed domain behind a smart host',
      {
        readings: { domainListed: ['dbl.spamhaus.org'] },
        candidate: { way: { kind: 'smart-host', addresses: [], spf: undefined, dkim: 'ours' } },
      },
      '550 5.7.1 example.org is on a blocklist of domains (dbl.spamhaus.org) (dnsbl-domain)',
    ],
    [
      'a listed address',
      { readings: { egress: [{ ...healthy.egress[0]!, listed: ['zen.spamhaus.org'] }] } },
      '451 4.3.5 192.0.2.10 is on a blocklist (zen.spamhaus.org) (dnsbl-address)',
    ],
    [
      'no PTR',
      { readings: { egress: [{ ...healthy.egress[0]!, ptr: null, forwardConfirmed: false }] } },
      '451 4.3.5 192.0.2.10 has no reverse DNS that leads back to it (rdns-presence)',
    ],
    [
      'an unknown key',
      { readings: { dkim: [{ selector: 's1', state: 'unknown' }] } },
      '451 4.7.1 example.org DKIM key of s1 could not be looked up (dkim-key)',
    ],
    [
      'existence unknown',
      { readings: { exists: null } },
      '451 4.7.1 example.org may exist or not: DNS did not answer (dns-existence)',
    ],
  ])('says of %s', (_, given, reply) => {
    expect(refused(given)).toBe(reply)
  })

  it.each<[string, Given]>([
    ['an SPF failure where DKIM aligns', { readings: { spf: noSpf } }],
    [
      'a blocklist that could not be asked',
      { readings: { egress: [{ ...healthy.egress[0]!, unasked: ['bl.spamcop.net'] }] } },
    ],
    ['a blocklist of domains that could not be asked', { readings: { domainUnasked: ['dbl.spamhaus.org'] } }],
    ['blocklists of domains that were not a part of the audit', { readings: { domainListed: null } }],
    [
      'a PTR that is not known',
      { readings: { egress: [{ ...healthy.egress[0]!, ptr: null, forwardConfirmed: null }] } },
    ],
    [
      'one of two keys that is not published',
      { candidate: { signatures: [{ selector: 'e1', keyHash: OTHER, record: RECORD }, ...message.signatures] } },
    ],
    ['no DMARC record', { readings: { dmarc: { ...healthy.dmarc, state: 'absent', policy: null } } }],
    [
      'a smart host whose include stands in the record',
      {
        readings: { spfTerms: ['include:spf.example.net'] },
        candidate: { way: { kind: 'smart-host', addresses: [], spf: 'include:SPF.example.net', dkim: 'both' } },
      },
    ],
  ])('stays open for %s', (_, given) => {
    expect(gate(given).kind).toBe('open')
  })

  it('judges the addresses of a smart host by SPF, and no fault of theirs is ours', () => {
    const way = { kind: 'smart-host', addresses: ['198.51.100.7'], spf: undefined, dkim: 'ours' } as const
    const spf = [{ egress: '198.51.100.7', identity: 'mailfrom', result: 'fail', dependsOnLocalPart: false }] as const
    const egress = [
      {
        ...own,
        address: '198.51.100.7',
        ptr: null,
        forwardConfirmed: false,
        listed: ['zen.spamhaus.org'],
        helo: null,
      },
    ]
    expect(gate({ readings: { spf, egress }, candidate: { way } }).kind).toBe('open')
    expect(refused({ readings: { spf, egress, dkim: noKey }, candidate: { way } })).toMatch(/^550 5\.7\.26 /)
  })

  it.each([
    [
      { helo: { name: 'mailserver', state: 'malformed' } },
      '192.0.2.10 says "mailserver" in HELO, which is no full host name (helo-fqdn)',
    ],
    [
      { helo: { name: 'gone.example.org', state: 'unresolvable' } },
      '192.0.2.10 says "gone.example.org" in HELO, a name that leads nowhere (helo-address)',
    ],
    [{ forwardConfirmed: false, ptr: null }, '192.0.2.10 has no reverse DNS that leads back to it (rdns-presence)'],
  ] as const)('takes a fault of our own address for ours, not the sender’s: %o', (fault, says) => {
    const given = { readings: { egress: [{ ...own, ...fault }] } }
    expect(gate(given).kind).toBe('own-fault')
    expect(refused(given)).toMatch(/^451 4\.3\.5 /)
    expect(refused(given)).toContain(says)
  })

  it('lets no HELO name that leads elsewhere, or that was not learned, stop mail (RFC 5321 §4.1.4)', () => {
    for (const state of ['elsewhere', 'unknown'] as const) {
      expect(gate({ readings: { egress: [{ ...own, helo: { name: 'mail.example.net', state } }] } }).kind).toBe('open')
    }
  })

  it('takes an expired certificate of a listener for a fault of ours, and one that was not seen for none', () => {
    const listeners = (certificateValid: boolean | null) => [{ endpoint: '192.0.2.10:587', certificateValid }]
    expect(refused({ readings: { listeners: listeners(false) } })).toContain(
      '192.0.2.10:587 shows a certificate that is outside its dates (certificate-expiry)',
    )
    expect(gate({ readings: { listeners: listeners(null) } }).kind).toBe('open')
    const way = { kind: 'smart-host', addresses: [], spf: undefined, dkim: 'ours' } as const
    expect(gate({ readings: { listeners: listeners(false) }, candidate: { way } }).kind).toBe('open')
  })

  it('goes by the HELO name for bounces, which have no sender', () => {
    const spf = healthy.spf.map(r => (r.identity === 'helo' ? r : { ...r, result: 'fail' as const }))
    expect(gate({ readings: { spf, dkim: noKey }, candidate: { senderDomain: undefined } }).kind).toBe('closed')
    expect(gate({ readings: { spf }, candidate: { senderDomain: undefined } }).kind).toBe('open')
  })

  it('tells the record to publish in pieces, and where to read on', () => {
    const verdict = verdictOf(gate({ readings: { dkim: noKey } }), 'reject')
    const { lines } = (verdict as { reply: { lines: readonly string[] } }).reply
    expect(lines[1]).toMatch(/^publish: s1\._domainkey\.example\.org\. TXT "v=DKIM1; k=rsa; p=A/)
    expect(lines.at(-1)).toBe('mailworthy explain dkim-key')
    expect(lines.slice(1, -1).join('').match(/A/g)!.length).toBeGreaterThanOrEqual(700)
  })

  it('takes and holds in hold mode, and only notes in observe mode', () => {
    const closed = gate({ readings: { dkim: noKey } })
    expect(verdictOf(closed, 'hold')).toEqual({
      kind: 'hold',
      because: 'example.org DKIM key of s1 is missing in DNS (dkim-key)',
    })
    expect(verdictOf(closed, 'observe')).toEqual({ kind: 'queue' })
    expect(verdictOf(gate({ none: true }), 'hold').kind).toBe('hold')
  })
})

describe('whatever the readings are', () => {
  const result = fc.constantFrom('none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror')
  const state = fc.constantFrom('valid', 'revoked', 'missing', 'invalid', 'unknown')
  const some = fc.record({
    exists: fc.constantFrom(true, false, null),
    nullMx: fc.constantFrom(true, false, null),
    spf: fc.array(
      fc.record({
        egress: fc.constantFrom('192.0.2.10', '192.0.2.11'),
        identity: fc.constantFrom('mailfrom', 'helo'),
        result,
        dependsOnLocalPart: fc.boolean(),
      }),
    ),
    dkim: fc.array(fc.record({ selector: fc.constantFrom('s1', 's2'), state, keyHash: fc.constantFrom(HASH, OTHER) })),
    dmarc: fc.record({
      state: fc.constantFrom('found', 'absent', 'unknown'),
      organizationalDomain: fc.constantFrom('example.org', null),
      policy: fc.constantFrom('none', 'quarantine', 'reject', null),
      adkim: fc.constantFrom('r', 's'),
      aspf: fc.constantFrom('r', 's'),
    }),
  }) as unknown as fc.Arbitrary<Partial<Readings>>

  it('every refusal fits the wire, and nothing that is not proven is refused for good', () => {
    fc.assert(
      fc.property(some, fc.string({ unit: 'binary' }), (readings, odd) => {
        const given = {
          readings,
          candidate: { signatures: [{ selector: odd, keyHash: HASH, record: RECORD }, ...message.signatures] },
        }
        const decision = gate(given)
        const verdict = verdictOf(decision, 'reject')
        if (verdict.kind !== 'refuse') return
        for (const line of verdict.reply.lines) {
          expect(line).toMatch(/^[\x20-\x7e]+$/)
          expect(`550-5.7.26 ${line}\r\n`.length).toBeLessThanOrEqual(512)
        }
        expect(verdict.reply.code).toBe(decision.kind === 'closed' ? 550 : 451)
      }),
    )
  })

  it('a key that verifies is enough to go out, as far as the domain is concerned', () => {
    fc.assert(
      fc.property(some, readings => {
        const decision = gate({ readings: { ...readings, exists: true, nullMx: false, dkim: healthy.dkim } })
        expect(decision.kind).toBe('open')
      }),
    )
  })
})
