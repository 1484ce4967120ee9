import messageHeaderSyntax from '../../src/checks/message-header-syntax.ts'
import { describeCheck } from '../support/check-tester.ts'

const zone = 'example.org A 192.0.2.1'
const mail = (header: string, body = 'Hello.\n') => ({ message: `From: a@example.org\n${header}\n${body}` })
const octets = (text: string) => ({ message: Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1') })

describeCheck(messageHeaderSyntax, {
  'well-formed': [
    { zone, target: mail('Subject: =?utf-8?Q?K=C3=B6ln?=\n =?utf-8?Q?_und?=\n'), says: 'are as RFC 5322 has them' },
    {
      name: 'UTF-8 that came with SMTPUTF8',
      zone,
      target: { message: 'Received: from a (a [192.0.2.1]) by b with UTF8SMTPS id 1; x\nFrom: jö@example.org\n\nx\n' },
      says: 'are as RFC 5322 has them',
    },
  ],
  'line-too-long': [
    {
      zone,
      target: mail(`Subject: ${'x'.repeat(1000)}\n`, `${'y'.repeat(999)}\n`),
      says: 'stand in: Subject, body',
      fix: 'quoted-printable',
    },
  ],
  'stray-line': [
    {
      zone,
      target: mail('Subject: x\nthis is no field\n'),
      says: 'Line 3 of the header is no header field: "this is no field"',
      fix: 'with a space',
    },
  ],
  'bare-cr': [
    {
      zone,
      target: octets('From: a@example.org\nSubject: a\rb\n\nc\0\n'),
      says: 'stands in: Subject, body',
      fix: 'CRLF',
    },
  ],
  'control-characters': [
    {
      zone,
      target: mail('Subject: a\x08b\n'),
      says: 'Control characters stand in the header: Subject',
      fix: 'Take them out',
    },
  ],
  'raw-utf8': [
    { zone, target: mail('Subject: Köln\n'), says: 'as they are: Subject. Without SMTPUTF8', fix: '=?utf-8?Q?' },
  ],
  'raw-8-bit': [
    {
      zone,
      target: octets('From: a@example.org\nSubject: K\xf6ln\n\nx\n'),
      says: 'no UTF-8 either: Subject',
      fix: 'character set',
    },
  ],
  folding: [
    {
      zone,
      target: mail('Subject: a\n \t\n b\n'),
      says: '(a line of white space alone): Subject',
      fix: 'right behind the name',
    },
    { name: 'the colon', zone, target: mail('Subject : a\n'), says: '(white space before the colon): Subject' },
  ],
  'encoded-words': [
    {
      zone,
      target: mail('Subject: =?utf-8?B?S8O2bG4*?=\n'),
      says: 'In Subject an encoded word cannot be decoded (B)',
      fix: '75 characters',
    },
  ],
  'wide-lines': [
    {
      zone,
      target: mail(`Subject: ${'many words '.repeat(9)}\n`),
      says: 'more than 78 characters stand in: Subject',
      findings: 2,
    },
  ],
  'not-asked': [{ zone, says: 'no message was given' }],
})
