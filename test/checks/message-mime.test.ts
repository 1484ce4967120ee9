import messageMime from '../../src/checks/message-mime.ts'
import { describeCheck } from '../support/check-tester.ts'

const zone = 'example.org A 192.0.2.1'
const head = 'From: a@example.org\nMIME-Version: 1.0\n'
const mail = (fields: string, body: string) => ({ message: `${head}${fields}\n${body}` })
const mixed = 'Content-Type: multipart/mixed; boundary="b"\n'
const part = (fields: string, body: string) => `--b\n${fields}\n${body}\n`
const parts = `${part('', 'text')}${part('Content-Type: image/png\nContent-Transfer-Encoding: base64\n', 'QUJD')}--b--\n`
const nested = (depth: number): string =>
  depth === 0
    ? 'x'
    : `Content-Type: multipart/mixed; boundary=c${depth}\n\n--c${depth}\n${nested(depth - 1)}\n--c${depth}--\n`

describeCheck(messageMime, {
  readable: [
    { zone, target: mail(mixed, parts), says: 'can be taken apart: text/plain, image/png.' },
    { name: 'plain', zone, target: { message: 'From: a@example.org\n\nHello.\n' }, says: 'text/plain' },
  ],
  'version-absent': [
    {
      zone,
      target: { message: `From: a@example.org\n${mixed}\n${parts}` },
      says: 'has Content-Type and no MIME-Version',
      fix: 'MIME-Version: 1.0',
    },
  ],
  'version-odd': [
    {
      zone,
      target: { message: 'From: a@example.org\nMIME-Version: 2.0\n\nx\n' },
      says: 'MIME-Version is "2.0"',
      fix: '1.0',
    },
  ],
  'type-unreadable': [
    { zone, target: mail('Content-Type: text\n', 'x'), says: 'cannot be read: "text"', fix: 'type/subtype' },
  ],
  'boundary-missing': [
    {
      zone,
      target: mail('Content-Type: multipart/mixed\n', 'x'),
      says: 'says multipart/mixed and names no boundary',
      fix: 'a library',
    },
  ],
  'boundary-malformed': [
    {
      zone,
      target: mail('Content-Type: multipart/mixed; boundary="b*"\n', '--b*\n\nx\n--b*--\n'),
      says: 'The boundary "b*"',
      fix: 'letters, digits',
    },
  ],
  'boundary-unused': [
    {
      zone,
      target: mail(mixed, '--c\n\nx\n--c--\n'),
      says: 'stands in Content-Type and never in the body',
      fix: 'the same',
    },
  ],
  'boundary-open': [
    { zone, target: mail(mixed, part('', 'x')), says: 'The boundary "b" is not closed', fix: 'two hyphens' },
  ],
  'encoding-unknown': [
    {
      zone,
      target: mail('Content-Transfer-Encoding: utf-8\n', 'x'),
      says: 'The Content-Transfer-Encoding "utf-8"',
      fix: 'base64',
    },
  ],
  'encoding-of-multipart': [
    {
      zone,
      target: mail(`${mixed}Content-Transfer-Encoding: base64\n`, parts),
      says: '(multipart/mixed in base64)',
      fix: 'inner parts',
    },
  ],
  'eight-bit-undeclared': [
    { zone, target: mail('', 'Köln\n'), says: 'promises none: text/plain in 7bit', fix: 'declare 8bit' },
  ],
  'base64-broken': [
    {
      zone,
      target: mail(mixed, `${part('Content-Type: image/png\nContent-Transfer-Encoding: base64\n', 'A!')}--b--\n`),
      says: 'A part (image/png) says base64 and is not',
      fix: 'Encode it again',
    },
  ],
  'too-deep': [{ zone, target: { message: `${head}${nested(25)}` }, says: 'deeper than 20', fix: 'one by one' }],
  clipped: [
    {
      zone,
      target: mail(
        'Content-Type: multipart/alternative; boundary="b"\n',
        `${part('', 'text')}${part('Content-Type: text/html\n', `${'<p>\n'.repeat(30_000)}`)}--b--\n`,
      ),
      says: 'has 146 KB; Gmail shows the first 102',
      findings: 2,
    },
  ],
  'html-alone': [{ zone, target: mail('Content-Type: text/html\n', '<p>x</p>\n'), says: 'in HTML alone', findings: 2 }],
  'not-asked': [{ zone, says: 'no message was given' }],
})
