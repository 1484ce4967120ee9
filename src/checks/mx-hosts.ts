// Has mail for the domain somewhere to go? Every MX host must be a name with an address of its own.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type HostAddresses, knownAddresses, unlearned } from '../facts/host-addresses.ts'
import { mx } from '../facts/mx.ts'
import { mxAddresses } from '../facts/mx-addresses.ts'
import { spfRecord } from '../facts/spf-record.ts'
import { displayName } from '../names/domain.ts'
import type { MailExchanger } from '../protocol/mx.ts'

type Trouble =
  | 'address-literal'
  | 'localhost'
  | 'no-address'
  | 'addresses-unknown'
  | 'half-unknown'
  | 'alias'
  | 'bad-name'

export default defineCheck({
  id: 'mx-hosts',
  group: 'mx',
  scope: 'domain',
  title: 'Every MX host of the domain is a host name with an address',
  why: 'Replies and bounces go to the MX hosts. A domain that cannot be answered is refused as a sender by many receivers, and a host that cannot be found delays every message to it.',
  refs: ['RFC 5321 §5.1', 'RFC 2181 §10.3', 'RFC 1035 §3.3.9'],
  needs: { mx, mxAddresses, spfRecord },
  outcomes: {
    found: { level: 'pass', says: 'Mail for the domain goes to {hosts}: every host has an address.' },
    implicit: {
      level: 'warn',
      says: '{domain} has no MX record, so senders deliver to its own address ({addresses}), which is often that of a web server.',
      fix: 'Publish an MX record that names the mail server. If {domain} is to take no mail, publish a null MX ("0 .") instead.',
    },
    none: {
      level: 'fail',
      says: '{domain} has neither an MX record nor an address: mail to it cannot be delivered, and many receivers refuse mail from it.',
      fix: 'Publish an MX record for {domain} that names its mail server. If it neither takes nor sends mail, publish a null MX ("0 .").',
    },
    parked: {
      level: 'warn',
      says: '{domain} has neither an MX record nor an address, and its SPF record lets nobody send: it is kept out of mail, but does not say so to senders, who try for days.',
      fix: 'Publish a null MX for {domain}: mail to it is then refused at once.',
    },
    'no-domain': { level: 'info', says: '{domain} does not exist, so it has no mail hosts.' },
    'null-mx': { level: 'info', says: '{domain} takes no mail (null MX), so it has no mail hosts.' },
    'no-address': {
      level: 'fail',
      says: 'The MX host {host} (preference {preference}) has no address, neither A nor AAAA. The address of {domain} itself is no fallback while it has MX records.',
      fix: 'Publish an A or AAAA record for {host}, or take the MX record away.',
    },
    'address-literal': {
      level: 'fail',
      says: 'The MX record {preference} {host} names an address. An MX record must name a host: senders ask DNS for the address of "{host}" and get none.',
      fix: 'Give the server a name with an A or AAAA record, and let the MX record point to that name.',
    },
    localhost: {
      level: 'fail',
      says: 'The MX record {preference} {host} points every sender to its own machine.',
      fix: 'Let the MX record name the mail server. If the domain is to take no mail, publish a null MX ("0 .") as the only MX record.',
    },
    alias: {
      level: 'warn',
      says: 'The MX host {host} is an alias (CNAME) for {target}. An MX record must not point to an alias; some senders do not follow it.',
      fix: 'Let the MX record name {target} directly, or give {host} addresses of its own instead of the CNAME.',
    },
    'bad-name': {
      level: 'warn',
      says: 'The MX record of {domain} with "{host}" names no proper host: {reason}. Some senders do not deliver there.',
      fix: 'Let the MX record give the full name of the mail server, in letters, digits and hyphens.',
    },
    'addresses-unknown': {
      level: 'unknown',
      says: 'Whether the MX host {host} has an address could not be learned: {reason}.',
    },
    'half-unknown': {
      level: 'unknown',
      says: 'The MX host {host} has the addresses {addresses}; those of the other family could not be learned: {reason}.',
    },
    omitted: {
      level: 'warn',
      says: '{domain} publishes so many MX hosts or addresses that {count} of them were not looked at.',
      fix: 'Keep the MX records and addresses that are needed: senders try only a few.',
    },
  },
  evaluate({ mx, mxAddresses, spfRecord }, { domain }) {
    if (mx.kind === 'none') {
      if (!mx.exists) return { outcome: 'no-domain', data: { domain } }
      if (!spfRecord.records.some(record => /^v=spf1 +-all *$/i.test(record)))
        return { outcome: 'none', data: { domain } }
      const nullMx = { do: 'publish', name: domain, type: 'MX', value: '0 .' } as const
      return { outcome: 'parked', data: { domain }, records: [nullMx] }
    }
    if (mx.kind === 'null') return { outcome: 'null-mx', data: { domain } }
    if (mx.kind === 'implicit') {
      const addresses = texts(mxAddresses.get(mx.host)!)
      const records = [{ do: 'publish', name: domain, type: 'MX', value: `10 ${domain}` }] as const
      return { outcome: 'implicit', data: { domain, addresses }, records }
    }
    const rulings: Ruling<Trouble | 'found' | 'omitted'>[] = mx.hosts.flatMap(exchanger => {
      const trouble = judge(exchanger, mxAddresses.get(exchanger.host), domain)
      return trouble ? [trouble] : []
    })
    for (const reason of mx.unreadable) {
      rulings.push({ outcome: 'bad-name', data: { domain, host: '(unreadable)', reason } })
    }
    const all = [...mxAddresses.values()]
    const shown = mx.hosts.map(h => `${displayName(h.host)} (${h.preference})`)
    const omitted = all.reduce((sum, a) => sum + a.omitted, mx.omitted)
    if (omitted > 0) rulings.push({ outcome: 'omitted', data: { domain, count: omitted } })
    const [first = { outcome: 'found', data: { hosts: shown } }, ...rest] = rulings
    return [first, ...rest]
  },
})

function judge(
  exchanger: MailExchanger,
  found: HostAddresses | undefined,
  domain: string,
): Ruling<Trouble> | undefined {
  const { preference, wellNamed } = exchanger
  const host = displayName(exchanger.host)
  const data = { domain, host, preference }
  if (exchanger.fault !== undefined || found === undefined) {
    return { outcome: exchanger.fault === 'localhost' ? 'localhost' : 'address-literal', data }
  }
  const addresses = texts(found)
  const reason = unlearned(found)
  if (addresses.length === 0) {
    return reason === undefined
      ? { outcome: 'no-address', data }
      : { outcome: 'addresses-unknown', data: { ...data, reason } }
  }
  if (reason !== undefined) return { outcome: 'half-unknown', data: { ...data, addresses, reason } }
  if (found.alias !== undefined) {
    const record = (act: 'publish' | 'remove', name: string) =>
      ({ do: act, name: domain, type: 'MX', value: `${preference} ${name}` }) as const
    return {
      outcome: 'alias',
      data: { ...data, target: found.alias },
      records: [record('publish', found.alias), record('remove', exchanger.host)],
    }
  }
  const fault = exchanger.host.includes('.') ? 'it is no host name (RFC 1123 §2.1)' : 'it has no dot'
  return wellNamed ? undefined : { outcome: 'bad-name', data: { ...data, reason: fault } }
}

function texts(found: HostAddresses): readonly string[] {
  return knownAddresses(found).map(a => a.text)
}
