// How deep the questions of one audit lead one to another, and that none is asked twice: counted by a server that answers in rounds.
import { describe, expect, it } from 'vitest'
import { AuditRun } from '../../src/audit/audit.ts'
import { catalogue } from '../../src/catalogue.ts'
import { profiles } from '../../src/checks/profiles.ts'
import { createResolver } from '../../src/net/dns/stub-resolver.ts'
import { withoutRewriting } from '../../src/net/rewriting.ts'
import type { Report } from '../../src/report/report.ts'
import { type Case, nobody, target } from '../support/check-tester.ts'
import { loopback } from '../support/loopback-dns.ts'
import { roundsServer } from '../support/rounds.ts'

const key = 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='

/** A domain with all that an audit looks at. */
const whole = (domain: string): string => `
${domain} SOA ns1.${domain} hostmaster.${domain} 1 3600 600 86400 300
${domain} NS ns1.${domain}
ns1.${domain} A 192.0.2.53
${domain} MX 10 mx1.${domain}
${domain} MX 20 mx2.${domain}
mx1.${domain} A 192.0.2.11
mx1.${domain} AAAA 2001:db8::11
mx2.${domain} A 192.0.2.12
${domain} TXT "v=spf1 mx include:one.example -all"
_dmarc.${domain} TXT "v=DMARC1; p=none; rua=mailto:reports@vendor.example, mailto:own@${domain}"
${domain}._report._dmarc.vendor.example TXT "v=DMARC1"
s1._domainkey.${domain} TXT "${key}"
selector1._domainkey.${domain} CNAME selector1-a._domainkey.vendor.example
_mta-sts.${domain} TXT "v=STSv1; id=1"
mta-sts.${domain} A 192.0.2.80
_smtp._tls.${domain} TXT "v=TLSRPTv1; rua=mailto:tls@vendor.example"
_25._tcp.mx1.${domain} TLSA 3 1 1 8cb0fc6c527506a053f4f14c8464bebbd6dede2738d11468dd953d7d6a3021f1
mail.${domain} A 192.0.2.25
mail.${domain} TXT "v=spf1 a -all"
`

const shared = `
vendor.example MX 10 mx.vendor.example
mx.vendor.example A 203.0.113.5
selector1-a._domainkey.vendor.example TXT "${key}"
25.2.0.192.in-addr.arpa PTR mail.deep.example
2.0.0.127.zen.spamhaus.org A 127.0.0.2
one.example TXT "v=spf1 ip4:198.51.100.0/24 include:two.example -all"
two.example TXT "v=spf1 a:gone.two.example include:three.example ~all"
three.example TXT "v=spf1 ip4:192.0.2.25 -all"
`

const told = { domain: 'deep.example', egress: ['192.0.2.25 mail.deep.example'], selectors: ['s1'], smtp: true }

async function audited(zone: string, about: NonNullable<Case['target']> = told) {
  const server = await roundsServer(zone)
  const resolver = createResolver({ servers: [server] })
  const means = { resolver: withoutRewriting(resolver), dialer: nobody, ehloName: 'probe.example' }
  const run = new AuditRun(catalogue(), means)
  const report = await run.audit(target(about), { profile: profiles.full })
  resolver.close()
  return { report, rounds: server.rounds }
}

const proposals = ({ findings }: Report): readonly string[] =>
  findings.flatMap(({ records = [] }) => records.map(({ name }) => name))

