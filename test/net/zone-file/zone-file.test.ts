// The zone-file parser against the master files of RFC 1035 §5 and BIND, against every kind of fault, and against any bytes.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseZoneFile } from '../../../src/net/zone-file/zone-file.ts'
import { leastTime } from '../../support/least-time.ts'

const parsed = (text: string | Uint8Array) => {
  const found = parseZoneFile(text)
  if (!found.ok) throw new Error(`${found.line}:${found.column}: ${found.reason}`)
  return found.zone
}

/** `owner ttl TYPE data` of each record. */
const told = (text: string): string[] =>
  parsed(text).records.map(record => {
    const data = record.value === undefined ? (record as { text: string }).text : JSON.stringify(record.value)
    return `${record.owner} ${record.ttl} ${record.type} ${data}`
  })

const fault = (text: string): string => {
  const found = parseZoneFile(text)
  return found.ok ? 'none' : `${found.line}:${found.column}: ${found.reason}`
}

describe('a zone file', () => {
  it('is read like that of RFC 1035 §5.3', () => {
    const records = told(String.raw`
$ORIGIN ISI.EDU.
@   IN  SOA     VENERA      Action\.domains (
                                 20     ; SERIAL
                                 7200   ; REFRESH
                                 600    ; RETRY
                                 3600000; EXPIRE
                                 60)    ; MINIMUM

        NS      A.ISI.EDU.
        MX      10      VENERA
VENERA  A       10.1.0.52
        A       128.9.0.32
`)
    expect(records).toEqual([
      String.raw`isi.edu 3600 SOA {"mname":"venera.isi.edu","rname":"action\\.domains.isi.edu","serial":20,"refresh":7200,"retry":600,"expire":3600000,"minimum":60}`,
      'isi.edu 3600 NS "a.isi.edu"',
      'isi.edu 3600 MX {"preference":10,"exchange":"venera.isi.edu"}',
      'venera.isi.edu 3600 A "10.1.0.52"',
      'venera.isi.edu 3600 A "128.9.0.32"',
    ])
  })

  it('takes TTL and class in either order, units as BIND writes them, and $TTL', () => {
    expect(
      told(`a.example. 1h IN A 192.0.2.1
a.example. IN 1W2d3h4M5s A 192.0.2.2
a.example. in A 192.0.2.3
$TTL 1d
a.example. CLASS1 A 192.0.2.4
b.example. 60 a 192.0.2.5
$TTL 2H
 A 192.0.2.6`),
    ).toEqual([
      'a.example 3600 A "192.0.2.1"',
      'a.example 788645 A "192.0.2.2"',
      'a.example 788645 A "192.0.2.3"',
      'a.example 86400 A "192.0.2.4"',
      'b.example 60 A "192.0.2.5"',
      'b.example 7200 A "192.0.2.6"',
    ])
  })

  it('reads strings, quoted or not, over several lines, with every escape', () => {
    expect(
      told(
        String.raw`$ORIGIN example.org.
a TXT one two"three""four" ""
b TXT ( "v=DKIM1; " ; a comment with "quotes" and )
        "k=rsa\; p=\065\"\\" )
c TXT a\;b\ c \"d v=spf1
d TXT "\228"`,
      ),
    ).toEqual([
      'a.example.org 3600 TXT ["one","two","three","four",""]',
      'b.example.org 3600 TXT ["v=DKIM1; ","k=rsa; p=A\\"\\\\"]',
      'c.example.org 3600 TXT ["a;b c","\\"d","v=spf1"]',
      'd.example.org 3600 TXT ["ä"]',
    ])
  })

  it('completes names by the origin, and knows a dot from an escaped one', () => {
    expect(
      told(String.raw`$ORIGIN org.
$ORIGIN example
@ CNAME @
a\.b CNAME c\046d.
\*.x CNAME \000\233
* CNAME .
$ORIGIN .
full.example CNAME a`),
    ).toEqual([
      'example.org 3600 CNAME "example.org"',
      String.raw`a\.b.example.org 3600 CNAME "c\\.d"`,
      String.raw`*.x.example.org 3600 CNAME "\\000\\233.example.org"`,
      '*.example.org 3600 CNAME ""',
      'full.example 3600 CNAME "a"',
    ])
  })

  it('takes a name without a dot at its end for a full one before any $ORIGIN', () => {
    expect(told('_dmarc.example.org TXT x')).toEqual(['_dmarc.example.org 3600 TXT ["x"]'])
    expect(fault('_dmarc TXT x')).toMatch(/^1:1: "_dmarc" is no full name: begin the file with \$ORIGIN/)
    expect(fault('s1._domainkey TXT x')).toMatch(/^1:1: "s1._domainkey" is no full name/)
    expect(fault('@ TXT x')).toBe('1:1: "@" needs a $ORIGIN before it')
  })

  it('reads every type that audits ask for, and carries the others along', () => {
    expect(
      told(
        String.raw`$ORIGIN example.org.
a AAAA 2001:DB8:0:0:0:0:0:1
a AAAA ::ffff:192.0.2.1
a CAA 128 Issue "ca.example; x=\"y\""
a PTR b
_25._tcp TLSA 3 1 1 AB
   CD
a DS 1 8 2 ABCD EF01
a DNSKEY 257 3 13 AAEC AwQF
_s._tcp SRV 0 5 443 host
a HINFO "PC" Linux`.replace('\n   CD', ' CD'),
      ),
    ).toEqual([
      'a.example.org 3600 AAAA "2001:db8::1"',
      'a.example.org 3600 AAAA "::ffff:192.0.2.1"',
      'a.example.org 3600 CAA {"critical":true,"tag":"issue","value":"ca.example; x=\\"y\\""}',
      'a.example.org 3600 PTR "b.example.org"',
      '_25._tcp.example.org 3600 TLSA {"usage":3,"selector":1,"matchingType":1,"data":"abcd"}',
      'a.example.org 3600 DS {"keyTag":1,"algorithm":8,"digestType":2,"digest":"abcdef01"}',
      'a.example.org 3600 DNSKEY {"flags":257,"protocol":3,"algorithm":13,"key":"AAECAwQF"}',
      '_s._tcp.example.org 3600 SRV {"priority":0,"weight":5,"port":443,"target":"host.example.org"}',
      'a.example.org 3600 HINFO "PC" Linux',
    ])
  })

  it('reads the generic form of RFC 3597', () => {
    expect(
      told(String.raw`a.example. TYPE52 \# 5 0301 01 ABCD
a.example. TYPE1 \# 4 C0000201
a.example. TXT \# 3 02 6869
a.example. MX \# 5 000A 01 61 00
a.example. TYPE65400 \# 2 ( AB
 CD )
a.example. TYPE65400 \# 0`),
    ).toEqual([
      'a.example 3600 TLSA {"usage":3,"selector":1,"matchingType":1,"data":"abcd"}',
      'a.example 3600 A "192.0.2.1"',
      'a.example 3600 TXT ["hi"]',
      'a.example 3600 MX {"preference":10,"exchange":"a"}',
      String.raw`a.example 3600 TYPE65400 \# 2 AB CD`,
      String.raw`a.example 3600 TYPE65400 \# 0`,
    ])
  })

  it('takes away what stands behind ";- ", and leaves other comments alone', () => {
    const { records, removals } = parsed(`$ORIGIN example.org.
;- old._domainkey TXT   ; its key is gone
  ;- www
;-\tIN.example.org. IN mx
;-----------------
;-) a comment
; - a TXT
a TXT x ;- b TXT`)
    expect(records).toHaveLength(1)
    expect(removals.map(({ owner, type }) => [owner, type])).toEqual([
      ['old._domainkey.example.org', 'TXT'],
      ['www.example.org', undefined],
      ['in.example.org', 'MX'],
    ])
  })

  it('is what docs/with.md shows', () => {
    const page = readFileSync(new URL('../../../docs/with.md', import.meta.url), 'latin1')
    const example = /(?:^ {4}.*\n)+/m.exec(page.slice(page.indexOf('    $ORIGIN')))![0].replace(/^ {4}/gm, '')
    const { records, removals } = parsed(example)
    expect(records.map(({ owner, type }) => `${owner} ${type}`)).toEqual([
      'example.org TXT',
      'example.org TXT',
      '_dmarc.example.org TXT',
      's1._domainkey.example.org TXT',
    ])
    expect(removals.map(({ owner }) => owner)).toEqual(['old._domainkey.example.org', 'www.example.org'])
  })

  it('takes CRLF, a byte order mark and a last line without an end', () => {
    expect(told('\xef\xbb\xbf$ORIGIN example.org.\r\n@ TXT x\r\n  TXT y')).toEqual([
      'example.org 3600 TXT ["x"]',
      'example.org 3600 TXT ["y"]',
    ])
    expect(parsed('')).toEqual({ records: [], removals: [] })
  })
})

