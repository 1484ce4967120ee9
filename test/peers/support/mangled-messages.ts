// Messages that are signed well or badly, and then left alone or changed as servers, lists and forgers change them.
import type { KeyObject } from 'node:crypto'
import { type SignWish, signedMessage } from '../../support/dkim-signer.ts'
import { madeMessages } from './made-messages.ts'

export interface MangledMessage {
  /** What was done, for a person. */
  readonly what: string
  /** s= of the signature that is meant. */
  readonly selector: string
  readonly octets: Buffer
}

type Random = (below: number) => number

const HOUR = 3600

/** As many as are wanted, the same for the same random numbers. Keys by selector, all of them of example.org. */
export function mangledMessages(
  count: number,
  random: Random,
  keys: { readonly [selector: string]: KeyObject },
): readonly MangledMessage[] {
  const texts = Object.entries(madeMessages)
  const pick = <T>(items: readonly T[]): T => items[random(items.length)]!
  const selectors = Object.keys(keys)
  const now = Math.floor(Date.now() / 1000)
  return Array.from({ length: count }, (_, index) => {
    const [name, text] = pick(texts)
    const selector = pick(selectors)
    const [wishName, wish] = random(2) === 0 ? (['well', {}] as const) : pick(wishes(now))
    const form = pick([
      'relaxed/relaxed',
      'relaxed/relaxed',
      'simple/simple',
      'relaxed/simple',
      'simple/relaxed',
    ] as const)
    const names = pick([
      'from:to:subject:date',
      'from:from:to:subject:message-id',
      'From : To : Subject : MIME-Version : Content-Type',
    ])
    // Its octets are latin1; the signer takes text.
    const octets = signedMessage(Buffer.from(text, 'latin1'), { key: keys[selector]!, selector, form, names, ...wish })
    const times = pick([0, 0, 1, 1, 1, 2])
    let mangled = octets.toString('latin1')
    const done: string[] = []
    for (let time = 0; time < times; time++) {
      const [mangleName, mangle] = pick(mangles)
      mangled = mangle(mangled)
      done.push(mangleName)
    }
    const what = `${index}: ${name}; signed ${wishName}, ${form}, ${selector}; ${done.join(', ') || 'left alone'}`
    return { what, selector, octets: Buffer.from(mangled, 'latin1') }
  })
}

/** Ways to sign: some are good, others must not verify. */
function wishes(now: number): readonly (readonly [string, Partial<SignWish>])[] {
  return [
    ['without v=', { tags: { v: undefined } }],
    ['with v=2', { tags: { v: '2' } }],
    ['with i= below d=', { tags: { i: 'x@sub.example.org' } }],
    ['with i= outside d=', { tags: { i: 'x@example.net' } }],
    ['with i= as quoted-printable', { tags: { i: 'a=2Bb@example.org' } }],
    ['with a space in i=', { tags: { i: 'a=20b@example.org' } }],
    ['with l= 0', { tags: { l: '0' } }],
    ['with l= 5', { tags: { l: '5' } }],
    ['with l= beyond the body', { tags: { l: '1000000' } }],
    ['with q= unknown', { tags: { q: 'dns/other' } }],
    ['with q= and another', { tags: { q: 'dns/txt:dns/other' } }],
    ['and expired', { tags: { t: '1000', x: '2000' } }],
    ['with x= before t=', { tags: { t: String(now), x: String(now - HOUR) } }],
    ['with x= to come', { tags: { t: String(now - HOUR), x: String(now + HOUR) } }],
    ['with t= to come', { tags: { t: String(now + 48 * HOUR) } }],
    ['with h= without From', { names: 'to:subject' }],
    ['with h= of fields that are not there', { names: 'from:x-none:to:x-none' }],
    ['with a tag twice', { edit: field => field.replace('; b=', '; s=r2048; b=') }],
    ['with an empty tag', { edit: field => field.replace('; b=', ';; b=') }],
    ['with unknown tags', { tags: { zz: 'y', n: 'a note' } }],
    ['with folds', { join: ';\r\n\t' }],
    ['with spaces everywhere', { edit: field => field.replaceAll(/; (\w+)=/g, ' ;  $1 = ') }],
    ['without c=', { form: 'simple/simple', tags: { c: undefined } }],
    ['with c=relaxed', { form: 'relaxed/simple', tags: { c: 'relaxed' } }],
    ['with d= in capitals', { domain: 'EXAMPLE.ORG' }],
    ['with a semicolon at the end', { edit: field => field }],
  ]
}

type Mangle = readonly [string, (octets: string) => string]

const inBody =
  (change: (body: string) => string) =>
  (octets: string): string => {
    const at = octets.indexOf('\r\n\r\n')
    return at === -1 ? octets : octets.slice(0, at + 4) + change(octets.slice(at + 4))
  }
const inHeader =
  (change: (header: string) => string) =>
  (octets: string): string => {
    const at = octets.indexOf('\r\n\r\n')
    return at === -1 ? change(octets) : change(octets.slice(0, at)) + octets.slice(at)
  }

const mangles: readonly Mangle[] = [
  ['a footer', inBody(body => `${body}-- \r\na list\r\n`)],
  ['empty lines at the end', inBody(body => `${body}\r\n\r\n`)],
  ['the last line end lost', inBody(body => body.replace(/\r\n$/, ''))],
  ['spaces at line ends', inBody(body => body.replaceAll('\r\n', ' \r\n'))],
  ['spaces lost', inBody(body => body.replaceAll(/[ \t]+\r\n/g, '\r\n'))],
  ['tabs for spaces', inBody(body => body.replaceAll(' ', '\t'))],
  ['dots doubled', inBody(body => body.replaceAll(/(^|\r\n)\./g, '$1..'))],
  ['>From', inBody(body => body.replaceAll(/(^|\r\n)From /g, '$1>From '))],
  ['a body of its own', inBody(() => 'Pay at once.\r\n')],
  ['a tag in Subject', inHeader(header => header.replace(/\r\nsubject:[ \t]*/i, '$&[list] '))],
  ['a second From', inHeader(header => `From: <evil@evil.example>\r\n${header}`)],
  ['a From below', inHeader(header => `${header}\r\nFrom: <evil@evil.example>`)],
  ['a Received', inHeader(header => `Received: from a by b; Fri, 20 Nov 2026 08:00:00 +0000\r\n${header}`)],
  ['fields unfolded', inHeader(header => header.replaceAll(/\r\n[ \t]+/g, ' '))],
  ['fields folded', inHeader(header => header.replaceAll(/(\r\nsubject:[^\r\n]*?) (\S)/gi, '$1\r\n $2'))],
  [
    'names in capitals',
    inHeader(header => header.replaceAll(/(^|\r\n)(from|to|subject|date)(?=:)/gi, m => m.toUpperCase())),
  ],
  ['spaces before colons', inHeader(header => header.replaceAll(/(\r\n(?:to|subject))(?=:)/gi, '$1 '))],
  ['Date lost', inHeader(header => header.replace(/\r\ndate:[^\r\n]*/i, ''))],
  ['a Message-ID', inHeader(header => `Message-ID: <new@example.net>\r\n${header}`)],
  ['the signature doubled', octets => `${octets.split('\r\nFrom')[0]}\r\n${octets}`],
  ['b= damaged', octets => octets.replace(/b=([^;\r\n]{4})/, 'b=AAAA')],
  ['d= another', octets => octets.replace('d=example.org', 'd=example.net')],
]
