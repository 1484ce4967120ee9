// How the subjects of an audit follow from each other: a domain has egresses, selectors and MX hosts; a host has addresses.
import { defineExpansion, type Expansion } from '../audit/scope.ts'

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

/** Every expansion, from the domain down. */
export const expansions: readonly Expansion[] = [egresses, selectors]
