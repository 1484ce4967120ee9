import messageHeaders from '../../src/checks/message-headers.ts'
import { describeCheck } from '../support/check-tester.ts'

const zone = 'example.org A 192.0.2.1'
const good = 'From: a@example.org\nTo: b@example.net\nSubject: x\nDate: Fri, 20 Nov 2026 08:00:00 +0000\n'
const mail = (header: string) => ({ message: `${header}\nHello.\n` })

describeCheck(messageHeaders, {
  complete: [
    { zone, target: mail(good), says: 'no field stands twice' },
    { name: 'an empty Bcc', zone, target: mail(`${good}Bcc:\n`), says: 'no field stands twice' },
    {
      name: 'a Return-Path on top',
      zone,
      target: mail(`Return-Path: <a@example.org>\nReceived: by mx; x\n${good}`),
      says: 'no field stands twice',
    },
  ],
  'date-absent': [{ zone, target: mail(good.replace(/Date.*\n/, '')), says: 'no Date field', fix: 'submission port' }],
  repeated: [
    {
      zone,
      target: mail(`${good}Subject: y\nTo: c@example.net\nTO: d@example.net\n`),
      says: 'may stand once: To (3 times), Subject (2 times)',
      fix: 'divided by commas',
    },
    {
      name: 'of MIME',
      zone,
      target: mail(`${good}MIME-Version: 1.0\nMIME-Version: 1.0\n`),
      says: 'MIME-Version (2 times)',
    },
  ],
  'recipients-absent': [
    { zone, target: mail(good.replace(/To.*\n/, '')), says: 'names no recipient', fix: 'undisclosed-recipients:;' },
  ],
  'subject-absent': [
    { zone, target: mail(good.replace(/Subject.*\n/, '')), says: 'has no Subject field', fix: 'what it is about' },
    { name: 'empty', zone, target: mail(good.replace('Subject: x', 'Subject: ')), says: 'has an empty subject' },
  ],
  'bcc-left': [
    {
      zone,
      target: mail(`${good}Bcc: c@example.net, d@example.net\n`),
      says: 'shows hidden recipients (2)',
      fix: 'the envelope alone',
    },
  ],
  'return-path': [
    {
      zone,
      target: mail(`Received: by mx; x\n${good}Return-Path: <a@example.org>\n`),
      says: 'was in the message when it was sent',
      findings: 2,
    },
  ],
  automatic: [
    {
      zone,
      target: mail(`${good}Auto-Submitted: auto-generated\nPrecedence: bulk\n`),
      says: 'a program sent it (Auto-Submitted: auto-generated, Precedence: bulk)',
      findings: 2,
    },
    { name: 'not even a date', zone, target: mail('Precedence: list\n'), says: 'Precedence: list', findings: 4 },
  ],
  'not-asked': [{ zone, says: 'no message was given' }],
})
