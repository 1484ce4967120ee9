// `mailworthy keys create|record|list`: DKIM keys in files of their own, and the DNS records that publish them.
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { dirname, join, relative, resolve } from 'node:path'
import { findConfiguration, readPlainFile } from '../config/configuration-file.ts'
import type { Configuration } from '../config/load.ts'
import { keyText } from '../config/plan.ts'
import { readPrivateKey } from '../config/private-key.ts'
import { selectorFault } from '../config/sending-domains.ts'
import { parseDomain } from '../names/domain.ts'
import { keyRecordText, publicKeyHash } from '../protocol/dkim/public-key.ts'
import { visible } from '../report/visible.ts'
import { zoneLine } from '../report/zone-line.ts'
import { type ConfigurationFlags, configured } from './configuration.ts'
import { UsageError } from './failure.ts'
import { writeNewFile } from './new-file.ts'
import { table } from './table.ts'

export interface CreateFlags extends ConfigurationFlags {
  readonly domain: string
  readonly selector: string
  readonly type: string
  readonly bits?: number
  readonly output?: string
  readonly json?: boolean
}

/** Makes a key, writes it where nobody else can read it, and prints the record to publish. */
export function createKey(flags: CreateFlags, out: NodeJS.WritableStream): void {
  const domain = domainOrFail(flags.domain)
  const selector = selectorOrFail(flags.selector, domain)
  const base = configurationFolder(flags)
  const file = flags.output ?? join(base, 'keys', `${domain}.${selector}.pem`)
  const key = newKey(flags)
  writeNewFile(file, key.export({ type: 'pkcs8', format: 'pem' }) as string, 0o600)
  if (flags.json === true) {
    out.write(`${JSON.stringify({ ...described({ domain, selector, key }), file: resolve(file) }, null, 2)}\n`)
    return
  }
  if (flags.quiet !== true) {
    const path = relative(base, resolve(file))
    const setting = `{ selector: ${selector}, key: ${JSON.stringify(`file:${path.startsWith('..') ? resolve(file) : path}`)} }`
    process.stderr.write(
      `${visible(file)} holds the new key (${keyText(key)}). In the configuration, under dkim of ${domain}:\n  - ${visible(setting)}\nPublish this record, and use the key when every name server has it:\n`,
    )
  }
  out.write(`${recordLine({ domain, selector, key })}\n`)
}

function newKey({ type, bits }: CreateFlags): KeyObject {
  if (type === 'ed25519') {
    if (bits !== undefined) throw new UsageError('--bits is for RSA keys: those of Ed25519 have one length')
    return generateKeyPairSync('ed25519').privateKey
  }
  if (type !== 'rsa') throw new UsageError(`--type takes rsa or ed25519, not "${visible(type)}"`)
  // RFC 8301 §3.2: signers use 2048 or more; receivers need not verify more than 4096.
  if (bits !== undefined && (bits < 1024 || bits > 4096))
    throw new UsageError('--bits takes a number from 1024 to 4096')
  return generateKeyPairSync('rsa', { modulusLength: bits ?? 2048 }).privateKey
}

export interface RecordFlags extends ConfigurationFlags {
  readonly domain?: string
  readonly selector?: string
  readonly key?: string
  readonly json?: boolean
}

/** Prints the records of the configured keys, or of a key file. */
export function printRecords(flags: RecordFlags, out: NodeJS.WritableStream): void {
  const keys = flags.key === undefined ? chosen(flags) : [fromFile(flags, flags.key)]
  out.write(
    flags.json === true ? `${JSON.stringify(keys.map(described), null, 2)}\n` : `${keys.map(recordLine).join('\n')}\n`,
  )
}

type Key = Pick<Configuration['keys'][number], 'domain' | 'selector' | 'key'>

function chosen(flags: RecordFlags): readonly Key[] {
  const domain = flags.domain === undefined ? undefined : domainOrFail(flags.domain)
  const selector = flags.selector?.toLowerCase()
  const { file, keys } = configured(flags)
  const left = keys.filter(key => (domain ?? key.domain) === key.domain && (selector ?? key.selector) === key.selector)
  if (left.length > 0) return left
  const all = keys.map(key => `${key.selector} of ${key.domain}`).join(', ')
  throw new UsageError(
    `${visible(file)} has no such key; it has ${all}. For a key file, give --key, --domain and --selector`,
  )
}

function fromFile({ domain, selector }: RecordFlags, file: string): Key {
  if (domain === undefined || selector === undefined) throw new UsageError('--key needs --domain and --selector')
  const name = domainOrFail(domain)
  const read = readPlainFile(file, 1_048_576)
  if (!read.ok) throw new UsageError(`cannot read ${visible(file)}: ${read.why}`)
  const parsed = readPrivateKey(read.text)
  if (!parsed.ok) throw new UsageError(`${visible(file)}: ${parsed.why}`)
  if (!['rsa', 'ed25519'].includes(parsed.key.asymmetricKeyType ?? '')) {
    throw new UsageError(`${visible(file)}: DKIM has no keys of the type ${parsed.key.asymmetricKeyType}`)
  }
  return { domain: name, selector: selectorOrFail(selector, name), key: parsed.key }
}

/** Prints the configured keys. */
export function listKeys(flags: ConfigurationFlags & { readonly json?: boolean }, out: NodeJS.WritableStream): void {
  const { keys } = configured(flags)
  const now = Date.now()
  if (flags.json === true) {
    const rows = keys.map(key => ({ ...described(key), file: key.file ?? null, changed: key.changed ?? null }))
    out.write(`${JSON.stringify(rows, null, 2)}\n`)
    return
  }
  const rows = keys.map(({ domain, selector, key, file, changed }) => [
    domain,
    selector,
    keyText(key),
    publicKeyHash(key).slice(0, 'sha256:'.length + 16),
    changed === undefined ? '' : ageText(now - changed.getTime()),
    file ?? 'from the environment',
  ])
  out.write(
    table(
      ['domain', 'selector', 'key', 'hash', 'age', 'file'],
      rows.map(row => row.map(visible)),
    ),
  )
}

function ageText(milliseconds: number): string {
  const days = Math.floor(milliseconds / 86_400_000)
  return days < 1 ? 'today' : days === 1 ? '1 day' : `${days} days`
}

function described({ domain, selector, key }: Key): object {
  const details = createPublicKey(key).asymmetricKeyDetails
  return {
    domain,
    selector,
    type: key.asymmetricKeyType,
    bits: details?.modulusLength ?? 256,
    hash: publicKeyHash(key),
    record: { name: `${selector}._domainkey.${domain}`, type: 'TXT', value: keyRecordText(key) },
  }
}

function recordLine({ domain, selector, key }: Key): string {
  return zoneLine({ name: `${selector}._domainkey.${domain}`, type: 'TXT', value: keyRecordText(key) })
}

function domainOrFail(text: string): string {
  const parsed = parseDomain(text)
  if (parsed.ok) return parsed.name
  throw new UsageError(`--domain: "${visible(text.slice(0, 80))}" is no domain: ${parsed.reason}`)
}

function selectorOrFail(text: string, domain: string): string {
  const fault = selectorFault(text, domain)
  if (fault !== undefined) throw new UsageError(`--selector: ${fault}`)
  return text.toLowerCase()
}

/** Keys stand beside the configuration that names them; where there is none yet, here. */
function configurationFolder({ config }: ConfigurationFlags): string {
  const found = findConfiguration(config, process.env)
  return found.ok ? dirname(resolve(found.file)) : process.cwd()
}
