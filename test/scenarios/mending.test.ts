// What a report proposes must mend: the records of each finding are put into the zone, and the whole domain is audited again.
import { createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { AuditRun } from '../../src/audit/audit.ts'
import { catalogue } from '../../src/catalogue.ts'
import { type ProfileName, profiles } from '../../src/checks/profiles.ts'
import type { Finding, RecordChange } from '../../src/report/report.ts'
import { nobody, target } from '../support/check-tester.ts'
import { brisbane, publishedOfLength } from '../support/dkim-keys.ts'
import { expectMendedAsOne } from '../support/mending.ts'
import { zoneResolver } from '../support/zone-resolver.ts'
import { zoneLine } from '../support/zone-text.ts'

interface Broken {
  readonly zone: string
  readonly domain?: string
  readonly egress?: string
  readonly profile?: ProfileName
}

async function findingsIn({ domain = 'example.org', egress, profile = 'full' }: Broken, zone: readonly string[]) {
  const faults: unknown[] = []
  const resolver = zoneResolver(zone.join('\n'))
  const run = new AuditRun(catalogue(), { resolver, dialer: nobody, ehloName: 'probe.example.net' })
  const { findings } = await run.audit(
    target({ domain, egress: egress === undefined ? [] : [egress], selectors: ['s1'], smtp: false }),
    { profile: profiles[profile], onFault: (_, fault) => faults.push(fault) },
  )
  expect(faults).toEqual([])
  // Blocklists of the real world are no part of these.
  return findings.filter(({ check }) => !check.startsWith('dnsbl'))
}

/** The zone with the records of one finding published and removed, as an administrator would do it. */
function mended(zone: readonly string[], changes: readonly RecordChange[]): readonly string[] {
  let lines = zone
  for (const change of changes.filter(one => one.do === 'remove')) {
    const wanted = said(lineOf(change))
    const left = lines.filter(line => said(line) !== wanted)
    expect(left.length, `to be removed, but not there: ${wanted}`).toBeLessThan(lines.length)
    lines = left
  }
  return [...lines, ...changes.filter(one => one.do === 'publish').map(lineOf)]
}

function lineOf({ name, type, value }: RecordChange): string {
  if (type !== 'MX') return zoneLine(name, type, value)
  const [preference, host] = value.split(' ') as [string, string]
  return zoneLine(name, type, [Number(preference), host])
}

/** A record by what it says, however its text is quoted and cut. */
function said(line: string): string {
  const tokens = [...line.matchAll(/"((?:\\.|[^"\\])*)"|[^\s"]+/g)].map(([whole, quoted]) =>
    (quoted ?? whole).replace(/\\(\d{3}|.)/g, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number(code)) : code,
    ),
  )
  const [owner = '', type = '', ...rest] = tokens
  const name = (text: string): string => text.toLowerCase().replace(/\.$/, '')
  return `${name(owner)} ${type} ${type === 'TXT' ? rest.join('') : rest.map(name).join(' ')}`
}

const key = (finding: Finding): string => `${finding.check} ${finding.subject} ${finding.outcome}`

const k2048 = `v=DKIM1; k=rsa; p=${publishedOfLength(2048)}`
const pkcs1 = createPublicKey({ key: Buffer.from(publishedOfLength(2048), 'base64'), format: 'der', type: 'spki' })
  .export({ type: 'pkcs1', format: 'der' })
  .toString('base64')
const parts = {
  mx: 'example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.25\nmx.example.org AAAA 2001:db8::25',
  spf: 'example.org TXT "v=spf1 mx -all"',
  dkim: `s1._domainkey.example.org TXT "${k2048}"`,
  dmarc: '_dmarc.example.org TXT "v=DMARC1; p=reject; rua=mailto:d@example.org"',
}

/** A good domain, of which the named parts are other ones. */
function but(change: Partial<typeof parts>): string {
  const own = ['example.org SOA ns.example.org h.example.org 1', '25.2.0.192.in-addr.arpa PTR mx.example.org']
  return [...own, ...Object.values({ ...parts, ...change })].join('\n')
}

const spf = (text: string, more = ''): Broken => ({
  zone: but({ spf: `example.org TXT "${text}"\n${more}` }),
  egress: '192.0.2.25',
})
const dkim = (text: string, more = ''): Broken => ({
  zone: but({ dkim: `${text === '' ? '' : `s1._domainkey.example.org TXT "${text}"`}\n${more}` }),
})
const dmarc = (text: string, more = ''): Broken => ({
  zone: but({ dmarc: `${text === '' ? '' : `_dmarc.example.org TXT "${text}"`}\n${more}` }),
})
const below = (more: string, dmarc = ''): Broken => ({
  domain: 'mail.example.org',
  zone: but({ dmarc: `mail.example.org MX 10 mx.example.org\n${dmarc}\n${more}` }),
})