describe('a fault in a zone file is told with its place', () => {
  it.each([
    ['$INCLUDE other.zone', '1:1: $INCLUDE is not followed: this one file says what is proposed'],
    ['$GENERATE 1-9 a$ A 192.0.2.$', '1:1: "$GENERATE" is no directive'],
    ['$TTL', '1:1: $TTL lacks its value'],
    ['$TTL soon', '1:6: $TTL takes a time such as 3600 or 1h, not "soon"'],
    ['$ORIGIN a.example. b', '1:20: "b" is too much after $ORIGIN'],
    ['  A 192.0.2.1', '1:3: no name stands before this record'],
    ['a.example.', '1:1: this record has no type'],
    ['a.example. 60 IN', '1:15: this record has no type'],
    ['a.example. AX 1', '1:12: "AX" is no record type'],
    ['a.example. "A" 192.0.2.1', '1:12: "A" is no record type'],
    ['a.example. A', '1:12: A lacks its address'],
    ['a.example. A 192.0.2', '1:14: "192.0.2" is no IPv4 address'],
    ['a.example. A 192.0.2.1 2', '1:24: "2" is too much'],
    ['a.example. AAAA fe80::1%1', '1:17: "fe80::1%1" is no IPv6 address'],
    ['a.example. MX mx.example.', '1:15: the preference is a number from 0 to 65535, not "mx.example."'],
    ['a.example. MX 70000 mx.example.', '1:15: the preference'],
    ['a.example. MX 10', '1:15: MX lacks its host'],
    ['a.example. TXT', '1:12: TXT lacks its data'],
    [`a.example. TXT "${'x'.repeat(256)}"`, '1:16: a string has at most 255 octets, this one 256'],
    ['a.example. TXT "open\n"', '1:16: this quote is not closed on its line'],
    ['a.example. TXT ( x\n y', '1:16: this parenthesis is not closed'],
    ['a.example. TXT x )', '1:18: ")" closes no parenthesis'],
    ['( a.example. TXT x )', '1:1: an entry cannot begin with "("'],
    ['a.example. TXT "\\300"', '1:16: "\\300" is no octet'],
    ['a.example. TXT "\\30x"', '1:16: "\\30" is no octet'],
    ['a.example. TXT \\', '1:16: a backslash at the end of a line escapes nothing'],
    ['a.example. TXT \x00', '1:16: a control character (0) cannot stand here: write \\000'],
    ['a.example. CH TXT x', '1:12: only the class IN is asked for, not CH'],
    ['a.example. 3000000000 A 192.0.2.1', '1:12: "3000000000" is no TTL'],
    ['a..example. A 192.0.2.1', '1:1: "a..example." is no name: it has an empty label'],
    [`${'a'.repeat(64)}.example. A 192.0.2.1`, '1:1: '],
    ['b\xc3\xbccher.example. A 192.0.2.1', '1:1: a name in a zone file is ASCII: write the A-label form (xn--…)'],
    ['a.example. DNAME b.example.', '1:12: a proposed DNAME is not followed'],
    ['a.example. TYPE39 \\# 1 00', '1:12: a proposed DNAME is not followed'],
    ['a.example. TYPE1 \\# 4 C00002', '1:23: after \\# 4 stand 4 octets in hex'],
    ['a.example. A \\# 3 C00002', '1:12: an A record has 4 octets, this one has 3'],
    ['a.example. TYPE65400 abc', '1:12: the data of TYPE65400 are written as \\# LENGTH HEX'],
    ['a.example. SRV 0 5 host.', '1:20: the port is a number'],
    ['a.example. SRV 0 5 443', '1:20: SRV lacks its target'],
    ['a.example. SRV 0 5 443 host. more', '1:30: "more" is too much'],
    ['a.example. TLSA 3 1 1 xyz', '1:23: the data of TLSA cannot be read'],
    ['a.example. CAA 0 is-sue x', '1:18: "is-sue" is no CAA tag'],
    ['a.example. SOA a. b. 1 2 3 4', '1:28: SOA lacks its minimum'],
    [';- a.example. TXT "x"', '1:19: a line that begins with ";- " takes whole sets away'],
    [';- so this is a comment', '1:4: "so" is no full name'],
    ['\n\n\ta.example. A 192.0.2.1', '3:2: no name stands before this record'],
    ['a.example. TXT "\xc3\xa4\xc3\xb6" x\na.example. TXT "\xc3\xa4" \x01', '2:20: a control character (1)'],
    ['\xff\xfea\x00', '1:1: the file is UTF-16'],
  ])('%j', (text, said) => {
    expect(fault(text)).toContain(said)
  })
})

