// Walks an SPF record and everything that it includes, without a client: what it costs, what is empty, what is broken.
//
// The work is bounded: beyond `WALK_LIMIT` terms that ask DNS nothing more is asked, and the tree says so. No name is asked
// twice for the same type. What does not answer stays as a failure in its place, so that sums are the least they can be.
import { type IpAddress, parseAddress } from '../../names/address.ts'
import { nameFault } from '../../names/domain.ts'
import type { RecordType, RecordTypes, Resolver } from '../../net/resolver.ts'
import { LOOKUP_LIMIT } from './evaluate.ts'
import { askedName, expandMacros, type MacroText, macroLetters } from './macro.ts'
import type { AskingMechanism, KnownModifier, Mechanism, SpfRecord } from './parse.ts'
import { parseSpf } from './parse.ts'
import { askForSpf, type SpfAnswer } from './questions.ts'
import { selectSpf } from './record.ts'
import { type ByFamily, type SpfNode, type SpfStep, WALK_LIMIT } from './tree.ts'
import { macroValue, senderOf } from './values.ts'

/** What does not fit into the answer of a question. */
type Found = Pick<SpfStep, 'empty' | 'found' | 'hosts' | 'addresses' | 'tooManyHosts' | 'hostsUnknown' | 'failures'>

const nothing: Found = {
  empty: { v4: 0, v6: 0 },
  found: { v4: false, v6: false },
  hosts: [],
  addresses: [],
  tooManyHosts: undefined,
  hostsUnknown: undefined,
  failures: [],
}

/** The tree below `domain`. Never throws for anything that a record, a name or a server does. */
export async function walkSpf(domain: string, resolver: Resolver): Promise<SpfNode> {
  const [root] = await new Walk(domain, resolver).level([{ domain, ancestors: [] }])
  return root!
}

/** A name in the tree, and the names above it. */
interface Place {
  readonly domain: string
  readonly ancestors: readonly string[]
}

/** A record that was read, and its terms that count. */
interface Reached {
  readonly domain: string
  readonly record: SpfRecord
  readonly terms: readonly (Mechanism | KnownModifier)[]
  readonly unreached: Extract<SpfNode, { state: 'read' }>['unreached']
  readonly below: readonly string[]
}

class Walk {
  readonly #root: string
  readonly #resolver: Resolver
  readonly #asked = new Map<string, Promise<SpfAnswer<RecordTypes[RecordType]>>>()
  #left = WALK_LIMIT

  constructor(root: string, resolver: Resolver) {
    this.#root = root
    this.#resolver = resolver
  }

