// Builds the domains that mail may be sent from, and reads the keys that sign for them.
import { createPublicKey, type KeyObject } from 'node:crypto'
import { nameFault } from '../names/domain.ts'
import type { DomainSettings } from '../relay/settings.ts'
import { type Building, domainOf, fitting, referred } from './building.ts'
import { readPrivateKey } from './private-key.ts'
import { type Path, quoted } from './problem.ts'
import type { RawDomain } from './schema.ts'

/** A key that signs, with where it came from. */
export interface SigningKey {
  readonly domain: string
  readonly selector: string
  readonly key: KeyObject
  /** Absolute; undefined for a key from the environment. */
  readonly file: string | undefined
  readonly changed: Date | undefined
}

/** Builds them all. */
export function buildDomains(
  building: Building,
  list: readonly RawDomain[],
): { readonly domains: readonly DomainSettings[]; readonly keys: readonly SigningKey[] } {
  const domains: DomainSettings[] = []
  const keys: SigningKey[] = []
  for (const [raw, path] of fitting(building, ['domains'], list)) {
    const name = domainOf(building, [...path, 'name'], raw.name)
    if (name === undefined) continue
    if (domains.some(other => other.name === name)) {
      building.fault([...path, 'name'], `the domain ${name} stands here already`)
      continue
    }
    const own = signingKeys(building, [...path, 'dkim'], raw, name)
    keys.push(...own)
    domains.push({ name, dkim: own.map(signer) })
  }
  return { domains, keys }
}

function signer({ selector, key, changed }: SigningKey): DomainSettings['dkim'][number] {
  return { selector, key, ...(changed === undefined ? {} : { since: changed }) }
}

function signingKeys(building: Building, path: Path, { dkim }: RawDomain, domain: string): readonly SigningKey[] {
  const seen = new Set<string>()
  const keys = dkim.flatMap((raw, index): readonly SigningKey[] => {
    const at = [...path, index]
    const selector = selectorOf(building, [...at, 'selector'], raw.selector, domain)
    if (selector !== undefined && seen.has(selector)) {
      building.fault([...at, 'selector'], `the selector ${quoted(selector)} stands here already`)
    }
    if (selector !== undefined) seen.add(selector)
    const read = referred(building, [...at, 'key'], raw.key, true)
    if (read === undefined) return []
    const parsed = readPrivateKey(read.text)
    const fault = parsed.ok ? keyFault(parsed.key) : parsed.why
    if (fault !== undefined) building.fault([...at, 'key'], fault)
    if (!parsed.ok || fault !== undefined || selector === undefined) return []
    const remark = keyRemark(parsed.key)
    if (remark !== undefined) building.warn([...at, 'key'], remark)
    return [{ domain, selector, key: parsed.key, file: read.file, changed: read.changed }]
  })
  if (keys.length === dkim.length && keys.every(({ key }) => key.asymmetricKeyType === 'ed25519')) {
    // RFC 8463 §4.1: not every verifier knows Ed25519.
    building.warn(path, 'only Ed25519 keys sign for it, which many receivers cannot verify: add an RSA key')
  }
  return keys
}

function selectorOf(building: Building, path: Path, text: string, domain: string): string | undefined {
  const fault = selectorFault(text, domain)
  if (fault === undefined) return text.toLowerCase()
  building.fault(path, fault)
  return undefined
}

/** Why a text is no selector for a domain (RFC 6376 §3.1: labels in front of `_domainkey`); undefined when it is one. */
export function selectorFault(text: string, domain: string): string | undefined {
  const label = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i
  if (!text.split('.').every(part => label.test(part))) {
    return `${quoted(text)} is no selector: letters, digits and hyphens, such as s2026a`
  }
  const fault = nameFault(`${text}._domainkey.${domain}`)
  return fault === undefined
    ? undefined
    : `${quoted(text)} is no selector for ${domain}: in the name of its record, ${fault}`
}

function keyFault(key: KeyObject): string | undefined {
  if (key.asymmetricKeyType === 'ed25519') return undefined
  if (key.asymmetricKeyType !== 'rsa') {
    return `DKIM has no keys of the type ${key.asymmetricKeyType}: RSA or Ed25519`
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  // RFC 8301 §3.2
  return bits < 1024 ? `the RSA key has ${bits} bits; receivers refuse what is signed with fewer than 1024` : undefined
}

function keyRemark(key: KeyObject): string | undefined {
  const bits = createPublicKey(key).asymmetricKeyDetails?.modulusLength
  if (bits === undefined) return undefined
  if (bits < 2048) return `the RSA key has ${bits} bits; 2048 are usual (RFC 8301 §3.2)`
  return bits > 4096
    ? `the RSA key has ${bits} bits; receivers need not verify more than 4096 (RFC 8301 §3.2)`
    : undefined
}
