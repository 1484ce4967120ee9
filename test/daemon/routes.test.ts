// What the control socket answers: questions that are right, and 4xx for every question that is not, whatever it is.
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Controlled } from '../../src/daemon/control.ts'
import { type Answer, answerControl } from '../../src/daemon/routes.ts'
import type { Which } from '../../src/relay/queue/desk.ts'
import { StoreFailure } from '../../src/store/store.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { aMessage, anEnvelope, contentOf } from '../support/queue-messages.ts'

let store: MemoryStore
let done: unknown[]
let failure: StoreFailure | undefined

beforeEach(async () => {
  store = new MemoryStore()
  done = []
  failure = undefined
  for (const id of ['A1', 'A2', 'A3']) await store.put(aMessage(id), contentOf(id), [anEnvelope()])
})

const act = (name: string) => async (which: Which, because?: string) => {
  if (failure) throw failure
  done.push([name, which, ...(because === undefined ? [] : [because])])
  return 1
}

function controlled(): Controlled {
  return {
    relay: { desk: { hold: act('hold'), release: act('release'), retry: act('retry'), drop: act('drop') } },
    scheduler: { report: () => undefined, askedAt: () => undefined, request: () => {} },
    store: { queue: store },
    settings: { egress: [], domains: [], clients: [], routes: [], gate: { mode: 'reject', stale: 1, domains: {} } },
    evidence: { stale: 1, report: () => undefined },
  } as unknown as Controlled
}

const ask = (method: string, url: string, body = ''): Promise<Answer> => answerControl(method, url, body, controlled())

const ids = ({ body }: Answer): unknown =>
  (body as { messages: readonly { message: { id: string } }[] }).messages.map(one => one.message.id)

describe('the queue', () => {
  it('is listed, page by page', async () => {
    expect(ids(await ask('GET', '/api/v1/queue'))).toEqual(['A1', 'A2', 'A3'])
    expect(ids(await ask('GET', '/api/v1/queue/?most=2'))).toEqual(['A1', 'A2'])
    expect(ids(await ask('GET', '/api/v1/queue?after=A2&state=queued'))).toEqual(['A3'])
    expect(ids(await ask('GET', '/api/v1/queue?state=held'))).toEqual([])
    expect(ids(await ask('GET', '/api/v1/queue?most=99999'))).toHaveLength(3)
  })

  it('shows one message', async () => {
    expect(await ask('GET', '/api/v1/queue/A2')).toMatchObject({ status: 200, body: { message: { id: 'A2' } } })
    expect(await ask('GET', '/api/v1/queue/A9')).toEqual({ status: 404, body: { error: 'no message A9 is known' } })
  })

  it('is acted upon: one message, or all', async () => {
    expect(await ask('POST', '/api/v1/queue/hold', '{"message":"A1","because":"noon"}')).toEqual({
      status: 200,
      body: { changed: 1 },
    })
    await ask('POST', '/api/v1/queue/hold', '{}')
    await ask('POST', '/api/v1/queue/retry')
    await ask('POST', '/api/v1/queue/drop', '{"message":"A2"}')
    expect(done).toEqual([
      ['hold', { message: 'A1' }, 'noon'],
      ['hold', {}, 'held by hand'],
      ['retry', {}],
      ['drop', { message: 'A2' }],
    ])
  })

  it('says when the store cannot', async () => {
    failure = new StoreFailure('full', 'the disk is full')
    expect(await ask('POST', '/api/v1/queue/drop', '{"message":"A1"}')).toEqual({
      status: 503,
      body: { error: 'the disk is full' },
    })
  })
})

