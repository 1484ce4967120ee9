import messageSignature from '../../src/checks/message-signature.ts'
import { describeCheck } from '../support/check-tester.ts'
import { letter, mailZone, noon, signedLetter } from '../support/signed-mail.ts'

const zone = mailZone()
const now = noon
const of = (message: string) => ({ zone, now, target: { message } })
const spoilt = (from: string | RegExp, to: string) => signedLetter().replace(from, to)

describeCheck(messageSignature, {
  verified: [{ ...of(signedLetter()), says: 'example.org (s1) verifies (rsa-sha256, relaxed/relaxed)' }],
  body: [
    {
      ...of(`${signedLetter()}-- \r\na list\r\n`),
      says: '2 lines were appended to it, beginning "--"',
      fix: 'seal with ARC',
    },
    {
      name: 'and the header',
      ...of(`${spoilt('Subject: ', 'Subject: [list] ')}a list\r\n`),
      says: '1 line was appended',
    },
  ],
  'body-unexplained': [{ ...of(spoilt('Good', 'Bad')), says: 'none of the usual changes explains', fix: 'last step' }],
  header: [
    { ...of(spoilt('Subject: ', 'Subject: [list] ')), says: 'a tag was put before Subject', fix: 'left out of h=' },
  ],
  'header-unexplained': [
    {
      ...of(spoilt('Our plans', 'Your plans')),
      says: 'one of the signed header fields is not (from, to, subject',
      fix: 'compare',
    },
    { name: 'a field is gone', ...of(spoilt(/Date: .*\r\n/, '')), says: 'Of these, date is not in the message.' },
  ],
  'other-key': [
    {
      ...of(signedLetter().replace(/b=[^;]{20}/, 'b=AAAAAAAAAAAAAAAAAAAA')),
      says: 'not made with the key that is published at s1._domainkey.example.org',
      fix: 'Publish the public half',
    },
  ],
  unusable: [
    {
      ...of(signedLetter({ tags: { v: '2' } })),
      says: 'its version is v=2, not 1 (RFC 6376 §6.1.1)',
      fix: 'Mend the program',
    },
    {
      name: 'without a selector',
      ...of(signedLetter({ tags: { s: undefined } })),
      says: 'The signature of signature 1 cannot',
    },
  ],
  key: [
    {
      ...of(signedLetter({ selector: 'gone' })),
      says: 'there is no key at gone._domainkey.example.org',
      fix: 'mailworthy audit example.org --selector gone',
    },
  ],
  weak: [
    { ...of(signedLetter({ selector: 'short' })), says: 'has 768 bits', fix: '2048 bits' },
    { name: 'SHA-1', ...of(signedLetter({ tags: { a: 'rsa-sha1' } })), says: 'it uses SHA-1' },
  ],
  expired: [{ ...of(signedLetter({ tags: { t: '1', x: '2' } })), says: 'expired on 1970-01-01', fix: 'later x=' }],
  disputed: [{ ...of(signedLetter({ tags: { l: '9999' } })), says: 'l= counts more octets', fix: 'RFC 6376 §3.5' }],
  unanswered: [{ ...of(signedLetter({ selector: 'silent' })), says: 'SERVFAIL' }],
  'not-applicable': [{ ...of(letter), says: 'the message has no DKIM signature' }],
})
