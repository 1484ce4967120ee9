import messageDate from '../../src/checks/message-date.ts'
import { describeCheck } from '../support/check-tester.ts'

const zone = 'example.org A 192.0.2.1'
const now = new Date('2026-11-20T12:00:00Z')
const taken = 'Received: from a by b; Fri, 20 Nov 2026 08:00:10 +0000\n'
const mail = (date: string, received = taken) => ({ message: `${received}From: a@example.org\n${date}\nHello.\n` })

describeCheck(messageDate, {
  fits: [
    {
      zone,
      now,
      target: mail('Date: Fri, 20 Nov 2026 09:00:00 +0100\n'),
      says: 'dated 2026-11-20 08:00:00 UTC, 10 s before the first server took it.',
    },
    {
      name: 'two hours ahead',
      zone,
      now,
      target: mail('Date: 20 Nov 2026 10:00:10 +0000\n'),
      says: '2 h after the first',
    },
    {
      name: 'long ago, on no way',
      zone,
      now,
      target: mail('Date: 20 Nov 2016 10:00:00 +0000\n', ''),
      says: '2016-11-20 10:00:00 UTC.',
    },
    {
      name: 'of a way without dates',
      zone,
      now,
      target: mail('Date: 20 Nov 2026 10:00:00 +0000\n', 'Received: by b; never\n'),
      says: '10:00:00 UTC.',
    },
  ],
  absent: [
    { zone, target: mail(''), says: 'see message-headers' },
    { name: 'twice', zone, target: mail('Date: x\nDate: y\n'), says: 'not exactly one Date' },
  ],
  unreadable: [
    {
      zone,
      target: mail('Date: 2026-11-20 08:00\n'),
      says: 'The Date "2026-11-20 08:00" cannot be read: it is not of the form',
      fix: 'in English',
    },
  ],
  odd: [
    {
      zone,
      now,
      target: mail('Date: Mon, 20 Nov 2026 08:00:00 +0000\n'),
      says: 'that day is no Mon',
      fix: 'RFC 5322 §3.3',
    },
  ],
  ahead: [
    {
      zone,
      now,
      target: mail('Date: Sat, 21 Nov 2026 08:00:10 +0000\n'),
      says: '1 d after the first server took it',
      fix: 'Set the clock',
    },
    {
      name: 'by the clock of the audit',
      zone,
      now,
      target: mail('Date: 20 Nov 2026 15:00:00 +0000\n', ''),
      says: '3 h after now',
    },
    {
      name: 'and odd',
      zone,
      now,
      target: mail('Date: Fri, 21 Nov 2026 08:00:10 +0000\n'),
      says: '1 d after',
      findings: 2,
    },
  ],
  behind: [
    {
      zone,
      now,
      target: mail('Date: Thu, 1 Jan 1970 00:00:00 +0000\n'),
      says: 'before the first server',
      fix: 'when it is sent',
    },
  ],
  'not-asked': [{ zone, says: 'no message was given' }],
})
