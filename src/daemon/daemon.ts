// Wires the long-running parts and stops them in order: store, resolver, scheduler, relay, control socket.
import { existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { Target } from '../audit/scope.ts'
import type { Configuration } from '../config/load.ts'
import { parseAddress } from '../names/address.ts'
import type { Dialer } from '../net/dialer.ts'
import { describeServer, systemServers } from '../net/dns/server-address.ts'
import { createResolver } from '../net/dns/stub-resolver.ts'
import { type KeyedZone, withKeyedZones } from '../net/keyed-zones.ts'
import type { Resolver } from '../net/resolver.ts'
import { withoutRewriting } from '../net/rewriting.ts'
import { createDialer } from '../net/socket-dialer.ts'
import type { CourierOptions } from '../relay/deliver/courier.ts'
import type { Evidence } from '../relay/gate/decide.ts'
import { type Relay, startRelay } from '../relay/relay.ts'
import type { RelaySettings } from '../relay/settings.ts'
import { isComplete } from '../report/complete.ts'
import { type Kept, Scheduler } from '../schedule/scheduler.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { ReportStore, Store } from '../store/store.ts'
import { version } from '../version.ts'
import { createAuditor } from './audits.ts'
import { type Control, startControl } from './control.ts'
import { type Log, logRelay } from './log.ts'
import { checkAddresses, checkControlPlace } from './places.ts'

/** What a daemon runs on; the lab hands in its own little internet. */
export interface Surroundings {
  readonly resolver?: Resolver
  readonly dialer?: Dialer
  readonly courier?: Pick<CourierOptions, 'guard' | 'open' | 'patience'>
  /** See SchedulerPorts. */
  readonly requestGap?: number
  /** Blocklists that are asked with a key; not through a resolver that is given. */
  readonly keyedZones?: readonly KeyedZone[]
}

/** A running daemon. */
export interface Daemon {
  readonly relay: Relay
  readonly scheduler: Scheduler
  readonly store: Store
  /** Takes nothing more, ends what is under way, closes the store. Does not wait for a store that has failed. */
  stop(): Promise<void>
}

/**
 * Starts everything that the configuration asks for; when a part cannot start, nothing stays running. What can be seen
 * before is looked at before anything is made.
 * @throws StoreFailure, or the error of a listener that cannot be bound: one line for an administrator.
 */
export async function startDaemon(configuration: Configuration, log: Log, around: Surroundings = {}): Promise<Daemon> {
  const { relay: settings, trust } = configuration
  // First: whoever starts a second one by mistake shall hear that, and not of a port.
  await checkControlPlace(configuration.control.path)
  // Where there is a store, its lock decides between two that start in the same moment, and the listeners say the rest.
  if (!existsSync(configuration.store.path)) await checkAddresses(settings.listeners)
  const own = around.resolver
    ? undefined
    : createResolver({ ...(configuration.resolver && { servers: configuration.resolver }), ca: trust })
  const resolver = around.resolver ?? withoutRewriting(withKeyedZones(own!, around.keyedZones ?? []))
  const dialer = around.dialer ?? createDialer({ ca: trust })
  const store = await openSqliteStore({ path: configuration.store.path }).catch(failure => {
    own?.close()
    throw failure
  })
  const undo: (() => Promise<unknown> | unknown)[] = [() => closed(store), () => own?.close()]
  try {
    const means = { resolver, dialer, ehloName: settings.hostname }
    let relay: Relay | undefined
    const scheduler = new Scheduler(
      settings.domains.map(domain => domain.name),
      await keptBy(store.reports),
      {
        audit: createAuditor(
          settings,
          () => listening(relay?.listeners ?? [], settings),
          {
            resolvers: around.resolver
              ? []
              : (configuration.resolver ?? systemServers()).map(s => ({ name: describeServer(s), server: s })),
            ...(configuration.reflector !== undefined && { reflector: configuration.reflector }),
          },
          means,
          (where, fault) => log('error', 'fault', { where, says: String(fault) }),
        ),
        async keep(domain, report) {
          await store.reports.keep(report)
          log('info', 'audited', { domain, verdict: report.verdict })
          await relay?.reconsider(domain)
        },
        onFault: (domain, fault) => log('error', 'fault', { where: `the audit of ${domain}`, says: String(fault) }),
        now: Date.now,
        ...(around.requestGap === undefined ? {} : { requestGap: around.requestGap }),
      },
    )
    const evidence: Evidence = {
      stale: settings.gate.stale,
      report(domain) {
        const report = scheduler.report(domain)
        const askedAt = scheduler.askedAt(domain)
        return report === undefined || askedAt === undefined ? undefined : { report, ageMs: Date.now() - askedAt }
      },
      complete(domain) {
        const found = scheduler.complete(domain)
        return found && { report: found.report, ageMs: Date.now() - found.at }
      },
    }
    relay = await startRelay({
      settings,
      store: store.queue,
      resolver,
      evidence,
      requestAudit: (domain, why) => {
        log('debug', 'audit-asked', { domain, why })
        scheduler.request(domain)
      },
      onEvent: logRelay(log),
      courier: { ca: trust, ...around.courier },
    })
    const running = relay
    undo.push(() => running.stop())
    scheduler.start()
    undo.push(() => scheduler.stop())
    const control: Control = await startControl(configuration.control.path, {
      relay,
      scheduler,
      store,
      settings,
      evidence,
    })
    undo.push(() => control.close())
    for (const listener of relay.listeners) {
      for (const { address, port } of listener.bound)
        log('info', 'listening', { listener: listener.name, address, port })
    }
    return { relay, scheduler, store, stop: () => inReverse(undo) }
  } catch (fault) {
    await inReverse(undo).catch(() => {})
    throw fault
  }
}

/** The listeners that speak TLS, where they can be reached from this host: each shows one certificate everywhere. */
function listening(listeners: Relay['listeners'], settings: RelaySettings): Target['listeners'] {
  return listeners.flatMap(({ name, bound }) => {
    const tls = settings.listeners.find(one => one.name === name)?.tls
    const [first] = bound
    if (first === undefined || tls === undefined || tls === 'none') return []
    const here = { '0.0.0.0': '127.0.0.1', '::': '::1' }[first.address] ?? first.address
    return [
      {
        host: settings.hostname,
        address: parseAddress(here)!,
        port: first.port,
        tls: tls === 'implicit' ? 'implicit' : 'starttls',
      },
    ]
  })
}

/** A disk that has failed may never answer: then the next opening finds what a crash would have left. */
async function closed(store: Store): Promise<void> {
  const closing = store.close()
  await (store.queue.health.kind === 'failed' ? Promise.race([closing, wait(FAILED_CLOSE_MS)]) : closing)
}

const FAILED_CLOSE_MS = 5_000

/** Every step, whatever becomes of the others: a store that is not closed stays locked. */
async function inReverse(undo: readonly (() => Promise<unknown> | unknown)[]): Promise<void> {
  let fault: { readonly cause: unknown } | undefined
  for (const step of undo.toReversed()) {
    try {
      await step()
    } catch (cause) {
      fault ??= { cause }
    }
  }
  if (fault) throw fault.cause
}

const KEPT_REPORTS = 10

/** Reports of an earlier run: as old as they are, and asked again when they are due by that. */
async function keptBy(reports: ReportStore): Promise<ReadonlyMap<string, Kept>> {
  // One that another version made may lack what the gate looks at today: it counts as none, and is made anew at once.
  const ours = (await reports.all()).filter(({ report }) => report.rules.mailworthy === version())
  const kept = ours.map(async ({ at, report }): Promise<readonly [string, Kept]> => {
    const complete = isComplete(report.readings)
      ? { at, report }
      : (await reports.history(report.domain, KEPT_REPORTS)).find(
          one => one.report.rules.mailworthy === version() && isComplete(one.report.readings),
        )
    const asked = { at: { records: at, blocklists: at, names: at, hosts: at }, ttl: 0 }
    return [report.domain, { report, asked, complete }]
  })
  return new Map(await Promise.all(kept))
}
