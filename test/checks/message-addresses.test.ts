import messageAddresses from '../../src/checks/message-addresses.ts'
import { describeCheck } from '../support/check-tester.ts'

const zone = 'example.org A 192.0.2.1'
const mail = (header: string) => ({ message: `${header}\nHello.\n` })
const from = 'From: Jo <jo@example.org>\n'

describeCheck(messageAddresses, {
  readable: [
    {
      zone,
      target: mail(`${from}To: Team: a@example.net, b@example.net;\nCc: undisclosed-recipients:;\n`),
      says: 'can be read',
    },
    {
      name: 'a name that is its own address',
      zone,
      target: mail('From: "jo@example.org" <jo@example.org>\n'),
      says: 'can be read',
    },
    {
      name: 'of the same house',
      zone,
      target: mail('From: "jo@example.org" <jo@mail.example.org>\n'),
      says: 'can be read',
    },
  ],
  malformed: [
    {
      zone,
      target: mail(`${from}To: Doe, Jo <jo@example.net>\n`),
      says: 'The To field cannot be read as RFC 5322 has it: "Doe" is no address',
      fix: 'quotation marks',
    },
    { name: 'nobody', zone, target: mail(`${from}Reply-To:\n`), says: 'it names no address' },
  ],
  'not-one': [
    {
      zone,
      target: mail(`${from}Sender: a@example.org, b@example.org\n`),
      says: 'names 2 mailboxes',
      fix: 'the one mailbox',
    },
  ],
  'sender-absent': [
    {
      zone,
      target: mail('From: a@example.org, b@example.org\n'),
      says: 'From names 2 mailboxes, and no Sender',
      fix: 'one author',
    },
  ],
  'name-shows-address': [
    {
      zone,
      target: mail('From: "boss@bank.example" <x@evil.example>\n'),
      says: 'shows boss@bank.example, and the message is from x@evil.example',
      fix: 'forged',
    },
    {
      name: 'in an encoded word',
      zone,
      target: mail('From: =?utf-8?B?Ym9zc0BiYW5rLmV4YW1wbGU=?= <x@evil.example>\n'),
      says: 'boss@bank.example',
    },
  ],
  'hidden-characters': [
    {
      zone,
      target: mail('From: =?utf-8?Q?Ba=E2=80=8Bnk?= <x@example.org>\n'),
      says: 'The name in From has characters that cannot be seen',
      fix: 'out of the name',
    },
    {
      name: 'of direction',
      zone,
      target: mail(`${from}To: =?utf-8?Q?=E2=80=AEabc?= <x@example.org>\n`),
      says: '(U+202E)',
    },
  ],
  'empty-name': [
    { zone, target: mail('From: "" <a@example.org>\n'), says: 'The From field has a name that is empty', findings: 2 },
  ],
  elsewhere: [
    {
      zone,
      target: mail(`${from}Reply-To: jo@mail.example\n`),
      says: 'Reply-To is at mail.example, and From at example.org: answers go there',
      findings: 2,
    },
    { name: 'Sender', zone, target: mail(`${from}Sender: b@list.example\n`), says: '"on behalf of"', findings: 2 },
  ],
  'not-asked': [{ zone, says: 'no message was given' }],
})
