// The profiles as data: which checks apply to which kind of domain, which are required, and what the gate makes of them.
import type { Profile, ProfileEntry } from '../audit/profile.ts'

const closes: ProfileEntry = { required: true, gate: 'close' }
const ownFault: ProfileEntry = { required: true, gate: 'own-fault' }
const required: ProfileEntry = { required: true, gate: 'warn' }
const advice: ProfileEntry = { required: false, gate: 'warn' }

const everywhere = {
  'dns-existence': closes,
  'dns-dnssec': advice,
  'dns-caa': advice,
  'dns-wildcard': advice,
  'dns-delegation': advice,
  'dns-servers': advice,
  'dns-consistency': advice,
  'dns-propagation': advice,
  'dns-resolver': advice,
} as const satisfies Profile['checks']

const sendingChecks = {
  'mx-hosts': required,
  'mx-addresses': advice,
  'mx-null': required,
  'spf-record': required,
  'spf-syntax': required,
  'spf-lookup-limit': required,
  'spf-void-lookups': required,
  'spf-permissiveness': required,
  'spf-authorization': closes,
  'spf-sender-dependent': advice,
  'spf-include-health': required,
  'dkim-key': closes,
  'dkim-key-strength': required,
  // Nobody says that a selector which was merely found signs with a key of ours.
  'dkim-key-match': { ...closes, kinds: ['given'] },
  'dkim-selectors': advice,
  'dmarc-record': required,
  'dmarc-policy': advice,
  'dmarc-alignment': { ...required, optional: ['organization-unknown'] },
  'dmarc-receiver-views': advice,
  'dmarc-reporting': advice,
  'rdns-presence': ownFault,
  'rdns-forward-confirmed': ownFault,
  'rdns-generic-name': advice,
  'helo-fqdn': ownFault,
  'helo-address': ownFault,
  'helo-rdns-match': advice,
  'egress-reflector': advice,
  // Of our own listeners: those of the domain's MX hosts are the receiving side.
  'certificate-expiry': { ...ownFault, required: false, kinds: ['listener'] },
  'certificate-name': { ...advice, kinds: ['listener'] },
  'certificate-chain': { ...advice, kinds: ['listener'] },
  'certificate-caa': { ...advice, kinds: ['listener'] },
  'tls-version': { ...advice, kinds: ['listener'] },
  // A small list that is silent for a day must not turn every report unknown; the large ones must.
  'dnsbl-address': { ...ownFault, optional: ['refused-minor', 'unanswered-minor'] },
  'dnsbl-domain': { ...closes, optional: ['refused-minor', 'unanswered-minor'] },
} as const satisfies Profile['checks']

// Of a submission port that nobody listens at there is nothing to judge.
const withTls = ['mx', 'listener', 'submission-tls'] as const

const receivingChecks = {
  'mx-hosts': required,
  'mx-addresses': advice,
  'mx-null': required,
  'starttls-offer': { ...required, kinds: ['mx'] },
  'certificate-expiry': { ...required, kinds: withTls },
  'certificate-name': { ...required, kinds: withTls },
  'certificate-chain': { ...required, kinds: withTls },
  'certificate-caa': { ...advice, kinds: withTls },
  'tls-version': { ...required, kinds: withTls },
  'mta-sts-record': advice,
  'mta-sts-policy': advice,
  'tls-reporting': advice,
  'dane-tlsa': advice,
  'dane-certificate': { ...advice, kinds: ['mx'] },
  'transport-strict-delivery': advice,
  'smtp-banner': { ...advice, kinds: ['mx'] },
  'smtp-reverse-name': { ...advice, kinds: ['mx', 'mine'] },
  // A host that takes no mail for the domain has no postmaster of it.
  'smtp-postmaster': { ...advice, kinds: ['mx'] },
  'smtp-open-relay': { ...required, optional: ['not-all-tried'], kinds: ['any'] },
  'smtp-submission': { ...advice, kinds: ['submission'] },
  // Seen from the connections to MX hosts, which only these profiles make.
  'egress-port-25': advice,
  'egress-address': advice,
} as const satisfies Profile['checks']

