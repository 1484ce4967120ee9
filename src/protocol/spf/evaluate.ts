// check_host() of RFC 7208 §4: may this client send for this domain? Its work is bounded whatever records say.
import type { IpAddress } from '../../names/address.ts'
import { inNetwork, parseAddress } from '../../names/address.ts'
import { nameFault } from '../../names/domain.ts'
import type { Resolver } from '../../net/resolver.ts'
import { askedName, expandMacros, type MacroText, parseMacros } from './macro.ts'
import {
  type AskingMechanism,
  type IncludeMechanism,
  type Mechanism,
  type Placed,
  parseSpf,
  type Qualifier,
  type SpfRecord,
} from './parse.ts'
import { SpfQuestions } from './questions.ts'
import { selectSpf } from './record.ts'
import { type MacroValues, macroValue, senderOf } from './values.ts'

/** RFC 7208 §2.6, by the names of RFC 8601 §2.7.2. */
export type SpfResult = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror'

/** What is to be judged. */
export interface SpfRequest {
  readonly identity: 'mailfrom' | 'helo'
  /** The client. IPv4-mapped addresses must already be IPv4, as `parseAddress` makes them (§5). */
  readonly ip: IpAddress
  /** The reverse-path, empty for the null sender; not looked at for the identity `helo`. */
  readonly mailFrom: string
  readonly helo: string
  readonly resolver: Resolver
  /** The name of the receiving host, for %{r} in explanations. */
  readonly receiver?: string
  /** For %{t} in explanations. */
  readonly now?: Date
}

/** The term of one record, as it was met on the way to the result. */
export interface MatchedTerm extends Placed {
  readonly domain: string
}

/** What came out, and why. */
export interface SpfEvaluation {
  readonly result: SpfResult
  readonly identity: 'mailfrom' | 'helo'
  /** The domain whose record was evaluated first. */
  readonly domain: string
  /** `local-part@domain` as the macros see it; a null sender is `postmaster@` and the HELO name (§2.4). */
  readonly sender: string
  /** The one record of the domain, when there is exactly one. */
  readonly record: string | undefined
  /** The term that decided, from the domain's own record inwards through include and redirect. */
  readonly matched: readonly MatchedTerm[]
  /** What the domain says to a refused sender (exp=, §6.2): text of a stranger. */
  readonly explanation: string | undefined
  /** Terms that cost a lookup, of ten (§4.6.4). */
  readonly lookups: number
  /** Terms whose questions had an empty answer, of two: §4.6.4 limits terms. */
  readonly voids: number
  /** Empty answers, as widespread receivers count them: beyond two these say permerror where §4.6.4 does not. */
  readonly emptyAnswers: number
  /** Why, as a clause: "example.org does not list 192.0.2.1", "DNS did not answer …". */
  readonly reason: string
  /** Lookups that failed and that §5.5 says to skip: with them the result could have been another. */
  readonly skipped: readonly string[]
}

/**
 * The result as far as it can be known from here. RFC 7208 §5.5 has receivers pass over reverse lookups that fail; ours may fail where
 * theirs do not, so without them only a pass is sure.
 */
export function knownResult({ result, skipped }: SpfEvaluation): SpfResult {
  return result === 'pass' || skipped.length === 0 ? result : 'temperror'
}

/** RFC 7208 §4.6.4. */
export const LOOKUP_LIMIT = 10
/** RFC 7208 §4.6.4: SHOULD, and RECOMMENDED to be two. */
export const VOID_LIMIT = 2

const results: { readonly [Q in Qualifier]: SpfResult } = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' }

/** Ends the evaluation from anywhere in it; caught in `evaluateSpf`. */
class Ended extends Error {
  readonly result: 'temperror' | 'permerror'

  constructor(result: 'temperror' | 'permerror', reason: string) {
    super(reason)
    this.result = result
  }
}

interface Outcome {
  readonly result: Exclude<SpfResult, 'temperror' | 'permerror'>
  readonly reason: string
  readonly matched: readonly MatchedTerm[]
  readonly explanation?: { readonly spec: MacroText; readonly domain: string }
}

/** Evaluates one identity. Never throws for anything that a record, a name or a server does. */
export async function evaluateSpf(request: SpfRequest): Promise<SpfEvaluation> {
  const evaluation = new Evaluation(request)
  try {
    const { result, reason, matched, explanation } = await evaluation.checkHost(evaluation.domain)
    const told =
      explanation && result === 'fail' ? await evaluation.explain(explanation.spec, explanation.domain) : undefined
    return evaluation.told({ result, reason, matched, explanation: told })
  } catch (end) {
    if (!(end instanceof Ended)) throw end
    return evaluation.told({ result: end.result, reason: end.message, matched: [], explanation: undefined })
  }
}

