import messageDkim from '../../src/checks/message-dkim.ts'
import { describeCheck } from '../support/check-tester.ts'
import { letter, mailZone, noon, signedLetter } from '../support/signed-mail.ts'

const zone = mailZone()
const second = signedLetter({ selector: 'silent' }, signedLetter())

describeCheck(messageDkim, {
  verified: [
    { zone, now: noon, target: { message: signedLetter() }, says: 'The signature of example.org (s1) verifies.' },
    {
      name: 'one of two',
      zone,
      now: noon,
      target: { message: second },
      says: 'verifies. 1 more: see message-signature.',
    },
  ],
  unsigned: [{ zone, target: { message: letter }, says: 'no DKIM signature', fix: 'mailworthy keys create' }],
  broken: [
    {
      zone,
      target: { message: signedLetter().replace('Good day', 'Bad day') },
      says: 'example.org (s1): fail, the body was changed after it was signed',
      fix: 'message-signature',
    },
    {
      name: 'expired',
      zone,
      now: noon,
      target: { message: signedLetter({ tags: { t: '1000', x: '2000' } }) },
      says: 'it expired on 1970-01-01',
    },
  ],
  'broken-beside': [
    {
      name: 'SPF carries it',
      zone,
      target: { message: signedLetter().replace('Good day', 'Bad day'), came: '192.0.2.1 jo@example.org' },
      says: 'DMARC passes all the same, by SPF',
      fix: 'message-signature',
    },
    {
      name: 'DMARC fails',
      zone,
      target: { message: signedLetter().replace('Good day', 'Bad day'), came: '192.0.2.2 x@list.example' },
      says: 'So DMARC fails',
    },
  ],
  undecided: [
    { zone, target: { message: signedLetter({ selector: 'silent' }) }, says: 'is not known: example.org (silent)' },
  ],
})
