// Domain names: from what a person typed to the A-label form that DNS is asked for, or a sentence saying why not.

import { isIP } from 'node:net'
import { domainToASCII, domainToUnicode } from 'node:url'

/** A name that DNS can carry, or the reason it cannot, written for the person who typed it. */
export type ParsedDomain =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly reason: string }

/**
 * Reads a mail domain as a person types it: any case, a trailing dot, or an internationalized name.
 * @returns the lower-case A-label form without trailing dot (RFC 5890 §2.3.2.1), or why the text is no domain.
 */
export function parseDomain(text: string): ParsedDomain {
  const typed = text.trim().replace(/\.$/, '')
  if (typed === '') return { ok: false, reason: 'it is empty' }
  if (isIP(typed)) return { ok: false, reason: 'it is an address, not a domain name' }
  if (typed.includes('@')) return { ok: false, reason: 'it looks like a mail address: give only the part after the @' }
  if (typed.includes('/')) return { ok: false, reason: 'it looks like a web address: give only the domain name' }
  if (/\s/.test(typed)) return { ok: false, reason: 'it contains a space' }
  const name = /[^\x00-\x7f]/.test(typed) ? domainToASCII(typed.toLowerCase()) : typed.toLowerCase()
  if (name === '') return { ok: false, reason: 'it is not a valid internationalized name' }
  const fault = nameFault(name)
  if (fault) return { ok: false, reason: fault }
  if (!/^[a-z0-9_.-]+$/.test(name))
    return { ok: false, reason: 'only letters, digits, hyphens and dots may stand in it' }
  if (!name.includes('.')) return { ok: false, reason: 'it has no dot: give the full name' }
  if (/^[0-9]+$/.test(name.slice(name.lastIndexOf('.') + 1))) return { ok: false, reason: 'its last label is a number' }
  return { ok: true, name }
}

/**
 * Why this name cannot be put into a DNS question: empty labels, a label over 63 octets, over 253 octets in all
 * (RFC 1035 §2.3.4), or characters outside ASCII. Any other octet is legal in DNS (RFC 2181 §11).
 * @returns undefined when the name is fine; the root is written as the empty string.
 */
export function nameFault(name: string): string | undefined {
  if (name === '') return undefined
  if (name.length > 253) return 'it is longer than 253 octets'
  if (/[^\x20-\x7e]/.test(name)) return 'it contains characters that a DNS name in ASCII form cannot have'
  for (const label of name.split('.')) {
    if (label === '') return 'it has an empty label (two dots in a row, or a dot at an end)'
    if (label.length > 63) return 'one of its labels is longer than 63 octets'
  }
  return undefined
}

/** Lower case without the trailing dot: the form in which names are compared (RFC 4343). */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase()
  return lower.endsWith('.') ? lower.slice(0, -1) : lower
}

/** True when `name` is `ancestor` or lies below it. */
export function isWithin(name: string, ancestor: string): boolean {
  return name === ancestor || ancestor === '' || name.endsWith(`.${ancestor}`)
}

/** The name as a person reads it, with the A-label form beside it when the two differ. */
export function displayName(name: string): string {
  if (!name.includes('xn--')) return name
  const readable = domainToUnicode(name)
  return readable === '' || readable === name ? name : `${readable} (${name})`
}

/** True for a host name with at least two labels of letters, digits and hyphens (RFC 1123 §2.1, RFC 5321 §2.3.5). */
export function isFqdn(name: string): boolean {
  if (nameFault(name) || !name.includes('.')) return false
  const labels = name.split('.')
  return labels.every(l => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(l)) && !/^[0-9]+$/.test(labels.at(-1)!)
}
