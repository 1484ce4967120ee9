// Gathers facts: each once per subject, with every question and answer kept as the fact's evidence.
import { endpointText } from '../names/endpoint.ts'
import type { Dialer } from '../net/dialer.ts'
import type { AskedServer, Resolver, Unchecked } from '../net/resolver.ts'
import type { Ear, Witness } from '../net/witness.ts'
import type { Evidence } from '../report/report.ts'
import { answerText } from './answer-text.ts'
import { type Fact, type Foresee, type Know, Unknowable, type World } from './fact.ts'
import { type Scope, type Subjects, scopes } from './scope.ts'

/** What a run may ask, shared by all of its audits. */
export interface Means {
  readonly resolver: Resolver
  readonly dialer: Dialer
  readonly ehloName: string
  /** Takes down, or recites, what is heard; then the world is met through it alone. */
  readonly witness?: Witness
}

/** A fact that is being gathered or has been: its value or failure, what was asked for it, and the facts it leaned on. */
interface Gathered {
  readonly id: string
  readonly value: Promise<unknown>
  readonly evidence: Evidence[]
  readonly uses: Set<Gathered>
  /** What the fact hears the world through, when there is a witness. */
  readonly ear: Ear | undefined
  /** Every name that DNS was asked for, with those that aliases led to. */
  readonly asked: Set<string>
  /** DNS left a question open: where an alias there may lead is not known either. */
  unanswered: boolean
  settled: boolean
  /** Something did not answer: whoever asks later deserves another try. */
  transient: boolean
  /** The fact tells what did not answer: it stays so. */
  readonly once: boolean
  /** The moment after which it is asked again, in milliseconds on the clock of the process; never, unless it lapses. */
  until: number
}

/** What another run learned, and which names may be answered for otherwise in this one. */
export interface Inheritance {
  readonly from: SharedFacts
  readonly differs: (name: string) => boolean
}

const MOST_SHARED = 20_000

/** What is learned of hosts, addresses and lists during a run: asked once however many domains use them. Bounded. */
export class SharedFacts {
  readonly #facts = new Map<string, Gathered>()
  /** Also what was forgotten: to an heir a host that was silent stays so, else every silent host would be a difference. */
  readonly #heard = new Map<string, Gathered>()
  readonly #inheritance: Inheritance | undefined

  constructor(inheritance?: Inheritance) {
    this.#inheritance = inheritance
  }

