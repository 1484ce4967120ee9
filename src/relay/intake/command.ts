// SMTP commands as they stand on the wire, read strictly (RFC 5321 §4.1.1, §4.1.2): a verb, then a path and parameters. Pure; takes any octets.
import { type Mailbox, parseMailbox } from './mailbox.ts'
import { type Reply, reply } from './reply.ts'
import { decodeXtext } from './xtext.ts'

/** A command line without its CRLF. */
export interface Command {
  /** Upper case; empty when the line is no command at all. */
  readonly verb: string
  readonly argument: string
}

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reply: Reply }

/** MAIL FROM with its parameters. `sender` is undefined for the null sender. */
export interface MailCommand {
  readonly sender: Mailbox | undefined
  /** RFC 1870, octets as declared. */
  readonly size: number | undefined
  readonly body: '7bit' | '8bitmime'
  readonly smtpUtf8: boolean
  /** RFC 3461 §4.3, §4.4; `envid` decoded. */
  readonly ret: 'full' | 'hdrs' | undefined
  readonly envid: string | undefined
}

/** RCPT TO with its parameters. `mailbox` is undefined for `<Postmaster>` (RFC 5321 §4.1.1.3). */
export interface RcptCommand {
  readonly mailbox: Mailbox | undefined
  readonly notify: readonly Notify[]
  /** `rfc822;user@example.org`, decoded (RFC 3461 §4.2). */
  readonly orcpt: string | undefined
}

export type Notify = 'never' | 'success' | 'failure' | 'delay'

