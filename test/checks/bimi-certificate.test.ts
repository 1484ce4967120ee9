import { gzipSync } from 'node:zlib'
import check from '../../src/checks/bimi-certificate.ts'
import { type Case, describeCheck } from '../support/check-tester.ts'
import { type MarkWish, markFile } from '../support/mark-certificates.ts'
import { goodLogo, type Page, siteDialer } from '../support/scripted-site.ts'

const zone = `example.org A 192.0.2.1
news.example.org A 192.0.2.1
www.example.org A 192.0.2.1
_dmarc.example.org TXT "v=DMARC1; p=reject"
default._bimi.example.org TXT "v=BIMI1; l=https://www.example.org/logo.svg; a=https://www.example.org/mark.pem"`
const now = new Date('2026-11-20')
const svg: Page = { fields: ['Content-Type: image/svg+xml'], body: goodLogo }

const served = (pem: string, logo: Page = svg): Pick<Case, 'zone' | 'dialer' | 'now'> => ({
  zone,
  now,
  dialer: siteDialer({ 'www.example.org/mark.pem': { body: pem }, 'www.example.org/logo.svg': logo }),
})
const mark = (wish: MarkWish = {}, logo: Page = svg) => served(markFile({ logo: goodLogo, ...wish }), logo)

describeCheck(check, {
  good: [
    {
      ...mark(),
      says: 'A Verified Mark Certificate (VMC) for example.org, valid until 2027-06-01, issued by CN=A mark authority.',
    },
    { name: 'a common mark', ...mark({ markType: 'Prior Use Mark' }), says: 'A Common Mark Certificate (CMC)' },
    { name: 'for the selector', ...mark({ names: ['default._bimi.EXAMPLE.org'] }), says: 'VMC' },
    { name: 'for the organization', ...mark(), target: { domain: 'news.example.org' }, says: 'VMC' },
    { name: 'the logo is served packed', ...mark({}, { ...svg, body: gzipSync(goodLogo) }), says: 'VMC' },
    { name: 'the logo could not be fetched: that is told elsewhere', ...mark({}, { status: 404 }), says: 'VMC' },
    {
      name: 'by RFC 3339 lines and CRLF',
      ...served(`A line\r\n${markFile({ logo: goodLogo }).replaceAll('\n', '\r\n')}`),
      says: 'VMC',
    },
  ],
  none: [{ zone: zone.replace(/; a=[^"]*/, ''), dialer: siteDialer({}), says: 'No usable BIMI record names' }],
  'not-fetched': [
    {
      zone,
      now,
      dialer: siteDialer({}),
      says: 'cannot fetch the mark certificate of the BIMI record: www.example.org answers with status 404.',
    },
  ],
  unreadable: [
    {
      ...served('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'),
      says: 'There is no certificate in the file',
    },
    { name: 'a web page', ...served('<html>'), says: 'There is no certificate' },
  ],
  expired: [{ ...mark({ from: '2025-06-01', to: '2026-06-01' }), says: 'expired on 2026-06-01' }],
  'not-yet-valid': [{ ...mark({ from: '2027-01-01', to: '2028-01-01' }), says: 'is not valid before 2027-01-01' }],
  'ends-soon': [{ ...mark({ from: '2025-12-01', to: '2026-12-01' }), says: 'ends on 2026-12-01, in 11 days' }],
  'wrong-name': [
    {
      ...mark({ names: ['example.net', 'www.example.org'] }),
      says: 'is for example.net, www.example.org, and not for example.org.',
    },
    { name: 'another selector', ...mark({ names: ['other._bimi.example.org'] }), says: 'and not for example.org' },
    {
      name: 'neither the domain nor its organization',
      ...mark({ names: ['example.net'] }),
      target: { domain: 'news.example.org' },
      says: 'and not for news.example.org, example.org.',
    },
  ],
  'wrong-purpose': [
    { ...mark({ purposes: ['1.3.6.1.5.5.7.3.1'] }), says: 'is no mark certificate' },
    { name: 'for anything', ...mark({ purposes: [] }), says: 'is no mark certificate' },
  ],
  'broken-chain': [
    { ...mark({ behind: 'nothing' }), says: 'the certificate that issued it is not in the file' },
    { name: 'another authority', ...mark({ behind: 'stranger' }), says: 'was not issued by the next one in the file' },
    {
      name: 'a dead authority',
      ...mark({ behind: 'dead-authority' }),
      says: '"CN=A mark authority" is outside its dates',
    },
    { name: 'one that may not issue', ...mark({ behind: 'no-authority' }), says: 'is no authority' },
    {
      name: 'and expired: both are said',
      ...mark({ behind: 'nothing', from: '2025-06-01', to: '2026-06-01' }),
      says: 'not in the file',
      findings: 2,
    },
  ],
  'without-logo': [
    { ...mark({ withoutLogotype: true }), says: 'it has no logotype extension' },
    { name: 'another picture', ...mark({ mediaType: 'image/png' }), says: 'its logo is image/png' },
    {
      name: 'somewhere else',
      ...mark({ uri: 'https://www.example.org/logo.svg' }),
      says: 'its logo is not embedded in it',
    },
    {
      name: 'a digest of something else',
      ...mark({ digest: Buffer.alloc(32) }),
      says: 'is not that of the logo in it',
    },
    { name: 'an unknown digest', ...mark({ digestId: '1.2.3.4' }), says: 'by no algorithm that is known' },
  ],
  'other-logo': [
    {
      ...mark({}, { ...svg, body: goodLogo.replace('#123', '#124') }),
      says: 'vouches for another logo than the one at https://www.example.org/logo.svg',
    },
  ],
  unknowable: [
    { zone, now, dialer: siteDialer({ 'www.example.org/mark.pem': { silent: true } }), says: 'did not answer' },
  ],
  'not-asked': [{ zone, target: { smtp: false }, says: 'connections were left out' }],
})
