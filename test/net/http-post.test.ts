// Posting to a service that somebody named: one request, in clear or under TLS that is judged before a word is said.
import { expect, it } from 'vitest'
import { type HttpPost, httpPost } from '../../src/net/http-post.ts'
import { httpAnswer, type ScriptedWeb, webDialer } from '../support/scripted-web.ts'

const post = (web: ScriptedWeb, more: Partial<HttpPost> = {}) =>
  httpPost(webDialer(web), {
    ...{ addresses: ['192.0.2.11'], port: 11333, host: 'rspamd.example.org', secure: false, path: '/checkv2' },
    ...{ fields: [['IP', '192.0.2.1']], body: Buffer.from('Subject: x\r\n\r\n'), mostBody: 100, timeoutMs: 1000 },
    ...more,
  })

it('says who it asks for what, how long the document is, and the document', async () => {
  const asked: string[] = []
  const web = { answers: [httpAnswer(200, [], '{}')], onRequest: (text: string) => asked.push(text) }
  expect(await post(web)).toMatchObject({ kind: 'response', status: 200, address: '192.0.2.11' })
  expect(asked).toEqual([
    'POST /checkv2 HTTP/1.1\r\nHost: rspamd.example.org:11333\r\nIP: 192.0.2.1\r\nContent-Length: 14\r\nAccept: */*\r\nConnection: close\r\n\r\n',
    'Subject: x\r\n\r\n',
  ])
})

it('writes an IPv6 address in brackets, and no port that goes without saying', async () => {
  const asked: string[] = []
  await post({ answers: [], onRequest: text => asked.push(text) }, { host: '2001:db8::1', port: 80 })
  expect(asked[0]).toContain('\r\nHost: [2001:db8::1]\r\n')
})

it('says nothing over TLS that is refused', async () => {
  const asked: string[] = []
  const web = { answers: [], onRequest: (text: string) => asked.push(text) }
  expect(await post(web, { secure: true, refuses: () => 'nobody trusts it' })).toEqual({
    kind: 'not-secured',
    detail: 'nobody trusts it',
    address: '192.0.2.11',
  })
  expect(asked).toEqual([])
})

it('follows no redirect, and reads no more than it may', async () => {
  expect(await post({ answers: [httpAnswer(302, ['Location: /else'], '')] })).toMatchObject({ status: 302 })
  expect(await post({ answers: [httpAnswer(200, [], 'x'.repeat(300))] })).toMatchObject({ isCut: true })
})

it('tries the next address where one does not take the connection', async () => {
  const tried: string[] = []
  const one = webDialer({ answers: [httpAnswer(200, [], 'ok')] })
  const answer = await httpPost(
    {
      async connect(to, timeoutMs) {
        tried.push(to.address)
        return to.address === '::1' ? one.connect(to, timeoutMs) : { kind: 'failed', why: 'refused', detail: 'nobody' }
      },
    },
    {
      addresses: ['127.0.0.1', '::1'],
      port: 1,
      host: 'localhost',
      secure: false,
      path: '/',
      fields: [],
      body: Buffer.from(''),
      mostBody: 9,
      timeoutMs: 99,
    },
  )
  expect(answer).toMatchObject({ kind: 'response', address: '::1' })
  expect(tried).toEqual(['127.0.0.1', '::1'])
  expect(await post({ answers: [] }, { addresses: [] })).toMatchObject({ kind: 'not-connected' })
})