/** The command in a line. Octets that are no text, and controls, are in no command: the verb is then empty. */
export function parseCommand(line: Uint8Array): Command {
  const text = decode(line)
  if (text === undefined) return { verb: '', argument: '' }
  // RFC 5321 §4.1.1: trailing white space is tolerated.
  const trimmed = text.replace(/[ \t]+$/, '')
  const space = trimmed.indexOf(' ')
  const verb = (space < 0 ? trimmed : trimmed.slice(0, space)).toUpperCase()
  return { verb: /^[A-Z0-9]+$/.test(verb) ? verb : '', argument: space < 0 ? '' : trimmed.slice(space + 1).trimStart() }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(line: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(line)
    return /[\x00-\x08\x0a-\x1f\x7f]/.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

/** Reads what follows `MAIL `. */
export function parseMail(argument: string): Read<MailCommand> {
  const split = splitPath(argument, /^FROM:/i)
  if (split === undefined) return refuse(501, '5.5.4', 'Syntax: MAIL FROM:<address>')
  if (split.path === undefined) return refuse(501, '5.1.7', 'The sender must be an address in angle brackets')
  const parameters = parseParameters(split.rest, readMailParameter)
  const sender = readSender(split.path)
  if (!sender.ok) return sender
  if (!parameters.ok) return parameters
  const {
    size,
    body = '7bit',
    smtpUtf8 = false,
    ret,
    envid,
  } = Object.assign({}, ...parameters.value) as Partial<MailCommand>
  if (sender.value?.utf8 && !smtpUtf8) return needsUtf8('sender')
  return { ok: true, value: { sender: sender.value?.mailbox, size, body, smtpUtf8, ret, envid } }
}

/** Reads what follows `RCPT `; `smtpUtf8` is what MAIL said. */
export function parseRcpt(argument: string, smtpUtf8: boolean): Read<RcptCommand> {
  const split = splitPath(argument, /^TO:/i)
  if (split === undefined) return refuse(501, '5.5.4', 'Syntax: RCPT TO:<address>')
  if (split.path === undefined) return refuse(501, '5.1.3', 'The recipient must be an address in angle brackets')
  const parameters = parseParameters(split.rest, readRcptParameter)
  const mailbox = readRecipient(split.path)
  if (!mailbox.ok) return mailbox
  if (mailbox.value?.utf8 && !smtpUtf8) return needsUtf8('recipient')
  if (!parameters.ok) return parameters
  const { notify = [], orcpt } = Object.assign({}, ...parameters.value) as Partial<RcptCommand>
  if (orcpt !== undefined && /[^\x00-\x7f]/.test(orcpt) && !smtpUtf8) return badParameter('ORCPT')
  return { ok: true, value: { mailbox: mailbox.value?.mailbox, notify, orcpt } }
}

/**
 * Why this recipient asks for more than delivery to its domain: routes in local parts have been the way through relays
 * since there are relays. Undefined for an honest one.
 */
export function routingTrick({ local, isLiteral }: Mailbox): string | undefined {
  if (isLiteral) return 'mail to address literals is not relayed'
  if (/[@%!]/.test(local)) return 'a local part with @, % or ! may be a route, and routes are not followed'
  return undefined
}

/** What stands between the brackets, `undefined` where no path is; and what follows it. */
function splitPath(argument: string, keyword: RegExp): { path: string | undefined; rest: string } | undefined {
  const found = keyword.exec(argument)
  if (found === null) return undefined
  // Space before the path is an old habit of clients.
  const text = argument.slice(found[0].length).trimStart()
  const end = text.startsWith('<') ? closingBracket(text) : text.search(/ |$/)
  const bracketed = text.startsWith('<')
  const path = text.slice(bracketed ? 1 : 0, end)
  const rest = text.slice(bracketed ? end + 1 : end)
  // Without brackets only what cannot be misread: RFC 5321 wants them, and much that sends mail leaves them out.
  const isClear = bracketed || (path !== '' && !/["<>]/.test(path))
  return end < 0 || !isClear || (rest !== '' && !rest.startsWith(' ')) ? { path: undefined, rest } : { path, rest }
}

function closingBracket(text: string): number {
  let quoted = false
  for (let i = 1; i < text.length; i++) {
    if (quoted && text[i] === '\\') i++
    else if (text[i] === '"') quoted = !quoted
    else if (text[i] === '>' && !quoted) return i
    else if (text[i] === '<' && !quoted) return -1
  }
  return -1
}

type Found = { readonly mailbox: Mailbox; readonly utf8: boolean }

function readSender(path: string): Read<Found | undefined> {
  if (path === '') return { ok: true, value: undefined }
  if (path.startsWith('@')) return refuse(501, '5.1.7', 'Source routes are not supported')
  const read = parseMailbox(path)
  if (read.kind === 'bad') return refuse(501, '5.1.7', `This is no sender address: ${read.says}`)
  return { ok: true, value: read }
}

function readRecipient(path: string): Read<Found | undefined> {
  if (path.toLowerCase() === 'postmaster') return { ok: true, value: undefined }
  // RFC 5321 §3.3, appendix C: a server may decline to relay by a source route.
  if (path.startsWith('@')) return refuse(550, '5.7.1', 'Source routes are not followed')
  const read = parseMailbox(path)
  if (read.kind === 'bad') return refuse(501, '5.1.3', `This is no recipient address: ${read.says}`)
  return { ok: true, value: read }
}

type ReadParameter<T> = (keyword: string, value: string | undefined) => T | 'unknown' | 'bad'

function parseParameters<T>(text: string, read: ReadParameter<T>): Read<T[]> {
  const seen = new Set<string>()
  const values: T[] = []
  for (const token of text.split(' ').filter(part => part !== '')) {
    const [, name, , value] = /^([A-Za-z0-9][A-Za-z0-9-]*)(=([^\x00-\x20=\x7f]+))?$/.exec(token) ?? []
    if (name === undefined) return refuse(501, '5.5.4', 'A parameter is not well-formed')
    const keyword = name.toUpperCase()
    if (seen.has(keyword)) return refuse(501, '5.5.4', `The parameter ${keyword} stands there twice`)
    seen.add(keyword)
    const found = read(keyword, value)
    if (found === 'unknown') return refuse(555, '5.5.4', `The parameter ${keyword} is not supported`)
    if (found === 'bad') return badParameter(keyword)
    values.push(found)
  }
  return { ok: true, value: values }
}

function readMailParameter(keyword: string, value: string | undefined): Partial<MailCommand> | 'unknown' | 'bad' {
  switch (keyword) {
    case 'SIZE':
      return value !== undefined && /^\d{1,20}$/.test(value) ? { size: Number(value) } : 'bad' // RFC 1870 §3
    case 'BODY': {
      const body = value?.toLowerCase()
      if (body === 'binarymime') return 'unknown' // RFC 3030 needs BDAT
      return body === '7bit' || body === '8bitmime' ? { body } : 'bad' // RFC 6152 §2
    }
    case 'SMTPUTF8':
      return value === undefined ? { smtpUtf8: true } : 'bad' // RFC 6531 §3.4
    case 'RET': {
      const ret = value?.toLowerCase()
      return ret === 'full' || ret === 'hdrs' ? { ret } : 'bad'
    }
    case 'ENVID': {
      const envid = value === undefined || value.length > 100 ? undefined : decodeXtext(value) // RFC 3461 §4.4
      return envid === undefined ? 'bad' : { envid }
    }
    case 'AUTH':
      // RFC 4954 §5: who wrote it, by the word of the client. We vouch for nobody, so it goes no further.
      return value !== undefined && (value === '<>' || decodeXtext(value) !== undefined) ? {} : 'bad'
    default:
      return 'unknown'
  }
}

function readRcptParameter(keyword: string, value: string | undefined): Partial<RcptCommand> | 'unknown' | 'bad' {
  switch (keyword) {
    case 'NOTIFY': {
      const notify = (value ?? '').toLowerCase().split(',')
      const known = notify.every(one => one === 'never' || one === 'success' || one === 'failure' || one === 'delay')
      const alone = !notify.includes('never') || notify.length === 1 // RFC 3461 §4.1
      return known && alone ? { notify: [...new Set(notify)] as Notify[] } : 'bad'
    }
    case 'ORCPT': {
      if (value === undefined || value.length > 500) return 'bad'
      const [, type, address] = /^([A-Za-z0-9!#$%&'*+/?^_`{|}~-]+);(.+)$/u.exec(value) ?? []
      if (type === undefined || address === undefined) return 'bad'
      // RFC 6533 §3: the address type utf-8 may stand there unencoded.
      const international = type.toLowerCase() === 'utf-8' && /[^\x00-\x7f]/.test(address)
      const decoded = international ? address : decodeXtext(address)
      return decoded === undefined ? 'bad' : { orcpt: `${type};${decoded}` }
    }
    default:
      return 'unknown'
  }
}

function badParameter(keyword: string): Read<never> {
  return refuse(501, '5.5.4', `The value of ${keyword} is not well-formed`)
}

function needsUtf8(which: string): Read<never> {
  return refuse(553, '5.6.7', `The ${which} is internationalized: MAIL must say SMTPUTF8`)
}

function refuse(code: number, enhanced: string, says: string): Read<never> {
  return { ok: false, reply: reply(code, enhanced, says) }
}
