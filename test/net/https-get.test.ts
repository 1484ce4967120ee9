import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type HttpsAnswer, httpsGet } from '../../src/net/https-get.ts'
import { httpAnswer, type ScriptedWeb, webDialer } from '../support/scripted-web.ts'

const get = (web: ScriptedWeb, more: { mostBody?: number; addresses?: readonly string[] } = {}): Promise<HttpsAnswer> =>
  httpsGet(webDialer(web), {
    addresses: ['192.0.2.80'],
    host: 'mta-sts.example.org',
    path: '/x.txt',
    mostBody: 100,
    timeoutMs: 1000,
    ...more,
  })
const bodyOf = (answer: HttpsAnswer) =>
  answer.kind === 'response' ? Buffer.from(answer.body).toString('latin1') : answer

it('asks for the path at the host, once, and wants nothing kept open', async () => {
  const asked: string[] = []
  await get({ answers: [httpAnswer(200, ['Content-Length: 0'], '')], onRequest: text => asked.push(text) })
  expect(asked).toEqual([
    'GET /x.txt HTTP/1.1\r\nHost: mta-sts.example.org\r\nAccept: */*\r\nConnection: close\r\n\r\n',
  ])
})

it('reads a body by its length, by chunks, and to the end of the connection (RFC 9112 §6.3)', async () => {
  expect(bodyOf(await get({ answers: [httpAnswer(200, ['Content-Length: 5'], 'hello, and more')] }))).toBe('hello')
  const chunked = httpAnswer(200, ['transfer-encoding: Chunked'], '3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n')
  expect(bodyOf(await get({ answers: [...chunked] }))).toBe('hello')
  expect(bodyOf(await get({ answers: [httpAnswer(200, [], 'hel'), 'lo'] }))).toBe('hello')
})

it('passes over interim answers, and follows no redirect', async () => {
  const early = 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'
  const moved = httpAnswer(301, ['Location: https://elsewhere.example/', 'Content-Length: 0'], '')
  expect(await get({ answers: [early + moved] })).toMatchObject({ kind: 'response', status: 301 })
})

it('reads no more than it may, however it is sent', async () => {
  for (const fields of [['Content-Length: 999999'], []]) {
    const answer = await get({ answers: [httpAnswer(200, fields, 'x'.repeat(300))], ends: 'timeout' })
    expect(answer).toMatchObject({ kind: 'response', isCut: true })
    expect(bodyOf(answer)).toHaveLength(100)
  }
  const chunk = `50\r\n${'x'.repeat(80)}\r\n`
  expect(await get({ answers: [httpAnswer(200, ['Transfer-Encoding: chunked'], chunk + chunk)] })).toMatchObject({
    isCut: true,
  })
})

it.each([
  ['a status line is missing', ['SSH-2.0-OpenSSH\r\n\r\n'], 'not-http'],
  [
    'the head does not end',
    ['HTTP/1.1 200 OK\r\n', ...Array.from({ length: 400 }, () => `X: ${'y'.repeat(60)}\r\n`)],
    'not-http',
  ],
  ['the length is no number', [httpAnswer(200, ['Content-Length: many'], '')], 'not-http'],
  ['a chunk has no size', [httpAnswer(200, ['Transfer-Encoding: chunked'], 'zz\r\n')], 'not-http'],
  ['the connection ends too early', [httpAnswer(200, ['Content-Length: 50'], 'short')], 'closed'],
  ['nothing comes', [], 'closed'],
] as const)('says that %s', async (_, answers, why) => {
  expect(await get({ answers })).toMatchObject({ kind: 'unanswered', why })
})

it('tells a failed handshake and a missing connection from an answer', async () => {
  const tls = { kind: 'failed', why: 'tls', detail: 'handshake failure' } as const
  expect(await get({ answers: [], tls })).toMatchObject({ kind: 'tls-failed', detail: 'handshake failure' })
  expect(await get({ answers: [] }, { addresses: [] })).toMatchObject({ kind: 'not-connected', why: 'network' })
})

it('ends with one of its four words, whatever bytes come in whatever pieces', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'HTTP/1.1 200 OK\r\n',
      '\r\n',
      'Content-Length: 3\r\n',
      'Transfer-Encoding: chunked\r\n',
      '3\r\n',
      '0\r\n',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 30 }),
      fc.constantFrom('closed', 'timeout'),
      async (answers, ends) => {
        const answer = await get({ answers, ends })
        expect(['response', 'unanswered']).toContain(answer.kind)
        if (answer.kind === 'response') expect(answer.body.length).toBeLessThanOrEqual(100)
      },
    ),
  )
})
