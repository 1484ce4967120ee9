// Makes the one SPF record that mends all that is wrong with what stands at a name, and tries it before it is proposed.
//
// It is made in rounds: the text is put right, its tree is walked over the real DNS, terms that spoil it go, what costs too much is made
// cheaper, senders that do not pass are added. What comes out is walked and evaluated again; a record that would still fail is no proposal.
import type { IpAddress } from '../../names/address.ts'
import type { Resolver } from '../../net/resolver.ts'
import { type AddressSet, isWithin, unionOf } from './address-set.ts'
import { everyoneTerm } from './breadth.ts'
import { allHosts } from './crowd.ts'
import { type Draft, firstDraft, namesSomebody, writeDraft } from './draft.ts'
import { evaluateSpf, knownResult, LOOKUP_LIMIT, VOID_LIMIT } from './evaluate.ts'
import { inlined, isOwn, matchesNobody, writtenOut } from './inline.ts'
import { withRecord } from './memory.ts'
import { parseSpf } from './parse.ts'
import { letsIn } from './reach.ts'
import type { SpfSelection } from './record.ts'
import { type Replacement, spoiled } from './spoiled.ts'
import {
  allSteps,
  type ByFamily,
  emptyAnswers,
  finalAll,
  gapsOf,
  listsIpv6,
  nodesOf,
  type SpfNode,
  type SpfStep,
  stepsOf,
  voidTerms,
  worstCase,
} from './tree.ts'
import { askAboutMissing, heldDomains, unansweredNames } from './unclaimed.ts'
import { walkSpf } from './walk.ts'
import { addressTerm } from './write.ts'

/** What is known where the mending begins. */
export interface ProposalRequest {
  /** The name that the record is for. */
  readonly domain: string
  readonly selection: SpfSelection
  readonly hasMx: boolean
  /** Addresses that mail of the domain leaves from, and the name that each gives in HELO: a record may ask for it by a macro. */
  readonly senders: readonly { readonly address: IpAddress; readonly helo: string }[]
  readonly resolver: Resolver
  /** What is proposed at other names: senders have to pass whether it is followed or not. */
  readonly beside?: readonly { readonly name: string; readonly text: string }[]
}

/** A record that mends what is there. */
export interface SpfProposal {
  readonly text: string
  /** Texts that it takes the place of. */
  readonly replaces: readonly string[]
  /** What is different, each with its reason where it is not plain. */
  readonly changes: readonly string[]
  /** Worst case. */
  readonly lookups: number
  /** Empty answers that are left, by the client's family. */
  readonly empty: ByFamily
  /** Terms that name what others run and that were written out, since nothing else mends the record: they have to be kept up to date. */
  readonly flattened: readonly string[]
}

/** A record that is longer than this is not mended here but has to be written anew. */
const MOST_READ = 4096
/** RFC 6891 §6.2.5, and the DNS flag day of 2020: what does not fit into 1,232 octets of an answer is asked for again over TCP. */
const MOST_WRITTEN = 1100
const MOST_ROUNDS = 8
/** From here on the record is too near to the limit, as spf-lookup-limit says. */
const NEAR = LOOKUP_LIMIT - 1

/** The proposal; undefined when nothing is to be mended, or when what is to be done cannot be told. Never throws for what DNS says. */
export async function proposeSpf(request: ProposalRequest): Promise<SpfProposal | undefined> {
  const { records, nearMisses } = request.selection
  const replaces = records.length > 0 ? records : nearMisses.map(miss => miss.text)
  if (replaces.some(text => text.length > MOST_READ)) return undefined
  return new Mending(request, replaces).proposal()
}

class Mending {
  readonly #request: ProposalRequest
  readonly #replaces: readonly string[]
  readonly #flattened: string[] = []
  #draft: Draft
  /** Whether anybody was meant to pass at the beginning: a proposal that lists nobody would cut off all mail. */
  readonly #hadSomebody: boolean

  constructor(request: ProposalRequest, replaces: readonly string[]) {
    this.#request = request
    this.#replaces = replaces
    this.#draft = firstDraft(request.selection, request.hasMx)
    this.#hadSomebody = replaces.length === 0 || !replaces.every(refusesEverybody)
  }

