// Loads mailworthy.yaml: reads it, tells everything that is wrong with it at once, and makes of it what the relay is told.
import { dirname, resolve } from 'node:path'
import { parseServer, type ServerAddress } from '../net/dns/server-address.ts'
import { readReflector } from '../protocol/reflector.ts'
import type { RelaySettings } from '../relay/settings.ts'
import { type Building, domainOf, fitting, referred } from './building.ts'
import { buildClients } from './clients.ts'
import { Complaints } from './complaints.ts'
import { readPlainFile } from './configuration-file.ts'
import { readYaml } from './document.ts'
import { buildEgress, hostName } from './egress.ts'
import { buildListeners } from './listeners.ts'
import { ConfigurationError, type Path, type Problem, quoted } from './problem.ts'
import { durationOf, durationText } from './quantity.ts'
import { buildRetry } from './retry.ts'
import { buildRoutes } from './routes.ts'
import { configurationSchema, type RawConfiguration } from './schema.ts'
import { buildDomains, type SigningKey } from './sending-domains.ts'
import { misfits } from './shape.ts'
import { socketPath, storePath } from './state-paths.ts'

/** Everything that the file says, with defaults, and with what its references name. */
export interface Configuration {
  /** As it was named or found. */
  readonly file: string
  readonly relay: RelaySettings
  /** Undefined for the name servers of the system. */
  readonly resolver: readonly ServerAddress[] | undefined
  /** URL of a page that answers with the address of whoever asks; without one nobody is asked. */
  readonly reflector: string | undefined
  /** Absolute path of the database. */
  readonly store: { readonly kind: 'sqlite'; readonly path: string }
  /** Absolute path of the control socket. */
  readonly control: { readonly path: string }
  /** Certificates (PEM) to trust besides the usual roots. */
  readonly trust: readonly string[]
  readonly log: { readonly level: 'error' | 'warn' | 'info' | 'debug'; readonly format: 'text' | 'json' }
  /** The keys that sign, with their files. */
  readonly keys: readonly SigningKey[]
  readonly warnings: readonly Problem[]
  /** The file's own data: references instead of secrets. */
  readonly written: RawConfiguration
}

export interface LoadOptions {
  readonly environment: { readonly [name: string]: string | undefined }
  readonly now: Date
}

const LARGEST = 1_048_576

/**
 * Loads a configuration file. Nothing is opened or written but the files that it names, and those are only read.
 * @throws ConfigurationError with all faults, each with its line, when the file cannot be used
 */
export function loadConfiguration(file: string, options: LoadOptions): Configuration {
  const read = readPlainFile(file, LARGEST)
  if (!read.ok) {
    throw new ConfigurationError(file, [unplaced(`cannot be read: ${read.why}`)])
  }
  return readConfiguration(read.text, file, options)
}

/** The same from a text; `file` says where relative paths begin. */
export function readConfiguration(text: string, file: string, { environment, now }: LoadOptions): Configuration {
  const yaml = readYaml(text)
  if (yaml.faults.length > 0) throw new ConfigurationError(file, yaml.faults)
  if (yaml.data === null)
    throw new ConfigurationError(file, [unplaced('is empty: `mailworthy config init` writes a start')])
  if (typeof yaml.data !== 'object' || Array.isArray(yaml.data)) {
    const says = 'the file must be a group of settings, such as hostname: mail.example.org'
    throw new ConfigurationError(file, [{ level: 'fault', path: [], ...yaml.place([]), says }])
  }
  const complaints = new Complaints(yaml, misfits(configurationSchema, yaml.data))
  const raw = yaml.data as RawConfiguration
  const folder = dirname(resolve(file))
  const built = build(raw, { ...complaints.desk(), folder, environment, now })
  const all = complaints.sorted()
  if (all.some(problem => problem.level === 'fault')) throw new ConfigurationError(file, all)
  return { file, ...built, warnings: all, written: raw }
}