class Evaluation {
  readonly domain: string
  readonly #request: SpfRequest
  readonly #values: MacroValues
  readonly #questions: SpfQuestions
  #lookups = 0
  #voids = 0
  #record: string | undefined

  constructor(request: SpfRequest) {
    this.#request = request
    const sender = senderOf(request.identity === 'helo' ? '' : request.mailFrom, request.helo)
    this.domain = sender.domain
    this.#values = { ...request, ...sender }
    this.#questions = new SpfQuestions(request.resolver, request.ip)
  }

  told(outcome: Pick<SpfEvaluation, 'result' | 'reason' | 'matched' | 'explanation'>): SpfEvaluation {
    return {
      ...outcome,
      identity: this.#request.identity,
      domain: this.domain,
      sender: this.#values.sender,
      record: this.#record,
      lookups: this.#lookups,
      voids: this.#voids,
      emptyAnswers: this.#questions.empty,
      skipped: this.#questions.skipped,
    }
  }

  /** RFC 7208 §4.3 to §4.7. Depth is bounded: every level but the first costs one of ten lookups. */
  async checkHost(domain: string): Promise<Outcome> {
    const none = (reason: string): Outcome => ({ result: 'none', reason, matched: [] })
    const fault = unaskable(domain)
    if (fault) return none(`"${domain}" cannot have an SPF record: ${fault}`)
    const answer = await this.#questions.ask(domain, 'TXT')
    if (answer.kind === 'failed') throw new Ended('temperror', answer.reason)
    const { records } = selectSpf(answer.records)
    const [text] = records
    if (text === undefined) return none(`${domain} publishes no SPF record`)
    if (records.length > 1)
      throw new Ended('permerror', `${domain} publishes ${records.length} SPF records instead of one`)
    if (this.#record === undefined && domain === this.domain) this.#record = text
    const parsed = parseSpf(text)
    if (!parsed.ok) {
      const [{ column, term, reason }] = parsed.faults
      throw new Ended(
        'permerror',
        `the SPF record of ${domain} cannot be read at column ${column}, "${term.text}": ${reason}`,
      )
    }
    return this.#evaluate(parsed.record, domain)
  }

  async #evaluate(record: SpfRecord, domain: string): Promise<Outcome> {
    for (const mechanism of record.mechanisms) {
      const inner = await this.#matches(mechanism, domain)
      if (!inner) continue
      const { text, column, qualifier } = mechanism
      const result = results[qualifier] as Outcome['result']
      const says = result === 'pass' ? 'lists' : mechanism.name === 'all' ? 'does not list' : 'excludes'
      return {
        result,
        reason: `${domain} ${result === 'neutral' ? 'says nothing about' : says} ${this.#request.ip.text} ("${text}")`,
        matched: [{ domain, text, column }, ...inner],
        // Only the exp of the record that gave the result counts (§6.2).
        ...(record.exp ? { explanation: { spec: record.exp.domain, domain } } : {}),
      }
    }
    const { redirect } = record
    if (!redirect) {
      return { result: 'neutral', reason: `no term of ${domain} matches ${this.#request.ip.text}`, matched: [] }
    }
    this.#count(redirect, domain)
    const target = await this.#expand(redirect.domain, domain)
    const outcome = await this.checkHost(target)
    // RFC 7208 §6.1: no record there, or no valid name, is a permanent error.
    if (outcome.result === 'none')
      throw new Ended('permerror', `"${redirect.text}" of ${domain} leads nowhere: ${outcome.reason}`)
    return { ...outcome, matched: [{ domain, text: redirect.text, column: redirect.column }, ...outcome.matched] }
  }

  /** Undefined when it does not match; else what matched inside of it (for include). */
  async #matches(mechanism: Mechanism, domain: string): Promise<readonly MatchedTerm[] | undefined> {
    const { ip } = this.#request
    const hit = (matched: boolean): readonly MatchedTerm[] | undefined => (matched ? [] : undefined)
    switch (mechanism.name) {
      case 'all':
        return []
      case 'ip4':
      case 'ip6':
        return hit(inNetwork(ip, mechanism.network, mechanism.prefix))
      case 'include':
        return this.#include(mechanism, domain)
      case 'a':
      case 'mx':
      case 'ptr':
      case 'exists':
        return hit(await this.#asks(mechanism, domain))
    }
  }

  async #include(mechanism: IncludeMechanism, domain: string): Promise<readonly MatchedTerm[] | undefined> {
    this.#count(mechanism, domain)
    const outcome = await this.checkHost(await this.#expand(mechanism.domain, domain))
    // RFC 7208 §5.2: only pass is a match; none is a permanent error.
    if (outcome.result === 'none')
      throw new Ended('permerror', `"${mechanism.text}" of ${domain} leads nowhere: ${outcome.reason}`)
    return outcome.result === 'pass' ? outcome.matched : undefined
  }

