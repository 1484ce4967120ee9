// A little DNS world as text: one record a line, looked up as an authoritative server with every zone would answer.
//
//   example.org        MX     10 mx.example.org
//   example.org   60   TXT    "v=spf1 mx" " -all"
//   *.example.org      A      192.0.2.1
//   slow.example.org   FAULT  timeout            (or servfail, refused; a type after it limits the fault to that type)
//   _tcp.example.org   FAULT  nxdomain           (the name is denied, against RFC 8020, though others stand below it)
//   example.net        SIGNED                    (a resolver validates what stands there and below)
//   example.net        SIGNATURES 13 2026-11-01 2026-12-01   (with signatures of this algorithm and these days, valid or not)
//   example.net        BOGUS 7                   (a resolver that validates fails there and below, with this extended error if any)
//
// Names are absolute; a trailing dot is optional. A text may be of any length: it is cut into strings when it is sent. Text
// after `;` is a comment. In quotes, `\"`, `\\` and `\DDD` escape. This is no zone file (src/net/zone-file reads those): a world to try
// things on must also hold what a zone file cannot, such as records that are broken on purpose.
import { canonicalName } from '../names/domain.ts'
import type { RecordType, RecordTypes, Signature } from '../net/resolver.ts'

/** What a name does instead of answering. */
export type Fault = 'timeout' | 'servfail' | 'refused'

export type ZoneRecord = {
  readonly [T in RecordType]: { readonly type: T; readonly ttl: number; readonly value: RecordTypes[T] }
}[RecordType]

/** The answer of a lookup: the records and the CNAMEs on the way, or the fault of the name. */
export type Lookup =
  | {
      readonly fault: Fault
      /** RFC 8914, where the failure is one of signatures. */
      readonly extendedCode?: number
    }
  | {
      readonly fault?: undefined
      readonly exists: boolean
      readonly records: readonly ZoneRecord[]
      /** The asked name and each CNAME target after it. */
      readonly chain: readonly { readonly name: string; readonly ttl: number }[]
      /** Every name of the chain is signed. */
      readonly authentic: boolean
      /** Over what stands at the last name. */
      readonly signatures: readonly Signature[]
    }

const DEFAULT_TTL = 300

/** Every name of the little world, wildcards (RFC 4592) and empty non-terminals (RFC 8020) included. */
export class Zone {
  readonly #records = new Map<string, ZoneRecord[]>()
  readonly #faults = new Map<string, { fault: Fault | 'nxdomain'; type?: string }>()
  readonly #names = new Set<string>()
  readonly #signed = new Set<string>()
  readonly #signatures = new Map<string, Signature[]>()
  /** Zones whose signatures are broken, each with an extended error. */
  readonly #bogus = new Map<string, number | undefined>()

  /** @throws Error naming the line that cannot be read. */
  constructor(text: string) {
    for (const [index, line] of text.split('\n').entries()) {
      const tokens = tokenize(line)
      if (tokens.length === 0) continue
      try {
        this.#add(tokens)
      } catch (fault) {
        throw new Error(`line ${index + 1}: ${fault instanceof Error ? fault.message : fault}: ${line.trim()}`)
      }
    }
  }