function build(raw: RawConfiguration, building: Building): Omit<Configuration, 'file' | 'warnings' | 'written'> {
  const given = <K extends keyof RawConfiguration>(key: K): RawConfiguration[K] | undefined =>
    building.fits([key]) ? raw[key] : undefined
  const hostname = typeof raw.hostname === 'string' ? hostName(building, ['hostname'], raw.hostname) : undefined
  const { domains, keys } = buildDomains(building, raw.domains)
  const known =
    Array.isArray(raw.domains) && domains.length === raw.domains.length ? domains.map(one => one.name) : undefined
  const listeners = buildListeners(building, raw.listeners, hostname)
  const clients = buildClients(building, raw.clients, known)
  clients.forEach(({ name, match }, index) => {
    if (match.user === undefined || listeners.some(one => one.auth.length > 0)) return
    if (building.fits(['listeners'])) {
      building.warn(['clients', index, 'match', 'user'], `no listener offers AUTH, so ${quoted(name)} can never log in`)
    }
  })
  const log = given('log')
  return {
    relay: {
      hostname: hostname ?? '',
      egress: buildEgress(building, raw.egress, hostname),
      domains,
      listeners,
      clients,
      routes: buildRoutes(building, Array.isArray(raw.routes) ? raw.routes : undefined),
      gate: buildGate(building, given('gate'), known),
      retry: buildRetry(building, raw.retry),
    },
    resolver: buildResolver(building, given('resolver')),
    reflector: buildReflector(building, given('reflector')),
    store: { kind: 'sqlite', path: storePath(building, given('store')) },
    control: { path: socketPath(building, given('control')) },
    trust: fitting(building, ['trust'], raw.trust ?? []).flatMap(([text, path]) => trusted(building, path, text)),
    log: { level: log?.level ?? 'info', format: log?.format ?? 'text' },
    keys,
  }
}

function buildResolver(building: Building, raw: RawConfiguration['resolver']): readonly ServerAddress[] | undefined {
  if (raw === undefined) return undefined
  const texts = typeof raw === 'string' ? [raw] : raw
  return texts.flatMap((text, index) => {
    const parsed = parseServer(text)
    if (parsed.ok) return [parsed.server]
    const path = typeof raw === 'string' ? ['resolver'] : ['resolver', index]
    building.fault(path, `${quoted(text)} is no name server: ${parsed.reason}`)
    return []
  })
}

function buildReflector(building: Building, raw: RawConfiguration['reflector']): string | undefined {
  const reflector = raw === undefined ? undefined : readReflector(raw)
  if (reflector === undefined || !('fault' in reflector)) return reflector?.url
  building.fault(['reflector'], `${quoted(raw!)} cannot be asked: ${reflector.fault}`)
  return undefined
}

/** The age of a report is that of its records, and these are asked every hour at least: less than twice that leaves gaps. */
const FRESH_ENOUGH = durationOf('2h')

function buildGate(
  building: Building,
  raw: RawConfiguration['gate'],
  known: readonly string[] | undefined,
): RelaySettings['gate'] {
  const stale = durationOf(raw?.stale ?? '72h')
  if (stale < FRESH_ENOUGH) {
    const says = `records are asked again every hour: with less than ${durationText(FRESH_ENOUGH)} the gate will be unsure at times`
    building.warn(['gate', 'stale'], says)
  }
  const domains = Object.entries(raw?.domains ?? {}).flatMap(([text, mode]) => {
    const path = ['gate', 'domains', text]
    const name = domainOf(building, path, text)
    if (name !== undefined && known !== undefined && !known.includes(name)) {
      building.warn(path, `${name} does not stand in domains, so no mail of it is taken`)
    }
    return name === undefined ? [] : [[name, mode] as const]
  })
  return { mode: raw?.mode ?? 'reject', stale, domains: Object.fromEntries(domains) }
}

function trusted(building: Building, path: Path, text: string): readonly string[] {
  const read = referred(building, path, text, false)
  if (read === undefined) return []
  if (read.text.includes('-----BEGIN CERTIFICATE-----')) return [read.text]
  building.fault(path, 'it holds no certificate in PEM (-----BEGIN CERTIFICATE-----)')
  return []
}

function unplaced(says: string): Problem {
  return { level: 'fault', path: [], line: undefined, column: undefined, says }
}
