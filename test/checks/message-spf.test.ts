import messageSpf from '../../src/checks/message-spf.ts'
import { describeCheck } from '../support/check-tester.ts'
import { letter, mailZone, noon, signedLetter } from '../support/signed-mail.ts'

const zone = mailZone()
const came = (connection: string) => ({ message: letter, came: connection })

describeCheck(messageSpf, {
  pass: [
    { zone, target: came('192.0.2.1 jo@example.org mail.example.org'), says: 'example.org lets 192.0.2.1 send' },
    {
      name: 'a null sender, by HELO',
      zone,
      target: came('192.0.2.1 <> example.org'),
      says: 'example.org lets 192.0.2.1 send',
    },
  ],
  fail: [
    {
      name: 'and no DMARC policy',
      zone,
      target: {
        message: letter.replace('example.org>', 'none.example>'),
        came: '192.0.2.9 jo@example.org',
        domain: 'none.example',
      },
      says: 'SPF fails for the MAIL FROM domain example.org',
      fix: 'mailworthy audit example.org --sender-ip 192.0.2.9',
    },
  ],
  'fail-beside': [
    { name: 'DMARC fails', zone, target: came('192.0.2.9 jo@example.org'), says: 'So does DMARC', fix: 'SRS' },
    {
      name: 'DMARC passes',
      zone,
      now: noon,
      target: { message: signedLetter(), came: '192.0.2.9 jo@example.org' },
      says: 'DMARC passes all the same, by a DKIM signature.',
    },
  ],
  softfail: [{ zone, target: came('192.0.2.9 x@list.example'), says: 'DMARC does not count it', fix: 'list.example' }],
  undecided: [
    { zone, target: came('192.0.2.9 x@none.example'), says: 'SPF gives none for', fix: 'Publish an SPF record' },
  ],
  permerror: [{ zone, target: came('192.0.2.9 x@broken.example'), says: 'cannot be evaluated', fix: '--only spf' }],
  temperror: [{ zone, target: came('192.0.2.9 x@silent.example'), says: 'SERVFAIL' }],
  'not-told': [{ zone, target: { message: letter }, says: 'the connection that it came by was not told' }],
})
