// The lab's little internet as zone text: a healthy domain, a broken one, and the blocklists that a report asks.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { parseAddress, reversedLabels, reverseName } from '../names/address.ts'
import { keyRecordText } from '../protocol/dkim/public-key.ts'
import { blocklists } from '../rules/blocklists.ts'
import { domainBlocklists } from '../rules/domain-blocklists.ts'

/** A domain of the lab with what its administrator would tell an audit. */
export interface LabDomain {
  readonly domain: string
  readonly egress: readonly { readonly address: string; readonly helo: string }[]
  readonly selectors: readonly string[]
}

/** Everything right. */
export const healthy: LabDomain = {
  domain: 'healthy.example',
  egress: [
    { address: '192.0.2.25', helo: 'mail.healthy.example' },
    { address: '2001:db8::25', helo: 'mail.healthy.example' },
  ],
  selectors: ['s1', 'e1'],
}

/** A fault in every family. */
export const broken: LabDomain = {
  domain: 'broken.example',
  egress: [{ address: '192.0.2.66', helo: 'mailserver' }],
  selectors: ['s1', 'old'],
}

/** The MX hosts: what their SMTP server does, and where the world finds them. */
export const mxHosts = [
  { host: 'mx1.healthy.example', addresses: ['192.0.2.31', '2001:db8::31'], certificate: 'good' },
  { host: 'mx2.healthy.example', addresses: ['192.0.2.32'], certificate: 'good' },
  { host: 'mx1.broken.example', addresses: ['192.0.2.71'], certificate: 'expired' },
  { host: 'mx2.broken.example', addresses: ['192.0.2.72'], certificate: 'none' },
  { host: 'mx.recipient.example', addresses: ['192.0.2.41'], certificate: 'good' },
  { host: 'mx3.broken.example', addresses: ['192.0.2.73'], certificate: 'wrong-name' },
] as const