  /**
   * What stands at `name` for `type`, CNAMEs followed.
   * @param unchecked whatever signatures are broken
   */
  lookup(name: string, type: string, unchecked = true): Lookup {
    const chain: { name: string; ttl: number }[] = []
    let owner = canonicalName(name)
    for (let hops = 0; hops < 16; hops++) {
      chain.push({ name: owner, ttl: DEFAULT_TTL })
      const fault = this.#faults.get(owner)
      if (fault && (fault.type === undefined || fault.type === type)) {
        return fault.fault === 'nxdomain'
          ? { exists: false, records: [], ...this.#told(chain) }
          : { fault: fault.fault }
      }
      const broken = unchecked ? undefined : above(owner).find(zone => this.#bogus.has(zone))
      if (broken !== undefined) {
        const extendedCode = this.#bogus.get(broken)
        return { fault: 'servfail', ...(extendedCode !== undefined && { extendedCode }) }
      }
      const records = this.#at(owner)
      if (records === undefined) return { exists: false, records: [], ...this.#told(chain) }
      const alias = type === 'CNAME' ? undefined : records.find(r => r.type === 'CNAME')
      if (!alias) return { exists: true, records: records.filter(r => r.type === type), ...this.#told(chain) }
      chain.at(-1)!.ttl = alias.ttl
      owner = canonicalName(alias.value as string)
    }
    return { fault: 'servfail' }
  }

  #told<L extends { readonly name: string }>(chain: readonly L[]) {
    const zone = above(chain.at(-1)!.name).find(name => this.#signatures.has(name))
    return {
      chain,
      authentic: chain.every(({ name }) => above(name).some(zone => this.#signed.has(zone))),
      signatures: zone === undefined ? [] : this.#signatures.get(zone)!,
    }
  }

  #at(owner: string): readonly ZoneRecord[] | undefined {
    const own = this.#records.get(owner)
    if (own) return own
    if (this.#names.has(owner)) return []
    // RFC 4592 §3.3.1: the wildcard directly below the closest name that exists.
    for (let rest = owner; rest.includes('.'); ) {
      rest = rest.slice(rest.indexOf('.') + 1)
      const wildcard = this.#records.get(`*.${rest}`)
      if (wildcard) return wildcard
      if (this.#names.has(rest)) return undefined
    }
    return undefined
  }

  #add([owner = '', ...rest]: string[]): void {
    const name = canonicalName(owner)
    const ttl = /^\d+$/.test(rest[0] ?? '') ? Number(rest.shift()) : DEFAULT_TTL
    const type = (rest.shift() ?? '').toUpperCase()
    if (type === 'FAULT') {
      const [fault, only] = rest
      if (fault !== 'timeout' && fault !== 'servfail' && fault !== 'refused' && fault !== 'nxdomain')
        throw new Error(`unknown fault "${fault}"`)
      this.#faults.set(name, only === undefined ? { fault } : { fault, type: only })
    } else if (type === 'SIGNED') {
      this.#signed.add(name)
    } else if (type === 'SIGNATURES') {
      const [algorithm, from, until, keyTag] = rest
      const [first, last] = [from, until].map(day => Date.parse(day ?? '') / 1000) as [number, number]
      if (Number.isNaN(first + last)) throw new Error('signatures want an algorithm and two days')
      const signature = {
        algorithm: Number(algorithm),
        keyTag: Number(keyTag ?? 1),
        signer: name,
        from: first,
        until: last,
      }
      this.#signatures.set(name, [...(this.#signatures.get(name) ?? []), signature])
    } else if (type === 'BOGUS') {
      this.#bogus.set(name, rest[0] === undefined ? undefined : Number(rest[0]))
    } else {
      const list = this.#records.get(name) ?? []
      list.push(readRecord(type, ttl, rest))
      this.#records.set(name, list)
    }
    for (let rest = name; ; rest = rest.slice(rest.indexOf('.') + 1)) {
      this.#names.add(rest)
      if (!rest.includes('.')) break
    }
  }
}

/** The name and all above it that are no root; of the root, itself: it vouches for nothing below, which may be unsigned. */
function above(name: string): readonly string[] {
  const labels = name.split('.')
  return labels.map((_, index) => labels.slice(index).join('.'))
}

function readRecord(type: string, ttl: number, rdata: readonly string[]): ZoneRecord {
  const name = (index: number): string => {
    const token = rdata[index]
    if (token === undefined) throw new Error(`${type} wants ${index + 1} or more fields`)
    return canonicalName(token)
  }
  switch (type) {
    case 'A':
    case 'AAAA':
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return { type, ttl, value: name(0) }
    case 'MX':
      return { type, ttl, value: { preference: Number(rdata[0]), exchange: name(1) } }
    case 'SOA': {
      const [serial = 0, ...timers] = rdata.slice(2).map(Number)
      // With one number or none after the serial, that is the minimum.
      const [refresh = 7200, retry = 3600, expire = 1_209_600, minimum = timers[0] ?? 300] =
        timers.length > 1 ? timers : []
      return { type, ttl, value: { mname: name(0), rname: name(1), serial, refresh, retry, expire, minimum } }
    }
    case 'TXT':
      return { type, ttl, value: rdata }
    case 'CAA':
      return {
        type,
        ttl,
        value: { critical: Number(rdata[0]) >= 128, tag: rdata[1] ?? '', value: rdata.slice(2).join('') },
      }
    case 'SRV': {
      const [priority = 0, weight = 0, port = 0] = rdata.slice(0, 3).map(Number)
      return { type, ttl, value: { priority, weight, port, target: name(3) } }
    }
    case 'TLSA': {
      const [usage = 0, selector = 0, matchingType = 0] = rdata.slice(0, 3).map(Number)
      return { type, ttl, value: { usage, selector, matchingType, data: rdata.slice(3).join('').toLowerCase() } }
    }
    case 'DS': {
      const [keyTag = 0, algorithm = 0, digestType = 0] = rdata.slice(0, 3).map(Number)
      return { type, ttl, value: { keyTag, algorithm, digestType, digest: rdata.slice(3).join('').toLowerCase() } }
    }
    case 'DNSKEY': {
      const [flags = 0, protocol = 0, algorithm = 0] = rdata.slice(0, 3).map(Number)
      return { type, ttl, value: { flags, protocol, algorithm, key: rdata.slice(3).join('') } }
    }
    default:
      throw new Error(`unknown record type "${type}"`)
  }
}

function tokenize(line: string): string[] {
  const tokens: string[] = []
  const token = /"((?:\\.|[^"\\])*)"|;.*|[^\s;"]+/gs
  for (const [whole, quoted] of line.matchAll(token)) {
    if (quoted !== undefined) tokens.push(unquote(quoted))
    else if (!whole.startsWith(';')) tokens.push(whole)
  }
  return tokens
}

function unquote(quoted: string): string {
  return quoted.replace(/\\(\d{3}|.)/gs, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number(code)) : code,
  )
}