describe('any bytes', () => {
  const pieces = fc.constantFrom(
    'example.org.',
    '@',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '(',
    ')',
    '"',
    ';',
    ';- ',
    '\\',
    '\\000',
    '\\#',
    '$ORIGIN',
    '$TTL',
    'IN',
    '1h',
    'A',
    'TXT',
    'MX',
    'SOA',
    'TYPE52',
    'CAA',
    '192.0.2.1',
    '10',
    '.',
    'ab',
    '*',
    '\xff',
    '\x00',
  )

  it('never throw, and are read in time', () => {
    const texts = fc.oneof(
      fc.array(pieces, { maxLength: 60 }).map(parts => parts.join('')),
      fc.array(pieces, { maxLength: 60 }).map(parts => parts.join(' ')),
      fc.uint8Array({ maxLength: 500 }).map(bytes => Buffer.from(bytes).toString('latin1')),
    )
    fc.assert(
      fc.property(texts, text => {
        const found = parseZoneFile(text)
        if (!found.ok) expect(text.split('\n').length).toBeGreaterThanOrEqual(found.line)
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    ['parentheses', '('.repeat(100_000)],
    ['closed ones', `a.example. TXT ${'('.repeat(50_000)}${')'.repeat(50_000)}`],
    ['fields of one line', `a.example. TXT ${'x '.repeat(50_000)}`],
    ['escapes', `a.example. TXT ${'\\0'.repeat(50_000)}`],
    ['an open quote', `"${'\\"'.repeat(50_000)}`],
    ['a long name', `${'a.'.repeat(50_000)} A 192.0.2.1`],
    ['a long escaped name', `${'\\.'.repeat(50_000)} A 192.0.2.1`],
    ['underscores', `${'_'.repeat(100_000)} A 192.0.2.1`],
    ['a long TTL', `a.example. ${'1h'.repeat(50_000)} A 192.0.2.1`],
    ['hex', `a.example. TLSA 3 1 1 ${'ab '.repeat(30_000)}`],
    ['base64', `a.example. DNSKEY 1 3 5 ${'A'.repeat(100_001)}`],
    ['removals', ';- '.repeat(30_000)],
    ['line ends', '\n'.repeat(100_000)],
  ])('of %s take less than 50 ms', (_, text) => {
    expect(leastTime(() => parseZoneFile(text))).toBeLessThan(50)
  })
})
