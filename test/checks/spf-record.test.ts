import { expect, it } from 'vitest'
import spfRecord from '../../src/checks/spf-record.ts'
import { describeCheck, findingsOf } from '../support/check-tester.ts'

const remove = (value: string) => ({ do: 'remove', name: 'example.org', type: 'TXT', value }) as const
const publish = (value: string) => ({ do: 'publish', name: 'example.org', type: 'TXT', value }) as const

describeCheck(spfRecord, {
  found: [
    { zone: 'example.org TXT "v=spf1 mx -all"', says: 'publishes one SPF record: v=spf1 mx -all' },
    {
      name: 'strings are joined without a space',
      zone: 'example.org TXT "v=spf1 ip4:192.0" ".2.1 -all"',
      says: 'v=spf1 ip4:192.0.2.1 -all',
    },
    { name: 'the version has no case', zone: 'example.org TXT "V=SPF1 -all"', says: 'V=SPF1 -all' },
    {
      name: 'other TXT records do not matter',
      zone: 'example.org TXT "google-site-verification=x"\nexample.org TXT "v=spf1"\nexample.org TXT "v=spf10 -all"',
      says: 'one SPF record: v=spf1 ',
    },
    {
      name: 'behind a CNAME',
      zone: 'example.org CNAME example.net\nexample.net TXT "v=spf1 -all"',
      says: 'v=spf1 -all',
    },
  ],
  'no-domain': [{ zone: 'example.net A 192.0.2.1', says: 'example.org does not exist' }],
  missing: [
    {
      zone: 'example.org MX 10 mx.example.org',
      says: 'example.org publishes no SPF record',
      fix: 'add whatever else sends',
      records: [publish('v=spf1 mx ~all')],
    },
    {
      name: 'without MX nothing is proposed to copy',
      zone: 'example.org A 192.0.2.1',
      says: 'no SPF record',
      fix: 'v=spf1 -all',
      records: [],
    },
    { name: 'with a null MX neither', zone: 'example.org MX 0 .', says: 'no SPF record', records: [] },
    {
      name: 'with an MX that does not answer neither',
      zone: 'example.org TXT "x"\nexample.org FAULT timeout MX',
      says: 'no SPF record',
      records: [],
    },
    { name: 'Sender ID is not SPF', zone: 'example.org TXT "spf2.0/pra -all"', says: 'publishes no SPF record.' },
  ],
  misspelled: [
    {
      name: 'a leading space',
      zone: 'example.org TXT " v=spf1 mx -all"',
      says: 'a space stands before "v=spf1"',
      records: [remove(' v=spf1 mx -all'), publish('v=spf1 mx -all')],
    },
    {
      name: 'quotes from a zone file',
      zone: String.raw`example.org TXT "\"v=spf1 mx -all\""`,
      says: 'quotes belong to the zone file',
      records: [remove('"v=spf1 mx -all"'), publish('v=spf1 mx -all')],
    },
    {
      name: 'strings that are split behind the version',
      zone: 'example.org TXT "v=spf1" "mx -all"',
      says: 'joined without a space',
      records: [remove('v=spf1mx -all'), publish('v=spf1 mx -all')],
    },
    {
      name: 'another version',
      zone: 'example.org TXT "v=spf2 mx -all"',
      says: 'begins with exactly "v=spf1"',
      records: [],
    },
    {
      name: 'typographic quotes',
      zone: String.raw`example.org TXT "\226\128\156v=spf1 mx \226\128\147all\226\128\157"`,
      says: 'contains typographic quotation marks and dashes in place of hyphens',
      records: [remove('\xe2\x80\x9cv=spf1 mx \xe2\x80\x93all\xe2\x80\x9d'), publish('v=spf1 mx -all')],
    },
    {
      name: 'a byte order mark',
      zone: String.raw`example.org TXT "\239\187\191v=spf1 mx -all"`,
      says: 'contains an invisible mark',
      records: [remove('\xef\xbb\xbfv=spf1 mx -all'), publish('v=spf1 mx -all')],
    },
    {
      name: 'several quoted strings',
      zone: String.raw`example.org TXT "\"v=spf1 mx \" \"-all\""`,
      says: 'quotes belong to the zone file',
      records: [remove('"v=spf1 mx " "-all"'), publish('v=spf1 mx -all')],
    },
    {
      name: 'semicolons everywhere',
      zone: 'example.org TXT "v=spf1; mx; -all;"',
      says: 'not by ";"',
      records: [remove('v=spf1; mx; -all;'), publish('v=spf1 mx -all')],
    },
    { name: 'a version that is not ours', zone: 'example.org TXT "v=spf10 mx -all"', says: 'not by "0"', records: [] },
    {
      name: 'a semicolon',
      zone: 'example.org TXT "v=spf1; mx -all"',
      says: 'must be followed by a space, not by ";"',
      records: [remove('v=spf1; mx -all'), publish('v=spf1 mx -all')],
    },
  ],
  multiple: [
    {
      zone: 'example.org TXT "v=spf1 mx include:_spf.example.net ~all"\nexample.org TXT "v=spf1 a mx -all"\n_spf.example.net TXT "v=spf1 -all"',
      says: 'publishes 2 SPF records',
      fix: 'What is different in it: the 2 records joined into one.',
      records: [
        remove('v=spf1 mx include:_spf.example.net ~all'),
        remove('v=spf1 a mx -all'),
        publish('v=spf1 mx include:_spf.example.net a -all'),
      ],
    },
    {
      name: 'one of them cannot be read',
      zone: 'example.org TXT "v=spf1 ip5:1 -all"\nexample.org TXT "v=spf1 a -all"',
      says: '2 SPF records',
      fix: '"ip5:1" left out (there is no mechanism "ip5")',
      // The other one reads as it should already.
      records: [remove('v=spf1 ip5:1 -all')],
    },
    {
      name: 'even if equal',
      zone: 'example.org TXT "v=spf1 -all"\nexample.org TXT "v=spf1 -all"',
      says: '2 SPF records',
      records: [remove('v=spf1 -all'), publish('v=spf1 -all')],
    },
    {
      name: 'behind a CNAME they are mended where they stand',
      zone: 'example.org CNAME www.example.org\nwww.example.org TXT "v=spf1 mx -all"\nwww.example.org TXT "v=spf1 a -all"',
      says: '2 SPF records',
      records: [
        { ...remove('v=spf1 mx -all'), name: 'www.example.org' },
        { ...remove('v=spf1 a -all'), name: 'www.example.org' },
        { ...publish('v=spf1 mx a -all'), name: 'www.example.org' },
      ],
    },
    {
      name: 'in the zone of somebody else they are not for us to mend',
      zone: 'example.org CNAME example.net\nexample.net TXT "v=spf1 mx -all"\nexample.net TXT "v=spf1 a -all"',
      says: '2 SPF records',
      records: [],
    },
  ],
  long: [
    {
      zone: `example.org TXT "v=spf1 ${Array.from({ length: 30 }, (_, i) => `ip4:192.0.2.${i * 2}`).join(' ')} -all"`,
      says: 'is 456 octets long',
      fix: '_spf.example.org',
      findings: 2,
    },
  ],
  crowded: [
    {
      zone: `example.org TXT "v=spf1 -all"\n${Array.from({ length: 10 }, (_, i) => `example.org TXT "verification=${'x'.repeat(40)}${i}"`).join('\n')}`,
      says: 'are 562 octets together',
      findings: 2,
    },
  ],
  unknowable: [
    { zone: 'example.org FAULT timeout', says: 'DNS did not answer in time when asked for example.org TXT' },
    { zone: 'example.org FAULT servfail TXT', says: 'SERVFAIL' },
  ],
})

it('proposes nothing that lets through everyone when it merges', async () => {
  const zone =
    'example.org TXT "v=spf1 a +all"\nexample.org TXT "v=spf1 redirect=_spf.example.net exp=why.example.org"\n_spf.example.net TXT "v=spf1 -all"'
  const [finding] = await findingsOf(spfRecord, { zone })
  expect(finding!.records!.at(-1)).toEqual(publish('v=spf1 a include:_spf.example.net ~all exp=why.example.org'))
})
