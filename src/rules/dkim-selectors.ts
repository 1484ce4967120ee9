// Selectors that mail providers have their customers publish, as dated data: what to ask for when nobody named a selector.
//
// Only names that a provider gives to every customer stand here. Those that hold a number or token of the customer cannot be
// guessed: Amazon SES, Postmark, HubSpot, SMTP2GO, OVHcloud and newer Mailgun and SparkPost accounts among them.

/** The month in which the list was last gone over; not every entry was compared with its provider's page. What is not found is no fault. */
export const dkimSelectorsAsOf = '2026-11'

/** A provider: its selectors, and the signs by which a domain shows that it uses it. Names are lower case, without trailing dot. */
export interface SelectorProvider {
  readonly title: string
  readonly selectors: readonly string[]
  /** Ends of MX host names. */
  readonly mx?: readonly string[]
  /** Names in `include:` and `redirect=`, as ends too. */
  readonly spf?: readonly string[]
  /** Ends of the names that a selector is an alias of: the surest sign whose key it is. */
  readonly aliases?: readonly string[]
}

export const selectorProviders: readonly SelectorProvider[] = [
  {
    title: 'Google Workspace',
    selectors: ['google'],
    mx: ['aspmx.l.google.com', 'googlemail.com', 'smtp.google.com'],
    spf: ['_spf.google.com'],
  },
  {
    title: 'Microsoft 365',
    selectors: ['selector1', 'selector2'],
    mx: ['mail.protection.outlook.com', 'mx.microsoft'],
    spf: ['spf.protection.outlook.com'],
    aliases: ['onmicrosoft.com', 'dkim.mail.microsoft'],
  },
  {
    title: 'Mailchimp',
    selectors: ['k1', 'k2', 'k3'],
    spf: ['servers.mcsv.net'],
    aliases: ['mcsv.net'],
  },
  {
    title: 'Mailchimp Transactional (Mandrill)',
    selectors: ['mte1', 'mte2', 'mandrill'],
    spf: ['spf.mandrillapp.com'],
    aliases: ['mandrillapp.com'],
  },
  {
    title: 'Twilio SendGrid',
    selectors: ['s1', 's2', 'smtpapi', 'm1'],
    spf: ['sendgrid.net'],
    aliases: ['sendgrid.net'],
  },
  {
    title: 'Brevo',
    selectors: ['brevo1', 'brevo2', 'mail'],
    spf: ['spf.brevo.com', 'spf.sendinblue.com'],
    aliases: ['dkim.brevo.com'],
  },
  { title: 'Mailgun', selectors: ['smtp', 'mg', 'k1', 'mailo', 'pic'], spf: ['mailgun.org'], aliases: ['mailgun.org'] },
  { title: 'Mailjet', selectors: ['mailjet'], spf: ['spf.mailjet.com'] },
  { title: 'MailerLite', selectors: ['litesrv', 'ml'], spf: ['_spf.mlsend.com'], aliases: ['mlsend.com'] },
  { title: 'Elastic Email', selectors: ['api'], spf: ['_spf.elasticemail.com'] },
  { title: 'Campaign Monitor', selectors: ['cm'], spf: ['_spf.createsend.com', 'cmail1.com'] },
  {
    title: 'Constant Contact',
    selectors: ['ctct1', 'ctct2'],
    spf: ['spf.constantcontact.com'],
    aliases: ['ccsend.com'],
  },
  { title: 'Zendesk', selectors: ['zendesk1', 'zendesk2'], spf: ['mail.zendesk.com'], aliases: ['zendesk.com'] },
  {
    title: 'Proton Mail',
    selectors: ['protonmail', 'protonmail2', 'protonmail3'],
    mx: ['protonmail.ch'],
    spf: ['_spf.protonmail.ch'],
    aliases: ['domains.proton.ch'],
  },
  {
    title: 'Fastmail',
    selectors: ['fm1', 'fm2', 'fm3', 'mesmtp'],
    mx: ['messagingengine.com'],
    spf: ['spf.messagingengine.com'],
    aliases: ['dkim.fmhosted.com'],
  },
  {
    title: 'Zoho Mail',
    selectors: ['zoho', 'zmail'],
    mx: ['mx.zoho.com', 'mx2.zoho.com', 'mx3.zoho.com', 'zoho.eu', 'zoho.in'],
    spf: ['zoho.com', 'zohomail.com', 'zoho.eu', 'zohomail.eu', 'zoho.in', 'one.zoho.com', 'one.zoho.eu'],
  },
  {
    title: 'iCloud Mail',
    selectors: ['sig1'],
    mx: ['mail.icloud.com'],
    spf: ['icloud.com'],
    aliases: ['icloudmailadmin.com'],
  },
  {
    title: 'mailbox.org',
    selectors: ['mbo0001', 'mbo0002', 'mbo0003', 'mbo0004'],
    mx: ['mailbox.org'],
    spf: ['mailbox.org'],
    aliases: ['_domainkey.mailbox.org'],
  },
  {
    title: 'Migadu',
    selectors: ['key1', 'key2', 'key3'],
    mx: ['migadu.com'],
    spf: ['spf.migadu.com'],
    aliases: ['migadu.com'],
  },
  {
    title: 'Gandi',
    selectors: ['gm1', 'gm2', 'gm3'],
    mx: ['mail.gandi.net'],
    spf: ['_mailcust.gandi.net'],
    aliases: ['gandimail.net'],
  },
  {
    title: 'Tuta',
    selectors: ['s1', 's2'],
    mx: ['mail.tutanota.de'],
    spf: ['spf.tutanota.de'],
    aliases: ['tutanota.de'],
  },
  {
    title: 'Hostinger',
    selectors: ['hostingermail-a', 'hostingermail-b', 'hostingermail-c'],
    mx: ['hostinger.com'],
    spf: ['_spf.mail.hostinger.com'],
    aliases: ['dkim.mail.hostinger.com'],
  },
  { title: 'Yandex 360', selectors: ['mail'], mx: ['mx.yandex.net', 'mx.yandex.ru'], spf: ['_spf.yandex.net'] },
  { title: 'Mail.ru', selectors: ['mailru'], mx: ['emx.mail.ru'], spf: ['_spf.mail.ru'] },
  { title: 'Namecheap Private Email', selectors: ['default'], mx: ['privateemail.com'], spf: ['spf.privateemail.com'] },
  {
    title: 'Cloudflare Email Routing',
    selectors: ['cf2024-1'],
    mx: ['mx.cloudflare.net'],
    spf: ['_spf.mx.cloudflare.net'],
  },
]

/**
 * Asked for of every domain whose `_domainkey` exists, whatever its MX and SPF records show: the names of providers that
 * leave no other trace in DNS, and those that installers of mail servers choose (cPanel and Plesk `default`, OpenDKIM `mail`,
 * mailcow and iRedMail `dkim`).
 */
export const commonSelectors: readonly string[] = [
  ...['google', 'selector1', 'selector2', 's1', 's2', 'k1', 'k2', 'k3'],
  ...['default', 'dkim', 'mail', 'smtpapi', 'mandrill', 'mte1', 'brevo1'],
]
