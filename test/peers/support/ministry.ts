// The published zones of a ministry (406 of them) and the mail providers they rely on, as one root zone that a real server can serve.
import { existsSync, readFileSync } from 'node:fs'
import { escapeName } from './dig.ts'

const folder = new URL('../../../../shared/conformance/zones/', import.meta.url)

/** False in a checkout without the conformance data beside it: then these tests do not run, and this says so. */
export const ministryAtHand = existsSync(new URL('moj.json', folder))
if (!ministryAtHand) process.stderr.write(`skipped, for want of the conformance data (${folder.pathname})\n`)

interface Owner {
  readonly [type: string]: readonly unknown[]
}

export interface Ministry {
  /** The text of one root zone. */
  readonly zone: string
  /** The domains and the reverse zones, without the one that is the source's own configuration. */
  readonly domains: readonly string[]
  /** Every name of the ministry that a question can be asked about: wildcards are asked by a name below them. */
  readonly names: readonly string[]
  /** Records left out because no zone can hold them. */
  readonly skipped: { readonly [why: string]: number }
}

export interface SpfVector {
  readonly host: string
  readonly mailfrom: string
  readonly helo: string
  readonly pyspf: string
  readonly mailspf: string
}

export function readMinistry(): Ministry {
  const { names, zones } = read('moj.json') as { names: Record<string, Owner>; zones: string[] }
  const providers = (read('providers.json') as { names: Record<string, Owner> }).names
  const closure = read('closure.json') as Record<string, Owner>
  // What was seen goes before what was made up for names that were not.
  const owners = new Map<string, Owner>(Object.entries(names))
  for (const [owner, records] of [...Object.entries(providers), ...Object.entries(closure)]) {
    owners.set(owner, { ...records, ...owners.get(owner) })
  }
  const skipped: Record<string, number> = {}
  const skip = (why: string, count: number): void => {
    skipped[why] = (skipped[why] ?? 0) + count
  }
  const lines = [
    '. 300 SOA ns.root-of.test. hostmaster.root-of.test. 1 3600 600 86400 300',
    '. 300 NS ns.root-of.test.',
  ]
  for (const [owner, records] of owners) {
    const alias = records.CNAME
    for (const [type, values] of Object.entries(records)) {
      if (alias !== undefined && type !== 'CNAME') skip('beside a CNAME (RFC 2181 §10.1)', values.length)
      // In one root zone, NS records would be zone cuts, and what stands below them would not be served.
      else if (type === 'NS') skip('NS', values.length)
      else if (!(type in rdata)) skip(type, values.length)
      else for (const value of values) lines.push(`${escapeName(owner)} 300 ${type} ${rdata[type]!(value as never)}`)
    }
  }
  return {
    zone: `${lines.join('\n')}\n`,
    domains: zones.filter(zone => zone !== 'octodns'),
    names: Object.keys(names).map(name => name.replace('*', 'anything')),
    skipped,
  }
}

/** Cases with the results of two implementations that are not ours. */
export function readSpfVectors(): SpfVector[] {
  const text = readFileSync(new URL('spf-vectors.jsonl', folder), 'utf8')
  return text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as SpfVector)
}

const rdata: { readonly [type: string]: (value: never) => string } = {
  A: (value: string) => value,
  AAAA: (value: string) => value,
  CNAME: (value: string) => escapeTarget(value),
  PTR: (value: string) => escapeTarget(value),
  MX: ([preference, exchange]: [number, string]) => `${preference} ${escapeTarget(exchange)}`,
  TXT: (value: string) => (value === '' ? [''] : (octets(value).match(/.{1,255}/gs) ?? [])).map(quote).join(' '),
}

function escapeTarget(name: string): string {
  return escapeName(name.replace(/\.$/, ''))
}

/** The octets of a text, each as one character, as DNS carries it. */
function octets(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

function quote(text: string): string {
  const safe = text.replace(/[^ !#-[\]-~]/g, octet => `\\${String(octet.charCodeAt(0)).padStart(3, '0')}`)
  return `"${safe}"`
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
}
