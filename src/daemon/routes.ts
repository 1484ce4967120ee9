// What the control socket answers: the queue and the gate, under /api/v1.
import type { EnvelopeState } from '../relay/envelope.ts'
import { type QueueStore, type Selection, type Stored, StoreFailure } from '../store/store.ts'
import type { Controlled } from './control.ts'
import { explainGate, gateStatus } from './gate-answers.ts'

export interface Answer {
  readonly status: number
  readonly body: object
  /** With 405: what is allowed (RFC 9110 §15.5.6). */
  readonly allow?: string
}

const acts = ['hold', 'release', 'retry', 'drop'] as const
type Act = (typeof acts)[number]
const states: readonly EnvelopeState[] = ['queued', 'held', 'delivered', 'failed', 'dropped']

/** Messages that are listed in one answer. */
const MOST_LISTED = 1000

/** The question is wrong: the only throw that is expected here. */
class Wrong extends Error {
  readonly status: number
  readonly allow: string | undefined

  constructor(status: number, says: string, allow?: string) {
    super(says)
    this.status = status
    this.allow = allow
  }
}

/** One question to the daemon. What is wrong with it is answered with 4xx; a store that cannot, with 503. */
export async function answerControl(
  method: string,
  url: string,
  body: string,
  controlled: Controlled,
): Promise<Answer> {
  try {
    return { status: 200, body: await answered(method, url, body, controlled) }
  } catch (trouble) {
    if (trouble instanceof Wrong) {
      const { status, message, allow } = trouble
      return { status, body: { error: message }, ...(allow === undefined ? {} : { allow }) }
    }
    if (trouble instanceof StoreFailure) return { status: 503, body: { error: trouble.message } }
    throw trouble
  }
}

async function answered(method: string, url: string, body: string, controlled: Controlled): Promise<object> {
  const { pathname, searchParams } = place(url)
  const [, api, version, area, item = '', ...more] = pathname.split('/')
  const nowhere = new Wrong(404, 'no such route')
  if (api !== 'api' || version !== 'v1' || more.length > 0) throw nowhere
  const by = (wanted: 'GET' | 'POST'): void => {
    if (method !== wanted) throw new Wrong(405, `${wanted} is how this is asked`, wanted)
  }
  const act = acts.find(one => one === item)
  if (area === 'queue' && act !== undefined) {
    by('POST')
    return actOn(act, fieldsOf(body, act === 'hold' ? ['message', 'because'] : ['message']), controlled)
  }
  if (area === 'queue') {
    by('GET')
    return item === '' ? listQueue(controlled.store.queue, searchParams) : find(controlled.store.queue, item)
  }
  if (area === 'gate' && item === 'status') {
    by('GET')
    return gateStatus(controlled)
  }
  if (area === 'gate' && item === 'explain') {
    by('POST')
    const told = explainGate(fieldsOf(body, ['from', 'to', 'client']), controlled)
    if (typeof told === 'string') throw new Wrong(400, told)
    return told
  }
  throw nowhere
}

function place(url: string): URL {
  if (!URL.canParse(url, 'http://control')) throw new Wrong(400, 'this is no path')
  return new URL(url, 'http://control')
}

/** A field that nobody knows may be a misspelled one, and `drop` without `message` drops all. */
function fieldsOf<N extends string>(body: string, known: readonly N[]): { readonly [name in N]?: string } {
  if (body.trim() === '') return {}
  let data: unknown
  try {
    data = JSON.parse(body)
  } catch {
    throw new Wrong(400, 'the body is no JSON')
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new Wrong(400, 'the body must be a JSON object')
  for (const [name, value] of Object.entries(data)) {
    if (!known.some(one => one === name)) throw new Wrong(400, `here may stand ${known.join(', ')}, not "${name}"`)
    if (typeof value !== 'string' || value === '') throw new Wrong(400, `${name} must be text`)
  }
  return data as { [name in N]?: string }
}

async function actOn(
  act: Act,
  { message, because = 'held by hand' }: { readonly message?: string; readonly because?: string },
  { relay: { desk } }: Controlled,
): Promise<object> {
  const which = message === undefined ? {} : { message }
  return { changed: act === 'hold' ? await desk.hold(which, because) : await desk[act](which) }
}

async function find(queue: QueueStore, id: string): Promise<Stored> {
  const stored = await queue.find(id)
  if (stored === undefined) throw new Wrong(404, `no message ${id} is known`)
  return stored
}

async function listQueue(queue: QueueStore, asked: URLSearchParams): Promise<{ readonly messages: readonly Stored[] }> {
  for (const name of asked.keys()) {
    if (!['state', 'after', 'most'].includes(name))
      throw new Wrong(400, `here may stand state, after, most, not "${name}"`)
  }
  const state = states.find(one => one === asked.get('state'))
  if (state === undefined && asked.has('state')) throw new Wrong(400, `state is one of ${states.join(', ')}`)
  const most = asked.get('most') ?? '200'
  if (!/^[1-9][0-9]{0,5}$/.test(most)) throw new Wrong(400, `most is a number from 1 to ${MOST_LISTED}`)
  const after = asked.get('after')
  const selection: Selection = { ...(state === undefined ? {} : { state }), ...(after === null ? {} : { after }) }
  return { messages: await queue.list(selection, Math.min(Number(most), MOST_LISTED)) }
}
