// Signatures of every kind through the whole way of `mailworthy message`: what verifies, what does not, and why; and what broke it.
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { keyRecordText } from '../../src/protocol/dkim/public-key.ts'
import type { Finding } from '../../src/report/report.ts'
import { type SignWish, signedMessage } from '../support/dkim-signer.ts'
import { judgedMessage } from '../support/judged-message.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const ed25519 = generateKeyPairSync('ed25519').privateKey
const short = generateKeyPairSync('rsa', { modulusLength: 768 }).privateKey
const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const recordOf = (key: typeof rsa, more = ''): string => keyRecordText(key).replace('v=DKIM1;', `v=DKIM1;${more}`)

const zone = [
  'example.org A 192.0.2.1',
  '_dmarc.example.org TXT "v=DMARC1; p=reject"',
  `s1._domainkey.example.org TXT "${recordOf(rsa)}"`,
  `e1._domainkey.example.org TXT "${recordOf(ed25519)}"`,
  `short._domainkey.example.org TXT "${recordOf(short)}"`,
  `testing._domainkey.example.org TXT "${recordOf(rsa, ' t=y;')}"`,
  `exact._domainkey.example.org TXT "${recordOf(rsa, ' t=s;')}"`,
  `sha1._domainkey.example.org TXT "${recordOf(rsa, ' h=sha1;')}"`,
  `other._domainkey.example.org TXT "${recordOf(rsa, ' s=tlsrpt;')}"`,
  'revoked._domainkey.example.org TXT "v=DKIM1; p="',
  `two._domainkey.example.org TXT "${recordOf(rsa)}"`,
  `two._domainkey.example.org TXT "${recordOf(other)}"`,
  'silent._domainkey.example.org FAULT servfail',
].join('\n')

const text = `From: Jo <jo@example.org>
To: friends@lists.example
Subject: Our plans for the week
Date: Fri, 20 Nov 2026 08:00:00 +0000
Message-ID: <1@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Good day,

.here are the plans.  They are long
From Monday on, grüße

-- 
Jo
`

const now = new Date('2026-11-20T12:00:00Z')
const seconds = now.getTime() / 1000

async function judged(message: Buffer): Promise<{ result: string; reason: string; findings: readonly Finding[] }> {
  const report = await judgedMessage(message, { zone, now })
  const [first] = report.dkim!
  return { result: first!.result, reason: first!.reason, findings: report.findings }
}

