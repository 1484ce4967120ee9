import messageSignatureCoverage from '../../src/checks/message-signature-coverage.ts'
import { describeCheck } from '../support/check-tester.ts'
import { mailZone, noon, signedLetter } from '../support/signed-mail.ts'

const zone = mailZone()
const of = (message: string) => ({ zone, now: noon, target: { message } })
const tomorrow = String(noon.getTime() / 1000 + 86_400)

describeCheck(messageSignatureCoverage, {
  covered: [{ ...of(signedLetter()), says: 'covers the whole body' }],
  unverified: [{ ...of(signedLetter().replace('Good', 'Bad')), says: 'does not verify' }],
  appended: [
    {
      ...of(signedLetter({ tags: { l: '11' } })),
      says: 'covers 11 octets of the body (l=); 21 octets behind them',
      fix: 'without l=',
    },
  ],
  'open-end': [{ ...of(signedLetter({ tags: { l: '32' } })), says: 'anyone can append', fix: 'without l=' }],
  testing: [{ ...of(signedLetter({ selector: 'testing' })), says: 't=y', fix: '--selector testing' }],
  future: [{ ...of(signedLetter({ tags: { t: tomorrow } })), says: 'made on 2026-11-21', fix: 'clock' }],
  'from-open': [{ ...of(signedLetter({ names: 'from:to:subject:date:message-id' })), says: 'names From once' }],
  'unsigned-fields': [
    { ...of(signedLetter({ names: 'from:from' })), says: 'does not cover subject, date, to, message-id' },
  ],
})
