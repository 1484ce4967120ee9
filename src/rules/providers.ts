// What the large receivers demand of senders, as dated data: by sender volume, with the checks that prove it and the replies that refuse.
//
// From the providers' own pages. Where a provider publishes no reply, the one that its servers give is told as such, or none.

/** The month in which the demands below were last compared with the providers' pages. */
export const providersAsOf = '2026-11'

/** `all`: whoever sends. `bulk`: whoever sends as many messages a day as the provider calls bulk. */
export type Volume = 'all' | 'bulk'

/** One thing that a provider demands. */
export interface Demand {
  readonly from: Volume
  /** Ids of checks. One of the rows is enough, and of that row each check must hold. */
  readonly checks: readonly (readonly [string, ...string[]])[]
  /** The reply that refuses mail for it: basic and enhanced code. Null where the provider names none. */
  readonly code: string | null
  /** The sentence that tells what happens. */
  readonly says: string
}

/** One receiver's published demands. */
export interface Provider {
  readonly id: string
  readonly title: string
  /** Messages a day from which the demands of `bulk` hold; null where no number is published. */
  readonly bulkFrom: number | null
  readonly url: string
  /** The month of the page that the demands were read from. */
  readonly asOf: string
  readonly demands: readonly Demand[]
  /** What is demanded too and no audit of a domain can see, each a clause. */
  readonly unseen: readonly string[]
}

const spf = ['spf-record', 'spf-authorization'] as const
const dkim = ['dkim-key', 'dkim-key-strength'] as const
const reverse = ['rdns-presence', 'rdns-forward-confirmed'] as const

