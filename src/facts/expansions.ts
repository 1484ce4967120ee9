// How the subjects of an audit follow from each other: a domain has egresses, selectors and MX hosts; a host has addresses.
import { Unknowable } from '../audit/fact.ts'
import { defineExpansion, type Expansion } from '../audit/scope.ts'
import { hostAddresses, knownAddresses, unlearnt } from './host-addresses.ts'
import { mailHosts, mx } from './mx.ts'

const egresses = defineExpansion({
  from: 'domain',
  to: 'egress',
  async subjects({ domain }, _know, target) {
    if (target.egress.length === 0) {
      return { none: 'not-asked', reason: 'no sending address was given (--sender-ip)' }
    }
    return target.egress.map(({ address, helo }) => ({ domain, address, helo }))
  },
})

const selectors = defineExpansion({
  from: 'domain',
  to: 'selector',
  async subjects({ domain }, _know, target) {
    if (target.selectors.length === 0) {
      return { none: 'not-asked', reason: 'no DKIM selector was given (--selector), and DNS cannot list them' }
    }
    return target.selectors.map(selector => ({ domain, selector, ourKey: target.ourKeys[selector] }))
  },
})

const hosts = defineExpansion({
  from: 'domain',
  to: 'host',
  async subjects({ domain }, know) {
    const found = await know(mx, { domain })
    if (found.kind === 'null') return { none: 'not-applicable', reason: 'the domain takes no mail (null MX)' }
    const names = mailHosts(found)
    if (names.length === 0) return { none: 'not-applicable', reason: 'the domain has no mail host that could be asked' }
    return names.map(host => ({ host }))
  },
})

const endpoints = defineExpansion({
  from: 'host',
  to: 'endpoint',
  async subjects({ host }, know, target) {
    if (!target.smtp) return { none: 'not-asked', reason: 'SMTP was left out (--no-smtp)' }
    const found = await know(hostAddresses, { host })
    const addresses = knownAddresses(found)
    if (addresses.length > 0) return addresses.map(address => ({ host, address, port: target.smtpPort }))
    // Of a host that is half known the known half is looked at; `mx-hosts` tells about the other.
    const reason = unlearnt(found)
    if (reason !== undefined) throw new Unknowable(reason)
    return { none: 'not-applicable', reason: 'the host has no address' }
  },
})

/** Every expansion, from the domain down. */
export const expansions: readonly Expansion[] = [egresses, selectors, hosts, endpoints]
