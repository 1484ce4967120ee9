// Does a reverse name look like one that a provider gives to every address, and not like that of a mail server?
import type { IpAddress } from '../names/address.ts'

/** What gives it away; `word` is the label that says it. */
export type GenericSign = { readonly kind: 'dynamic'; readonly word: string } | { readonly kind: 'address' }

/** Labels, or parts of labels between hyphens and digits, that providers use for lines that change hands. */
const DYNAMIC =
  /^(?:dyn|dynamic|dynip|dhcp|ppp|pppoe|dial|dialup|dialin|pool|pools|adsl|vdsl|xdsl|dsl|cable|broadband|ftth|mobile|wlan|wifi|hotspot|residential|cust|customer|customers|client|clients|user|users|subscriber)$/

/** How mail servers are called, by those who name them. */
const MAIL = /^(?:mail|mx|mta|smtp|relay|out|outbound|mailout|mailer|post|send|sender|esmtp|edge)$/

/** The sign, or undefined for a name that somebody chose. A label that says "mail" speaks for it. */
export function genericSign(name: string, address: IpAddress): GenericSign | undefined {
  const host = name.toLowerCase()
  const words = host.split(/[^a-z]+/).filter(word => word !== '')
  if (words.some(word => MAIL.test(word))) return undefined
  const word = words.find(one => DYNAMIC.test(one))
  if (word !== undefined) return { kind: 'dynamic', word }
  return holdsAddress(host, address) ? { kind: 'address' } : undefined
}

function holdsAddress(host: string, { family, bytes }: IpAddress): boolean {
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, '0'))
  const digits = host.replaceAll(/[^0-9a-f]/g, '')
  if (family === 6) {
    // The half of the address that tells hosts apart; the nibbles may stand in either order, with or without leading zeros.
    const nibbles = hex.slice(8).join('')
    const short = nibbles.replace(/^0+/, '')
    const reversed = [...nibbles].reverse().join('')
    return short.length >= 6 && [nibbles, short, reversed].some(text => digits.includes(text))
  }
  const octets = [...bytes].map(String)
  const orders = [octets, octets.toReversed()]
  const separated = orders.some(([a, b, c, d]) =>
    new RegExp(`(?:^|[^0-9])0*${a}[^0-9a-z]+0*${b}[^0-9a-z]+0*${c}[^0-9a-z]+0*${d}(?:[^0-9]|$)`).test(host),
  )
  const padded = orders.some(order => host.includes(order.map(octet => octet.padStart(3, '0')).join('')))
  return separated || padded || orders.some((_, i) => host.includes((i === 0 ? hex : hex.toReversed()).join('')))
}
