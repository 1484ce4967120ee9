// What a run was asked, as data that can be kept: so that the same can be asked again of what was heard.
import { parseAddress } from '../names/address.ts'
import type { GivenMessage, Listening, NamedServer, RspamdService, Target } from './scope.ts'

/** The target of every audit of the run, but for the domain. */
export type CommonTarget = Omit<Target, 'domain' | 'ourRecords' | 'ourKeysSince' | 'leavesFrom'>

/** What was asked for, whatever came of it. */
export interface Asked {
  readonly target: CommonTarget
  readonly profile: string
  /** Ids of checks or groups; undefined when all were wanted. */
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  readonly ehloName: string
  /** True when one domain was named: its report stands alone then, and not in a list. */
  readonly single: boolean
}

/** The same, or the clause that says what is wrong with it. */
export type ReadAsked = { readonly ok: true; readonly asked: Asked } | { readonly ok: false; readonly reason: string }

/** Plain data: addresses as text. */
export function writeAsked({ target, ...rest }: Asked): object {
  const { egress, listeners, selectors, ourKeys, smtp, smtpPort, families, ownFamilies } = target
  return {
    ...rest,
    target: {
      egress: egress.map(({ address, helo }) => ({ address: address.text, ...(helo === undefined ? {} : { helo }) })),
      selectors,
      ourKeys,
      ...(target.givenSelectorsOnly && { givenSelectorsOnly: true }),
      smtp,
      smtpPort,
      listeners: listeners.map(listener => ({ ...listener, address: listener.address.text })),
      families,
      ownFamilies,
      ...(target.authoritative && { authoritative: true }),
      ...(target.ownAddresses && { ownAddresses: target.ownAddresses.map(({ text }) => text) }),
      ...(target.mine && { mine: target.mine }),
      ...(target.reflector !== undefined && { reflector: target.reflector }),
      ...(target.resolvers && { resolvers: target.resolvers }),
      ...(target.message && { message: writeMessage(target.message) }),
    },
  }
}

/** Reads what `writeAsked` wrote; the file may be anyone's. */
export function readAsked(value: unknown): ReadAsked {
  try {
    return { ok: true, asked: askedIn(new Fields(value, 'asked')) }
  } catch (fault) {
    if (fault instanceof Wrong) return { ok: false, reason: fault.message }
    throw fault
  }
}

function askedIn(asked: Fields): Asked {
  const target = asked.fields('target')
  const [only, skip] = [asked.optional('only', isTexts), asked.optional('skip', isTexts)]
  return {
    target: {
      egress: target.each('egress', egress => {
        const helo = egress.optional('helo', isText)
        return { address: egress.address(), ...(helo === undefined ? {} : { helo }) }
      }),
      selectors: target.the('selectors', isTexts),
      ourKeys: target.the('ourKeys', isTextMap),
      ...(target.optional('givenSelectorsOnly', isTrue) && { givenSelectorsOnly: true as const }),
      smtp: target.the('smtp', isTruth),
      smtpPort: target.the('smtpPort', isPort),
      listeners: target.each('listeners', listener => ({
        host: listener.the('host', isText),
        address: listener.address(),
        port: listener.the('port', isPort),
        tls: listener.the('tls', isTlsManner),
      })),
      families: target.the('families', isFamilies),
      ownFamilies: target.the('ownFamilies', isFamilies),
      ...(target.optional('authoritative', isTrue) && { authoritative: true as const }),
      ...(target.has('ownAddresses') && {
        ownAddresses: target.the('ownAddresses', isTexts).flatMap(text => parseAddress(text) ?? []),
      }),
      ...(target.has('mine') && { mine: target.the('mine', isTexts) }),
      ...(target.has('reflector') && { reflector: target.the('reflector', isText) }),
      ...(target.has('resolvers') && { resolvers: target.each('resolvers', namedServer) }),
      ...(target.has('message') && { message: messageIn(target.fields('message')) }),
    },
    profile: asked.the('profile', isText),
    ...(only && { only }),
    ...(skip && { skip }),
    ehloName: asked.the('ehloName', isText),
    single: asked.the('single', isTruth),
  }
}

