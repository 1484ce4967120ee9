import { expect, it } from 'vitest'
import spfSenderDependent from '../../src/checks/spf-sender-dependent.ts'
import { describeCheck, findingsOf } from '../support/check-tester.ts'

const record = (text: string, owner = 'example.org'): string => `${owner} TXT "v=spf1 ${text}"\n`

describeCheck(spfSenderDependent, {
  independent: [
    { zone: record('mx -all'), says: 'does not depend on the sender' },
    {
      name: 'the address of the client is no sender',
      zone: record('exists:%{i-}.ok.example.org -all'),
      says: 'does not depend',
    },
    { name: 'explanations decide nothing', zone: record('-all exp=%{l-}.why.example.org'), says: 'does not depend' },
    { name: 'terms behind all decide nothing', zone: record('-all exists:%{l-}.example.org'), says: 'does not depend' },
  ],
  'no-record': [{ zone: 'example.org A 192.0.2.1', says: 'no SPF record' }],
  'local-part': [
    {
      zone: record('exists:%{l-}._spf.example.org -all'),
      says: 'the local part of the sender: exists:%{l-}._spf.example.org.',
      fix: 'DKIM',
    },
    {
      name: 'in an included record',
      zone: record('include:i.example.net -all') + record('a:%{S-}.example.net', 'i.example.net'),
      says: 'a:%{S-}.example.net of i.example.net',
    },
  ],
  'other-macros': [
    {
      zone: record('exists:%{h-}.%{o-}.example.org -all'),
      says: 'the domain of the sender, the HELO name: exists:%{h-}.%{o-}.example.org',
    },
  ],
  dynamic: [
    {
      zone: record('include:%{i-}._spf.example.net -all'),
      says: 'include:%{i-}._spf.example.net of example.org leads to',
    },
  ],
  unfinished: [
    {
      zone: `${record('include:slow.example.net -all')}slow.example.net FAULT timeout`,
      says: 'did not answer in time',
    },
  ],
  unknowable: [{ zone: 'example.org FAULT timeout', says: 'did not answer in time' }],
})

it('knows the plain macros too', async () => {
  const [finding] = await findingsOf(spfSenderDependent, { zone: record('exists:%{l}.%{ir}.example.org -all') })
  expect(finding!.outcome).toBe('local-part')
})