  async #asks(mechanism: AskingMechanism, domain: string): Promise<boolean> {
    this.#count(mechanism, domain)
    const before = this.#questions.empty
    const matched = await this.#lookUp(mechanism, domain)
    // RFC 7208 §4.6.4 limits the terms that had an empty answer: however many hosts of one mx are empty, it is one term.
    if (this.#questions.empty > before && ++this.#voids > VOID_LIMIT) {
      throw new Ended(
        'permerror',
        `more than ${VOID_LIMIT} terms ask for names that do not exist or have no such record; the last is "${mechanism.text}" of ${domain}`,
      )
    }
    return matched
  }

  async #lookUp(mechanism: AskingMechanism, domain: string): Promise<boolean> {
    const target = mechanism.domain ? await this.#expand(mechanism.domain, domain) : domain
    // A name that DNS cannot carry does not exist (§4.8 leaves it undefined; so by analogy with §4.3 and §5).
    if (cannotBeAsked(target)) return false
    const { ip } = this.#request
    const lists = async (host: string): Promise<boolean> => {
      if (mechanism.name !== 'a' && mechanism.name !== 'mx') return false
      const prefix = ip.family === 4 ? mechanism.prefix4 : mechanism.prefix6
      return (await this.#addresses(host)).some(address => inNetwork(ip, address, prefix))
    }
    switch (mechanism.name) {
      case 'a':
        return lists(target)
      case 'exists':
        // RFC 7208 §5.7: always A, for IPv6 clients too.
        return (await this.#records(target, 'A')).length > 0
      case 'ptr':
        return (await this.#questions.validatedNames()).some(name => name === target || name.endsWith(`.${target}`))
      case 'mx': {
        const exchanges = await this.#records(target, 'MX')
        // RFC 7208 §4.6.4: not more than ten address lookups for one mx.
        if (exchanges.length > LOOKUP_LIMIT) {
          throw new Ended(
            'permerror',
            `"${mechanism.text}" of ${domain} leads to ${exchanges.length} MX hosts, and more than ${LOOKUP_LIMIT} are not allowed`,
          )
        }
        for (const { exchange } of exchanges.toSorted((a, b) => a.preference - b.preference)) {
          // A null MX (RFC 7505) has no host to ask.
          if (!cannotBeAsked(exchange) && (await lists(exchange))) return true
        }
        return false
      }
    }
  }

  async #addresses(host: string): Promise<readonly IpAddress[]> {
    const texts = await this.#records(host, this.#request.ip.family === 4 ? 'A' : 'AAAA')
    return texts.flatMap(text => parseAddress(text) ?? [])
  }

  async #records<T extends 'A' | 'AAAA' | 'MX'>(name: string, type: T) {
    const answer = await this.#questions.ask(name, type)
    if (answer.kind === 'failed') throw new Ended('temperror', answer.reason)
    return answer.records
  }

  #count(term: Placed, domain: string): void {
    if (++this.#lookups > LOOKUP_LIMIT) {
      throw new Ended(
        'permerror',
        `the record needs more than ${LOOKUP_LIMIT} lookups; the one too many is "${term.text}" of ${domain}`,
      )
    }
  }

  async #expand(macros: MacroText, domain: string): Promise<string> {
    return askedName(await this.#replace(macros, domain))
  }

  async #replace(macros: MacroText, domain: string): Promise<string> {
    const usesPtr = macros.parts.some(part => typeof part !== 'string' && part.letter === 'p')
    const validated = usesPtr ? await this.#questions.validatedName(domain) : ''
    return expandMacros(macros, letter => (letter === 'p' ? validated : macroValue(letter, domain, this.#values)))
  }

  /** RFC 7208 §6.2: anything wrong with the explanation means that there is none; its lookup counts nowhere. */
  async explain(spec: MacroText, domain: string): Promise<string | undefined> {
    const name = await this.#expand(spec, domain)
    if (cannotBeAsked(name)) return undefined
    const answer = await this.#questions.ask(name, 'TXT')
    const [text, ...more] = answer.kind === 'failed' ? [] : answer.records
    if (text === undefined || more.length > 0) return undefined
    const parsed = parseMacros(text.join(''), 'explanation')
    return parsed.ok ? this.#replace(parsed.macros, domain) : undefined
  }
}

/** Why a name cannot be put into a question; the root is no answer to anything here. */
function cannotBeAsked(name: string): string | undefined {
  return name === '' ? 'it is empty' : nameFault(name)
}

/** RFC 7208 §4.3: malformed names, names of one label and address literals have no SPF record. */
function unaskable(domain: string): string | undefined {
  if (parseAddress(domain) || domain.startsWith('[')) return 'it is an address, not a domain name'
  return cannotBeAsked(domain) ?? (domain.includes('.') ? undefined : 'it has only one label')
}
