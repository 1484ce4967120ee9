// Proposed records laid over the live ones: a Resolver that answers as DNS would if the zone file were published.
//
// A set of records in the file (one owner, one type) takes the place of the whole live set, as publishing it would; the rest of the name stays
// as it is in DNS. What the file takes away is then not there: always as "no such record", never as NXDOMAIN, since nobody but the zone's own
// server knows whether the name has anything else. The two differ only where a name that has lost its last record is asked whether it exists:
// it then counts as there, which makes no record appear or vanish. A delegation in the file (NS) is seen by whoever asks for NS; what
// stands below it is still asked of DNS as it is.

import { encodeName } from './dns/wire-name.ts'
import { type Existence, existenceOf, isAbsent, parentOf } from './existence.ts'
import { ProposedNames } from './proposed-names.ts'
import type { Answer, AskedServer, RecordType, RecordTypes, Resolver, Unchecked } from './resolver.ts'
import type { ZoneFile } from './zone-file/zone-file.ts'

/** A set of the file that was not asked for. Without a type, all that was to be taken away at the name. */
export interface Unasked {
  readonly name: string
  readonly type: string | null
}

/** Why the file cannot be published as it is, and where in it. */
export interface OverlayFault {
  readonly reason: string
  readonly line: number
  readonly column: number
}

/** The resolver of a proposal. */
export interface Overlay extends Resolver {
  /** Learns which names of the file are in DNS already; gives the first record that could not stand beside what is there. */
  prepare(): Promise<OverlayFault | undefined>
  /** False when the answers about a name are surely the live ones: known once it was prepared. */
  touches(name: string): boolean
  /** The same proposal, with nothing asked yet. */
  afresh(): Overlay
  /** What of the file no answer was made of. */
  unasked(): readonly Unasked[]
}

/** @param label what answers from the file name as their server */
export function layOver(live: Resolver, zone: ZoneFile, label: string): Overlay {
  return new ZoneOverlay(live, new ProposedNames(zone), label, new Map())
}

type Asked = AskedServer | Unchecked

type Reached = Answer<unknown> | { readonly kind: 'alias'; readonly target: string; readonly ttl: number }

const MOST_ALIASES = 16
/** Of an absence that the file makes: the negative TTL that most zones have. */
const ABSENCE_TTL = 300

class ZoneOverlay implements Overlay {
  readonly #live: Resolver
  readonly #proposed: ProposedNames
  readonly #label: string
  readonly #existence: Map<string, Promise<Existence>>
  readonly #settled: Map<string, Existence>
  readonly #used = new Set<string>()

  constructor(
    live: Resolver,
    proposed: ProposedNames,
    label: string,
    existence: Map<string, Promise<Existence>>,
    settled = new Map<string, Existence>(),
  ) {
    this.#live = live
    this.#proposed = proposed
    this.#label = label
    this.#existence = existence
    this.#settled = settled
  }

