// AUTH PLAIN and LOGIN as an exchange of lines (RFC 4954 §4): challenges, answers, and what becomes of the credentials.
import type { ClientSettings } from '../settings.ts'
import { end, type House, type Peer, type Step, say } from './house.ts'
import { type Credentials, readLogin, readPlain } from './sasl.ts'

const ASK_USER = 'VXNlcm5hbWU6' // Username:
const ASK_PASSWORD = 'UGFzc3dvcmQ6' // Password:

const wrong = say(535, '5.7.8', 'Wrong user or password')
const undecodable = say(501, '5.5.2', 'The response cannot be decoded')
const unavailable = say(454, '4.7.0', 'Temporary authentication failure; try again later')

/** Who a session has proven to be. */
export interface AuthenticatedUser {
  readonly name: string
  readonly client: ClientSettings
}

/** The AUTH commands of one connection. */
export class AuthExchange {
  readonly #house: House
  readonly #peer: Peer
  #failures = 0
  #awaited: 'plain' | 'user' | 'password' | undefined
  #login = ''
  user: AuthenticatedUser | undefined

  constructor(house: House, peer: Peer) {
    this.#house = house
    this.#peer = peer
  }

  /** Whether the next line is an answer to a challenge, and no command. */
  get isUnderWay(): boolean {
    return this.#awaited !== undefined
  }

  forget(): void {
    this.user = undefined
    this.#awaited = undefined
  }

  /** Begins with what follows `AUTH `. */
  begin(argument: string): Step | Promise<Step> {
    const [mechanism, initial, ...more] = argument.split(/ +/)
    const known = this.#house.listener.auth.find(one => one === mechanism?.toLowerCase())
    if (known === undefined) return say(504, '5.5.4', 'This mechanism is not offered')
    if (more.length > 0) return say(501, '5.5.4', 'Syntax: AUTH mechanism [initial-response]')
    this.#awaited = known === 'plain' ? 'plain' : 'user'
    if (initial !== undefined) return this.answer(initial)
    return say(334, undefined, known === 'plain' ? '' : ASK_USER)
  }

  /** Takes an answer to a challenge. */
  answer(line: string): Step | Promise<Step> {
    const awaited = this.#awaited
    this.#awaited = undefined
    if (line === '*') return say(501, '5.7.0', 'Authentication canceled')
    if (awaited === 'plain') {
      const read = readPlain(line)
      if (read.kind === 'undecodable') return this.#failed(undecodable, '', 'undecodable')
      if (read.kind === 'foreign') return this.#failed(wrong, '', 'the authorization identity is not the user')
      return this.#judge(read.credentials)
    }
    const text = readLogin(line, awaited === 'user' ? 'user' : 'password')
    if (text === undefined) return this.#failed(undecodable, '', 'undecodable')
    if (awaited !== 'user') return this.#judge({ user: this.#login, password: text })
    this.#login = text
    this.#awaited = 'password'
    return say(334, undefined, ASK_PASSWORD)
  }

  async #judge(credentials: Credentials): Promise<Step> {
    const { user } = credentials
    const { authenticator, now, limits, ports, listener } = this.#house
    const judged = await authenticator.authenticate(credentials, this.#peer.address, now())
    switch (judged.kind) {
      case 'good':
        this.user = { name: judged.client.match.user ?? user, client: judged.client }
        ports.onEvent?.({ kind: 'authenticated', listener: listener.name, peer: this.#peer.address.text, user })
        return say(235, '2.7.0', 'Authenticated')
      case 'wrong':
        // Time costs whoever guesses, not whoever knows.
        await new Promise(resolve => setTimeout(resolve, limits.tarpitMs))
        return this.#failed(wrong, user, 'wrong user or password')
      case 'locked-out':
        this.#tellFailure(user, 'too many failures from this address')
        return end(421, '4.7.0', 'Too many failed authentications; try again later')
      case 'throttled':
        this.#tellFailure(user, 'too many failures for this user')
        return unavailable
      case 'unavailable': {
        const { cause } = judged
        ports.onEvent?.({ kind: 'fault', listener: listener.name, because: 'a password could not be verified', cause })
        return unavailable
      }
    }
  }

  #failed(step: Step, user: string, because: string): Step {
    this.#tellFailure(user, because)
    this.#failures++
    return this.#failures < this.#house.limits.authFailures
      ? step
      : end(421, '4.7.0', 'Too many failed authentications')
  }

  #tellFailure(user: string, because: string): void {
    const { ports, listener } = this.#house
    const peer = this.#peer.address.text
    ports.onEvent?.({ kind: 'not-authenticated', listener: listener.name, peer, user, because })
  }
}
