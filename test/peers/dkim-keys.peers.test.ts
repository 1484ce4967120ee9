// Key records of every kind against the verifiers of others: a good signature and a record that somebody could publish, and dkimpy,
// Mail::DKIM and opendkim say whether it verifies. Where they and we differ, the clause that decides stands in the list below.
import { createHash, type KeyObject, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { canonicalBody, canonicalField } from '../../src/protocol/dkim/canonical.ts'
import { published, rsaKey } from '../support/dkim-keys.ts'
import { ownVerdicts } from '../support/dkim-verdicts.ts'
import { zoneResolver } from '../support/zone-resolver.ts'
import { zoneLine } from '../support/zone-text.ts'
import { type DkimJudge, dkimpyJudge, mailDkimJudge, opendkimJudge } from './support/dkim-judges.ts'
import { excused, temporaryFolder } from './support/program.ts'

const COUNT = process.env.PROOF === '1' ? 2000 : 300

/** A record as it is put together; `undefined` leaves a tag out. */
interface Made {
  readonly bits: 1024 | 2048
  readonly key: 'spki' | 'pkcs1' | 'empty' | 'cut' | 'junk' | 'unpadded' | 'spaced' | 'urlsafe'
  readonly v: string | undefined
  readonly k: string | undefined
  readonly h: string | undefined
  readonly s: string | undefined
  readonly t: string | undefined
  readonly n: string | undefined
  readonly g: string | undefined
  readonly more: string | undefined
  readonly separator: string
  readonly equals: string
  readonly end: string
  readonly versionLast: boolean
  readonly capitals: boolean
  /** The signature names a subdomain in i=. */
  readonly below: boolean
}

// Most of a record is right most of the time: else nothing would ever verify.
const seldom = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 3 * others.length + 6, arbitrary: fc.constant(usual) },
    { weight: others.length, arbitrary: fc.constantFrom(...others) },
  )

const made: fc.Arbitrary<Made> = fc.record({
  bits: fc.constantFrom(1024 as const, 2048 as const),
  key: seldom<Made['key']>('spki', 'pkcs1', 'empty', 'cut', 'junk', 'unpadded', 'spaced', 'urlsafe'),
  v: seldom<string | undefined>('DKIM1', undefined, 'DKIM2', 'dkim1', 'DKIM1.0', ''),
  k: seldom<string | undefined>('rsa', undefined, 'RSA', 'ed25519', 'dsa', ''),
  h: seldom<string | undefined>(undefined, 'sha256', 'sha1', 'sha1:sha256', 'sha256 : sha1', 'x:sha256', 'SHA256', ''),
  s: seldom<string | undefined>(undefined, '*', 'email', 'tlsrpt', 'other:email', 'email : *', 'EMAIL', ''),
  t: seldom<string | undefined>(undefined, 'y', 's', 'y:s', 's : y', 'x', ''),
  n: seldom<string | undefined>(undefined, 'a note', '"ours"', 'p=none'),
  g: seldom<string | undefined>(undefined, '*', '', 'other'),
  more: seldom<string | undefined>(undefined, 'x=1', 'x_y=', 'hello', 'p=AAAA', 'k=rsa', '1=2'),
  separator: seldom('; ', ';', ' ; ', ';\t', ';; '),
  equals: seldom('=', ' = ', '\t='),
  end: seldom('', ';', ' ', ' ;'),
  versionLast: seldom(false, true),
  capitals: seldom(false, true),
  below: seldom(false, true),
})

function textOf(one: Made): string {
  const whole = published(rsaKey(one.bits), one.key === 'pkcs1' ? 'pkcs1' : 'spki')
  const p = {
    spki: whole,
    pkcs1: whole,
    empty: '',
    cut: whole.slice(0, 120),
    junk: `${whole.slice(0, 50)}"${whole.slice(50)}`,
    unpadded: whole.replace(/=+$/, ''),
    spaced: whole.replaceAll(/.{40}/g, '$& \t'),
    urlsafe: whole.replaceAll('+', '-').replaceAll('/', '_'),
  }[one.key]
  const tags = (['k', 'h', 's', 't', 'n', 'g'] as const).flatMap(name => {
    const value = one[name]
    return value === undefined ? [] : [`${one.capitals ? name.toUpperCase() : name}${one.equals}${value}`]
  })
  const version = one.v === undefined ? [] : [`v${one.equals}${one.v}`]
  const rest = [...tags, ...(one.more === undefined ? [] : [one.more]), `p${one.equals}${p}`]
  return (
    [...(one.versionLast ? [] : version), ...rest, ...(one.versionLast ? version : [])].join(one.separator) + one.end
  )
}