  /**
   * The nodes of one level, with all below them. Level by level: each term takes its share of the limit in the order of the
   * text, whichever answer came first, so that two walks of one tree leave out the same.
   */
  async level(places: readonly Place[]): Promise<readonly SpfNode[]> {
    const read = await Promise.all(places.map(place => this.#read(place)))
    const begun = read.map(one => ('terms' in one ? one.terms.map(term => this.#begin(term, one)) : []))
    const below = begun.flat().flatMap(({ place }) => place ?? [])
    const [steps, children] = await Promise.all([
      Promise.all(begun.map(row => Promise.all(row.map(one => one.step)))),
      below.length > 0 ? this.level(below) : [],
    ])
    const rest = children.values()
    return read.map((one, i): SpfNode => {
      if (!('terms' in one)) return one
      const whole = steps[i]!.map((step, j) => (begun[i]![j]!.place ? { ...step, child: rest.next().value! } : step))
      return { domain: one.domain, state: 'read', record: one.record, steps: whole, unreached: one.unreached }
    })
  }

  async #read({ domain, ancestors }: Place): Promise<SpfNode | Reached> {
    if (ancestors.includes(domain)) return { domain, state: 'loop' }
    // A name that DNS cannot carry, or of one label, has no record (RFC 7208 §4.3).
    if (cannotBeAsked(domain) || !domain.includes('.')) return { domain, state: 'none' }
    const answer = await this.#ask(domain, 'TXT')
    if (answer.kind === 'failed') return { domain, state: 'unreachable', reason: answer.reason }
    const { records } = selectSpf(answer.records)
    const [text] = records
    if (text === undefined) return { domain, state: 'none' }
    if (records.length > 1) return { domain, state: 'several', records }
    const parsed = parseSpf(text)
    if (!parsed.ok) return { domain, state: 'invalid', text, faults: parsed.faults }
    const { record } = parsed
    const all = record.mechanisms.findIndex(m => m.name === 'all')
    const reached = all < 0 ? record.mechanisms : record.mechanisms.slice(0, all + 1)
    // RFC 7208 §5.1: what stands behind `all` is ignored, and redirect too wherever it stands.
    const terms = all < 0 && record.redirect ? [...reached, record.redirect] : reached
    const unreached =
      all < 0 ? [] : [...record.mechanisms.slice(all + 1), ...(record.redirect ? [record.redirect] : [])]
    return { domain, record, terms, unreached, below: [...ancestors, domain] }
  }

  /** Takes the term's share of the limit at once. `place`: where it leads, to be walked with the next level. */
  #begin(term: Mechanism | KnownModifier, { domain, below }: Reached): { step: Promise<SpfStep>; place?: Place } {
    const step: SpfStep = { term, cost: 0, target: undefined, dynamic: false, child: undefined, ...nothing }
    switch (term.name) {
      case 'all':
      case 'ip4':
      case 'ip6':
      case 'exp':
        return { step: Promise.resolve(step) }
      case 'include':
      case 'redirect': {
        const target = this.#static(term.domain, domain)
        if (target === undefined) return { step: Promise.resolve({ ...step, cost: 1, dynamic: true }) }
        const leading: SpfStep = { ...step, cost: 1, target }
        if (this.#left-- > 0) return { step: Promise.resolve(leading), place: { domain: target, ancestors: below } }
        return { step: Promise.resolve({ ...leading, child: { domain: target, state: 'left-out' } }) }
      }
      default:
        return { step: this.#lookUp(term, domain).then(found => ({ ...step, cost: 1, ...found })) }
    }
  }

  async #lookUp(term: AskingMechanism, domain: string): Promise<Partial<SpfStep>> {
    const target = term.domain ? this.#static(term.domain, domain) : domain
    if (target === undefined) return { dynamic: true }
    const hasTurn = this.#left-- > 0
    // What ptr asks depends on the client alone.
    if (!hasTurn || term.name === 'ptr' || cannotBeAsked(target)) return { target }
    switch (term.name) {
      case 'a':
        return { target, ...(await this.#addresses(target)) }
      case 'exists': {
        const answer = await this.#ask(target, 'A')
        const empty = isEmpty(answer) ? 1 : 0
        const found = hasRecords(answer)
        return {
          target,
          empty: { v4: empty, v6: empty },
          found: { v4: found, v6: found },
          failures: failuresOf(answer),
        }
      }
      case 'mx':
        return { target, ...(await this.#hosts(target)) }
    }
  }

  async #hosts(target: string): Promise<Found> {
    const answer = await this.#ask(target, 'MX')
    if (answer.kind === 'failed') return { ...nothing, hostsUnknown: answer.reason, failures: [answer.reason] }
    if (answer.records.length === 0) return { ...nothing, empty: { v4: 1, v6: 1 } }
    const hosts = answer.records.map(mx => mx.exchange).filter(host => !cannotBeAsked(host))
    const found = await Promise.all(hosts.slice(0, LOOKUP_LIMIT).map(host => this.#addresses(host)))
    return {
      ...nothing,
      empty: { v4: sum(found, 'v4'), v6: sum(found, 'v6') },
      found: { v4: found.some(one => one.found.v4), v6: found.some(one => one.found.v6) },
      hosts: found.flatMap(one => one.hosts),
      addresses: found.flatMap(one => one.addresses),
      failures: found.flatMap(one => one.failures),
      tooManyHosts: answer.records.length > LOOKUP_LIMIT ? answer.records.length : undefined,
    }
  }

  async #addresses(host: string): Promise<Found> {
    const [a, aaaa] = await Promise.all([this.#ask(host, 'A'), this.#ask(host, 'AAAA')])
    return {
      ...nothing,
      empty: { v4: isEmpty(a) ? 1 : 0, v6: isEmpty(aaaa) ? 1 : 0 },
      found: { v4: hasRecords(a), v6: hasRecords(aaaa) },
      hosts: [host],
      addresses: [...addressesIn(a, 4), ...addressesIn(aaaa, 6)],
      failures: [...failuresOf(a), ...failuresOf(aaaa)],
    }
  }

  /** The name, unless it depends on more than the domain: %{o} is the audited domain, as in its own MAIL FROM. */
  #static(macros: MacroText, domain: string): string | undefined {
    if (macroLetters(macros).some(letter => letter !== 'd' && letter !== 'o')) return undefined
    const values = {
      ...senderOf(`postmaster@${this.#root}`, ''),
      helo: '',
      ip: { family: 4, bytes: [], text: '' },
    } as const
    return askedName(expandMacros(macros, letter => (letter === 'p' ? '' : macroValue(letter, domain, values))))
  }

  #ask<T extends RecordType>(name: string, type: T): Promise<SpfAnswer<RecordTypes[T]>> {
    const key = `${name} ${type}`
    const asked = this.#asked.get(key) ?? askForSpf(this.#resolver, name, type)
    this.#asked.set(key, asked)
    return asked as Promise<SpfAnswer<RecordTypes[T]>>
  }
}

function cannotBeAsked(name: string): boolean {
  return name === '' || nameFault(name) !== undefined
}

function isEmpty(answer: SpfAnswer<unknown>): boolean {
  return answer.kind === 'records' && answer.records.length === 0
}

function hasRecords(answer: SpfAnswer<unknown>): boolean {
  return answer.kind === 'records' && answer.records.length > 0
}

/** An IPv4-mapped address in an AAAA record is no IPv6 client's (RFC 7208 §5). */
function addressesIn(answer: SpfAnswer<string>, family: 4 | 6): readonly IpAddress[] {
  const texts = answer.kind === 'records' ? answer.records : []
  return texts.flatMap(text => parseAddress(text) ?? []).filter(address => address.family === family)
}

function failuresOf(answer: SpfAnswer<unknown>): readonly string[] {
  return answer.kind === 'failed' ? [answer.reason] : []
}

function sum(found: readonly Found[], family: keyof ByFamily): number {
  return found.reduce((total, one) => total + one.empty[family], 0)
}
