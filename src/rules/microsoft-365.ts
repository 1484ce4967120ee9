// What Microsoft 365 has domains publish, and what it announced for which day, as dated data.
//
// From Microsoft's own pages and posts. Names that are given to one tenant are told by their ends alone: nobody can construct them,
// and Microsoft shows them in the admin center and by Get-DkimSigningConfig.

/** The month in which the data below was last compared with Microsoft's pages. */
export const microsoft365AsOf = '2026-11'

/** One of the separate clouds. Names are lower case, without trailing dot. */
export interface Microsoft365Cloud {
  readonly title: string
  /** What MX hosts of tenants end with, behind one label for the domain at least. */
  readonly mx: readonly string[]
  /** The domain to include in SPF records. */
  readonly spf: string
  /** What `autodiscover.DOMAIN` is an alias of. */
  readonly autodiscover: string
  /** Whatever Autodiscover of the cloud stands in. */
  readonly services: readonly string[]
  /** The end of initial domains (TENANT.onmicrosoft.com), below which DKIM keys stand. */
  readonly initial: string
}

/** MX hosts of this form stand in a signed zone, with TLSA records once inbound DANE is enabled; new domains get them since July 2026. */
export const daneMx = 'mx.microsoft'

/** DKIM keys of domains that were added since May 2025 stand below it: `SELECTOR-KEY._domainkey.TENANT.x-v1.dkim.mail.microsoft`. */
export const dkimZone = 'dkim.mail.microsoft'

export const clouds: readonly [Microsoft365Cloud, ...Microsoft365Cloud[]] = [
  {
    title: 'Microsoft 365',
    mx: ['mail.protection.outlook.com', daneMx],
    spf: 'spf.protection.outlook.com',
    autodiscover: 'autodiscover.outlook.com',
    services: ['outlook.com', 'office365.com', 'office.com'],
    initial: 'onmicrosoft.com',
  },
  {
    title: 'Microsoft 365 Government (GCC High, DoD)',
    mx: ['mail.protection.office365.us'],
    spf: 'spf.protection.office365.us',
    autodiscover: 'autodiscover.office365.us',
    services: ['office365.us'],
    initial: 'onmicrosoft.us',
  },
  {
    title: 'Microsoft 365 operated by 21Vianet',
    mx: ['mail.protection.partner.outlook.cn'],
    spf: 'spf.protection.partner.outlook.cn',
    autodiscover: 'autodiscover.partner.outlook.cn',
    services: ['partner.outlook.cn'],
    initial: 'partner.onmschina.cn',
  },
]

/** A name that is published no more, or never was for this; `because` completes "…: ". */
export interface Unfit {
  readonly name: string
  readonly because: string
}

/** Ends of MX hosts of former services. */
export const formerMx: readonly Unfit[] = [
  { name: 'eo.outlook.com', because: 'a name of 2013, before mail.protection.outlook.com' },
  { name: 'mail.messaging.microsoft.com', because: 'Forefront Online Protection, which ended in 2014' },
  { name: 'frontbridge.com', because: 'FrontBridge, which became Forefront and ended in 2014' },
  { name: 'bigfish.com', because: 'FrontBridge, which became Forefront and ended in 2014' },
  { name: 'mail.protection.outlook.de', because: 'the cloud for Germany, which ended in October 2021' },
]

/** Hosts and ends of hosts that take no mail for domains. */
export const noMx: readonly Unfit[] = [
  { name: 'smtp.office365.com', because: 'programs submit mail there, with a password or token' },
  { name: 'smtp-legacy.office365.com', because: 'old devices submit mail there' },
  { name: 'outlook.office365.com', because: 'mailboxes are read there' },
  { name: 'smtp-mail.outlook.com', because: 'people with Outlook.com addresses submit mail there' },
  { name: 'autodiscover.outlook.com', because: 'programs find their settings there' },
  { name: 'spf.protection.outlook.com', because: 'it is a name for SPF records' },
]