  async proposal(): Promise<SpfProposal | undefined> {
    await this.#settle()
    await this.#cheapen()
    // The first IPv6 host of a record makes empty answers for IPv6 clients matter.
    if (await this.#addSenders()) await this.#cheapen()
    const { changes } = this.#draft
    const text = writeDraft(this.#draft)
    if (changes.length === 0 || text.length > MOST_WRITTEN) return undefined
    if (this.#hadSomebody && !namesSomebody(this.#draft)) return undefined
    const tree = await this.#walk()
    if (stillFails(tree)) return undefined
    return {
      text,
      replaces: this.#replaces,
      changes,
      lookups: worstCase(tree),
      empty: { v4: emptyAnswers(tree, 'v4'), v6: emptyAnswers(tree, 'v6') },
      flattened: this.#flattened,
    }
  }

  /** Takes out what ends in an error, lets everyone through, or belongs to nobody, until there is none. */
  async #settle(): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const tree = await this.#walk()
      const unclaimed = await this.#unclaimed(tree)
      const crowds = await allHosts(tree, this.#request.resolver)
      const changed = this.#replaceEach(tree, step => spoiled(step, unclaimed, crowds))
      if (!changed) return
    }
  }

  async #cheapen(): Promise<void> {
    const tree = await this.#walk()
    if (tooEmpty(tree)) await this.#fillVoids(tree)
    const now = await this.#walk()
    if (worstCase(now) < NEAR) return
    this.#replaceEach(now, step =>
      matchesNobody(step) ? { by: [], why: 'it costs a lookup, and nobody passes by it' } : undefined,
    )
    await this.#dropListed()
    await this.#writeOut(step => isOwn(step, this.#request.domain))
    await this.#writeOut(() => true)
  }

