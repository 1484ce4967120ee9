// The blocklists of domains that are asked, as dated data, beside those of addresses: `blocklistsAsOf` is the date of both.
import type { AnyBlocklist, ListCode } from './blocklists.ts'

/** A blocklist of domains. */
export interface DomainBlocklist extends AnyBlocklist {
  readonly kind: 'domain'
  /**
   * Which names it is asked for. `any`: host names too, since it lists with a domain all that is below. `registered`: only
   * the domain that somebody registered, directly below a public suffix.
   */
  readonly asksFor: 'any' | 'registered'
  /** Entries of its own that are there for tests, beside TEST of RFC 5782 §5. */
  readonly testPoints: readonly string[]
}

const listed = (meaning: string): ListCode => ({ meaning, severity: 'listed' })
const abused = (meaning: string): ListCode => ({ meaning, severity: 'abused' })
const informational = (meaning: string): ListCode => ({ meaning, severity: 'informational' })

/** Every list of domains that is asked, in the order in which people read about them. */
export const domainBlocklists: readonly DomainBlocklist[] = [
  {
    // Spamhaus, "Domain Blocklist (DBL)": 127.0.1.2 to 99 may refuse a sender, 127.0.1.102 and up may not.
    kind: 'domain',
    zone: 'dbl.spamhaus.org',
    name: 'Spamhaus DBL',
    asksFor: 'any',
    testPoints: ['dbltest.com'],
    codes: {
      '127.0.1.2': listed('a spam domain'),
      '127.0.1.4': listed('a phishing domain'),
      '127.0.1.5': listed('a malware domain'),
      '127.0.1.6': listed('a domain that controls botnets'),
      '127.0.1.102': abused('a good domain that is abused for spam'),
      '127.0.1.103': abused('a redirector that is abused for spam'),
      '127.0.1.104': abused('a good domain that is abused for phishing'),
      '127.0.1.105': abused('a good domain that is abused for malware'),
      '127.0.1.106': abused('a good domain that is abused to control botnets'),
    },
    refusals: { '127.0.1.255': 'it was asked about an address, which it does not hold' },
    testCodes: [],
    removal: 'follow https://check.spamhaus.org/, which names the exact listing and its way out',
    weight: 'major',
    byKey: { service: 'spamhaus', zone: 'dbl.dq.spamhaus.net' },
  },
  {
    // surbl.org, "Lists" and "Implementation Guidelines": the bits of several lists in one answer.
    kind: 'domain',
    zone: 'multi.surbl.org',
    name: 'SURBL',
    asksFor: 'registered',
    testPoints: ['surbl-org-permanent-test-point.com', 'test.surbl.org'],
    codes: {},
    bits: {
      4: informational('DM, a provider of disposable mail addresses'),
      8: listed('PH, a phishing site'),
      16: listed('MW, a malware site'),
      32: informational('CT, a counter of clicks'),
      64: listed('ABUSE, a site that spam links to'),
      128: abused('CR, a site that was broken into'),
    },
    refusals: {},
    testCodes: [],
    removal: 'ask for removal at https://surbl.org/surbl-analysis',
    weight: 'minor',
  },
  {
    // uribl.com, "Usage": bit 1 is a refusal. It refuses whoever asks through a shared resolver.
    kind: 'domain',
    zone: 'multi.uribl.com',
    name: 'URIBL',
    asksFor: 'registered',
    testPoints: ['test.uribl.com'],
    codes: {},
    bits: {
      2: listed('black, a domain that spam links to'),
      4: informational('grey, a domain in bulk mail that may honor requests to stop'),
      8: informational('red, a domain in mail that is new, or hides its owner'),
    },
    refusals: {},
    testCodes: [],
    removal: 'ask for removal at https://admin.uribl.com/',
    weight: 'minor',
  },
]

/** The list of domains that answers in this zone. */
export function domainBlocklistOf(zone: string): DomainBlocklist | undefined {
  return domainBlocklists.find(list => list.zone === zone)
}
