// What the macro letters of SPF stand for (RFC 7208 §7.2), and how a reverse-path is taken apart for them.
import type { IpAddress } from '../../names/address.ts'
import { parseDomain } from '../../names/domain.ts'
import type { MacroLetter } from './macro.ts'

/** The parts of a sender, the missing ones filled in. */
export interface SenderParts {
  /** `local@domain`. */
  readonly sender: string
  readonly local: string
  /** Lower case, as A-labels (RFC 8616 §4), without trailing dot. */
  readonly domain: string
}

/** What does not change during an evaluation. */
export interface MacroValues extends SenderParts {
  readonly ip: IpAddress
  readonly helo: string
  readonly receiver?: string
  readonly now?: Date
}

/**
 * Takes a reverse-path apart at its last "@". The null sender is postmaster at the HELO name (RFC 7208 §2.4), and a sender
 * without local-part is a postmaster too (§4.3).
 */
export function senderOf(mailFrom: string, helo: string): SenderParts {
  const at = mailFrom.lastIndexOf('@')
  const local = at > 0 ? mailFrom.slice(0, at) : 'postmaster'
  const domain = mailDomain(mailFrom === '' ? helo : mailFrom.slice(at + 1))
  return { sender: `${local}@${domain}`, local, domain }
}

function mailDomain(written: string): string {
  const bare = written.endsWith('.') ? written.slice(0, -1) : written
  if (!/[^\x00-\x7f]/.test(bare)) return bare.toLowerCase()
  const parsed = parseDomain(bare)
  return parsed.ok ? parsed.name : bare.toLowerCase()
}

/** The value of a letter for a record at `domain`; %{p} must be looked up and is not known here. */
export function macroValue(letter: Exclude<MacroLetter, 'p'>, domain: string, values: MacroValues): string {
  const { ip } = values
  switch (letter) {
    case 's':
      return values.sender
    case 'l':
      return values.local
    case 'o':
      return values.domain
    case 'd':
      return domain
    case 'h':
      return values.helo
    case 'i':
      return ip.family === 4 ? ip.text : nibbles(ip)
    case 'v':
      return ip.family === 4 ? 'in-addr' : 'ip6'
    case 'c':
      return ip.text
    case 'r':
      return values.receiver ?? 'unknown'
    case 't':
      return String(Math.floor((values.now ?? new Date()).getTime() / 1000))
  }
}

/** The 32 nibbles, in upper case as the test suite of the RFC has them. */
function nibbles(ip: IpAddress): string {
  return ip.bytes
    .flatMap(byte => [byte >> 4, byte & 15])
    .map(nibble => nibble.toString(16).toUpperCase())
    .join('.')
}
