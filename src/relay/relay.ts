// The relay's whole line, put together: intake → gate → sign → queue → route → deliver, over one store, with one way to stop.
import type { Resolver } from '../net/resolver.ts'
import type { QueueStore } from '../store/store.ts'
import { type AcceptEvent, createAcceptance } from './accept.ts'
import { type CourierOptions, createCourier } from './deliver/courier.ts'
import type { Evidence } from './gate/decide.ts'
import { type Listener, startIntake } from './intake/listener.ts'
import { verifyPassword } from './intake/password.ts'
import type { IntakeEvent } from './intake/submission.ts'
import { createNotices } from './notices.ts'
import type { Desk } from './queue/desk.ts'
import type { QueueEvent } from './queue/events.ts'
import { Queue } from './queue/queue.ts'
import { groupKey, recipientDomain } from './route/routes.ts'
import { createSender, GATE, wouldGo } from './send.ts'
import type { RelaySettings } from './settings.ts'
import { routeOf } from './way.ts'

/** Everything that happens in the relay, for logs and tracking. */
export type RelayEvent =
  | { readonly from: 'intake'; readonly event: IntakeEvent }
  | { readonly from: 'accept'; readonly event: AcceptEvent }
  | { readonly from: 'queue'; readonly event: QueueEvent }

export interface RelayPorts {
  readonly settings: RelaySettings
  readonly store: QueueStore
  readonly resolver: Resolver
  /** The last reports: the relay reads them and never makes them. */
  readonly evidence: Evidence
  /** Asks for an audit, at once; never waits for it. */
  readonly requestAudit: (domain: string, why: string) => void
  readonly onEvent: (event: RelayEvent) => void
  /** Roots (PEM) to trust beside the usual ones, and what the lab maps. */
  readonly courier?: Pick<CourierOptions, 'ca' | 'guard' | 'open' | 'patience'>
}

/** A running relay. */
export interface Relay {
  readonly listeners: readonly Listener[]
  /** hold, release, retry, drop. */
  readonly desk: Desk
  /** The reports of a domain are new: what the gate held for its sake goes out when they are good. */
  reconsider(domain: string): Promise<number>
  /** Takes nothing more, ends what is under way, and keeps the rest for the next start. The store stays open. */
  stop(): Promise<void>
}

/** Starts the relay. When a listener cannot be opened, nothing stays running. */
export async function startRelay(ports: RelayPorts): Promise<Relay> {
  const { settings, store, evidence, requestAudit, onEvent } = ports
  const now = Date.now
  const courier = createCourier({
    resolver: ports.resolver,
    ourselves: {
      names: [settings.hostname, ...settings.egress.map(egress => egress.helo)],
      addresses: settings.egress.flatMap(egress => egress.seenAs),
    },
    ...ports.courier,
  })
  let newId: (at: number) => string = () => {
    throw new Error('the queue is not open yet')
  }
  const queue = await Queue.open({
    store,
    retry: settings.retry,
    hopOf(recipient) {
      const route = routeOf(recipient, settings)
      return route === undefined ? recipientDomain(recipient) : groupKey(recipient, route)
    },
    attempt: createSender({ settings, evidence, requestAudit, courier, store, now }),
    notices: createNotices({ settings, newId: at => newId(at), now }),
    onEvent: event => onEvent({ from: 'queue', event }),
  })
  newId = queue.newId
  const acceptance = createAcceptance({
    settings,
    evidence,
    requestAudit,
    store,
    newId,
    onEvent: event => onEvent({ from: 'accept', event }),
    onQueued: envelopes => queue.add(envelopes),
    now,
  })
  const listeners = await startIntake(settings, {
    ...acceptance,
    verify: (_user, password, stored) => verifyPassword(password, stored),
    onEvent: event => onEvent({ from: 'intake', event }),
  }).catch(async fault => {
    await courier.close()
    throw fault
  })
  queue.start()
  return {
    listeners,
    desk: queue.desk,
    // Only what would go: each release gives new time to arrive, and what is held again at once would never be returned.
    reconsider: domain =>
      queue.desk.release({
        where: (message, { recipient, heldBecause }) =>
          (heldBecause?.startsWith(GATE) ?? false) &&
          [message.author, message.sender].some(address => recipientDomain(address) === domain) &&
          wouldGo(message, [recipient], { settings, evidence }),
      }),
    async stop() {
      await Promise.all(listeners.map(listener => listener.close()))
      await queue.stop()
      await courier.close()
    },
  }
}