/** A message with one signature, relaxed throughout. */
function signedMessage(selector: string, key: KeyObject, below: boolean): Buffer {
  const body = Buffer.from('Hello there.\r\n')
  const fields = ['From: a@example.org', 'To: b@example.net', 'Subject: keys', 'Date: Fri, 20 Nov 2026 08:00:00 +0000']
  const hash = createHash('sha256').update(canonicalBody(body, 'relaxed')).digest('base64')
  const identity = below ? '@mail.example.org' : '@example.org'
  const unsigned = `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=${selector}; i=${identity};\r\n h=From:To:Subject:Date; bh=${hash};\r\n b=`
  const octets = [
    ...fields.map(field => `${canonicalField(field, 'relaxed')}\r\n`),
    canonicalField(unsigned, 'relaxed'),
  ].join('')
  const b = sign('sha256', Buffer.from(octets), key).toString('base64').replaceAll(/.{70}/g, '$&\r\n ')
  return Buffer.concat([Buffer.from(`${unsigned}${b}\r\n${fields.join('\r\n')}\r\n\r\n`), body])
}

interface Trial extends Made {
  readonly selector: string
  readonly text: string
  readonly file: string
  readonly ours: boolean
  readonly why: string
}

const trials: Trial[] = []

beforeAll(async () => {
  const folder = temporaryFolder('key-records')
  for (const [index, one] of fc.sample(made, { numRuns: COUNT, seed: 20261120 }).entries()) {
    const selector = `v${index}`
    const text = textOf(one)
    const message = signedMessage(selector, rsaKey(one.bits), one.below)
    const file = join(folder, `${selector}.eml`)
    writeFileSync(file, message, { mode: 0o644 })
    const resolver = zoneResolver(zoneLine(`${selector}._domainkey.example.org`, 'TXT', [text]))
    const [verdict] = (await ownVerdicts(message, resolver))!
    trials.push({ ...one, selector, text, file, ours: verdict!.result === 'pass', why: verdict!.reason })
  }
}, 120_000)

const records = (): ReadonlyMap<string, string> =>
  new Map(trials.map(({ selector, text }) => [`${selector}._domainkey.example.org`, text]))

/** Where a verifier departs from the text; `theirs` is what it says then. */
interface Departure {
  readonly clause: string
  readonly theirs: 'pass' | 'no pass'
  readonly when: (trial: Trial) => boolean
}

/** Each disagreement that no departure of the verifier explains, and how many each explains. */
async function compare(judge: DkimJudge, departures: readonly Departure[]) {
  const judged = await judge(trials.map(({ file }) => file))
  const counts = new Map<string, number>()
  const open: string[] = []
  for (const trial of trials) {
    const result = judged.get(trial.file)?.[trial.selector] ?? 'no result'
    const theirs = result === 'pass'
    if (theirs === trial.ours) continue
    const known = departures.find(one => (one.theirs === 'pass') === theirs && one.when(trial))
    if (known) counts.set(known.clause, (counts.get(known.clause) ?? 0) + 1)
    else open.push(`${shown(trial)}: we say ${trial.ours ? 'pass' : trial.why}; they ${result}`)
  }
  const told = [...counts].map(([clause, count]) => `  ${count} × ${clause}`)
  process.stderr.write(`${trials.length} records, ${open.length} unexplained\n${told.join('\n')}\n`)
  return open
}

const late: Departure = {
  clause: 'RFC 6376 §3.6.1 v=: "MUST be the first tag in the record"; they read it wherever it stands',
  theirs: 'pass',
  when: one => one.versionLast && one.v === 'DKIM1',
}
const junk: Departure = {
  clause: 'RFC 6376 §3.6.1 p=, §2.10: a quotation mark is no character of base64; they skip it',
  theirs: 'pass',
  when: one => one.key === 'junk',
}
const twice: Departure = {
  clause: 'RFC 6376 §3.2: a tag that stands twice makes "the entire tag-list invalid"; they take the last',
  theirs: 'pass',
  when: one => one.more === 'p=AAAA' || one.more === 'k=rsa',
}
const noTag: Departure = {
  clause: 'RFC 6376 §3.2: what is no tag makes no tag-list; they leave it out',
  theirs: 'pass',
  when: one => one.more === '1=2' || one.more === 'hello',
}
const empty = (...names: readonly ('v' | 'k' | 's' | 'h')[]): Departure => ({
  clause: `RFC 6376 §3.6.1 ${names.map(name => `${name}=`).join(', ')}: must have a value; they take an empty one for the default`,
  theirs: 'pass',
  when: one => names.some(name => one[name] === '' && !(one.capitals && name !== 'v')),
})
const doubled: Departure = {
  clause: 'RFC 6376 §3.2: nothing between two semicolons is no tag-spec; we read the record and warn',
  theirs: 'no pass',
  when: one => one.separator === ';; ',
}
const typeInCapitals: Departure = {
  clause: 'RFC 6376 §3.2: values are case-sensitive; we read k=RSA and warn',
  theirs: 'no pass',
  when: one => one.k === 'RSA' && !one.capitals,
}
const bare: Departure = {
  clause: 'RFC 6376 §3.6.1 p=: an RSAPublicKey; they read a SubjectPublicKeyInfo alone, and we warn',
  theirs: 'no pass',
  when: one => one.key === 'pkcs1',
}

