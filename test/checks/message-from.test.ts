import messageFrom from '../../src/checks/message-from.ts'
import { describeCheck } from '../support/check-tester.ts'

const zone = 'example.org A 192.0.2.1'
const mail = (header: string) => ({ message: `${header}Subject: hello\n\nHello.\n` })

describeCheck(messageFrom, {
  author: [
    { zone, target: mail('From: Jo <jo@Example.org>\n'), says: 'names one author domain: example.org.' },
    { name: 'in A-labels', zone, target: mail('From: jo@bücher.example\n'), says: 'xn--bcher-kva.example' },
  ],
  faulty: [
    {
      name: 'two authors of one domain',
      zone,
      target: mail('From: a@example.org, b@example.org\n'),
      says: 'it names more than one address',
      fix: 'Display name <address>',
    },
    {
      name: 'an unquoted comma',
      zone,
      target: mail('From: Foo, Inc. <a@example.org>\n'),
      says: 'names example.org, but',
    },
    { name: 'a group', zone, target: mail('From: team: a@example.org;\n'), says: 'it names a group' },
  ],
  absent: [{ zone, target: mail('To: jo@example.org\n'), says: 'no From field', fix: 'one From field' }],
  repeated: [
    {
      zone,
      target: mail('From: a@example.org\nFrom: b@example.net\n'),
      says: '2 From fields, naming example.org, example.net',
      fix: 'oversigning',
    },
  ],
  several: [
    {
      zone,
      target: mail('From: a@example.org, b@example.net\n'),
      says: 'authors of 2 domains: example.org, example.net',
    },
  ],
  unreadable: [
    { zone, target: mail('From: undisclosed\n'), says: 'No author domain can be read', fix: 'full domain name' },
    { name: 'a domain that is none', zone, target: mail('From: root@localhost\n'), says: 'it has no dot' },
    { name: 'an empty group', zone, target: mail('From: nobody:;\n'), says: 'it names a group' },
  ],
  'not-asked': [{ zone, says: 'no message was given' }],
})