  afresh(): Overlay {
    return new ZoneOverlay(this.#live, this.#proposed, this.#label, this.#existence, this.#settled)
  }

  async resolve<T extends RecordType>(name: string, type: T, from?: Asked): Promise<Answer<RecordTypes[T]>> {
    const asked = encodeName(name)
    if (!asked.ok) return this.#live.resolve(name, type, from)
    let owner = asked.name
    const chain: string[] = []
    let [ttl, proposed] = [Number.POSITIVE_INFINITY, false]
    while (chain.length < MOST_ALIASES) {
      const reached = await this.#reach(owner, type, from)
      if (reached.kind === 'unreachable') return reached
      ttl = Math.min(ttl, reached.ttl)
      if (reached.kind === 'alias') {
        proposed = true
        chain.push(owner)
        owner = reached.target
        if (chain.includes(owner)) return this.#unreachable('its CNAMEs lead in a circle')
        continue
      }
      proposed ||= reached.server === this.#label
      // What DNS says of an alias's target is what stands there now.
      const turn = reached.chain.findIndex((link, i) => i > 0 && this.touches(link))
      if (turn > 0) {
        chain.push(...reached.chain.slice(0, turn))
        owner = reached.chain[turn]!
        if (chain.includes(owner)) return this.#unreachable('its CNAMEs lead in a circle')
        continue
      }
      const told = {
        ttl,
        chain: [...chain, ...reached.chain],
        authentic: reached.authentic && !proposed,
        server: proposed ? this.#label : reached.server,
      }
      return { ...reached, ...told } as Answer<RecordTypes[T]>
    }
    return this.#unreachable('its CNAMEs lead on without an end')
  }

  touches(name: string): boolean {
    const owner = canonical(name)
    if (this.#proposed.names.has(owner) || this.#proposed.wildcardAbove(owner) !== undefined) return true
    const nearest = this.#proposed.nearest(owner)
    return nearest !== undefined && this.#settled.get(nearest) !== 'itself'
  }

  unasked(): readonly Unasked[] {
    return [...this.#proposed.names].flatMap(([name, { sets, removed, all }]) => {
      const types: (string | null)[] = [...new Set([...sets.keys(), ...removed]), ...(all ? [null] : [])]
      return types.filter(type => !this.#used.has(useKey(name, type))).map(type => ({ name, type }))
    })
  }

  async prepare(): Promise<OverlayFault | undefined> {
    await Promise.all([...this.#proposed.tree].filter(name => parentOf(name)).map(name => this.#existenceOf(name)))
    const firsts = new Map(this.#proposed.records.toReversed().map(({ owner, place }) => [owner, place]))
    const faults = await Promise.all(
      [...firsts].map(async ([owner, place]) => {
        const reason = await this.#conflict(owner)
        return reason === undefined ? [] : [{ reason, ...place }]
      }),
    )
    return faults.flat().toSorted((a, b) => a.line - b.line)[0]
  }

  /** RFC 1034 §3.6.2, RFC 2181 §10.1: nothing stands beside a CNAME, and a name has one at most. */
  async #conflict(owner: string): Promise<string | undefined> {
    const { sets, removed, all } = this.#proposed.names.get(owner)!
    const alias = sets.get('CNAME')
    if (alias) {
      if (sets.size > 1) return `${owner} is given a CNAME and other records: nothing can stand beside a CNAME`
      if (alias.records.size > 1) return `${owner} is given ${alias.records.size} CNAME records: a name has one at most`
      const top = await this.#live.resolve(owner, 'SOA')
      const isTop = top.kind === 'records' && top.chain.length <= 1
      return isTop ? `${owner} is the top of a zone, with SOA and NS records: no CNAME can stand there` : undefined
    }
    if (all || removed.has('CNAME')) return undefined
    const live = await this.#live.resolve(owner, 'CNAME')
    if (live.kind !== 'records' || (await this.#existenceOf(owner)) !== 'itself') return undefined
    return `${owner} is an alias for ${live.records[0]} in DNS, and nothing can stand beside a CNAME: take it away with ";- ${owner}. CNAME"`
  }

  /** What is at the name, up to the first alias of the file. */
  async #reach(name: string, type: RecordType, from: Asked | undefined): Promise<Reached> {
    if (this.#proposed.names.has(name)) return this.#at(name, name, type, from)
    const wildcard = this.#proposed.wildcardAbove(name)
    const nearest = this.#proposed.nearest(name)
    // RFC 4592 §3.3.1: the wildcard directly below the closest name that exists, by the file or in DNS.
    if (wildcard !== undefined && (nearest === undefined || nearest.length <= wildcard.length)) {
      for (let one = name; one !== wildcard; one = parentOf(one)!) {
        const existence = await this.#existenceOf(one)
        if (typeof existence === 'object') return existence
        if (existence === 'itself') return this.#ask(name, type, from)
      }
      return this.#at(`*.${wildcard}`, name, type, from)
    }
    const live = await this.#ask(name, type, from)
    if (nearest === undefined || live.kind === 'unreachable') return live
    if (nearest === name) return this.#besideNew(name, live)
    if (isAbsent(live)) return live
    const existence = await this.#existenceOf(nearest)
    if (typeof existence === 'object') return existence
    // A wildcard above answered; it does not once a name between the two exists. That the name above is absent contradicts RFC 8020:
    // then the server errs about that one, and this one is really there.
    return existence === 'covered' ? this.#absence(name, 'nxdomain') : live
  }

  /** What the file says at `owner`, told about `name` (another one where a wildcard is the owner). */
  async #at(owner: string, name: string, type: RecordType, from: Asked | undefined): Promise<Reached> {
    const { sets, removed, all } = this.#proposed.names.get(owner)!
    if (all) this.#used.add(useKey(owner, null))
    const alias = sets.get('CNAME')
    const own = sets.get(type)
    if (alias && own !== alias) {
      this.#used.add(useKey(owner, 'CNAME'))
      return { kind: 'alias', target: [...alias.records.values()][0]!.value as string, ttl: alias.ttl }
    }
    if (own) {
      this.#used.add(useKey(owner, type))
      const records = [...own.records.values()].map(record => record.value)
      return { ...this.#told(name, own.ttl), kind: 'records', records, malformed: [] }
    }
    if (removed.has(type)) this.#used.add(useKey(owner, type))
    if (removed.has(type) || all) return this.#absence(name, 'nodata')
    const asked = await this.#ask(owner, type, from)
    if (asked.kind === 'unreachable') return asked
    const live = { ...asked, chain: [name, ...asked.chain.slice(1)] }
    if (live.chain.length > 1 && removed.has('CNAME')) {
      this.#used.add(useKey(owner, 'CNAME'))
      const existence = await this.#existenceOf(owner)
      if (typeof existence === 'object') return existence
      if (existence === 'itself') return this.#absence(name, 'nodata')
    }
    return sets.size > 0 ? this.#besideNew(owner, live) : live
  }

  /** The live answer at a name that the file makes exist: what only a wildcard said is no longer said (RFC 4592 §2.2.1). */
  async #besideNew(owner: string, live: Exclude<Answer<unknown>, { kind: 'unreachable' }>): Promise<Reached> {
    const name = live.chain[0] ?? owner
    if (isAbsent(live)) return this.#absence(name, 'nodata')
    if (live.kind === 'nodata' && live.chain.length <= 1) return live
    const existence = await this.#existenceOf(owner)
    if (typeof existence === 'object') return existence
    return existence === 'covered' ? this.#absence(name, 'nodata') : live
  }

  /** A live answer. One that was lost behind an alias is looked for behind it: its target may be in the file. */
  async #ask(name: string, type: RecordType, from: Asked | undefined): Promise<Answer<unknown>> {
    const answer = await this.#live.resolve(name, type, from)
    if (answer.kind !== 'unreachable' || from !== undefined) return answer
    if (answer.why === 'timeout' || answer.why === 'network') return answer
    const alias = await this.#live.resolve(name, 'CNAME')
    const target = alias.kind === 'records' && alias.chain.length <= 1 ? canonical(alias.records[0]!) : undefined
    if (alias.kind !== 'records' || target === undefined || target === name || !this.touches(target)) return answer
    return { ...alias, kind: 'nodata', chain: [name, target] }
  }

  #existenceOf(name: string): Promise<Existence> {
    const known = this.#existence.get(name)
    if (known) return known
    const existence = existenceOf(name, this.#live)
    this.#existence.set(name, existence)
    existence.then(found => {
      this.#settled.set(name, found)
      // Whoever asks later deserves another try.
      if (typeof found === 'object') this.#existence.delete(name)
    })
    return existence
  }

  #absence(name: string, kind: 'nodata' | 'nxdomain'): Reached {
    return { ...this.#told(name, ABSENCE_TTL), kind }
  }

  #told(name: string, ttl: number) {
    return { ttl, authentic: false, authoritative: true, server: this.#label, chain: [name] }
  }

  #unreachable(extended: string): Extract<Answer<never>, { kind: 'unreachable' }> {
    return { kind: 'unreachable', why: 'malformed', server: this.#label, extended }
  }
}

/** As it stands in the file: one text for each name. What is no name stands nowhere. */
function canonical(name: string): string {
  const encoded = encodeName(name)
  return encoded.ok ? encoded.name : name
}

function useKey(name: string, type: string | null): string {
  return `${type ?? '*'} ${name}`
}