const ofDkimpy: readonly Departure[] = [
  {
    clause: 'RFC 6376 §3.6.1 t=s: the domain of i= must be that of d=; it does not compare them',
    theirs: 'pass',
    when: one => one.t?.includes('s') === true && one.below && !one.capitals,
  },
  {
    clause: 'RFC 6376 §3.6.1 h=: a signature must use a hash of the list; it does not read h=',
    theirs: 'pass',
    when: one => one.h !== undefined && !/sha256/.test(one.h) && !one.capitals,
  },
  {
    clause: 'RFC 6376 §3.6.1 s=: a colon-separated list; it knows one service alone, and we warn',
    theirs: 'no pass',
    when: one => one.s?.includes(':') === true && !one.capitals,
  },
]

const ofMailDkim: readonly Departure[] = [
  {
    clause: 'RFC 6376 §3.6.1 t=: white space may stand around the colons; it does not take it off, and misses s',
    theirs: 'pass',
    when: one => one.t === 's : y' && one.below && !one.capitals,
  },
  {
    clause: 'RFC 6376 Appendix E: g= is no tag any more; it obeys it, and we warn',
    theirs: 'no pass',
    when: one => one.g !== undefined && one.g !== '*' && !one.capitals,
  },
  {
    clause: 'RFC 6376 §3.6.1 h=, s=: white space may stand around the colons; it does not take it off, and we warn',
    theirs: 'no pass',
    when: one => (one.h?.includes(' ') || one.s?.includes(' ')) === true && !one.capitals,
  },
]

const ofOpendkim: readonly Departure[] = [
  {
    clause: 'RFC 6376 §3.2: values are case-sensitive; it reads s=EMAIL and h=SHA256',
    theirs: 'pass',
    when: one => (one.s === 'EMAIL' || one.h === 'SHA256') && !one.capitals,
  },
  {
    clause: 'RFC 6376 §6.1.2: the type of the key must fit a=; it does not compare k=',
    theirs: 'pass',
    when: one => one.k === 'ed25519' && !one.capitals,
  },
]

/** The record without most of its key, and what of the trial it does not show. */
function shown({ text, key, below }: Trial): string {
  return `${JSON.stringify(text.replaceAll(/[A-Za-z0-9+/]{30,}/g, 'KEY'))} (${key}${below ? ', i= below' : ''})`
}

describe('key records of every kind', () => {
  it('are good and bad in fair parts', () => {
    const good = trials.filter(({ ours }) => ours).length
    expect(good).toBeGreaterThan(COUNT / 10)
    expect(good).toBeLessThan((COUNT * 9) / 10)
  })

  it.skipIf(excused('/usr/lib/python3/dist-packages/dkim'))(
    'as dkimpy judges them',
    async () => {
      expect(
        await compare(dkimpyJudge({ records: records() }), [late, junk, doubled, typeInCapitals, ...ofDkimpy]),
      ).toEqual([])
    },
    300_000,
  )

  it.skipIf(excused('perl', '/usr/share/perl5/Mail/DKIM/Verifier.pm'))(
    'as Mail::DKIM judges them',
    async () => {
      expect(
        await compare(mailDkimJudge({ records: records() }), [
          late,
          junk,
          twice,
          noTag,
          empty('v', 'k', 's', 'h'),
          typeInCapitals,
          bare,
          ...ofMailDkim,
        ]),
      ).toEqual([])
    },
    300_000,
  )

  it.skipIf(excused('opendkim', 'root'))(
    'as opendkim judges them',
    async () => {
      expect(
        await compare(opendkimJudge({ records: records() }), [late, junk, twice, noTag, doubled, bare, ...ofOpendkim]),
      ).toEqual([])
    },
    300_000,
  )
})