describe('signatures that verify', () => {
  it.each([
    ['relaxed/relaxed', {}],
    ['simple/simple', { form: 'simple/simple' }],
    ['simple/relaxed', { form: 'simple/relaxed' }],
    ['relaxed/simple', { form: 'relaxed/simple' }],
    ['no c=, which is simple/simple', { form: 'simple/simple', tags: { c: undefined } }],
    ['Ed25519', { key: ed25519, selector: 'e1' }],
    ['i= below d=', { tags: { i: 'jo@mail.example.org' } }],
    ['folds and odd white space', { join: ' ;\r\n\t ' }],
    ['names of fields that are not there', { names: 'from:to:x-none:subject:From:TO' }],
    ['unknown tags', { tags: { zz: 'a b', q: 'dns/txt:other' } }],
    ['in capitals', { domain: 'EXAMPLE.org' }],
    ['x= to come', { tags: { t: String(seconds - 10), x: String(seconds + 10) } }],
  ] as const)('%s', async (_, wish) => {
    const { result, reason } = await judged(signedMessage(text, { key: rsa, ...(wish as Partial<SignWish>) }))
    expect(result, reason).toBe('pass')
  })

  it('however the file stored the lines', async () => {
    const signed = signedMessage(text, { key: rsa, form: 'simple/simple' })
    const { result } = await judged(Buffer.from(signed.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'))
    expect(result).toBe('pass')
  })
})

describe('signatures that do not count, whatever the message says', () => {
  it.each([
    ['no v=', { tags: { v: undefined } }, 'neutral', 'the tag v= is missing'],
    ['v=2', { tags: { v: '2' } }, 'neutral', 'its version is v=2, not 1'],
    ['i= outside d=', { tags: { i: '@example.net' } }, 'neutral', 'not within d=example.org'],
    ['i= that only looks like it', { tags: { i: '@notexample.org' } }, 'neutral', 'not within d=example.org'],
    ['q= unknown', { tags: { q: 'dns/other' } }, 'neutral', 'q=dns/other'],
    ['a= unknown', { tags: { a: 'rsa-sha512' } }, 'neutral', 'a=rsa-sha512 is unknown'],
    ['SHA-1', { tags: { a: 'rsa-sha1' } }, 'policy', 'uses SHA-1'],
    ['c= unknown', { tags: { c: 'relaxed/nofws' } }, 'neutral', 'c=relaxed/nofws'],
    ['h= without From', { names: 'to:subject' }, 'neutral', 'does not name From'],
    ['h= empty', { names: '' }, 'neutral', 'h= names'],
    ['x= before t=', { tags: { t: '1000', x: '999' } }, 'neutral', 'no later than it was made'],
    ['x= past', { tags: { t: '1000', x: String(seconds - 60) } }, 'fail', 'it expired on 2026-11-20'],
    ['t= no number', { tags: { t: 'now' } }, 'neutral', 't=now is no number'],
    [
      'a tag twice',
      { edit: (field: string) => field.replace('; b=', '; s=s1; b=') },
      'neutral',
      's= stands in it more than once',
    ],
    ['an empty tag', { edit: (field: string) => field.replace('; b=', ';; b=') }, 'neutral', 'two semicolons'],
    ['no tag', { edit: (field: string) => field.replace('; b=', '; junk; b=') }, 'neutral', '"junk" in it is no tag'],
    ['l= beyond the body', { tags: { l: '100000' } }, 'neutral', 'l= counts more octets'],
    ['an RSA key under 1024 bits', { key: short, selector: 'short' }, 'policy', 'has 768 bits'],
    ['no key', { selector: 'nobody' }, 'permerror', 'there is no key at nobody._domainkey.example.org'],
    ['a revoked key', { selector: 'revoked' }, 'permerror', 'is revoked'],
    ['two keys', { selector: 'two' }, 'permerror', '2 TXT records stand at'],
    ['a key of another type', { selector: 'e1' }, 'permerror', 'is ed25519, and the signature says a=rsa-sha256'],
    ['a key without sha256', { selector: 'sha1' }, 'permerror', 'does not allow sha256'],
    ['a key for other services', { selector: 'other' }, 'permerror', 's=tlsrpt'],
    ['a key with t=s and i= below', { selector: 'exact', tags: { i: '@mail.example.org' } }, 'permerror', 't=s'],
    ['DNS is silent', { selector: 'silent' }, 'temperror', 'reported a failure (SERVFAIL)'],
    ['another key signed', { key: other }, 'fail', 'another key made the signature'],
  ] as const)('%s', async (_, wish, expected, why) => {
    const { result, reason } = await judged(signedMessage(text, { key: rsa, ...(wish as Partial<SignWish>) }))
    expect(result, reason).toBe(expected)
    expect(reason).toContain(why)
  })
})

describe('signatures that verify and leave something open', () => {
  it.each([
    ['t=y', { selector: 'testing' }, 'the domain is testing DKIM'],
    [
      't= in the future',
      { tags: { t: String(seconds + 86_400) } },
      'made on 2026-11-21 by its t=, which is in the future',
    ],
    ['From named once', { names: 'from:to:subject:date' }, 'names From once'],
    ['Subject unsigned', { names: 'from:from' }, 'does not cover subject, date, to'],
  ] as const)('%s', async (_, wish, says) => {
    const { result, findings } = await judged(signedMessage(text, { key: rsa, ...(wish as Partial<SignWish>) }))
    expect(result).toBe('pass')
    expect(
      findings
        .filter(f => f.check === 'message-signature-coverage')
        .map(f => f.says)
        .join('\n'),
    ).toContain(says)
  })

  it('l= with text behind it', async () => {
    const signed = signedMessage(text, { key: rsa, tags: { l: '11' } })
    const { result, findings } = await judged(signed)
    expect(result).toBe('pass')
    const appended = findings.find(f => f.outcome === 'appended')
    expect(appended?.says).toContain('covers 11 octets of the body (l=)')
  })
})

describe('what broke a signature', () => {
  const spoilt = (form: SignWish['form'], change: (octets: string) => string, more: Partial<SignWish> = {}): Buffer =>
    Buffer.from(change(signedMessage(text, { key: rsa, form, ...more } as SignWish).toString('latin1')), 'latin1')
  const footer = (octets: string): string => `${octets}_______\r\nFriends mailing list\r\nhttps://lists.example\r\n`
  const base64Body = (octets: string): string => {
    const at = octets.indexOf('\r\n\r\n') + 4
    const lines = Buffer.from(octets.slice(at), 'latin1')
      .toString('base64')
      .match(/.{1,76}/g)!
    return `${octets.slice(0, at).replace('8bit', 'base64')}${lines.join('\r\n')}\r\n`
  }
  it.each([
    ['a footer', 'relaxed/relaxed', footer, '3 lines were appended to it, beginning "_______"'],
    ['a footer under simple', 'simple/simple', footer, '3 lines were appended'],
    [
      'a banner',
      'relaxed/relaxed',
      (o: string) => o.replace('\r\n\r\n', '\r\n\r\nCAUTION: from outside\r\n\r\n'),
      '2 lines were put before it, beginning "CAUTION',
    ],
    ['white space', 'simple/simple', (o: string) => o.replaceAll('-- \r\n', '--\r\n'), 'white space at line ends'],
    ['stuffed dots', 'relaxed/relaxed', (o: string) => o.replace('\r\n.here', '\r\n..here'), 'SMTP doubles'],
    ['dots taken away', 'relaxed/relaxed', (o: string) => o.replace('\r\n.here', '\r\nhere'), undefined],
    ['>From', 'relaxed/relaxed', (o: string) => o.replace('\r\nFrom Monday', '\r\n>From Monday'), 'a > was put before'],
    ['base64', 'relaxed/relaxed', base64Body, 'encoded anew: from 8bit to base64'],
    [
      'characters',
      'relaxed/relaxed',
      (o: string) =>
        o.slice(0, o.indexOf('\r\n\r\n')) +
        Buffer.from(o.slice(o.indexOf('\r\n\r\n')), 'utf8')
          .toString('latin1')
          .replaceAll(/[\x80-\xff]+/g, m => Buffer.from(m, 'utf8').toString('latin1').slice(0, 4)),
      undefined,
    ],
    ['a word', 'relaxed/relaxed', (o: string) => o.replace('Good day', 'Bad day'), undefined],
  ] as const)('in the body: %s', async (_, form, change, says) => {
    const { result, reason, findings } = await judged(spoilt(form, change))
    expect(result).toBe('fail')
    expect(reason).toBe('the body was changed after it was signed')
    const finding = findings.find(f => f.check === 'message-signature')!
    if (says === undefined) expect(finding.outcome).toBe('body-unexplained')
    else expect(finding.says).toContain(says)
    expect(finding.fix).not.toBe('')
  })

  it.each([
    [
      'a tag in Subject',
      'relaxed/relaxed',
      (o: string) => o.replace('Subject: ', 'Subject: [friends] '),
      'a tag was put before Subject',
    ],
    ['Re: and a tag', 'relaxed/relaxed', (o: string) => o.replace('Subject: ', 'Subject: [friends] Re: '), undefined],
    [
      'refolding under simple',
      'simple/simple',
      (o: string) => o.replace('plans for', 'plans\r\n for'),
      'folded or spaced anew',
    ],
    [
      'a second Subject',
      'relaxed/relaxed',
      (o: string) => o.replace('MIME-Version', 'Subject: New\r\nMIME-Version'),
      'a second field Subject was added',
      'from:from:subject',
    ],
    [
      'a Reply-To that was not there',
      'relaxed/relaxed',
      (o: string) => `Reply-To: x@lists.example\r\n${o}`,
      'the field Reply-To was added',
      'from:from:reply-to',
    ],
    [
      'encoding announced',
      'relaxed/relaxed',
      (o: string) => o.replace('Encoding: 8bit', 'Encoding: quoted-printable'),
      'Content-Transfer-Encoding was 8bit',
      'from:content-transfer-encoding',
    ],
    [
      'two fields',
      'relaxed/relaxed',
      (o: string) => `Reply-To: x@lists.example\r\n${o.replace('Subject: ', 'Subject: [x] ')}`,
      'a tag was put before Subject, the field Reply-To was added',
      'from:subject:reply-to',
    ],
    [
      'a name in other capitals',
      'simple/simple',
      (o: string) => o.replace('Message-ID:', 'Message-Id:'),
      'with other capitals',
      'from:message-id',
    ],
  ] as const)('in the header: %s', async (_, form, change, says, names?: string) => {
    for (const more of [{}, { key: ed25519, selector: 'e1' }]) {
      const message = spoilt(form, change, { ...more, ...(names === undefined ? {} : { names }) })
      const { result, findings } = await judged(message)
      expect(result).toBe('fail')
      const finding = findings.find(f => f.check === 'message-signature')!
      if (says === undefined) expect(finding.outcome).toBe('header-unexplained')
      else expect(finding.says).toContain(says)
    }
  })

  it('tells a signature by another key', async () => {
    const { findings } = await judged(signedMessage(text, { key: other }))
    const says = findings.find(f => f.check === 'message-signature')!.says
    expect(says).toContain('not made with the key that is published at s1._domainkey.example.org')
  })

  it('tells both where body and header were changed', async () => {
    const { findings } = await judged(
      spoilt('relaxed/relaxed', o => footer(o.replace('Subject: ', 'Subject: [friends] '))),
    )
    const says = findings.find(f => f.check === 'message-signature')!.says
    expect(says).toContain('3 lines were appended')
    expect(says).toContain('a tag was put before Subject')
  })
})

const files = new URL('../../../shared/conformance/dkim/', import.meta.url)

describe.skipIf(!existsSync(files))(
  'the DKIM files of chasquid (skipped where they do not stand beside the checkout)',
  () => {
    const names = existsSync(files) ? readdirSync(files).filter(name => name.endsWith('.msg')) : []
    const read = (name: string): string => readFileSync(new URL(name, files), 'utf8')
    const worth: { readonly [state: string]: readonly string[] } = {
      SUCCESS: ['pass'],
      TEMPFAIL: ['temperror'],
      PERMFAIL: ['permerror', 'neutral', 'fail', 'policy'],
    }
    it.each(names)('%s', async name => {
      const base = name.replace(/\.msg$/, '')
      const dns = existsSync(new URL(`${base}.dns`, files)) ? read(`${base}.dns`) : read('01-rfc8463.dns')
      const records = dns
        .replaceAll('\\\n', '')
        .split('\n')
        .filter(line => line.includes(': '))
      const lines = records.map(line => {
        const [owner, ...rest] = line.split(': ')
        const value = rest.join(': ').trim()
        return value === 'TEMPERROR'
          ? `${owner} FAULT servfail`
          : value === 'PERMERROR'
            ? ''
            : `${owner} TXT "${value}"`
      })
      if (!existsSync(new URL(`${base}.result`, files))) {
        // 03: its first line is a continuation line, so it has no header field before it.
        await expect(judgedMessage(read(name))).rejects.toThrow('no line of it is a header field')
        return
      }
      const expected = JSON.parse(read(`${base}.result`)) as { Results: readonly { State: string }[] }
      const report = await judgedMessage(read(name), { zone: lines.join('\n') })
      // The limit of chasquid is five signatures, ours is ten.
      const results = report.dkim!.slice(0, expected.Results.length).map(one => one.result)
      expect(results).toHaveLength(expected.Results.length)
      for (const [index, { State }] of expected.Results.entries()) expect(worth[State]).toContain(results[index])
    })
  },
)
