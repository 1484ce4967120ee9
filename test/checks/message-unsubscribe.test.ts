import { expect, it } from 'vitest'
import messageUnsubscribe from '../../src/checks/message-unsubscribe.ts'
import { describeCheck, findingsOf, nobody } from '../support/check-tester.ts'
import { letter, mailZone, noon, signedLetter } from '../support/signed-mail.ts'

const zone = mailZone()
const https = '<https://example.org/u?id=1>, <mailto:leave@example.org>'
const list = (value = https, post: string | undefined = 'List-Unsubscribe=One-Click') =>
  `List-Id: <news.example.org>\nList-Unsubscribe: ${value}\n${post === undefined ? '' : `List-Unsubscribe-Post: ${post}\n`}${letter}`
const both = 'from:to:subject:list-unsubscribe:list-unsubscribe-post'
const signed = (wish = {}, text = list()) => signedLetter({ names: both, ...wish }, text)
const given = (message: string) => ({ zone, now: noon, target: { message } })

describeCheck(messageUnsubscribe, {
  'one-click': [
    {
      ...given(signed()),
      says: 'https://example.org/u?id=1 takes the POST of RFC 8058, and the signature of example.org covers both',
    },
    {
      name: 'without a List-Id',
      ...given(signed({}, list().replace(/List-Id.*\n/, ''))),
      says: 'One click leaves the list',
    },
  ],
  personal: [{ ...given(letter), says: 'does not say that it was sent to a list' }],
  absent: [
    { ...given(`List-Id: <news.example.org>\n${letter}`), says: 'sent to a list (List-Id)', fix: 'sign both' },
    { name: 'bulk', ...given(`Precedence: bulk\n${letter}`), says: '(Precedence)' },
  ],
  malformed: [
    {
      ...given(signed({}, list('https://example.org/u'))),
      says: 'a URI stands without angle brackets',
      fix: 'in angle brackets',
    },
    {
      name: 'but enough of it',
      ...given(signed({}, list('<https://example.org/ u>, <mailto:leave@example.org>'))),
      says: 'white space in a URI',
    },
    {
      name: 'of another kind',
      ...given(signed({}, list('<ftp://example.org/u>'))),
      says: 'neither an https: nor a mailto:',
    },
  ],
  'not-https': [
    { ...given(signed({}, list('<http://example.org/u>'))), says: 'names http://example.org/u', fix: 'over HTTPS' },
  ],
  'mail-alone': [
    {
      ...given(signed({}, list('<mailto:leave@example.org>'))),
      says: 'mailto:leave@example.org and no https:',
      fix: 'takes a POST',
    },
  ],
  'post-absent': [
    {
      ...given(signed({}, list(https).replace(/List-Unsubscribe-Post.*\n/, ''))),
      says: 'no List-Unsubscribe-Post',
      fix: 'One-Click',
    },
  ],
  'post-wrong': [
    { ...given(signed({}, list(https, 'one-click'))), says: 'is "one-click"', fix: 'List-Unsubscribe=One-Click' },
  ],
  unsigned: [
    {
      ...given(signedLetter({}, list())),
      says: 'of example.org does not cover List-Unsubscribe, List-Unsubscribe-Post',
      fix: 'in h=',
    },
    {
      name: 'one of them',
      ...given(signed({ names: 'from:list-unsubscribe' })),
      says: 'does not cover List-Unsubscribe-Post:',
    },
  ],
  unverified: [
    { ...given(list()), says: 'see message-dkim' },
    {
      name: 'but broken',
      ...given(signed().replace('Good day', 'Bad day')),
      says: 'No DKIM signature of the message verifies',
    },
  ],
  unaligned: [{ ...given(signed({ domain: 'list.example' })), says: 'is that of list.example', findings: 2 }],
  undecided: [{ ...given(signed({ selector: 'silent' })), says: 'is not known: DNS reported a failure' }],
  'no-mail': [{ ...given(signed({}, list('<https://example.org/u>'))), says: 'names no mailto:', findings: 2 }],
  'not-asked': [{ zone, says: 'no message was given' }],
})

it('asks nobody but DNS: the address to leave a list is never called', async () => {
  let dialed = 0
  const dialer: typeof nobody = {
    connect(to, timeoutMs) {
      dialed++
      return nobody.connect(to, timeoutMs)
    },
  }
  await findingsOf(messageUnsubscribe, { ...given(signed()), dialer })
  expect(dialed).toBe(0)
})
