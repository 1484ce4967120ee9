// Judges user and password against the configured clients, and slows down whoever guesses: by address, and by user.
import type { IpAddress } from '../../names/address.ts'
import type { ClientSettings } from '../settings.ts'
import type { ClientDirectory } from './clients.ts'
import type { IntakeLimits } from './limits.ts'
import type { Credentials } from './sasl.ts'
import { GoodPasswords, neighborhood, Recent } from './standing.ts'
import type { IntakePorts } from './submission.ts'

/** `locked-out`: this address guessed too often. `throttled`: somebody guesses this user's password from many addresses. */
export type Authentication =
  | { readonly kind: 'good'; readonly client: ClientSettings }
  | { readonly kind: 'wrong' | 'locked-out' | 'throttled' }
  | { readonly kind: 'unavailable'; readonly cause: unknown }

const DAY_MS = 86_400_000

export class Authenticator {
  readonly #directory: ClientDirectory
  readonly #verify: IntakePorts['verify']
  readonly #limits: IntakeLimits
  readonly #passwords = new GoodPasswords()
  readonly #failuresByAddress: Recent
  readonly #failuresByUser: Recent
  readonly #welcome = new Recent(DAY_MS)

  constructor(directory: ClientDirectory, verify: IntakePorts['verify'], limits: IntakeLimits) {
    this.#directory = directory
    this.#verify = verify
    this.#limits = limits
    this.#failuresByAddress = new Recent(limits.failureWindowMs)
    this.#failuresByUser = new Recent(limits.failureWindowMs)
  }

  async authenticate(given: Credentials, address: IpAddress, now: number): Promise<Authentication> {
    const { password } = given
    const user = given.user.toLowerCase()
    const near = neighborhood(address)
    const pair = `${near} ${user}`
    if (this.#failuresByAddress.count(near, now) >= this.#limits.authFailuresPerAddress) return { kind: 'locked-out' }
    const guessed = this.#failuresByUser.count(user, now) >= this.#limits.authFailuresPerUser
    // Where the user has been before, an attack from elsewhere does not lock it out.
    if (guessed && this.#welcome.count(pair, now) === 0) return { kind: 'throttled' }

    // Counted first and taken back later: attempts that run side by side count too.
    this.#failuresByAddress.add(near, now)
    this.#failuresByUser.add(user, now)
    const takeBack = (): void => {
      this.#failuresByAddress.undo(near)
      this.#failuresByUser.undo(user)
    }
    try {
      const client = this.#directory.byUser(user, address)
      const isGood = await this.#isGood(user, password, client?.password)
      if (!isGood || client === undefined) return { kind: 'wrong' }
      takeBack()
      if (this.#welcome.count(pair, now) === 0) this.#welcome.add(pair, now)
      if (this.#welcome.count(near, now) === 0) this.#welcome.add(near, now)
      return { kind: 'good', client }
    } catch (cause) {
      takeBack()
      return { kind: 'unavailable', cause }
    }
  }

  /** Whether somebody authenticated from there of late. */
  hasSeen(address: IpAddress, now: number): boolean {
    return this.#welcome.count(neighborhood(address), now) > 0
  }

  async #isGood(user: string, password: string, stored: string | undefined): Promise<boolean> {
    if (stored !== undefined && this.#passwords.knows(user, password, stored)) return true
    const isGood = await this.#verify(user, password, stored)
    if (stored === undefined) return false
    if (isGood) this.#passwords.remember(user, password, stored)
    return isGood
  }
}