export const providers: readonly Provider[] = [
  {
    // Google, "Email sender guidelines" (March 2026) and "Gmail SMTP errors and codes" (12 February 2026).
    id: 'gmail',
    title: 'Gmail',
    bulkFrom: 5000,
    url: 'https://support.google.com/a/answer/81126',
    asOf: '2026-03',
    demands: [
      {
        from: 'all',
        checks: [spf, dkim],
        code: '550 5.7.26',
        says: 'Gmail refuses mail that passes neither SPF nor DKIM, whoever sends it; at first it slows it down (421 4.7.26).',
      },
      {
        from: 'all',
        checks: [['spf-permissiveness']],
        code: '550 5.7.24',
        says: 'Gmail refuses mail of domains whose SPF record has suspicious entries; at first it slows it down (451 4.7.24).',
      },
      {
        from: 'bulk',
        checks: [spf],
        code: '550 5.7.27',
        says: 'Gmail refuses mail of bulk senders that does not pass SPF; at first it slows it down (421 4.7.27).',
      },
      {
        from: 'bulk',
        checks: [dkim],
        code: '550 5.7.30',
        says: 'Gmail refuses mail of bulk senders that does not pass DKIM with 1024 bits or more; at first it slows it down (421 4.7.30).',
      },
      {
        from: 'bulk',
        checks: [['dmarc-record']],
        code: '550 5.7.40',
        says: 'Gmail refuses mail of bulk senders whose domain has no DMARC policy, p=none at least; at first it slows it down (421 4.7.40, also told as 4.7.31).',
      },
      {
        from: 'all',
        checks: [reverse],
        code: '550 5.7.25',
        says: 'Gmail refuses mail from addresses without a PTR record that leads back to them; at first it slows it down (451 4.7.23).',
      },
    ],
    unseen: [
      'From is aligned with the domain that SPF or DKIM proves (5.7.32)',
      'mail is sent over TLS (5.7.29)',
      'marketing mail has one-click unsubscribe (RFC 8058)',
      'the spam rate in Postmaster Tools stays below 0.3 %',
      'messages keep to RFC 5322 (5.7.1)',
    ],
  },
  {
    // Microsoft, "Outlook’s New Requirements for High-Volume Senders" (2 April 2025, in force since 5 May 2025); "Policies" of Outlook.com Postmaster.
    id: 'outlook',
    title: 'Outlook.com',
    bulkFrom: 5000,
    url: 'https://techcommunity.microsoft.com/blog/microsoftdefenderforoffice365blog/strengthening-email-ecosystem-outlook%E2%80%99s-new-requirements-for-high%E2%80%90volume-senders/4399730',
    asOf: '2025-04',
    demands: [
      {
        from: 'bulk',
        checks: [['dns-existence']],
        code: '550 5.7.515',
        says: 'Outlook.com refuses mail of bulk senders that does not pass SPF, DKIM and DMARC, and a domain that does not exist passes none.',
      },
      {
        from: 'bulk',
        checks: [spf],
        code: '550 5.7.515',
        says: 'Outlook.com refuses mail of bulk senders that does not pass SPF, even where DKIM and DMARC pass.',
      },
      {
        from: 'bulk',
        checks: [dkim],
        code: '550 5.7.515',
        says: 'Outlook.com refuses mail of bulk senders that does not pass DKIM, even where SPF and DMARC pass.',
      },
      {
        from: 'bulk',
        checks: [['dmarc-record']],
        code: '550 5.7.515',
        says: 'Outlook.com refuses mail of bulk senders whose domain has no DMARC policy, p=none at least.',
      },
      {
        from: 'all',
        checks: [['rdns-presence']],
        code: null,
        says: 'Outlook.com demands reverse DNS of addresses that send; which reply it gives is not published.',
      },
    ],
    unseen: [
      'From is aligned with the domain that SPF or DKIM proves (5.7.515)',
      'addresses in From and Reply-To take mail',
      'marketing mail has an unsubscribe link that works',
    ],
  },
  {
    // Yahoo, "Sender Requirements & Recommendations" (April 2025) and "SMTP Error Codes" (February 2026), which tell kinds of replies; 5.7.9 is what the servers say.
    id: 'yahoo',
    title: 'Yahoo',
    bulkFrom: null,
    url: 'https://senders.yahooinc.com/best-practices/',
    asOf: '2026-02',
    demands: [
      {
        from: 'all',
        checks: [['dns-existence']],
        code: '554',
        says: 'Yahoo refuses mail whose MAIL FROM or From domain does not exist (it asks for the SOA record); 451 while DNS does not answer.',
      },
      {
        from: 'all',
        checks: [spf, dkim],
        code: '550 5.7.9',
        says: 'Yahoo refuses mail that passes neither SPF nor DKIM, whoever sends it.',
      },
      {
        from: 'bulk',
        checks: [spf],
        code: '554 5.7.9',
        says: 'Yahoo demands of bulk senders that mail passes SPF as well as DKIM: it refuses for policy reasons, or defers with 421 4.7.0 [TSS04], which does not name the cause.',
      },
      {
        from: 'bulk',
        checks: [dkim],
        code: '554 5.7.9',
        says: 'Yahoo demands of bulk senders that mail passes DKIM with 1024 bits or more as well as SPF: it refuses for policy reasons, or defers with 421 4.7.0 [TSS04], which does not name the cause.',
      },
      {
        from: 'bulk',
        checks: [['dmarc-record']],
        code: '554 5.7.9',
        says: 'Yahoo demands of bulk senders a DMARC policy, p=none at least: it refuses for policy reasons, or defers with 421 4.7.0 [TSS04], which does not name the cause.',
      },
      {
        from: 'all',
        checks: [reverse],
        code: '553 5.7.2',
        says: 'Yahoo demands forward and reverse DNS of addresses that send: it defers with 421 4.7.0 [TSS04], then for good with 553 5.7.2 [TSS09]; neither names the cause.',
      },
    ],
    unseen: [
      'From is aligned with the domain that SPF or DKIM proves (554 5.7.9)',
      'marketing mail has one-click unsubscribe (RFC 8058), honored within two days',
      'the spam rate stays below 0.3 %',
      'messages keep to RFC 5321 and RFC 5322',
    ],
  },
  {
    // Apple, "Postmaster information for iCloud Mail" (25 February 2025): all of it is demanded of bulk mail, and no number is given.
    id: 'apple',
    title: 'iCloud Mail',
    bulkFrom: null,
    url: 'https://support.apple.com/en-us/102322',
    asOf: '2025-02',
    demands: [
      {
        from: 'bulk',
        checks: [spf],
        code: '554 5.7.1',
        says: 'iCloud Mail demands SPF of bulk senders; its servers refuse mail that fails both SPF and DKIM with [HME1].',
      },
      {
        from: 'bulk',
        checks: [dkim],
        code: '554 5.7.1',
        says: 'iCloud Mail demands DKIM of bulk senders; its servers refuse mail that fails both SPF and DKIM with [HME1].',
      },
      {
        from: 'bulk',
        checks: [['dmarc-record']],
        code: '550 5.7.1',
        says: 'iCloud Mail demands a DMARC policy of bulk senders, and refuses mail that does not meet all demands as against local policy ([CS01]).',
      },
      {
        from: 'bulk',
        checks: [['rdns-presence']],
        code: '550 5.7.1',
        says: 'iCloud Mail demands reverse DNS of bulk senders, and refuses mail that does not meet all demands as against local policy ([CS01]).',
      },
    ],
    unseen: [
      'recipients subscribed, and can unsubscribe at once',
      'forwarded mail has ARC headers',
      'messages keep to RFC 5321 and RFC 5322',
    ],
  },
]
