// Thirty messages as clients submit them, each with another thing that verifiers and servers on the way might trip over.

const head = 'From: Anna Bell <a@example.org>\r\nTo: b@example.net\r\nSubject: Is dinner ready?\r\n'
const mime = 'MIME-Version: 1.0\r\n'
const multipart = (type: string, ...parts: readonly string[]): string =>
  `${mime}Content-Type: multipart/${type}; boundary="=_b"\r\n\r\n${parts.map(part => `--=_b\r\n${part}\r\n`).join('')}--=_b--\r\n`

/** Octets as latin1, by a name that says what is special. */
export const madeMessages: { readonly [what: string]: string } = {
  plain: `${head}\r\nHi.\r\n\r\nJoe.\r\n`,
  'no body': `${head}\r\n`,
  'no separator': head,
  'empty lines at the end': `${head}\r\nHi.\r\n\r\n\r\n\r\n`,
  'empty lines alone': `${head}\r\n\r\n\r\n`,
  'white space at line ends': `${head}\r\nHi. \t \r\n  there   \t you\r\n \r\n`,
  'no last line end': `${head}\r\nHi.`,
  'a folded subject': `From: a@example.org\r\nSubject: one\r\n two\r\n\tthree  \r\n\r\nHi.\r\n`,
  'encoded words': `From: =?utf-8?q?J=C3=BCrgen?= <a@example.org>\r\nSubject: =?utf-8?b?w6TDtsO8?=\r\n =?utf-8?b?w58=?=\r\n\r\nHi.\r\n`,
  'many recipients': `${head}Cc: ${Array.from({ length: 60 }, (_, i) => `"Number ${i}" <n${i}@example.net>`).join(',\r\n ')}\r\n\r\nHi.\r\n`,
  'two To fields': `${head}To: c@example.net\r\n\r\nHi.\r\n`,
  'names in other cases':
    'from: a@example.org\r\nTO: b@example.net\r\nsUBJECT:x\r\nmessage-id: <x@example.org>\r\n\r\nHi.\r\n',
  'tabs and spaces': 'From:\ta@example.org\t\r\nTo:b@example.net  \r\nSubject: \t a \t  b\t\r\n\r\n\ta\t\tb\r\n',
  'empty fields': 'From: a@example.org\r\nSubject:\r\nCc: \r\nReply-To:\t\r\n\r\nHi.\r\n',
  'a list': `${head}List-Id: <l.example.org>\r\nList-Unsubscribe: <https://example.org/u?x=1>,\r\n <mailto:u@example.org>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nHi.\r\n`,
  'a long thread': `${head}In-Reply-To: <39@example.org>\r\nReferences: ${Array.from({ length: 40 }, (_, i) => `<${i}@example.org>`).join('\r\n ')}\r\n\r\nHi.\r\n`,
  'dots at line starts': `${head}\r\n.\r\n..\r\n.a\r\n...\r\n`,
  'From at a line start': `${head}\r\nFrom me\r\n>From you\r\nFrom: x@example.net\r\n`,
  'lines of 998 octets': `${head}\r\n${`${'x'.repeat(998)}\r\n`.repeat(3)}`,
  'lines that are too long': `${head}\r\n${'word '.repeat(500)}\r\n`,
  '8-bit text': `${head}${mime}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSch\xc3\xb6nen Tag, a=b \r\n`,
  '8-bit text without MIME': `${head}\r\nSch\xf6nen Tag\r\n`,
  alternatives:
    head + multipart('alternative', 'Content-Type: text/plain\r\n\r\nHi.', 'Content-Type: text/html\r\n\r\n<p>Hi.</p>'),
  'a picture':
    head + multipart('mixed', '\r\nHi.', `Content-Type: image/png\r\n\r\n\x89PNG\0\r\n\x1a${'\xff'.repeat(1_500)}`),
  'a forwarded message in 8 bits':
    head + multipart('mixed', '\r\nHi.', 'Content-Type: message/rfc822\r\n\r\nSubject: f\r\n\r\nSch\xf6n'),
  'signed by others':
    head +
    multipart('signed', 'Content-Type: text/plain\r\n\r\nHi.  ', 'Content-Type: application/pgp-signature\r\n\r\nx'),
  'a signature of others': `DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=example.net; s=other; h=from; bh=AAAA; b=AAAA\r\n${head}\r\nHi.\r\n`,
  'hops before us': `${'Received: from a.example.net (a.example.net [192.0.2.1])\r\n\tby b.example.net; Fri, 20 Nov 2026 08:00:00 +0000\r\n'.repeat(4)}${head}\r\nHi.\r\n`,
  'blind recipients': `${head}Bcc: c@example.net,\r\n d@example.net\r\nReturn-Path: <x@example.net>\r\n\r\nHi.\r\n`,
  'a megabyte': `${head}\r\n${'The quick brown fox jumps over the lazy dog.  \r\n'.repeat(22_000)}`,
}
