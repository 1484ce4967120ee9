// Includes that many customers of one provider share, as dated data: whoever sends there passes SPF for all of them.
//
// What these providers are known to tell their customers, not compared with each page: a name too few or too many changes an information,
// never a verdict. An include that is made for one customer (a name with an account in it) does not belong here.

/** The month in which the list was last gone over. */
export const sharedIncludesAsOf = '2026-11'

/** Included domain → the service whose customers share it. */
export const sharedIncludes: { readonly [domain: string]: string } = {
  'spf.protection.outlook.com': 'Microsoft 365',
  '_spf.google.com': 'Google Workspace',
  'amazonses.com': 'Amazon SES',
  'sendgrid.net': 'SendGrid',
  'mailgun.org': 'Mailgun',
  'eu.mailgun.org': 'Mailgun',
  'servers.mcsv.net': 'Mailchimp',
  'spf.mandrillapp.com': 'Mailchimp Transactional',
  'mail.zendesk.com': 'Zendesk',
  '_spf.salesforce.com': 'Salesforce',
  'spf.mtasv.net': 'Postmark',
  'spf.mailjet.com': 'Mailjet',
  'spf.brevo.com': 'Brevo',
  'spf.sendinblue.com': 'Brevo',
  'spf.smtp2go.com': 'SMTP2GO',
  '_spf.mailersend.net': 'MailerSend',
  '_spf.mlsend.com': 'MailerLite',
  '_spf.createsend.com': 'Campaign Monitor',
  'relay.mailchannels.net': 'MailChannels',
  'secureserver.net': 'GoDaddy',
  '_netblocks.mimecast.com': 'Mimecast',
  'zohomail.com': 'Zoho',
  'one.zoho.com': 'Zoho',
  'zoho.com': 'Zoho',
  'zoho.eu': 'Zoho',
  'spf.messagingengine.com': 'Fastmail',
  '_spf.protonmail.ch': 'Proton',
  'icloud.com': 'iCloud',
  'mx.ovh.com': 'OVHcloud',
  '_spf-eu.ionos.com': 'IONOS',
  '_spf-us.ionos.com': 'IONOS',
  '_mailcust.gandi.net': 'Gandi',
  '_spf.mail.hostinger.com': 'Hostinger',
  'spf.privateemail.com': 'Namecheap',
  '_spf.yandex.net': 'Yandex 360',
}