const broken: { readonly [situation: string]: Broken } = {
  'no SPF record': { zone: but({ spf: '' }), egress: '192.0.2.25' },
  'two SPF records': spf('v=spf1 mx -all', 'example.org TXT "v=spf1 ip4:192.0.2.7 ~all"'),
  'two SPF records, one unreadable': spf('v=spf1 mx -all', 'example.org TXT "v=spf1 ip4:192.0.2.777 ~all"'),
  'a space before v=spf1': spf(' v=spf1 mx -all'),
  'v=spf10': spf('v=spf10 mx -all'),
  'SPF with semicolons': spf('v=spf1; mx; -all;'),
  'SPF in quotes': spf(String.raw`\"v=spf1 mx \" \"-all\"`),
  'SPF in typographic quotes': spf(String.raw`\226\128\156v=spf1 mx -all\226\128\157`),
  'SPF behind a byte order mark': spf(String.raw`\239\187\191v=spf1 mx -all`),
  'SPF with a no-break space behind the version': spf(String.raw`v=spf1\194\160mx -all`),
  'a dash before all': spf(String.raw`v=spf1 mx \226\128\147all`),
  'a tab': spf(String.raw`v=spf1 mx\009-all`),
  'spaces inside of terms': spf('v=spf1  ip4: 192.0.2.25  a:192.0.2.1 - all'),
  'strings that run together': spf('v=spf1 ip4:192.0.2.25-all'),
  'commas between addresses': spf('v=spf1 ip4:192.0.2.25,192.0.2.26 -all'),
  'ip4 with =': spf('v=spf1 mx ip4=192.0.2.26 -all'),
  'terms behind all': spf('v=spf1 ~all ip4:192.0.2.25'),
  'a redirect beside all': spf('v=spf1 mx -all redirect=_spf.example.net'),
  '+all': spf('v=spf1 mx +all'),
  '+all and nothing else': spf('v=spf1 +all'),
  'all in front': spf('v=spf1 all mx'),
  'a network of everything': spf('v=spf1 mx ip4:0.0.0.0/0 ip6:::/0 -all'),
  'everything twice': spf('v=spf1 mx a:mx.example.org/0 +all'),
  '?all': spf('v=spf1 mx ?all'),
  '?all in front': spf('v=spf1 ?all mx'),
  'no all': spf('v=spf1 mx exp=why.example.org'),
  'an address that is not listed': spf('v=spf1 ip4:192.0.2.1 -all'),
  'an address that is excluded': spf('v=spf1 -ip4:192.0.2.25 +mx -all'),
  'an address that a redirect does not list': spf(
    'v=spf1 redirect=_spf.example.net',
    '_spf.example.net TXT "v=spf1 -all"',
  ),
  'a HELO name that is not listed': {
    zone: `${but({})}\nhelo.example.org TXT "v=spf1 -all"\nhelo.example.org A 192.0.2.25`,
    egress: '192.0.2.25 helo.example.org',
  },

  'a key with backslashes': dkim(String.raw`v=DKIM1\\; k=rsa\\; p=${publishedOfLength(2048)}`),
  'a key in quotes': dkim(String.raw`\"v=DKIM1; k=rsa; \" \"p=${publishedOfLength(2048)}\"`),
  'a key in typographic quotes': dkim(String.raw`\226\128\156v=DKIM1; p=${publishedOfLength(2048)}\226\128\157`),
  'a key without semicolons': dkim(`v=DKIM1 k=rsa p=${publishedOfLength(2048)}`),
  'a key in lower case': dkim(`v=dkim1; k=RSA; p=${publishedOfLength(2048)}`),
  'a key with v= behind': dkim(`p=${publishedOfLength(2048)}; v=DKIM1`),
  'a key in testing': dkim(`v=DKIM1; t=y:s; p=${publishedOfLength(2048)}`),
  'a key for sha1': dkim(`v=DKIM1; h=sha1; p=${publishedOfLength(2048)}`),
  'Ed25519 without k=': dkim(`v=DKIM1; p=${brisbane}`),
  'RSA called Ed25519': dkim(`v=DKIM1; k=ed25519; p=${publishedOfLength(2048)}`),
  'a key as PKCS #1': dkim(`v=DKIM1; k=rsa; p=${pkcs1}`),
  'a key with g=': dkim(`v=DKIM1; g=; p=${publishedOfLength(2048)}`),
  'a key with names in capitals': dkim(`V=DKIM1; K=rsa; T=y; H=sha1; p=${publishedOfLength(2048)}`),
  'a key for several services': dkim(`v=DKIM1; h=sha256 : sha1; s=other : email; p=${publishedOfLength(2048)}`),
  'a found key with backslashes': {
    zone: `${but({})}\n${String.raw`google._domainkey.example.org TXT "v=DKIM1\\; p=${publishedOfLength(2048)}"`}`,
  },
  'a found alias into a domain that is gone': {
    zone: `${but({})}\nmte1._domainkey.example.org CNAME dkim1.mandrillapp.example.net\nother.net A 192.0.2.1`,
  },
  'a key and another text': dkim(k2048, 's1._domainkey.example.org TXT "hello"'),
  'a key in the wrong place': dkim('', `s1._domainkey.example.org.example.org TXT "${k2048}"`),
  'the name of a host for a key': dkim('s1.provider.example.net.', `s1.provider.example.net TXT "${k2048}"`),
  'a faulty key behind an alias': dkim(
    '',
    `s1._domainkey.example.org CNAME s1.provider.example.net\ns1.provider.example.net TXT "v=DKIM1 p=${publishedOfLength(2048)}"`,
  ),

  'no DMARC record': dmarc(''),
  'DMARC as an alias of nothing': dmarc('', '_dmarc.example.org CNAME d.provider.example.net'),
  'a wildcard at _dmarc': dmarc('', '*.example.org TXT "v=spf1 -all"'),
  'SPF at _dmarc': dmarc('v=spf1 -all'),
  'DMARC at the domain itself': dmarc('', 'example.org TXT "v=DMARC1; p=reject; rua=mailto:d@example.org"'),
  'two DMARC records': dmarc(
    'v=DMARC1; p=none',
    '_dmarc.example.org TXT "v=DMARC1; p=reject; rua=mailto:d@example.org"',
  ),
  'DMARC in lower case': dmarc('v=dmarc1; p=reject'),
  'DMARC without semicolons': dmarc('v=DMARC1 p=reject rua=mailto:d@example.org'),
  'DMARC with commas': dmarc('v=DMARC1, p=reject, rua=mailto:d@example.org'),
  'DMARC with a colon': dmarc('v=DMARC1: p=reject'),
  'DMARC with a semicolon missing later': dmarc('v=DMARC1; p=reject rua=mailto:d@example.org'),
  'DMARC in typographic quotes': dmarc(String.raw`\226\128\156v=DMARC1; p=reject\226\128\157`),
  'DMARC with no-break spaces': dmarc(String.raw`v=DMARC1;\194\160p=reject;\194\160rua=mailto:d@example.org`),
  'DMARC with backslashes': dmarc(String.raw`v=DMARC1\\; p=reject`),
  'DMARC of another version': dmarc('v=DMARC2; p=reject'),
  'a tag twice': dmarc('v=DMARC1; p=reject; p=none'),
  'no p=': dmarc('v=DMARC1; rua=mailto:d@example.org'),
  'neither p= nor rua=': dmarc('v=DMARC1; adkim=s'),
  'p= of nothing': dmarc('v=DMARC1; p=block; rua=mailto:d@example.org'),
  'sp= of nothing': dmarc('v=DMARC1; p=reject; sp=block; rua=mailto:d@example.org'),
  'adkim= of nothing': dmarc('v=DMARC1; p=reject; adkim=relaxed; rua=mailto:d@example.org'),
  'junk at the end': dmarc('v=DMARC1; p=reject; rua=mailto:d@example.org; hello;;'),
  'p=none': dmarc('v=DMARC1; p=none; rua=mailto:d@example.org'),
  'p=none without reports': dmarc('v=DMARC1; p=none'),
  'sp=none': dmarc('v=DMARC1; p=reject; sp=none; np=none; rua=mailto:d@example.org'),
  'removed tags': dmarc('v=DMARC1; p=quarantine; pct=0; ri=3600; rua=mailto:d@example.org'),
  'p=none with removed tags': dmarc('v=DMARC1; p=none; pct=50; rua=mailto:d@example.org'),
  'test mode': dmarc('v=DMARC1; p=reject; t=y; rua=mailto:d@example.org'),
  'psd=y': dmarc('v=DMARC1; p=reject; psd=y; rua=mailto:d@example.org'),
  'a report address without mailto:': dmarc('v=DMARC1; p=reject; rua=d@example.org'),
  'a space between report addresses': dmarc('v=DMARC1; p=reject; rua=mailto:d@example.org mailto:e@example.org'),
  'a semicolon between report addresses': dmarc('v=DMARC1; p=reject; rua=mailto:d@example.org; mailto:e@example.org'),
  'reports to a stranger': dmarc('v=DMARC1; p=reject; rua=mailto:d@example.net', 'example.net MX 10 mx.example.org'),
  'no DMARC record below': below(''),
  'a subdomain with sp=none': below(
    '',
    '_dmarc.example.org TXT "v=DMARC1; p=reject; sp=none; rua=mailto:d@example.org"',
  ),
  'a subdomain with p=none': below('', '_dmarc.example.org TXT "v=DMARC1; p=none; rua=mailto:d@example.org"'),
  'a subdomain alone': below('_dmarc.mail.example.org TXT "v=DMARC1; p=reject; rua=mailto:d@example.org"'),
  'a subdomain below psd=y': below('', '_dmarc.example.org TXT "v=DMARC1; p=reject; psd=y; rua=mailto:d@example.org"'),
  'a subdomain below two records': below(
    '_dmarc.mail.example.org TXT "v=DMARC1; p=reject; rua=mailto:d@example.org"',
    '_dmarc.example.org TXT "v=DMARC1; p=reject"\n_dmarc.example.org TXT "v=DMARC1; p=none"',
  ),
  'a faulty record below a good one': below('_dmarc.mail.example.org TXT "v=dmarc1; p=none"', parts.dmarc),

  'a null MX beside others': { zone: but({ mx: `${parts.mx}\nexample.org MX 0 .` }) },
  'two null MX': { zone: but({ mx: 'example.org MX 0 .\nexample.org MX 10 .' }) },
  'a null MX with another preference': { zone: but({ mx: 'example.org MX 10 .' }) },
  'no MX': { zone: but({ mx: 'example.org A 192.0.2.25' }) },
  'an alias for an MX host': {
    zone: but({
      mx: 'example.org MX 10 m.example.org\nm.example.org CNAME mx.example.org\nmx.example.org A 192.0.2.25',
    }),
  },
}