  take(key: string, make: () => Gathered): Gathered {
    const kept = this.#facts.get(key)
    const known = kept?.settled && kept.until < performance.now() ? undefined : (kept ?? this.#inherited(key))
    if (known) return known
    const gathered = make()
    this.#facts.set(key, gathered)
    this.#heard.set(key, gathered)
    for (const map of [this.#facts, this.#heard]) if (map.size > MOST_SHARED) map.delete(map.keys().next().value!)
    const forget = () => {
      if (gathered.transient && !gathered.once && this.#facts.get(key) === gathered) this.#facts.delete(key)
    }
    gathered.value.then(forget, forget)
    return gathered
  }

  /** What the other run learned without a question that this one could hear another answer to. */
  #inherited(key: string): Gathered | undefined {
    if (this.#inheritance === undefined) return undefined
    const { from, differs } = this.#inheritance
    const theirs = from.#heard.get(key)
    if (!theirs?.settled) return undefined
    const isOther = ({ asked, unanswered }: Gathered): boolean => unanswered || [...asked].some(differs)
    return [...withUsed([theirs])].some(isOther) ? undefined : theirs
  }
}

/** Gathers the facts of one audit; facts about shared scopes go through `shared`. */
export class Gatherer {
  readonly #own = new Map<string, Gathered>()
  readonly #means: Means
  readonly #shared: SharedFacts
  readonly #deadline: Promise<never> | undefined
  readonly #about: OfOneAudit
  /** Why nothing new is asked, once the time allowed is over. */
  #over: Unknowable | undefined

  /**
   * @param deadline rejects with `Unknowable` when the time allowed for the audit is over.
   * @param about what facts of the audited domain alone may know
   */
  constructor(means: Means, shared: SharedFacts, deadline?: Promise<never>, about: OfOneAudit = nothingTold) {
    this.#means = means
    this.#shared = shared
    this.#deadline = deadline
    deadline?.catch((reason: Unknowable) => {
      this.#over = reason
    })
    this.#about = about
  }

  /** The value of a fact. Rejects with `Unknowable` when it cannot be learned, with anything else for a bug. */
  readonly know: Know = (fact, subject) => {
    // When the time is over nothing is taken up any more, not even what another audit of the run found out: what a report
    // knows then does not depend on how far others were.
    if (this.#over !== undefined && !this.#own.has(factKey(fact, subject))) return Promise.reject(this.#over)
    return this.#bounded(this.#gather(fact, subject).value) as Promise<never>
  }

  /** The value of a fact that this audit has asked for already; one that it has not stays unknown, and costs nothing. */
  readonly recall: Know = (fact, subject) => {
    const known = this.#own.get(factKey(fact, subject))
    if (!known) return Promise.reject(new Unknowable('no check of this audit asked for it'))
    return this.#bounded(known.value) as Promise<never>
  }

  /** What was asked for a fact and for all that it leaned on, in no certain order. */
  evidenceFor<S extends Scope>(fact: Fact<S, unknown>, subject: Subjects[S]): Evidence[] {
    const known = this.#own.get(factKey(fact, subject))
    return known ? [...withUsed([known])].flatMap(gathered => gathered.evidence) : []
  }

  get over(): Unknowable | undefined {
    return this.#over
  }

  /** The ears of all facts of this audit, by fact, when there is a witness. */
  ears(): ReadonlyMap<string, Ear> {
    return new Map([...withUsed(this.#own.values())].flatMap(({ id, ear }) => (ear ? [[id, ear] as const] : [])))
  }

  #gather<S extends Scope, V>(fact: Fact<S, V>, subject: Subjects[S]): Gathered {
    const { shared } = scopes[fact.scope]
    const id = factKey(fact, subject)
    const make = (): Gathered => {
      const evidence: Evidence[] = []
      const uses = new Set<Gathered>()
      const gathered: Gathered = {
        id,
        // The microtask lets `gathered` exist before the fact first asks.
        value: Promise.resolve().then(() => fact.gather(subject, this.#world(gathered, shared, fact.lapses ?? false))),
        evidence,
        uses,
        ear: this.#means.witness?.hear(id),
        asked: new Set(),
        unanswered: false,
        settled: false,
        transient: false,
        once: fact.once ?? false,
        until: Number.POSITIVE_INFINITY,
      }
      gathered.value.then(
        () => {
          gathered.settled = true
        },
        () => {
          gathered.settled = true
          gathered.transient = true
        },
      )
      return gathered
    }
    // The audit keeps what it was told even after the run forgot it: one report never contradicts itself.
    const known = this.#own.get(id)
    if (known) return known
    const gathered = shared ? this.#shared.take(id, make) : make()
    this.#own.set(id, gathered)
    return gathered
  }

  #world(gathered: Gathered, shared: boolean, lapses: boolean): World {
    const know: Know = async (fact, subject) => {
      const used = this.#gather(fact, subject)
      gathered.uses.add(used)
      try {
        return (await used.value) as never
      } finally {
        if (used.transient) gathered.transient = true
        if (lapses) gathered.until = Math.min(gathered.until, used.until)
      }
    }
    // Whoever asks for it is told of its failure.
    const foresee: Foresee = (fact, subject) => void this.#gather(fact, subject).value.catch(() => {})
    const { resolver, dialer } = gathered.ear ?? this.#means
    const { ehloName } = this.#means
    return {
      resolver: witnessedResolver(resolver, gathered, lapses),
      dialer: witnessedDialer(dialer, gathered),
      know,
      foresee,
      note: evidence => gathered.evidence.push(evidence),
      ehloName,
      ...(shared ? nothingTold : this.#about),
    }
  }

  #bounded<V>(value: Promise<V>): Promise<V> {
    return this.#deadline ? Promise.race([value, this.#deadline]) : value
  }
}

/** What facts of shared scopes must not know, since they serve every domain of the run. */
type OfOneAudit = Pick<World, 'egress' | 'selectors' | 'now'>

const nothingTold: OfOneAudit = { egress: [], selectors: [], now: undefined }

/** These facts and all that they leaned on. */
function withUsed(facts: Iterable<Gathered>): ReadonlySet<Gathered> {
  const found = new Set<Gathered>()
  const visit = (gathered: Gathered): void => {
    if (found.has(gathered)) return
    found.add(gathered)
    for (const used of gathered.uses) visit(used)
  }
  for (const fact of facts) visit(fact)
  return found
}

function factKey<S extends Scope>(fact: Fact<S, unknown>, subject: Subjects[S]): string {
  return `${fact.name} ${fact.scope} ${scopes[fact.scope].key(subject)}`
}

/** The end of the time that an audit, or a whole run, is allowed. */
export interface Deadline {
  /** Rejects with `Unknowable` then. */
  readonly passed: Promise<never>
  cancel(): void
}

/** A deadline after so many seconds. */
export function deadlineAfter(seconds: number): Deadline {
  let timer: NodeJS.Timeout
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Unknowable(`the time allowed for this audit (${seconds} s) was over`)),
      seconds * 1000,
    )
  })
  passed.catch(() => {})
  return { passed, cancel: () => clearTimeout(timer) }
}

function witnessedResolver(resolver: Resolver, gathered: Gathered, lapses: boolean): Resolver {
  return {
    async resolve(name, type, from) {
      const started = performance.now()
      const answer = await resolver.resolve(name, type, from)
      if (answer.kind === 'unreachable') gathered.transient = true
      if (answer.kind === 'unreachable') gathered.unanswered = true
      else if (lapses) gathered.until = Math.min(gathered.until, performance.now() + answer.ttl * 1000)
      for (const one of [name, ...('chain' in answer ? answer.chain : [])]) gathered.asked.add(one)
      gathered.evidence.push({
        ask: `${name || '.'} ${type}${from === undefined ? '' : askedOf(from)}`,
        answer: answerText(type, answer),
        server: answer.server,
        ms: gathered.ear?.took(answer) ?? Math.round(performance.now() - started),
      })
      return answer
    },
  }
}

function witnessedDialer(dialer: Dialer, gathered: Gathered): Dialer {
  return {
    async connect(to, timeoutMs) {
      const started = performance.now()
      const connection = await dialer.connect(to, timeoutMs)
      if (connection.kind === 'failed') gathered.transient = true
      gathered.evidence.push({
        ask: `connect to ${endpointText(to.address, to.port)}`,
        answer: connection.kind === 'failed' ? `${connection.why}: ${connection.detail}` : 'connected',
        server: to.address,
        ms: gathered.ear?.took(connection) ?? Math.round(performance.now() - started),
      })
      return connection
    },
  }
}

function askedOf(from: AskedServer | Unchecked): string {
  if ('unchecked' in from) return ' (signatures unchecked)'
  const { address, port, transport, recursive } = from
  const server = `${transport ? `${transport}://` : ''}${endpointText(address, port)}`
  return recursive ? ` (by ${server})` : ` (of ${server} itself)`
}