describe('the rounds of questions of one audit', () => {
  it('are as many as its SPF records nest, and no more', async () => {
    const { rounds, report } = await audited(whole('deep.example') + shared)
    expect(rounds.map(round => round.length)).toHaveLength(4)
    expect(rounds.at(-1)).toContain('three.example TXT')
    // They would be more if what stands at a proposed name were asked for at the end.
    expect(proposals(report)).toContain('_dmarc.deep.example')
  })

  it('are five when they nest four deep, whatever else there is', async () => {
    const deeper = shared.replace('three.example TXT "v=spf1 ip4', 'three.example TXT "v=spf1 include:four.example ip4')
    const { rounds } = await audited(`${whole('deep.example')}${deeper}\nfour.example TXT "v=spf1 -all"`)
    expect(rounds.at(-1)).toEqual(['four.example TXT'])
    expect(rounds).toHaveLength(5)
  })

  it.each([
    ['nothing but a name', 'deep.example A 192.0.2.1'],
    [
      'faults that call for records and for looking closer',
      `deep.example SOA ns1.deep.example hostmaster.deep.example 1 3600 600 86400 300
       deep.example MX 10 mx1.deep.example
       mx1.deep.example CNAME elsewhere.example
       elsewhere.example A 192.0.2.11
       deep.example TXT "v=spf1 a:nobody.unheld.test include:one.example include:gone.example +all"
       one.example TXT "v=spf1 mx:mails.example -all"
       mails.example MX 10 mx.mails.example
       mx.mails.example A 192.0.2.77
       google._domainkey.deep.example CNAME gone._domainkey.unheld.test
       s1._domainkey.deep.example TXT "v=DKIM1; k=rsa; p=AAAA"
       _dmarc.deep.example TXT "v=DMARC1; p=nonsense; rua=mailto:a@elsewhere.example"
       _25._tcp.mx1.deep.example TLSA 3 1 1 00`,
    ],
    [
      'a parked domain',
      `deep.example SOA ns1.deep.example hostmaster.deep.example 1 3600 600 86400 300
       deep.example MX 0 .
       deep.example TXT "v=spf1 -all"
       _dmarc.deep.example TXT "v=DMARC1; p=none"`,
    ],
    [
      'a wildcard',
      `*.deep.example TXT "v=spf1 -all"
       *.deep.example MX 10 mx.deep.example
       deep.example MX 10 mx.deep.example
       *.deep.example A 192.0.2.9`,
    ],
  ])('are four at most for %s', async (_, zone) => {
    const { rounds } = await audited(zone)
    expect(rounds.map(round => round.slice(0, 8)).slice(4)).toEqual([])
  })
})

describe('a question', () => {
  it('is asked once, however many domains and checks want the answer', async () => {
    const domains = Array.from({ length: 12 }, (_, i) => `d${i}.example`)
    const { server, resolver } = await loopback(domains.map(whole).join('') + shared)
    const run = new AuditRun(catalogue(), {
      resolver: withoutRewriting(resolver),
      dialer: nobody,
      ehloName: 'p.example',
    })
    await Promise.all(domains.map(domain => run.audit(target({ ...told, domain }), { profile: profiles.full })))
    const again = server.asked.filter((question, i) => server.asked.indexOf(question) !== i)
    // On a busy machine an answer may be taken for lost.
    if (resolver.stats().timeouts === 0) expect(again).toEqual([])
    expect(again.length).toBeLessThanOrEqual(resolver.stats().timeouts)
    expect(server.asked.filter(question => question.startsWith('two.example')).length).toBeGreaterThan(0)
  })

  it('is asked again when its answer has run out, or was none', async () => {
    let clock = 0
    const zone = 'short.example 60 TXT "v=spf1 -all"\nsilent.example FAULT servfail'
    const { server, resolver } = await loopback(zone, {}, { now: () => clock, tries: 1 })
    const run = new AuditRun(catalogue(), { resolver, dialer: nobody, ehloName: 'p.example' })
    const questions = async (domain: string): Promise<number> => {
      const before = server.asked.length
      await run.audit(target({ domain, smtp: false }), {
        profile: profiles.full,
        wanted: ({ id }) => id === 'spf-record',
      })
      return server.asked.slice(before).filter(question => question === `${domain} TXT`).length
    }
    expect(await questions('short.example')).toBe(1)
    expect(await questions('short.example')).toBe(0)
    clock += 61_000
    expect(await questions('short.example')).toBe(1)
    expect(await questions('silent.example')).toBeGreaterThan(0)
    expect(await questions('silent.example')).toBeGreaterThan(0)
  })
})
