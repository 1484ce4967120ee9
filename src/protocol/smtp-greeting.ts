// What stands in the banner of a mail server and in its answer to EHLO (RFC 5321 §4.2, §4.1.1.1).
import { readHelo } from './helo.ts'

/** The host name or address literal that a banner must begin with (RFC 5321 §4.2); undefined when it does not. */
export function hostInBanner(line: string): string | undefined {
  const word = line.trim().split(/\s/)[0] ?? ''
  return readHelo(word).kind === 'malformed' ? undefined : word.replace(/\.$/, '').toLowerCase()
}

/** Software with its version where a banner tells it: `Exim 4.96`; undefined where it does not. */
export function softwareIn(text: string): string | undefined {
  const found =
    /\b([A-Za-z][A-Za-z-]{2,30})[ /:,]{1,2}(?:version )?v?([0-9]{1,5}(?:\.[0-9]{1,6}){1,4}[a-z0-9]{0,8})\b/i.exec(text)
  if (found === null) return undefined
  // Addresses look like versions; `id 1.2`, `SMTP 1.0` name no software.
  if (/^[0-9]{1,3}(\.[0-9]{1,3}){3}$/.test(found[2]!) && /^(from|for|at|host|server|ip|to)$/i.test(found[1]!))
    return undefined
  return `${found[1]} ${found[2]}`
}

/** The keyword of an EHLO line, upper case. Old servers write `AUTH=LOGIN`. */
export function keywordOf(line: string): string {
  return (line.trim().split(/[\s=]/)[0] ?? '').toUpperCase()
}

/** What a server may offer that senders make use of, in the order in which it is told. */
export const usefulExtensions = [
  'SIZE',
  '8BITMIME',
  'SMTPUTF8',
  'PIPELINING',
  'CHUNKING',
  'DSN',
  'ENHANCEDSTATUSCODES',
  'REQUIRETLS',
] as const

/** The SASL mechanisms that are offered; none when AUTH is not. */
export function mechanismsIn(lines: readonly string[]): readonly string[] {
  const words = lines
    .filter(line => keywordOf(line) === 'AUTH')
    .flatMap(line =>
      line
        .trim()
        .split(/[\s=]+/)
        .slice(1),
    )
  return [...new Set(words.map(word => word.toUpperCase()))]
}

/** True when AUTH stands among the extensions, with or without mechanisms. */
export function offersAuth(lines: readonly string[]): boolean {
  return lines.some(line => keywordOf(line) === 'AUTH')
}

// RFC 3207 §4.2, RFC 8689 §2: these are meant to differ. So are those that show what the client may do now.
const meantToDiffer: ReadonlySet<string> = new Set(['STARTTLS', 'AUTH', 'REQUIRETLS', 'XCLIENT', 'XFORWARD', ''])

/** Keywords that are offered on one side of TLS only, and not by intent. */
export function changedByTls(inClear: readonly string[], underTls: readonly string[]) {
  const [before, after] = [inClear, underTls].map(lines => new Set(lines.map(keywordOf)))
  const only = (one: ReadonlySet<string>, other: ReadonlySet<string>): readonly string[] =>
    [...one].filter(word => !other.has(word) && !meantToDiffer.has(word))
  return { lost: only(before!, after!), won: only(after!, before!) }
}

/** A reply as one line for a sentence: `550 5.7.1 Relay access denied`. */
export function replyLine({ code, lines }: { readonly code: number; readonly lines: readonly string[] }): string {
  return `${code} ${lines.join(' ')}`.trim().slice(0, 300)
}
