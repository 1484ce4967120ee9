// Does the sending address have a name? An address without a PTR record is refused by many receivers on sight.
import { defineCheck } from '../audit/check.ts'
import { heloAddresses } from '../facts/helo-addresses.ts'
import { reverseDns } from '../facts/reverse-dns.ts'
import { wantedName } from '../protocol/helo.ts'

const MOST_SHOWN = 10

export default defineCheck({
  id: 'rdns-presence',
  group: 'rdns',
  scope: 'egress',
  title: 'The sending address has a name in reverse DNS',
  why: 'Gmail, Yahoo and many others refuse mail from addresses without a PTR record, because hardly any real mail server lacks one.',
  refs: ['RFC 1912 §2.1', 'RFC 1035 §3.5', 'RFC 3596 §2.5', 'RFC 2317'],
  needs: { reverse: reverseDns, greeting: heloAddresses },
  outcomes: {
    present: { level: 'pass', says: 'The name of {address} is {names}.' },
    missing: {
      level: 'fail',
      says: '{address} has no name: there is no PTR record at {owner}.',
      fix: 'Have the PTR record below published, and see that {name} has the address {address}. {who}',
    },
  },
  evaluate({ reverse, greeting }, { domain, address, helo }) {
    const { reverseName, owner, unused } = reverse
    const names = [...reverse.names.map(n => n.name), ...unused]
    if (names.length > 0) {
      const rest = names.length - MOST_SHOWN
      const shown = rest > 0 ? [...names.slice(0, MOST_SHOWN), `${rest} more`] : names
      return { outcome: 'present', data: { address: address.text, names: shown } }
    }
    const name = wantedName(helo, domain)
    // RFC 2317: where the reverse name is an alias, no other record can stand beside the CNAME.
    const who =
      owner === reverseName
        ? `Only the provider of ${address.text} (your hosting company or access provider) can do that: set it in their control panel, or ask their support.`
        : `The provider has made ${reverseName} an alias for ${owner} (RFC 2317), so the record belongs there: in the zone that was delegated to you, else ask whoever runs it.`
    const leadsBack = greeting.kind === 'name' && greeting.name === name && greeting.leadsBack === 'yes'
    const type = address.family === 4 ? 'A' : 'AAAA'
    return {
      outcome: 'missing',
      data: { address: address.text, owner, name, who },
      // A name that does not lead back counts as none (`rdns-forward-confirmed`).
      records: [
        { do: 'publish', name: owner, type: 'PTR', value: name },
        ...(leadsBack ? [] : [{ do: 'publish', name, type, value: address.text } as const]),
      ],
    }
  },
})
