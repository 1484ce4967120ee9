// Domains of the lab whose MX hosts behave as MX hosts sometimes do: `<name>.strange.example` for each, to see what an audit says of it.
import type { CertificateKind } from './certificates.ts'
import type { Misbehavior } from './mx-server.ts'

export interface StrangeHost {
  /** The domain is `<name>.strange.example`, its MX host `mx.<name>.strange.example`. */
  readonly name: string
  readonly misbehavior?: Misbehavior
  /** `good` unless said otherwise. */
  readonly certificate?: CertificateKind
  /** By RSA: some ciphers want it. */
  readonly rsa?: true
  /** It has an IPv6 address too, at which nobody listens. */
  readonly brokenV6?: true
  /** Ports 587 and 465 are there as well. */
  readonly submission?: true
}

const misbehaving: readonly Misbehavior[] = [
  'silent',
  'busy',
  'unwelcoming',
  'slow-banner',
  'endless-banner',
  'not-smtp',
  'hangs-up',
  'no-ehlo',
  'endless-ehlo',
  'refuses-ehlo',
  'no-starttls',
  'masked',
  'busy-at-starttls',
  'refuses-starttls',
  'drops-after-starttls',
  'stalls-after-starttls',
  'no-tls-after-starttls',
  'injected',
  'old-tls',
  'silent-under-tls',
  'auth-in-clear',
  'greylists',
  'no-postmaster',
  'open-relay',
  'percent-hack',
]

const certified: readonly CertificateKind[] = [
  'expiring',
  'expiring-tomorrow',
  'expired',
  'not-yet-valid',
  'wrong-name',
  'self-signed',
]

export const strangeHosts: readonly StrangeHost[] = [
  ...misbehaving.map(misbehavior => ({ name: misbehavior, misbehavior })),
  { name: 'no-forward-secrecy', misbehavior: 'no-forward-secrecy', rsa: true },
  ...certified.map(certificate => ({ name: certificate, certificate })),
  { name: 'broken-v6', brokenV6: true },
  { name: 'submission', submission: true },
]

export const strangeDomain = ({ name }: Pick<StrangeHost, 'name'>): string => `${name}.strange.example`
export const strangeMx = (host: StrangeHost): string => `mx.${strangeDomain(host)}`

/** Addresses of documentation (RFC 5737, RFC 3849), one for each. */
export function strangeAddresses(host: StrangeHost): readonly string[] {
  const number = strangeHosts.indexOf(host) + 1
  return [`198.51.100.${number}`, ...(host.brokenV6 ? [`2001:db8:51::${number}`] : [])]
}

/** Their domains as zone text. */
export function strangeZone(): string {
  const records = strangeHosts.flatMap(host => [
    `${strangeDomain(host)} MX 10 ${strangeMx(host)}`,
    ...strangeAddresses(host).map(address => `${strangeMx(host)} ${address.includes(':') ? 'AAAA' : 'A'} ${address}`),
  ])
  return ['strange.example SOA ns1.strange.example hostmaster.strange.example 1', ...records].join('\n')
}
