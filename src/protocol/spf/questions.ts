// What an SPF evaluation asks DNS, in SPF's own terms: answers, empty answers that are counted, failures with their reason.
import { type IpAddress, parseAddress, reverseName, sameAddress } from '../../names/address.ts'
import { nameFault } from '../../names/domain.ts'
import type { Answer, RecordType, RecordTypes, Resolver } from '../../net/resolver.ts'
import { unreadable, whyUnreachable } from '../unreachable.ts'

/** An answer as SPF sees it: no such name and no such record are both empty (RFC 7208 §4.6.4, §5). */
export type SpfAnswer<T> =
  | { readonly kind: 'records'; readonly records: readonly T[] }
  | { readonly kind: 'failed'; readonly reason: string }

/** RFC 7208 §4.6.4: of a client's names, the first ten are looked at and the rest is ignored. */
const MOST_NAMES = 10

/** Asks one question for SPF. */
export async function askForSpf<T extends RecordType>(
  resolver: Resolver,
  name: string,
  type: T,
): Promise<SpfAnswer<RecordTypes[T]>> {
  const answer: Answer<RecordTypes[T]> = await resolver.resolve(name, type)
  switch (answer.kind) {
    case 'unreachable':
      return { kind: 'failed', reason: whyUnreachable(answer, name, type) }
    case 'nodata':
    case 'nxdomain':
      return { kind: 'records', records: [] }
    case 'records':
      if (answer.records.length === 0 && answer.malformed.length > 0) {
        return { kind: 'failed', reason: unreadable(name, type) }
      }
      return { kind: 'records', records: answer.records }
  }
}

/** The questions of one evaluation. */
export class SpfQuestions {
  readonly #resolver: Resolver
  readonly #ip: IpAddress
  #names: Promise<{ readonly names: readonly string[]; readonly voids: number }> | undefined
  readonly #skipped: string[] = []
  #empty = 0

  constructor(resolver: Resolver, ip: IpAddress) {
    this.#resolver = resolver
    this.#ip = ip
  }

  /** How many answers were empty; an SPF record that is missing has its own result and is not among them. */
  get empty(): number {
    return this.#empty
  }

  /** Failures that were passed over because RFC 7208 §5.5 says so. */
  get skipped(): readonly string[] {
    return this.#skipped
  }

  async ask<T extends RecordType>(name: string, type: T): Promise<SpfAnswer<RecordTypes[T]>> {
    const answer = await askForSpf(this.#resolver, name, type)
    if (answer.kind === 'records' && type !== 'TXT' && answer.records.length === 0) this.#empty++
    return answer
  }

  /** The names of the client that lead back to it (RFC 7208 §5.5), in lower case. Asked once. */
  async validatedNames(): Promise<readonly string[]> {
    this.#names ??= this.#validate()
    const { names, voids } = await this.#names
    this.#empty += voids
    return names
  }

  /** The value of %{p} (§7.3): the domain itself, else a name below it, else any, else "unknown". */
  async validatedName(domain: string): Promise<string> {
    const names = await this.validatedNames()
    return (
      names.find(name => name === domain) ?? names.find(name => name.endsWith(`.${domain}`)) ?? names[0] ?? 'unknown'
    )
  }

  async #validate(): Promise<{ readonly names: readonly string[]; readonly voids: number }> {
    let voids = 0
    const found: string[] = []
    const pointers = await askForSpf(this.#resolver, reverseName(this.#ip), 'PTR')
    // RFC 7208 §5.5: a failed PTR lookup is no match, and a name whose lookup fails is skipped.
    if (pointers.kind === 'failed') {
      this.#skipped.push(pointers.reason)
      return { names: [], voids }
    }
    if (pointers.records.length === 0) voids++
    for (const pointer of pointers.records.slice(0, MOST_NAMES)) {
      const name = pointer.toLowerCase().replace(/\.$/, '')
      if (name === '' || nameFault(name)) continue
      const addresses = await askForSpf(this.#resolver, name, this.#ip.family === 4 ? 'A' : 'AAAA')
      if (addresses.kind === 'failed') this.#skipped.push(addresses.reason)
      else if (addresses.records.length === 0) voids++
      else if (addresses.records.some(text => this.#isClient(text))) found.push(name)
    }
    return { names: found, voids }
  }

  #isClient(text: string): boolean {
    const address = parseAddress(text)
    return address !== undefined && sameAddress(address, this.#ip)
  }
}
