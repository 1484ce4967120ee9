import messageDmarc from '../../src/checks/message-dmarc.ts'
import { describeCheck } from '../support/check-tester.ts'
import { letter, mailZone, noon, signedLetter } from '../support/signed-mail.ts'

const zone = mailZone()
const now = noon
const ours = '192.0.2.1 jo@example.org mail.example.org'
const lists = '192.0.2.2 bounces@list.example'

describeCheck(messageDmarc, {
  pass: [
    {
      name: 'by DKIM, SPF not asked',
      zone,
      now,
      target: { message: signedLetter() },
      says: 'DKIM (example.org) passes and is aligned',
    },
    {
      name: 'by SPF',
      zone,
      now,
      target: { message: letter, came: ours },
      says: 'SPF (example.org) passes and is aligned',
    },
    {
      name: 'by both',
      zone,
      now,
      target: { message: signedLetter(), came: ours },
      says: 'SPF (example.org) and DKIM (example.org) pass and are aligned',
    },
  ],
  none: [
    {
      zone,
      now,
      target: { message: letter.replace('example.org>', 'none.example>'), came: ours, domain: 'none.example' },
      says: 'no DMARC policy applies to none.example',
      fix: 'Publish a DMARC record',
    },
  ],
  'fail-enforced': [
    {
      name: 'signed and sent by a list',
      zone,
      now,
      target: { message: signedLetter({ domain: 'list.example' }), came: lists },
      says: 'SPF passes for list.example, which is not aligned, and DKIM passes for list.example, which is not aligned. The domain asks receivers to refuse it.',
      fix: 'DKIM key of example.org',
    },
    {
      name: 'forged',
      zone,
      now,
      target: { message: letter, came: '198.51.100.1 jo@example.org' },
      says: 'SPF gives fail for example.org, and there is no DKIM signature',
    },
    {
      name: 'strict alignment',
      zone: mailZone('p=reject; adkim=s'),
      now,
      target: { message: signedLetter({ domain: 'list.example' }), came: lists },
      says: 'not aligned',
    },
  ],
  'fail-observed': [
    {
      zone: mailZone('p=none'),
      now,
      target: { message: letter, came: lists },
      says: 'asks for no treatment (p=none)',
      fix: 'DKIM key',
    },
  ],
  'no-author': [
    { zone, now, target: { message: letter.replace('From', 'To') }, says: 'there is not exactly one author domain' },
  ],
  undecided: [
    { zone, now, target: { message: letter }, says: 'SPF, which could make it pass, was not asked' },
    {
      name: 'a broken signature',
      zone,
      now,
      target: { message: signedLetter().replace('Good', 'Bad') },
      says: 'no aligned signature verifies',
    },
  ],
  temperror: [
    {
      name: 'the key',
      zone,
      now,
      target: { message: signedLetter({ selector: 'silent' }), came: '198.51.100.1 jo@example.org' },
      says: 'the key of the signature of example.org could not be asked for',
    },
    {
      name: 'the policy',
      zone: 'example.org A 192.0.2.1\n_dmarc.example.org FAULT timeout',
      now,
      target: { message: letter, came: ours },
      says: 'did not answer in time',
    },
  ],
})
