// What a configuration will do, told to an administrator: who may send what from where, by which way, under which gate.
import { displayName } from '../names/domain.ts'
import { endpointText } from '../names/endpoint.ts'
import { publicKeyHash } from '../protocol/dkim/public-key.ts'
import type { ClientSettings, ListenerSettings, RouteSettings } from '../relay/settings.ts'
import { visible } from '../report/visible.ts'
import type { Configuration } from './load.ts'
import { durationText, sizeText } from './quantity.ts'

/** Lines, grouped under headings. */
export function planLines(configuration: Configuration): readonly string[] {
  const { relay, keys } = configuration
  const { gate, retry } = relay
  const overrides = [
    ...Object.entries(gate.domains).map(([domain, mode]) => `${displayName(domain)}: ${mode}`),
    ...relay.clients.flatMap(({ name, gate: mode }) => (mode === undefined ? [] : [`client ${name}: ${mode}`])),
  ]
  return [
    `${relay.hostname} will`,
    ...group('listen on', relay.listeners.map(listenerLine)),
    ...group('take mail from', relay.clients.map(clientLine)),
    ...group(
      'sign for',
      keys.map(
        ({ domain, selector, key }) => `${displayName(domain)} with ${selector} (${keyText(key)}, ${shortHash(key)})`,
      ),
    ),
    ...group('send to', relay.routes.map(routeLine)),
    ...group(
      'leave from',
      relay.egress.map(({ name, seenAs, source, helo }) => {
        const by = source.length > 0 ? `, from ${source.join(' and ')} here` : ''
        return `${seenAs.join(' and ')} (${name}), as ${helo}${by}`
      }),
    ),
    ...group('gate', [
      `${gate.mode}: ${MODES[gate.mode]}`,
      ...overrides,
      `a report older than ${durationText(gate.stale)} opens it no more`,
    ]),
    ...group('try again after', [
      `${stepsText(retry.steps)}; returned after ${durationText(retry.expiresAfter)}${
        retry.warnAfter === undefined ? '' : `; the sender is told after ${durationText(retry.warnAfter)}`
      }`,
    ]),
    ...group('keep', [
      `the queue in ${configuration.store.path}`,
      `the control socket at ${configuration.control.path}`,
    ]),
  ].map(visible)
}

const MODES = {
  reject: 'mail that would fail at its receivers is refused',
  hold: 'mail that would fail at its receivers is taken and kept until that is mended',
  observe: 'mail that would fail at its receivers goes out all the same, and is logged',
} as const

function group(heading: string, lines: readonly string[]): readonly string[] {
  return [`  ${heading}`, ...lines.map(line => `    ${line}`)]
}

const TLS = {
  none: 'without TLS',
  optional: 'STARTTLS offered',
  required: 'STARTTLS required',
  implicit: 'TLS at once',
} as const

function listenerLine({ name, bind, tls, auth, maxMessageSize, maxRecipients }: ListenerSettings): string {
  const where = bind.map(({ address, port }) => endpointText(address, port)).join(' and ')
  const login = auth.length > 0 ? `, AUTH ${auth.map(one => one.toUpperCase()).join(' and ')}` : ''
  return `${where} (${name}): ${TLS[tls]}${login}, up to ${sizeText(maxMessageSize)} and ${maxRecipients} recipients`
}

function clientLine({ name, match, senders, rate, lineEndings }: ClientSettings): string {
  const places = match.ips?.map(networkText).join(', ')
  const who = match.user === undefined ? places : `the user ${match.user}${places === undefined ? '' : ` at ${places}`}`
  const limit = rate === undefined ? '' : `, ${rate.messages} messages in ${durationText(rate.perMs)}`
  const lines = lineEndings === 'normalize' ? ', bare line endings mended' : ''
  return `${who} (${name}): as ${senders.join(', ')}${limit}${lines}`
}

/** A network as people write it: `10.0.0.5/32` is an address for everyone but routers. */
export function networkText(network: string): string {
  return network.replace(/(?<=\.\d+)\/32$|(?<=:[^/]*)\/128$/, '')
}

function routeLine({ name, match, cost, via, tls, auth, appearsAs }: RouteSettings): string {
  const what = match.map(pattern => (pattern === '*' ? 'everyone' : pattern)).join(', ')
  const way =
    via === 'mx'
      ? 'the MX hosts'
      : `the smart host ${via.map(({ host, port }) => endpointText(host, port)).join(', then ')}`
  const login = auth === undefined ? '' : `, as ${auth.user}`
  const seen =
    via === 'mx' || appearsAs !== undefined ? '' : ', of which nothing is known (appearsAs), so SPF is not judged'
  return `${what} by ${way} (${name}): TLS ${tls}${login}${cost === 1 ? '' : `, cost ${cost}`}${seen}`
}

function stepsText(steps: readonly number[]): string {
  const runs: { readonly step: number; count: number }[] = []
  for (const step of steps) {
    const last = runs.at(-1)
    if (last?.step === step) last.count++
    else runs.push({ step, count: 1 })
  }
  const texts = runs.map(({ step, count }) => `${count > 1 ? `${count} × ` : ''}${durationText(step)}`)
  return `${texts.slice(0, -1).join(', ')}${texts.length > 1 ? ', then every ' : 'every '}${texts.at(-1)}`
}

/** `RSA 2048` or `Ed25519`. */
export function keyText(key: Configuration['keys'][number]['key']): string {
  const bits = key.asymmetricKeyDetails?.modulusLength
  return bits === undefined ? 'Ed25519' : `RSA ${bits}`
}

/** Enough of the hash to tell keys apart. */
function shortHash(key: Configuration['keys'][number]['key']): string {
  return `${publicKeyHash(key).slice(0, 'sha256:'.length + 12)}…`
}