describe.each(Object.entries(broken))('%s', (_, situation) => {
  it('is mended by what the report proposes, and nothing else fails for it', async () => {
    const zone = situation.zone.split('\n').filter(line => line.trim() !== '')
    const before = await findingsIn(situation, zone)
    const faults = before.filter(({ level }) => level === 'fail' || level === 'warn')
    expect(faults).not.toEqual([])
    for (const fault of faults.filter(({ records }) => records !== undefined)) {
      const after = await findingsIn(situation, mended(zone, fault.records!))
      const shown = after.map(one => `${one.level} ${key(one)}: ${one.says}`).join('\n')
      expect(after.map(key), `still there after ${JSON.stringify(fault.records)}:\n${shown}`).not.toContain(key(fault))
      const failed = new Set(before.filter(({ level }) => level === 'fail').map(({ check }) => check))
      const fresh = after.filter(one => one.level === 'fail' && !failed.has(one.check))
      expect(fresh.map(key), `fails anew after ${JSON.stringify(fault.records)}`).toEqual([])
    }
  })

  it('is mended at once by all records that the report proposes, as one zone file', async () => {
    const { zone, domain = 'example.org', egress, profile = 'full' } = situation
    await expectMendedAsOne({
      zone,
      target: target({ domain, egress: egress === undefined ? [] : [egress], selectors: ['s1'], smtp: false }),
      dialer: nobody,
      now: new Date(),
      profile: profiles[profile],
    })
  })

  it('comes to an end when one proposal after the other is followed', async () => {
    let zone: readonly string[] = situation.zone.split('\n').filter(line => line.trim() !== '')
    for (let step = 1; ; step++) {
      const faults = (await findingsIn(situation, zone)).filter(({ level }) => level === 'fail' || level === 'warn')
      const next = faults.find(({ records }) => records !== undefined)
      if (next === undefined) break
      expect(step, `${next.says} in\n${zone.join('\n')}`).toBeLessThan(8)
      zone = mended(zone, next.records!)
    }
  })
})