  /** Terms with empty answers go; then what is half empty is written out; then includes that have such terms inside. */
  async #fillVoids(tree: SpfNode): Promise<void> {
    this.#replaceEach(tree, step => (matchesNobody(step) ? { by: [], why: 'its name has no address' } : undefined))
    const halfEmpty = await this.#walk()
    if (!tooEmpty(halfEmpty)) return
    const half = (step: SpfStep): boolean => step.child === undefined && step.empty.v4 + step.empty.v6 > 0
    const why = 'its hosts lack addresses of one family'
    const written = (step: SpfStep): Replacement | undefined => {
      const by = half(step) ? writtenOut(step) : undefined
      return by && { by, why }
    }
    this.#replaceEach(halfEmpty, step => (isOwn(step, this.#request.domain) ? written(step) : undefined))
    const others = await this.#walk()
    // The hosts of others are theirs to name, as long as receivers only might take it amiss.
    if (voidTerms(others, 'v4').length > VOID_LIMIT) this.#replaceEach(others, written)
    const below = await this.#walk()
    if (voidTerms(below, 'v4').length <= VOID_LIMIT) return
    this.#replaceEach(below, step => {
      const empty = step.child !== undefined && allSteps(step.child).some(({ step: inner }) => matchesNobody(inner))
      const by = empty ? inlined(step, matchesNobody) : undefined
      return by && { by, why: 'what it includes asks for names that do not exist' }
    })
  }

  /** Terms that ask for hosts which stand in the record as addresses already. */
  async #dropListed(): Promise<void> {
    const tree = await this.#walk()
    const steps = stepsOf(tree)
    if (steps.some(({ term }) => 'qualifier' in term && term.qualifier !== '+' && term.name !== 'all')) return
    const networks: AddressSet = unionOf(
      steps.filter(({ term }) => term.name === 'ip4' || term.name === 'ip6').map(step => letsIn(step).addresses),
    )
    this.#replaceEach(tree, step => {
      if (step.cost === 0 || step.child !== undefined || step.term.name === 'redirect') return undefined
      const { addresses, whole } = letsIn(step)
      return whole && isWithin(addresses, networks) ? { by: [], why: 'its addresses stand in the record' } : undefined
    })
  }

  /** Writes terms out, the shortest for what they save first, until the record is within the limit, if that gets it there. */
  async #writeOut(may: (step: SpfStep) => boolean): Promise<void> {
    const tree = await this.#walk()
    const over = worstCase(tree) - LOOKUP_LIMIT
    if (over <= 0) return
    const options = stepsOf(tree)
      .filter(step => step.cost === 1 && may(step) && step.term.name !== 'redirect')
      .flatMap(step => {
        const by = writtenOut(step)
        const saved = step.cost + (step.child ? worstCase(step.child) : 0)
        return by === undefined ? [] : [{ step, by, saved, octets: by.join(' ').length - step.term.text.length }]
      })
      .toSorted((a, b) => a.octets / a.saved - b.octets / b.saved)
    const chosen = new Map<SpfStep, readonly string[]>()
    let saved = 0
    for (const option of options) {
      if (saved >= over) break
      chosen.set(option.step, option.by)
      saved += option.saved
    }
    this.#replaceEach(tree, step => {
      const by = chosen.get(step)
      return by && { by, why: 'to need fewer lookups' }
    })
  }

  /** True when any was added. */
  async #addSenders(): Promise<boolean> {
    const { domain, senders, beside = [] } = this.#request
    const world = this.#world()
    const others = beside.reduce((resolver, { name, text }) => withRecord(resolver, name, text), world)
    const passes = async (resolver: Resolver, { address: ip, helo }: (typeof senders)[number]): Promise<boolean> => {
      const mailFrom = `postmaster@${domain}`
      const result = knownResult(await evaluateSpf({ identity: 'mailfrom', mailFrom, ip, helo, resolver }))
      // What did not answer may list them.
      return result === 'pass' || result === 'temperror'
    }
    const known = await Promise.all(
      senders.map(async one => (await passes(world, one)) && (beside.length === 0 || (await passes(others, one)))),
    )
    const missing = senders.filter((_, i) => !known[i])
    const terms = [...new Set(missing.map(({ address }) => addressTerm(address)))]
    if (terms.length === 0) return false
    const rest = this.#draft.mechanisms.filter(term => !terms.includes(term.toLowerCase().replace(/^\+/, '')))
    const changes = [...this.#draft.changes, `${terms.join(' ')} added`]
    // In front of all others nothing can come before them, and they cost nothing.
    this.#draft = { ...this.#draft, mechanisms: [...terms, ...rest], changes }
    return true
  }

  /** Puts something else in the place of terms; true when anything was changed. */
  #replaceEach(tree: SpfNode, replace: (step: SpfStep) => Replacement | undefined): boolean {
    const steps = stepsOf(tree)
    const changes: string[] = []
    const changed = (text: string, step: SpfStep | undefined): readonly string[] => {
      const replacement = step?.term.text === text ? replace(step) : undefined
      if (replacement === undefined) return [text]
      const { by, why } = replacement
      if (by.length > 0 && !isOwn(step!, this.#request.domain)) this.#flattened.push(text)
      changes.push(by.length === 0 ? `${text} left out (${why})` : `${text} written as ${by.join(' ')} (${why})`)
      return by
    }
    // The steps of the tree are the mechanisms in order, then `all` or the redirect.
    const mechanisms = [...new Set(this.#draft.mechanisms.flatMap((text, i) => changed(text, steps[i])))]
    const { redirect } = this.#draft
    const onward = redirect === undefined ? [] : changed(redirect, steps.at(-1))
    if (changes.length === 0) return false
    const stays = redirect !== undefined && onward[0] === redirect
    const ends = stays || redirect === undefined
    this.#draft = {
      ...this.#draft,
      mechanisms: stays ? mechanisms : [...new Set([...mechanisms, ...onward])],
      redirect: stays ? redirect : undefined,
      all: ends ? this.#draft.all : '~',
      changes: [...this.#draft.changes, ...changes, ...(ends ? [] : ['~all put at the end'])],
    }
    return true
  }

  async #unclaimed(tree: SpfNode): Promise<ReadonlySet<string>> {
    const held = heldDomains(tree)
    const missing = await Promise.all(
      unansweredNames(tree).map(one => askAboutMissing(one, held, this.#request.resolver)),
    )
    return new Set(missing.flatMap(one => (one?.unclaimed === undefined ? [] : [one.name])))
  }

  #world(): Resolver {
    return withRecord(this.#request.resolver, this.#request.domain, writeDraft(this.#draft))
  }

  #walk(): Promise<SpfNode> {
    return walkSpf(this.#request.domain, this.#world())
  }
}

/** True for a record that can be read and lets nobody in, as a domain that sends nothing publishes it. */
function refusesEverybody(text: string): boolean {
  const parsed = parseSpf(text)
  if (!parsed.ok) return false
  const { mechanisms, redirect } = parsed.record
  return redirect === undefined && mechanisms.every(({ qualifier }) => qualifier !== '+')
}

/** Empty answers as receivers count them that do not count terms (RFC 7208 §4.6.4 counts terms). */
function tooEmpty(tree: SpfNode): boolean {
  return emptyAnswers(tree, 'v4') > VOID_LIMIT || (listsIpv6(tree) && emptyAnswers(tree, 'v6') > VOID_LIMIT)
}

/** True when the record would be a fault of its own. */
function stillFails(tree: SpfNode): boolean {
  if (tree.state !== 'read') return true
  const { broken, loops, tooLarge } = gapsOf(tree)
  const end = finalAll(tree)
  return (
    broken.length + loops.length > 0 ||
    tooLarge ||
    worstCase(tree) > LOOKUP_LIMIT ||
    voidTerms(tree, 'v4').length > VOID_LIMIT ||
    nodesOf(tree).some(({ node }) => stepsOf(node).some(step => step.tooManyHosts !== undefined)) ||
    everyoneTerm(tree) !== undefined ||
    (end !== 'unknown' && end.qualifier === '+')
  )
}
