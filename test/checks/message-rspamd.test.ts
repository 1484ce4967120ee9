import { expect, it } from 'vitest'
import messageRspamd from '../../src/checks/message-rspamd.ts'
import { describeCheck, findingsOf } from '../support/check-tester.ts'
import { httpAnswer, type ScriptedWeb, webDialer } from '../support/scripted-web.ts'

const zone = 'rspamd.example.org A 192.0.2.11'
const message = 'From: a@example.org\nSubject: x\n\nHello.\n'
const url = 'http://rspamd.example.org:11333'

function answer(action: string, more = {}): ScriptedWeb {
  const symbols = {
    BAYES_SPAM: { name: 'BAYES_SPAM', score: 5.1 },
    R_SPF_ALLOW: { score: -0.2 },
    NOTHING: { score: 0 },
  }
  const body = JSON.stringify({ is_skipped: false, score: 7.25, required_score: 15, action, symbols, ...more })
  return { answers: [httpAnswer(200, ['Content-Type: application/json'], body)] }
}
const silent: ScriptedWeb = { answers: [], ends: 'timeout' }
const given = (web: ScriptedWeb, at = url) => ({ zone, target: { message, rspamd: at }, dialer: webDialer(web) })

describeCheck(messageRspamd, {
  lets: [
    {
      ...given(answer('no action')),
      says: 'rspamd gives 7.25 of 15 points: no action. What weighs most: BAYES_SPAM +5.1, R_SPF_ALLOW −0.2.',
    },
    { name: 'without a sign', ...given(answer('no action', { symbols: {} })), says: 'No sign weighs anything.' },
  ],
  delays: [{ ...given(answer('greylist')), says: 'would put it off (greylist)' }],
  marks: [
    { ...given(answer('add header')), says: 'would mark the message as spam (add header)', fix: 'rspamc symbols' },
    { name: 'by an action of its own', ...given(answer('spam folder')), says: '(spam folder)' },
  ],
  refuses: [
    {
      ...given(answer('reject', { score: 20 })),
      says: 'gives 20 of 15 points and would refuse the message',
      fix: 'weighs most',
    },
  ],
  skipped: [{ ...given(answer('no action', { is_skipped: true })), says: 'not to look at this message' }],
  unknowable: [
    {
      name: 'down',
      zone,
      target: { message, rspamd: url },
      says: 'there was no connection to rspamd at http://rspamd.example.org:11333/checkv2 (nobody is there)',
    },
    {
      name: 'no name',
      ...given(answer('reject'), 'http://nowhere.example.org'),
      says: 'nowhere.example.org has no address',
    },
    { name: 'no answer of HTTP', ...given({ answers: ['220 mx ESMTP\r\n\r\n'] }), says: 'gave no answer of HTTP' },
    { name: 'silence', ...given(silent), says: 'did not answer in time' },
    {
      name: 'a page',
      ...given({ answers: [httpAnswer(200, [], '<html>')] }),
      says: 'no rspamd that could be understood: its answer is no JSON object',
    },
    {
      name: 'another status',
      ...given({ answers: [httpAnswer(403, [], '{"error":"unauthorized"}')] }),
      says: 'answered with status 403: unauthorized',
    },
    {
      name: 'a redirect',
      ...given({ answers: [httpAnswer(302, ['Location: http://else.example/'], '')] }),
      says: 'answered with status 302',
    },
    {
      name: 'too much',
      ...given({ answers: [httpAnswer(200, [], 'x'.repeat(2_000_000))] }),
      says: 'is larger than 1024 KB',
    },
    {
      name: 'TLS that nobody trusts',
      ...given({ ...answer('reject'), trust: { trusted: false } }, 'https://rspamd.example.org'),
      says: 'cannot be relied on: it shows no certificate',
    },
  ],
})

it('is not told of where no rspamd was named', async () => {
  expect(await findingsOf(messageRspamd, { zone, target: { message } })).toEqual([])
})

it('posts the message as it was on the wire, with what is known of the connection', async () => {
  const asked: string[] = []
  const web = { ...answer('no action'), onRequest: (text: string) => asked.push(text) }
  await findingsOf(messageRspamd, {
    ...given(web),
    target: { message, rspamd: url, came: '192.0.2.1 a@example.org mail.example.org' },
  })
  const [head, body] = asked
  expect(head!.split('\r\n').slice(0, 6)).toEqual([
    ...['POST /checkv2 HTTP/1.1', 'Host: rspamd.example.org:11333', 'Content-Type: message/rfc822'],
    ...['IP: 192.0.2.1', 'Helo: mail.example.org', 'From: a@example.org'],
  ])
  expect(head).toContain(`Content-Length: ${body!.length}\r\n`)
  expect(body).toBe(message.replaceAll('\n', '\r\n'))
})