/** The message goes with what was heard of it: its octets in base64. */
function writeMessage({ octets, came, ...rest }: GivenMessage): object {
  return {
    ...rest,
    octets: Buffer.from(octets).toString('base64'),
    ...(came && { came: { ...came, client: undefined, address: came.client.text } }),
  }
}

function messageIn(message: Fields): GivenMessage {
  const came = message.has('came') ? message.fields('came') : undefined
  return {
    octets: Buffer.from(message.the('octets', isText), 'base64'),
    name: message.the('name', isText),
    notes: message.the('notes', isTexts),
    trustedServers: message.the('trustedServers', isTexts),
    ...(message.has('rspamd') && { rspamd: rspamdIn(message.fields('rspamd')) }),
    came: came && {
      client: came.address(),
      helo: came.optional('helo', isText),
      mailFrom: came.the('mailFrom', isText),
    },
  }
}

function rspamdIn(service: Fields): RspamdService {
  return {
    url: service.the('url', isText),
    host: service.the('host', isText),
    port: service.the('port', isPort),
    secure: service.the('secure', isTruth),
    path: service.the('path', isText),
    recipients: service.the('recipients', isTexts),
  }
}

function namedServer(resolver: Fields): NamedServer {
  const server = resolver.fields('server')
  const [transport, path] = [server.optional('transport', isTransport), server.optional('path', isText)]
  const certifiedAs = server.optional('certifiedAs', isText)
  return {
    name: resolver.the('name', isText),
    server: {
      address: server.the('address', isText),
      port: server.the('port', isPort),
      ...(transport && { transport }),
      ...(certifiedAs !== undefined && { certifiedAs }),
      ...(path !== undefined && { path }),
    },
  }
}

class Wrong extends Error {}

/** The fields of an object, each by its name. */
class Fields {
  readonly #values: { readonly [key: string]: unknown }
  readonly #name: string

  constructor(value: unknown, name: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Wrong(`${name} is no object`)
    this.#values = value as { readonly [key: string]: unknown }
    this.#name = name
  }

  the<V>(key: string, is: (value: unknown) => value is V): V {
    const value = this.#values[key]
    if (is(value)) return value
    throw new Wrong(`${this.#name}.${key} is not as it must be`)
  }

  optional<V>(key: string, is: (value: unknown) => value is V): V | undefined {
    return this.#values[key] === undefined ? undefined : this.the(key, is)
  }

  has(key: string): boolean {
    return this.#values[key] !== undefined
  }

  fields(key: string): Fields {
    return new Fields(this.#values[key], `${this.#name}.${key}`)
  }

  each<V>(key: string, read: (fields: Fields) => V): readonly V[] {
    const items = this.the(key, (value): value is unknown[] => Array.isArray(value))
    return items.map((item, index) => read(new Fields(item, `${this.#name}.${key}[${index}]`)))
  }

  address(): Target['egress'][number]['address'] {
    const address = parseAddress(this.the('address', isText))
    if (address === undefined) throw new Wrong(`${this.#name}.address is no IP address`)
    return address
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText)
const isTruth = (value: unknown): value is boolean => typeof value === 'boolean'
const isTrue = (value: unknown): value is true => value === true
const isPort = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) > 0 && (value as number) < 65_536
const isFamilies = (value: unknown): value is readonly (4 | 6)[] =>
  Array.isArray(value) && value.every(family => family === 4 || family === 6)
const isTlsManner = (value: unknown): value is Listening['tls'] => value === 'starttls' || value === 'implicit'
const isTransport = (value: unknown): value is NonNullable<NamedServer['server']['transport']> =>
  value === 'tcp' || value === 'tls' || value === 'https'
const isTextMap = (value: unknown): value is { readonly [key: string]: string } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isText)
