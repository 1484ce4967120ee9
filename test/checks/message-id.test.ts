import messageId from '../../src/checks/message-id.ts'
import { describeCheck } from '../support/check-tester.ts'

const zone = 'example.org A 192.0.2.1'
const mail = (header: string) => ({ message: `From: a@example.org\n${header}\nHello.\n` })

describeCheck(messageId, {
  good: [{ zone, target: mail('Message-ID: <1@mail.example.org>\n'), says: 'made under mail.example.org' }],
  repeated: [
    { zone, target: mail('Message-ID: <1@a.example>\nMessage-Id: <2@a.example>\n'), says: 'see message-headers' },
  ],
  absent: [{ zone, target: mail(''), says: 'has no Message-ID', fix: 'in angle brackets' }],
  added: [
    {
      zone,
      target: mail('Message-ID: <6.SMTPIN_ADDED_MISSING@mx.google.com>\n'),
      says: 'added by mx.google.com',
      fix: 'host name of yours',
    },
  ],
  malformed: [
    {
      zone,
      target: mail('Message-ID: 1@example.org\n'),
      says: 'not enclosed in one pair of angle brackets',
      fix: '<unique-text@host',
    },
    { name: 'empty', zone, target: mail('Message-ID:\n'), says: 'it is empty' },
  ],
  local: [{ zone, target: mail('Message-ID: <1@printer.local>\n'), says: 'made under "printer.local"' }],
  'not-asked': [{ zone, says: 'no message was given' }],
})
