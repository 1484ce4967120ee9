// Do the MX records of a domain of Microsoft 365 lead to Microsoft, or to what stands in front of it on purpose?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { microsoft365Mx } from '../facts/microsoft-365-mx.ts'
import { displayName } from '../names/domain.ts'

type Outcome =
  | 'microsoft'
  | 'moving'
  | 'several'
  | 'mixed'
  | 'gateway'
  | 'own-servers'
  | 'elsewhere'
  | 'other'
  | 'former-host'
  | 'unfit-host'
  | 'dane-possible'

export default defineCheck({
  id: 'm365-mx',
  group: 'm365',
  scope: 'domain',
  title: 'Mail comes in at Microsoft 365, or at what stands in front of it on purpose',
  why: 'Microsoft gives each domain an MX host that nobody else can construct. A host of another form loses mail, and one beside a filter lets senders pass by the filter.',
  refs: [
    'Microsoft: Add DNS records to connect your domain',
    'Microsoft: Manage mail flow using a third-party cloud service',
    'RFC 5321 §5.1',
  ],
  needs: { mx: microsoft365Mx },
  outcomes: {
    microsoft: { level: 'pass', says: 'Mail for {domain} comes in at {cloud}: {hosts}.' },
    'dane-possible': {
      level: 'info',
      says: '{host} stands in a zone that is not signed, so that senders cannot use DANE. Where the zone of {domain} is signed, Enable-DnssecForVerifiedDomain gives an MX host below mx.microsoft, and Enable-SmtpDaneInbound the TLSA records.',
    },
    moving: {
      level: 'info',
      says: '{domain} has MX hosts of both forms that Microsoft gives ({hosts}), as on the way to mx.microsoft: when mail arrives there, the other can go. An MTA-STS policy must name both until then.',
    },
    several: {
      level: 'warn',
      says: '{domain} has several MX hosts of Microsoft 365: {hosts}. Microsoft gives one for each domain, and answers for all of its servers; another is that of another domain.',
      fix: 'Keep the one that the Microsoft 365 admin center shows for {domain} (Settings, Domains).',
    },
    mixed: {
      level: 'warn',
      says: '{domain} has MX hosts of Microsoft 365 ({hosts}) beside others ({others}). Senders take any of them when the preferred does not answer, and senders of spam take the least preferred first: what the one filters comes in by the other.',
      fix: 'Keep those where mail is to come in. If that is a filter in front of Microsoft 365, let a connector accept mail from its addresses alone (New-InboundConnector -RestrictDomainsToIPAddresses).',
    },
    gateway: {
      level: 'info',
      says: 'Mail for {domain} comes in at {title} ({hosts}), in front of Microsoft 365. Senders that know the MX host that Microsoft gave can pass by it, unless a connector accepts mail from the addresses of the filter alone (New-InboundConnector -RestrictDomainsToIPAddresses).',
    },
    'own-servers': {
      level: 'info',
      says: 'Mail for {domain} comes in at servers of its own ({hosts}), as with centralized mail transport or Exchange in front of Microsoft 365.',
    },
    elsewhere: {
      level: 'warn',
      says: 'Mail for {domain} goes to the mailboxes of {title} ({hosts}): mailboxes at Microsoft 365 get nothing, unless it is forwarded there.',
      fix: 'If mailboxes at Microsoft 365 are to get the mail, publish the MX record that the Microsoft 365 admin center shows for {domain} (Settings, Domains).',
    },
    other: {
      level: 'info',
      says: 'Mail for {domain} comes in at {hosts}, which is neither Microsoft 365 nor a filter that is known here. If that is not on purpose, the Microsoft 365 admin center shows the MX record (Settings, Domains).',
    },
    'former-host': {
      level: 'fail',
      says: 'The MX host {host} (preference {preference}) is of a service that is no more: {because}.',
      fix: 'Publish the MX record that the Microsoft 365 admin center shows for {domain} (Settings, Domains) in its place.',
    },
    'unfit-host': {
      level: 'fail',
      says: 'The MX host {host} (preference {preference}) takes no mail for {domain}: {because}.',
      fix: 'Publish the MX record that the Microsoft 365 admin center shows for {domain} (Settings, Domains) in its place.',
    },
    'takes-no-mail': { level: 'info', says: '{domain} takes no mail (null MX): see `mx-null`.' },
    'no-mx': { level: 'info', says: '{domain} has no MX host: see `mx-hosts`.' },
  },
  evaluate({ mx }, { domain }) {
    if (mx.state !== 'hosts') return { outcome: mx.state === 'null' ? 'takes-no-mail' : 'no-mx', data: { domain } }
    const named = (hosts: typeof mx.hosts): string =>
      hosts.map(({ host, preference }) => `${displayName(host)} (${preference})`).join(', ')
    const rulings: Ruling<Outcome>[] = mx.hosts.flatMap(({ host, preference, is }) => {
      if (is.kind !== 'former' && is.kind !== 'unfit') return []
      const data = { domain, host: displayName(host), preference, because: is.because }
      return [{ outcome: is.kind === 'former' ? 'former-host' : 'unfit-host', data }]
    })
    const tenant = mx.hosts.filter(({ is }) => is.kind === 'tenant')
    const others = mx.hosts.filter(({ is }) => !['tenant', 'former', 'unfit'].includes(is.kind))
    const data = { domain, hosts: named(tenant), others: named(others), cloud: mx.cloud?.title ?? '' }
    if (tenant.length > 0) {
      const isDane = tenant.map(({ is }) => is.kind === 'tenant' && is.dane)
      if (others.length > 0) rulings.push({ outcome: 'mixed', data })
      else if (tenant.length === 1) rulings.push({ outcome: 'microsoft', data })
      else rulings.push({ outcome: tenant.length === 2 && isDane[0] !== isDane[1] ? 'moving' : 'several', data })
      // Only the cloud that everybody can be in has the other form.
      if (tenant.length === 1 && !isDane[0] && mx.cloud!.mx.length > 1) {
        rulings.push({ outcome: 'dane-possible', data: { domain, host: displayName(tenant[0]!.host) } })
      }
    } else if (others.length > 0) rulings.push(elsewhere(others, { domain, hosts: named(others) }))
    const [first, ...rest] = rulings
    return first === undefined ? { outcome: 'no-mx', data: { domain } } : [first, ...rest]
  },
})

/** All at one place: what the most preferred host is. */
function elsewhere(
  [first]: readonly { readonly is: { readonly kind: string; readonly title?: string } }[],
  data: { readonly domain: string; readonly hosts: string },
): Ruling<Outcome> {
  const { kind, title = '' } = first!.is
  switch (kind) {
    case 'gateway':
      return { outcome: 'gateway', data: { ...data, title } }
    case 'mailboxes':
      return { outcome: 'elsewhere', data: { ...data, title } }
    default:
      return { outcome: kind === 'own' ? 'own-servers' : 'other', data }
  }
}
