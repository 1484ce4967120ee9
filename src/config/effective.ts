// The configuration as it takes effect: with defaults, in the words of the file, and without any secret.
import { endpointText } from '../names/endpoint.ts'
import { describeServer } from '../net/dns/server-address.ts'
import type { Configuration } from './load.ts'
import { durationText, sizeText } from './quantity.ts'
import { isReference } from './reference.ts'

/** Plain data in the shape of the file. References stay references; nothing that they name is in it. */
export function effective({ relay, written, resolver, reflector, store, control, log }: Configuration): object {
  return {
    hostname: relay.hostname,
    ...(resolver === undefined ? {} : { resolver: resolver.map(describeServer) }),
    ...(reflector === undefined ? {} : { reflector }),
    store: `sqlite:${store.path}`,
    control: `unix:${control.path}`,
    ...(written.trust === undefined ? {} : { trust: written.trust }),
    egress: relay.egress.map(({ source, ...rest }) => ({ ...rest, ...(source.length > 0 ? { source } : {}) })),
    domains: relay.domains.map(({ name }, index) => ({ name, dkim: written.domains[index]!.dkim })),
    listeners: relay.listeners.map(({ name, bind, tls, auth, maxMessageSize, ...limits }, index) => {
      const { certificate, key } = written.listeners[index]!
      return {
        name,
        bind: bind.map(({ address, port }) => endpointText(address, port)),
        tls,
        ...(certificate === undefined ? {} : { certificate }),
        ...(key === undefined ? {} : { key }),
        auth,
        maxMessageSize: sizeText(maxMessageSize),
        maxRecipients: limits.maxRecipients,
        maxConnections: limits.maxConnections,
      }
    }),
    clients: relay.clients.map(({ name, match, password, senders, rate, gate, lineEndings }, index) => ({
      name,
      match,
      ...(password === undefined ? {} : { password: maskedPassword(written.clients[index]!.password!) }),
      senders,
      ...(rate === undefined ? {} : { rate: { messages: rate.messages, per: durationText(rate.perMs) } }),
      ...(gate === undefined ? {} : { gate }),
      lineEndings,
    })),
    routes: relay.routes.map(({ name, match, cost, via, tls, auth, appearsAs }, index) => ({
      name,
      match,
      cost,
      via: via === 'mx' ? via : via.map(({ host, port }) => endpointText(host, port)),
      tls,
      ...(auth === undefined ? {} : { auth: written.routes![index]!.auth }),
      ...(appearsAs === undefined ? {} : { appearsAs: appearance(appearsAs) }),
    })),
    gate: { mode: relay.gate.mode, stale: durationText(relay.gate.stale), domains: relay.gate.domains },
    retry: {
      steps: relay.retry.steps.map(durationText),
      expiresAfter: durationText(relay.retry.expiresAfter),
      warnAfter: relay.retry.warnAfter === undefined ? 'never' : durationText(relay.retry.warnAfter),
    },
    log,
  }
}

function maskedPassword(written: string): string {
  return isReference(written) ? written : 'scrypt:…'
}

function appearance({
  addresses,
  spf,
  dkim,
}: NonNullable<Configuration['relay']['routes'][number]['appearsAs']>): object {
  return { ...(addresses.length > 0 ? { addresses } : {}), ...(spf === undefined ? {} : { spf }), dkim }
}
