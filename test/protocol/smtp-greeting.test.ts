import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changedByTls, hostInBanner, mechanismsIn, softwareIn } from '../../src/protocol/smtp-greeting.ts'

describe('the banner', () => {
  it.each([
    ['mx.example.org ESMTP Postfix', 'mx.example.org'],
    ['MX.Example.ORG. ready', 'mx.example.org'],
    ['[192.0.2.1] ESMTP', '[192.0.2.1]'],
    ['mail ESMTP', undefined],
    ['****************', undefined],
    ['', undefined],
  ])('"%s" begins with the host %s', (line, host) => expect(hostInBanner(line)).toBe(host))

  it.each([
    ['mx.example.org ESMTP Exim 4.96 Fri, 20 Nov 2026', 'Exim 4.96'],
    ['mx.example.org ESMTP Sendmail 8.17.1/8.17.1; Fri', 'Sendmail 8.17.1'],
    ['mx ESMTP MailEnable Service, Version: 10.34--', 'Version 10.34'],
    ['mx.example.org ESMTP Postfix (Debian/GNU)', undefined],
    ['mx.example.org ESMTP from 192.0.2.1', undefined],
    ['mx.example.org at 12:30:11', undefined],
  ])('"%s" tells %s', (text, software) => expect(softwareIn(text)).toBe(software))
})

it('tells what TLS changed, but for what it is meant to change', () => {
  const before = ['STARTTLS', 'SIZE 100', 'CHUNKING', '']
  expect(changedByTls(before, ['size 100', 'AUTH PLAIN', 'REQUIRETLS'])).toEqual({ lost: ['CHUNKING'], won: [] })
  expect(changedByTls(before, before)).toEqual({ lost: [], won: [] })
  expect(mechanismsIn(['AUTH PLAIN  login', 'AUTH=LOGIN', 'AUTHX y'])).toEqual(['PLAIN', 'LOGIN'])
})

it('reads whatever a server says, and soon', () => {
  const word = fc.oneof(fc.string(), fc.constantFrom('AUTH', '=', '250', '.', 'Exim 4.', '1.1.1.1.1', 'a'.repeat(5000)))
  fc.assert(
    fc.property(fc.array(word, { maxLength: 20 }), words => {
      const text = words.join(' ')
      hostInBanner(text)
      softwareIn(text)
      changedByTls(words, [...words, text])
      mechanismsIn(words)
    }),
  )
  const started = performance.now()
  softwareIn(`${'Ab-'.repeat(100_000)} ${'1.'.repeat(100_000)}`)
  expect(performance.now() - started).toBeLessThan(1000)
})