/** Includes that do nothing for a domain of Microsoft 365 any more. */
export const formerIncludes: readonly Unfit[] = [
  { name: 'spf.messaging.microsoft.com', because: 'it was that of Forefront Online Protection' },
  { name: 'frontbridge.com', because: 'it was that of FrontBridge' },
  { name: 'spf.frontbridge.com', because: 'it was that of FrontBridge' },
  { name: 'sharepointonline.com', because: 'SharePoint Online sends by the servers of Exchange Online now' },
  { name: 'outlook.com', because: 'it is that of people with Outlook.com addresses' },
  { name: 'hotmail.com', because: 'it is that of people with Outlook.com addresses' },
  { name: 'spf.protection.outlook.de', because: 'the cloud for Germany ended in October 2021' },
]

/** Which domains an announcement is for, as far as DNS shows it. */
export type Concerned =
  /** Every domain of Microsoft 365. */
  | 'all'
  /** Mail comes in by `mail.protection.outlook.com`, the form that inbound DANE cannot have. */
  | 'protection-mx'
  /** Mail comes in by servers of the domain's own, so that Exchange Server may stand behind them. */
  | 'own-servers'

/** Something that changes, or changed, on a day. */
export interface Announcement {
  readonly id: string
  readonly concerns: Concerned
  /** RFC 3339 full-date; the last of a month where only that was said. */
  readonly date: string
  /** How the date is told: "the end of December 2026". */
  readonly when: string
  /** A sentence that is true before the day and after it. */
  readonly says: string
  readonly url: string
}

/** The soonest first. */
export const announcements: readonly Announcement[] = [
  {
    id: 'dmarc-honored',
    concerns: 'all',
    date: '2023-07-31',
    when: 'July 2023',
    says: 'Mail to the domain that fails DMARC is refused where its sender asks for reject (550 5.7.509); until then it went to junk.',
    url: 'https://techcommunity.microsoft.com/blog/exchange/announcing-new-dmarc-policy-handling-defaults-for-enhanced-email-security/3878883',
  },
  {
    id: 'dkim-targets',
    concerns: 'all',
    date: '2025-05-31',
    when: 'May 2025',
    says: 'Domains that are added get DKIM CNAMEs to names below dkim.mail.microsoft; those that were there keep names below onmicrosoft.com.',
    url: 'https://learn.microsoft.com/en-us/defender-office-365/email-authentication-dkim-configure',
  },
  {
    id: 'old-exchange-servers',
    concerns: 'own-servers',
    date: '2026-02-28',
    when: 'February 2026',
    says: 'Exchange servers of any version that are out of date are slowed down (450 4.7.230) and then refused (550 5.7.230) when they send to Exchange Online by a connector of the organization; it can be put off for 90 days a year.',
    url: 'https://techcommunity.microsoft.com/blog/exchange/4007169',
  },
  {
    id: 'initial-domain-limit',
    concerns: 'all',
    date: '2026-06-01',
    when: '1 June 2026',
    says: 'From addresses in the initial domain (onmicrosoft.com) 100 recipients outside can be reached in 24 hours, then mail is refused with 550 5.7.236: send from a domain of one’s own.',
    url: 'https://techcommunity.microsoft.com/blog/exchange/limiting-onmicrosoft-domain-usage-for-sending-emails/4446167',
  },
  {
    id: 'high-volume-email',
    concerns: 'all',
    date: '2026-06-01',
    when: '1 June 2026',
    says: 'High Volume Email is billed by recipient and reaches recipients inside only; it takes basic authentication until September 2028. Bulk mail to outside goes by Azure Communication Services or a service of one’s own.',
    url: 'https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/high-volume-mails-m365',
  },
  {
    id: 'new-mx-form',
    concerns: 'protection-mx',
    date: '2026-07-31',
    when: 'July 2026',
    says: 'Domains that are added get MX hosts below mx.microsoft, in a signed zone; those that were there are not moved by themselves. A program that constructs the name of the MX host from the domain is wrong from then on.',
    url: 'https://techcommunity.microsoft.com/blog/exchange/4514248',
  },
  {
    id: 'smtp-auth-basic',
    concerns: 'all',
    date: '2026-12-31',
    when: 'the end of December 2026',
    says: 'Basic authentication for SMTP submission (smtp.office365.com) is off by default: devices and programs that send with a password get 550 5.7.30, unless an administrator allows it again. They need OAuth, or a relay that has it. The final day is to be announced in the second half of 2027.',
    url: 'https://techcommunity.microsoft.com/blog/exchange/4489835',
  },
]