/** The name servers of the domains: what each answers for, and what it makes of the zones. */
export const zoneServers: readonly {
  readonly address: string
  readonly zones: readonly string[]
  readonly holds: (zones: string) => string
}[] = [
  { address: '192.0.2.53', zones: [healthy.domain, broken.domain], holds: zones => zones },
  { address: '198.51.100.53', zones: [healthy.domain], holds: zones => zones },
  // It has not been told of the last change.
  {
    address: '192.0.2.54',
    zones: [broken.domain],
    holds: zones =>
      zones
        .replace(/^(broken\.example +SOA .*) \d+$/m, '$1 2018060101')
        .replace(/^(broken\.example +TXT +)"v=spf1.*$/m, '$1"v=spf1 a mx ~all"'),
  },
]

/** The signing keys of a domain by selector: the private halves, as its administrator has them. */
export type SigningKeys = { readonly [selector: string]: KeyObject }

/** New keys for both domains, as good and bad as the domains are. */
export function freshKeys(): { readonly healthy: SigningKeys; readonly broken: SigningKeys } {
  const rsa = (modulusLength: number): KeyObject => generateKeyPairSync('rsa', { modulusLength }).privateKey
  return {
    healthy: { s1: rsa(2048), e1: generateKeyPairSync('ed25519').privateKey },
    // Its administrator made a new key for s1 and forgot to publish it.
    broken: { s1: rsa(1024) },
  }
}

/** The zones of the lab, with the healthy domain's keys published. */
export function labZone(keys: { readonly healthy: SigningKeys }): string {
  return [healthyZone(keys.healthy), brokenZone(), reportReceivers(), blocklistZones()].join('\n')
}

function healthyZone(keys: SigningKeys): string {
  return `
healthy.example            SOA  ns1.healthy.example hostmaster.healthy.example 2026112001
healthy.example            NS   ns1.healthy.example
healthy.example            NS   ns2.healthy.example
healthy.example            MX   10 mx1.healthy.example
healthy.example            MX   20 mx2.healthy.example
healthy.example            TXT  "v=spf1 mx ip4:192.0.2.25 ip6:2001:db8::25 -all"
_dmarc.healthy.example     TXT  "v=DMARC1; p=reject; rua=mailto:dmarc@healthy.example"
${Object.entries(keys)
  .map(([selector, key]) => `${selector}._domainkey.healthy.example TXT "${keyRecordText(key)}"`)
  .join('\n')}
ns1.healthy.example        A    192.0.2.53
ns2.healthy.example        A    198.51.100.53
mail.healthy.example       A    192.0.2.25
mail.healthy.example       AAAA 2001:db8::25
mail.healthy.example       TXT  "v=spf1 a -all"
${hosts('healthy.example')}
${reverseName(parseAddress('192.0.2.25')!)}    PTR mail.healthy.example
${reverseName(parseAddress('2001:db8::25')!)}  PTR mail.healthy.example
${mxHosts
  .filter(({ host }) => host.endsWith('.healthy.example'))
  .flatMap(({ host, addresses }) => addresses.map(one => `${reverseName(parseAddress(one)!)} PTR ${host}`))
  .join('\n')}`
}

function brokenZone(): string {
  const includes = Array.from({ length: 9 }, (_, i) => `include:_spf${i + 1}.broken.example`)
  return `
broken.example             SOA  ns1.broken.example hostmaster.broken.example 2019010101
broken.example             NS   ns1.broken.example
broken.example             NS   ns2.broken.example
broken.example             MX   10 mx1.broken.example
broken.example             MX   20 mx2.broken.example
broken.example             MX   30 mx3.broken.example
broken.example             MX   40 gone.broken.example
broken.example             TXT  "v=spf1 a mx ${includes.join(' ')} ~all"
${includes.map((_, i) => `_spf${i + 1}.broken.example  TXT "v=spf1 ip4:198.51.100.${i * 16}/28 ~all"`).join('\n')}
_dmarc.broken.example      TXT  "v=DMARC1; p=none; pct=50; rua=mailto:reports@collector.example"
s1._domainkey.broken.example   TXT "${keyRecordText(weakKey())}"
old._domainkey.broken.example  TXT "v=DKIM1; k=rsa; p="
ns1.broken.example         A    192.0.2.53
ns2.broken.example         A    192.0.2.54
broken.example             A    192.0.2.80
${hosts('broken.example')}
${reverseName(parseAddress('192.0.2.66')!)}  PTR host-66.dynamic.isp.example
host-66.dynamic.isp.example  A  192.0.2.67`
}

const reportReceivers = (): string => `
collector.example          MX   10 mx.collector.example
mx.collector.example       A    192.0.2.90
recipient.example          SOA  ns1.recipient.example hostmaster.recipient.example 1
recipient.example          MX   10 mx.recipient.example
${hosts('recipient.example')}`

/** Every list of the registry, alive by RFC 5782 §5; the broken domain's address stands on one of them. */
function blocklistZones(): string {
  const listed = reversedLabels(parseAddress('192.0.2.66')!)
  const alive = blocklists.flatMap(({ zone }) => [
    `2.0.0.127.${zone} A 127.0.0.2`,
    `2.0.0.127.${zone} TXT "the test address"`,
    `2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.${zone} A 127.0.0.2`,
    `${zone} SOA ns.${zone} hostmaster.${zone} 1`,
  ])
  const domains = domainBlocklists.flatMap(({ zone, codes, bits }) => [
    `test.${zone} A ${Object.keys(codes)[0] ?? `127.0.0.${Object.keys(bits!)[0]}`}`,
    `${zone} SOA ns.${zone} hostmaster.${zone} 1`,
  ])
  return [
    ...alive,
    ...domains,
    `${listed}.zen.spamhaus.org A 127.0.0.4`,
    `${listed}.zen.spamhaus.org TXT "https://www.spamhaus.org/query/ip/192.0.2.66"`,
  ].join('\n')
}

function hosts(domain: string): string {
  return mxHosts
    .filter(mx => mx.host.endsWith(`.${domain}`))
    .flatMap(mx => mx.addresses.map(address => `${mx.host} ${address.includes(':') ? 'AAAA' : 'A'} ${address}`))
    .join('\n')
}

/** A key from another time: short, and not the one that the domain signs with today. */
function weakKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
}