describe('a wrong question', () => {
  it.each([
    ['GET', '/', '', 404, 'no such route'],
    ['GET', '/api/v2/queue', '', 404, 'no such route'],
    ['GET', '/api/v1', '', 404, 'no such route'],
    ['GET', '/api/v1/nothing', '', 404, 'no such route'],
    ['GET', '/api/v1/gate', '', 404, 'no such route'],
    ['GET', '/api/v1/gate/status/more', '', 404, 'no such route'],
    ['GET', '/api/v1/queue/A1/more', '', 404, 'no such route'],
    ['POST', '/api/v1/queue/hold/more', '', 404, 'no such route'],
    ['GET', '//', '', 400, 'this is no path'],
    ['GET', '/api/v1/queue/../../../etc/passwd', '', 404, 'no such route'],
    ['DELETE', '/api/v1/queue/A1', '', 405, 'GET is how this is asked'],
    ['POST', '/api/v1/queue', '{}', 405, 'GET is how this is asked'],
    ['GET', '/api/v1/queue/drop', '', 405, 'POST is how this is asked'],
    ['POST', '/api/v1/gate/status', '{}', 405, 'GET is how this is asked'],
    ['GET', '/api/v1/gate/explain', '', 405, 'POST is how this is asked'],
    ['POST', '/api/v1/queue/drop', '{', 400, 'the body is no JSON'],
    ['POST', '/api/v1/queue/drop', 'message=A1', 400, 'the body is no JSON'],
    ['POST', '/api/v1/queue/drop', 'null', 400, 'the body must be a JSON object'],
    ['POST', '/api/v1/queue/drop', '["A1"]', 400, 'the body must be a JSON object'],
    ['POST', '/api/v1/queue/drop', '"A1"', 400, 'the body must be a JSON object'],
    ['POST', '/api/v1/queue/drop', '{"id":"A1"}', 400, 'here may stand message, not "id"'],
    ['POST', '/api/v1/queue/drop', '{"message":null}', 400, 'message must be text'],
    ['POST', '/api/v1/queue/drop', '{"message":""}', 400, 'message must be text'],
    ['POST', '/api/v1/queue/drop', '{"message":["A1"]}', 400, 'message must be text'],
    ['POST', '/api/v1/queue/drop', '{"__proto__":"x"}', 400, 'here may stand message, not "__proto__"'],
    ['POST', '/api/v1/queue/hold', '{"because":7}', 400, 'because must be text'],
    ['GET', '/api/v1/queue?state=lost', '', 400, 'state is one of queued, held, delivered, failed, dropped'],
    ['GET', '/api/v1/queue?most=-1', '', 400, 'most is a number from 1 to 1000'],
    ['GET', '/api/v1/queue?most=1.5', '', 400, 'most is a number from 1 to 1000'],
    ['GET', '/api/v1/queue?limit=5', '', 400, 'here may stand state, after, most, not "limit"'],
    ['POST', '/api/v1/gate/explain', '', 400, 'from must be an address, such as someone@example.org'],
    ['POST', '/api/v1/gate/explain', '{"from":"nobody"}', 400, 'from must be an address, such as someone@example.org'],
    [
      'POST',
      '/api/v1/gate/explain',
      '{"from":"a@b.c","to":"x"}',
      400,
      'to must be an address, such as someone@example.net',
    ],
    ['POST', '/api/v1/gate/explain', '{"from":"a@b.c","client":"erp"}', 400, 'no client is called "erp"'],
  ])('%s %s %s', async (method, url, body, status, error) => {
    const answer = await ask(method, url, body)
    expect([answer.status, answer.body]).toEqual([status, { error }])
    expect(answer.allow).toBe(status === 405 ? error.split(' ')[0] : undefined)
    expect(done).toEqual([])
  })

  it('never does anything else, whatever is asked', async () => {
    const places = ['', 'queue', 'queue/hold', 'queue/drop', 'queue/%', 'gate/status', 'gate/explain', 'gate/%00']
    const question = fc.tuple(
      fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', ''),
      fc.oneof(
        fc.string(),
        fc.constantFrom(...places).map(place => `/api/v1/${place}`),
        fc.webPath(),
      ),
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.object().map(one => JSON.stringify(one)),
      ),
    )
    await fc.assert(
      fc.asyncProperty(question, async ([method, url, body]) => {
        const { status } = await ask(method, url, body)
        expect([200, 400, 404, 405]).toContain(status)
      }),
    )
  })
})
