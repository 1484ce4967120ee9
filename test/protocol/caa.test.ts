import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CaaRecord, caaText, caaVerdict, readIssueValue, relevantCaa } from '../../src/protocol/caa.ts'
import { authorityOf, certificateAuthorities } from '../../src/rules/certificate-authorities.ts'

const record = (text: string): CaaRecord => {
  const [, flags, tag, value] = /^(\d+) (\S+) (.*)$/.exec(text)!
  return { critical: Number(flags) >= 128, tag: tag!, value: value! }
}
const verdict = (purpose: 'server' | 'wildcard' | 'mail', ...texts: string[]) => {
  const found = caaVerdict(texts.map(record), purpose)
  return found.kind === 'only' ? found.issuers.join() : found.kind === 'nobody' ? `nobody: ${found.because}` : 'anyone'
}

describe('the value of issue (RFC 8659 §4.2)', () => {
  it.each([
    ['ca1.example.net', 'ca1.example.net', false],
    ['ca1.example.net; account=230123', 'ca1.example.net', false],
    ['  CA1.example.net ;account=230123; policy = ev ', 'ca1.example.net', false],
    ['ca1.example.net;', 'ca1.example.net', false],
    ['ca1.example.net; validationmethods=dns-01', 'ca1.example.net', false],
    ['letsencrypt.org; accounturi=https://acme-v02.api.letsencrypt.org/acme/acct/1', 'letsencrypt.org', false],
    [';', undefined, false],
    ['', undefined, false],
    ['; ', undefined, false],
    ['%%%%%', undefined, true],
    ['ca1.example.net policy=ev', undefined, true],
    ['ca1.example.net; policy ev', undefined, true],
    ['ca1.example.net;; policy=ev', undefined, true],
    ['https://letsencrypt.org', undefined, true],
    ['"letsencrypt.org"', undefined, true],
    ['-ca.example', undefined, true],
  ])('%j lets %s issue', (value, issuer, malformed) => {
    expect(readIssueValue(value)).toEqual({ issuer, malformed })
  })

  it('is read whatever it holds, in little time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), value => {
        const { issuer, malformed } = readIssueValue(value)
        expect(malformed && issuer !== undefined).toBe(false)
      }),
    )
    for (const text of ['a-'.repeat(40_000), 'a.'.repeat(40_000), `a;${' '.repeat(80_000)}x`, ' '.repeat(80_000)]) {
      const began = performance.now()
      readIssueValue(text)
      expect(performance.now() - began).toBeLessThan(500)
    }
  })
})

describe('a set of CAA records', () => {
  it('says nothing of what it has no property for', () => {
    expect(verdict('server', '0 iodef mailto:a@example.org')).toBe('anyone')
    expect(verdict('server', '0 issuewild ca.example')).toBe('anyone')
    expect(verdict('server', '0 unknown x')).toBe('anyone')
    expect(verdict('mail', '0 issue ca.example')).toBe('anyone')
  })

  it('names all who may issue, and an empty one takes nothing away', () => {
    expect(verdict('server', '0 issue b.example', '0 issue a.example', '0 issue ;')).toBe('a.example,b.example')
    expect(verdict('server', '0 ISSUE a.example')).toBe('a.example')
  })

  it('speaks of wildcards by issuewild first', () => {
    expect(verdict('wildcard', '0 issue a.example')).toBe('a.example')
    expect(verdict('wildcard', '0 issue a.example', '0 issuewild b.example')).toBe('b.example')
    expect(verdict('wildcard', '0 issue a.example', '0 issuewild ;')).toBe('nobody: empty')
    expect(verdict('server', '0 issue a.example', '0 issuewild ;')).toBe('a.example')
  })

  it('lets nobody issue when it says so, cannot be read, or has a critical property that nobody knows', () => {
    expect(verdict('server', '0 issue ;')).toBe('nobody: empty')
    expect(verdict('server', '0 issue %%')).toBe('nobody: malformed')
    expect(verdict('server', '0 issue a.example', '128 tbs Unknown')).toBe('nobody: critical')
    expect(verdict('server', '128 issue a.example')).toBe('a.example')
    expect(verdict('mail', '0 issuemail a.example')).toBe('a.example')
  })

  it('is written as in a zone file', () => {
    expect(caaText(record('128 issue a.example; x="1"'))).toBe('128 issue "a.example; x=\\"1\\""')
  })
})

describe('the climb (RFC 8659 §3)', () => {
  const found = (name: string) => ({ name, state: 'found' as const, records: [], unreadable: [] })
  const none = (name: string) => ({ name, state: 'none' as const })
  const unknown = (name: string) => ({ name, state: 'unknown' as const, reason: 'silence' })

  it('ends at the nearest name that has records, or whose records cannot be learned', () => {
    expect(relevantCaa([none('a.b.c'), found('b.c'), found('c')])?.name).toBe('b.c')
    expect(relevantCaa([none('a.b.c'), unknown('b.c'), found('c')])?.name).toBe('b.c')
    expect(relevantCaa([found('a.b.c'), unknown('b.c')])?.name).toBe('a.b.c')
    expect(relevantCaa([none('a.b.c')])).toBeUndefined()
  })
})

describe('the authorities', () => {
  it.each([
    ["C=US, O=Let's Encrypt, CN=R11", "Let's Encrypt"],
    ['C=US, ST=Arizona, L=Scottsdale, O=GoDaddy.com, Inc., OU=http://x, CN=Go Daddy Secure', 'GoDaddy'],
    ['C=US, O=DigiCert, Inc., CN=RapidSSL TLS', 'DigiCert'],
    ["CN=O=Let's Encrypt", undefined],
    ['O=My own authority, CN=x', undefined],
    ["O=Let's Encrypt Fan Club, CN=x", undefined],
    ['', undefined],
  ])('of %s is %s', (issuer, name) => {
    expect(authorityOf(issuer)?.name).toBe(name)
  })

  it('have names that can be published', () => {
    const names = certificateAuthorities.flatMap(({ caa }) => caa)
    expect(names.filter(name => readIssueValue(name).issuer !== name)).toEqual([])
  })
})
