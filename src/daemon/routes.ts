// What the control socket answers: the queue and the gate, under /api/v1.

import type { EnvelopeState } from '../relay/envelope.ts'
import { decide } from '../relay/gate/decide.ts'
import { inWords, verdictOf } from '../relay/gate/reply.ts'
import { gateMode, judge, signaturesOf } from '../relay/judge.ts'
import { recipientDomain } from '../relay/route/routes.ts'
import type { QueueStore, Stored } from '../store/store.ts'
import type { Controlled } from './control.ts'

export interface Answer {
  readonly status: number
  readonly body: object
}

const acts = ['hold', 'release', 'retry', 'drop'] as const
const states: readonly EnvelopeState[] = ['queued', 'held', 'delivered', 'failed', 'dropped']

/** One question to the daemon. */
export async function answerControl(
  method: string,
  url: string,
  body: string,
  controlled: Controlled,
): Promise<Answer> {
  const { pathname, searchParams } = new URL(url, 'http://control')
  const [, api, version, area, item, more] = pathname.split('/')
  if (api !== 'api' || version !== 'v1') return { status: 404, body: { error: 'no such route' } }
  const given =
    body === ''
      ? {}
      : (JSON.parse(body) as { message?: string; because?: string; from?: string; to?: string; client?: string })
  if (area === 'queue' && method === 'GET') {
    if (item === undefined || item === '')
      return { status: 200, body: await listQueue(controlled.store.queue, searchParams) }
    const stored = await controlled.store.queue.find(item)
    return stored === undefined
      ? { status: 404, body: { error: `no message ${item} is known` } }
      : { status: 200, body: stored }
  }
  const act = acts.find(one => one === item)
  if (area === 'queue' && method === 'POST' && act !== undefined && more === undefined) {
    const which = given.message === undefined ? {} : { message: given.message }
    const { desk } = controlled.relay
    const changed = act === 'hold' ? await desk.hold(which, given.because ?? 'held by hand') : await desk[act](which)
    return { status: 200, body: { changed } }
  }
  if (area === 'gate' && item === 'status') return { status: 200, body: gateStatus(controlled) }
  if (area === 'gate' && item === 'explain' && method === 'POST')
    return { status: 200, body: explainGate(given, controlled) }
  return { status: 404, body: { error: 'no such route' } }
}

async function listQueue(
  queue: QueueStore,
  parameters: URLSearchParams,
): Promise<{ readonly messages: readonly Stored[] }> {
  const state = states.find(one => one === parameters.get('state'))
  const after = parameters.get('after')
  const most = Math.min(Number(parameters.get('most') ?? 200) || 200, 1000)
  const selection = { ...(state === undefined ? {} : { state }), ...(after === null ? {} : { after }) }
  return { messages: await queue.list(selection, most) }
}

function gateStatus({ settings, evidence, scheduler }: Controlled): object {
  const domains = settings.domains.map(domain => {
    const { name } = domain
    const signatures = signaturesOf(domain)
    const decision = decide(
      {
        authorDomain: name,
        senderDomain: name,
        signatures,
        way: { kind: 'mx', addresses: settings.egress[0]?.seenAs ?? [] },
      },
      evidence,
    )
    return {
      domain: name,
      mode: gateMode(undefined, name, settings),
      decision: decision.kind,
      because: decision.kind === 'open' ? [] : decision.because.map(inWords),
      verdict: scheduler.report(name)?.verdict ?? null,
      auditedAt: scheduler.askedAt(name) ?? null,
    }
  })
  return { domains }
}

function explainGate(
  given: { from?: string; to?: string; client?: string },
  { settings, evidence }: Controlled,
): object {
  const from = given.from ?? ''
  const domain = settings.domains.find(one => one.name === recipientDomain(from))
  if (domain === undefined)
    return { error: `mail from ${recipientDomain(from) || '(nobody)'} is not set up here: 550 5.7.1` }
  const signatures = signaturesOf(domain)
  const judgment = judge(
    {
      authorDomain: domain.name,
      senderDomain: domain.name,
      recipients: [given.to ?? 'someone@example.net'],
      signatures,
    },
    settings,
    evidence,
  )
  if (judgment === undefined) return { error: 'there is no route to this recipient: 550 5.7.1' }
  const client = settings.clients.find(one => one.name === given.client)
  const mode = gateMode(client, domain.name, settings)
  const verdict = verdictOf(judgment.decision, mode)
  return { domain: domain.name, mode, egress: judgment.egress.name, decision: judgment.decision, verdict }
}
