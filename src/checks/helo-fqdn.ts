// Is what the mail server says in HELO a full host name? The cheapest test there is, so nearly everyone makes it.
import { defineCheck } from '../audit/check.ts'
import { heloAddresses } from '../facts/helo-addresses.ts'

export default defineCheck({
  id: 'helo-fqdn',
  group: 'helo',
  scope: 'egress',
  title: 'The HELO name is a full host name',
  why: 'A server that greets as "localhost" or with a bare machine name is taken for malware or a misconfigured client, and many receivers refuse it before anything else.',
  refs: ['RFC 5321 §2.3.5', 'RFC 5321 §4.1.1.1', 'RFC 5321 §4.1.3'],
  needs: { helo: heloAddresses },
  outcomes: {
    good: { level: 'pass', says: 'The HELO name {helo} is a full host name.' },
    'address-literal': {
      level: 'warn',
      says: 'The server greets with its address, {helo}, instead of a name. That is allowed (RFC 5321 §4.1.3), but many receivers refuse it.',
      fix: 'Give {address} a name and let the mail server say that name in HELO and EHLO: {name}, for example.',
    },
    'not-fqdn': {
      level: 'fail',
      says: '"{helo}" is no full host name: {fault}.',
      fix: 'Let the mail server say a full name in HELO and EHLO that leads to {address} (Postfix: smtp_helo_name or myhostname, Exim: primary_hostname, Exchange: the FQDN of the send connector): {name}, for example.',
    },
    'not-known': { level: 'info', says: 'Not checked: no HELO name was given (--helo).' },
  },
  evaluate({ helo }, { domain, address }) {
    const data = { address: address.text, name: `mail.${domain}` }
    switch (helo.kind) {
      case 'name':
        return { outcome: 'good', data: { helo: helo.name } }
      case 'literal':
        return { outcome: 'address-literal', data: { ...data, helo: helo.helo } }
      case 'malformed':
        return { outcome: 'not-fqdn', data: { ...data, helo: helo.helo, fault: helo.fault } }
      case 'not-given':
        return { outcome: 'not-known' }
    }
  },
})