const brandChecks = {
  'bimi-record': advice,
  'bimi-logo': advice,
  'bimi-certificate': advice,
} as const satisfies Profile['checks']

const parkedChecks = {
  // RFC 7505: here the null MX is what is wanted; that there is none is told by mx-parked.
  'mx-null': { ...required, levels: { null: 'pass', 'null-preference': 'fail', 'not-null': 'info', 'no-mx': 'info' } },
  'mx-parked': required,
  'spf-parked': required,
  'dkim-parked': required,
  'dmarc-parked': required,
} as const satisfies Profile['checks']

const microsoft365Checks = {
  'm365-mx': required,
  'm365-spf': required,
  'm365-dkim': required,
  'm365-autodiscover': advice,
  'm365-initial-domain': advice,
  'm365-mta-sts': advice,
  'm365-announcements': advice,
} as const satisfies Profile['checks']

/** The profiles by name. `sending` is the default when an egress is known, `full` otherwise. */
export const profiles = {
  sending: {
    name: 'sending',
    title: 'A domain that sends mail: everything that receivers look at before they accept it',
    // RFC 7505 §4.2: a domain that takes no mail must not be named as a sender, however it says so.
    checks: {
      ...everywhere,
      ...sendingChecks,
      'mx-null': { ...closes, levels: { null: 'fail', 'null-preference': 'fail' } },
    },
  },
  receiving: {
    name: 'receiving',
    title: 'A domain that takes mail: its MX hosts, their TLS and certificates',
    checks: { ...everywhere, ...receivingChecks },
  },
  full: {
    name: 'full',
    title: 'Everything: the sending and the receiving side',
    checks: { ...everywhere, ...sendingChecks, ...receivingChecks, ...brandChecks },
  },
  m365: {
    name: 'm365',
    title: 'A domain of Microsoft 365: everything, and what Microsoft has it publish',
    checks: { ...everywhere, ...sendingChecks, ...receivingChecks, ...brandChecks, ...microsoft365Checks },
  },
  parked: {
    name: 'parked',
    title: 'A domain that neither takes nor sends mail: it says so, and nobody can forge it',
    checks: { ...everywhere, ...parkedChecks },
  },
} as const satisfies Record<string, Profile>

/** What `mailworthy message` applies: its checks are about one message, and no domain is audited by it. */
export const messageProfile = {
  name: 'message',
  title: 'One message: who sent it, whether its signatures hold, and what receivers make of it',
  checks: {
    'dns-resolver': advice,
    'message-from': required,
    'message-spf': advice,
    'message-dkim': required,
    'message-signature': advice,
    'message-signature-coverage': advice,
    'message-dmarc': required,
    'message-arc': advice,
    'message-authentication-results': advice,
    'message-trace': advice,
    'message-headers': required,
    'message-header-syntax': required,
    'message-addresses': advice,
    'message-date': advice,
    'message-id': advice,
    'message-mime': required,
    'message-unsubscribe': advice,
    'message-bimi': advice,
    'message-rspamd': advice,
  },
} as const satisfies Profile

export type ProfileName = keyof typeof profiles

/** The profiles that a check is in, and whether they demand it. */
export function profilesOf(check: string): readonly { readonly profile: string; readonly required: boolean }[] {
  const all: readonly Profile[] = [...Object.values(profiles), messageProfile]
  return all.flatMap(({ name, checks }) => {
    const entry = checks[check]
    return entry === undefined ? [] : [{ profile: name, required: entry.required }]
  })
}

/** Any profile by its name, that of a message among them. */
export function profileNamed(name: string): Profile | undefined {
  if (name === messageProfile.name) return messageProfile
  return Object.hasOwn(profiles, name) ? profiles[name as ProfileName] : undefined
}
