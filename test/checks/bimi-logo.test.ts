import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import check from '../../src/checks/bimi-logo.ts'
import { describeCheck, findingsOf } from '../support/check-tester.ts'
import { goodLogo, siteDialer } from '../support/scripted-site.ts'

const zone = `example.org A 192.0.2.1
www.example.org A 192.0.2.1
cdn.example.org A 192.0.2.1
_dmarc.example.org TXT "v=DMARC1; p=reject"
default._bimi.example.org TXT "v=BIMI1; l=https://www.example.org/logo.svg"`
const svg = { fields: ['Content-Type: image/svg+xml; charset=utf-8'], body: goodLogo }
const at = 'www.example.org/logo.svg'
const names = ['www.example.org', 'cdn.example.org']

describeCheck(check, {
  good: [
    {
      zone,
      dialer: siteDialer({ [at]: svg }),
      says: `The logo at https://www.example.org/logo.svg is SVG Tiny PS of ${goodLogo.length} octets, titled “Example”.`,
    },
    {
      name: 'packed',
      zone,
      dialer: siteDialer({ [at]: { ...svg, body: gzipSync(goodLogo) } }),
      says: 'is SVG Tiny PS',
    },
    {
      name: 'at another port and with a query',
      zone: zone.replace('org/logo.svg', 'org:8443/a/logo.svg?v=2'),
      dialer: siteDialer({ 'www.example.org/a/logo.svg?v=2': svg }),
      says: 'is SVG Tiny PS',
    },
  ],
  none: [
    { zone: 'example.org A 192.0.2.1', says: 'No usable BIMI record' },
    { name: 'declined', zone: zone.replace(/l=[^"]*/, 'l=; a='), says: 'No usable BIMI record' },
    { name: 'several records', zone: `${zone}\ndefault._bimi.example.org TXT "v=BIMI1; l=; a="`, says: 'No usable' },
  ],
  'not-fetched': [
    {
      zone,
      dialer: siteDialer({}),
      says: 'cannot fetch the logo of the BIMI record: www.example.org answers with status 404.',
    },
    {
      name: 'a certificate for another name',
      zone,
      dialer: siteDialer({ [at]: svg }, { names: ['elsewhere.example'] }),
      says: 'the certificate of www.example.org does not name it',
    },
    {
      name: 'a certificate that nobody trusts',
      zone,
      dialer: siteDialer({ [at]: svg }, { trusted: false }),
      says: 'is not trusted (self-signed certificate)',
    },
    {
      name: 'no host',
      zone: zone.replace('www.example.org A', 'ftp.example.org A'),
      says: 'www.example.org has no address',
    },
    {
      name: 'a redirect to plain HTTP',
      zone,
      dialer: siteDialer({ [at]: { status: 302, fields: ['Location: http://www.example.org/x.svg'] } }),
      says: 'http://www.example.org/x.svg is no address by HTTPS',
    },
    {
      name: 'a redirect to an address of the house',
      zone,
      dialer: siteDialer({ [at]: { status: 302, fields: ['Location: https://169.254.169.254/'] } }),
      says: 'https://169.254.169.254/ is no address by HTTPS',
    },
    {
      name: 'redirects without end',
      zone,
      dialer: siteDialer({ [at]: { status: 301, fields: ['Location: /logo.svg'] } }),
      says: 'leads on more than 3 times',
    },
    {
      name: 'far too large',
      zone,
      dialer: siteDialer({ [at]: { ...svg, body: 'x'.repeat(300 * 1024) } }),
      says: 'it has more than 256 KB',
    },
    { name: 'no https: in the record', zone: zone.replace('https:', 'http:'), says: 'is no address by HTTPS' },
  ],
  faulty: [
    {
      zone,
      dialer: siteDialer({ [at]: { ...svg, body: '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>' } }),
      says: 'version is missing, and must be "1.2" (line 1), baseProfile is missing',
    },
    {
      name: 'a web page',
      zone,
      dialer: siteDialer({ [at]: { body: '<!DOCTYPE html><html>' } }),
      says: 'it has a document type',
    },
    {
      name: 'a bomb',
      zone,
      dialer: siteDialer({ [at]: { ...svg, body: gzipSync(Buffer.alloc(64 * 1024 * 1024)) } }),
      says: 'it has more than 512 KB when it is unpacked',
    },
    {
      name: 'very many faults',
      zone,
      dialer: siteDialer({
        [at]: {
          ...svg,
          body: goodLogo.replace('<circle', `${Array.from({ length: 20 }, (_, i) => `<q${i}/>`).join('')}<circle`),
        },
      }),
      says: '; and 12 more.',
    },
  ],
  discouraged: [
    {
      zone,
      dialer: siteDialer({ [at]: { ...svg, fields: ['Content-Type: text/plain'] } }),
      says: 'it is served as text/plain, and should be as image/svg+xml.',
    },
    {
      name: 'a redirect',
      zone,
      dialer: siteDialer(
        { [at]: { status: 301, fields: ['Location: https://cdn.example.org/l.svg'] }, 'cdn.example.org/l.svg': svg },
        { names },
      ),
      says: 'its address leads on to https://cdn.example.org/l.svg',
    },
    {
      name: 'not square',
      zone,
      dialer: siteDialer({ [at]: { ...svg, body: goodLogo.replace('0 0 64 64', '0 0 64 32') } }),
      says: 'it is not square',
    },
  ],
  unknowable: [
    { zone, says: 'there was no connection to www.example.org' },
    { name: 'silence', zone, dialer: siteDialer({ [at]: { silent: true } }), says: 'www.example.org did not answer' },
    { name: 'busy', zone, dialer: siteDialer({ [at]: { status: 503 } }), says: 'answered with status 503' },
    { name: 'it keeps us out', zone, dialer: siteDialer({ [at]: { status: 403 } }), says: 'answered with status 403' },
    {
      name: 'the address is not known',
      zone: `${zone}\ncdn.example.org FAULT timeout`
        .replace('www.example.org/', 'cdn2.example.org/')
        .concat('\ncdn2.example.org FAULT timeout'),
      says: 'Could not be checked',
    },
  ],
  'not-asked': [{ zone, target: { smtp: false }, says: 'connections were left out' }],
})

describe('what is fetched for a logo', () => {
  it('is the document that the record names, once, and stands in the evidence without its octets', async () => {
    const dialer = siteDialer({ [at]: svg })
    const [finding] = await findingsOf(check, { zone, dialer })
    expect(dialer.asked).toEqual([at])
    expect(finding!.evidence.find(e => e.ask.startsWith('GET'))).toMatchObject({
      ask: 'GET https://www.example.org/logo.svg',
      answer: `200, image/svg+xml; charset=utf-8, ${goodLogo.length} octets`,
    })
  })
})
