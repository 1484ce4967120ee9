// Who a client is, and which senders it may use: a user before addresses, a longer prefix before a shorter one. No match, no relaying.
import { type IpAddress, inNetwork, parseAddress } from '../../names/address.ts'
import { canonicalName, isWithin } from '../../names/domain.ts'
import type { ClientSettings } from '../settings.ts'
import { type Mailbox, parseMailbox, parseMailDomain, unquote } from './mailbox.ts'

/** Finds the client behind an address or a user. */
export interface ClientDirectory {
  /** The client that is known by its address alone. */
  byAddress(address: IpAddress): ClientSettings | undefined
  /** The client that this user is, at this address. */
  byUser(user: string, address: IpAddress): ClientSettings | undefined
  /** Whether anyone can authenticate. */
  readonly hasUsers: boolean
}

/** @throws RangeError for an `ips` entry that is no address and no network: the configuration refuses those first. */
export function createClientDirectory(clients: readonly ClientSettings[]): ClientDirectory {
  const anonymous = clients.filter(client => client.match.user === undefined).map(withBlocks)
  const users = clients.filter(client => client.match.user !== undefined).map(withBlocks)
  return {
    byAddress: address => mostSpecific(anonymous, address),
    byUser(user, address) {
      const named = users.filter(one => one.client.match.user?.toLowerCase() === user.toLowerCase())
      // A user that is tied to addresses is more specific than the same user from anywhere.
      return mostSpecific(named, address) ?? named.find(one => one.client.match.ips === undefined)?.client
    },
    hasUsers: users.length > 0,
  }
}

interface Block {
  readonly contains: (address: IpAddress) => boolean
  /** How many leading bits all its addresses share, at least. */
  readonly specific: number
}

interface WithBlocks {
  readonly client: ClientSettings
  readonly blocks: readonly Block[]
}

function withBlocks(client: ClientSettings): WithBlocks {
  return { client, blocks: (client.match.ips ?? []).map(readBlock) }
}

function mostSpecific(from: readonly WithBlocks[], address: IpAddress): ClientSettings | undefined {
  let best: { client: ClientSettings; specific: number } | undefined
  for (const { client, blocks } of from) {
    for (const { contains, specific } of blocks) {
      if (contains(address) && (best === undefined || specific > best.specific)) best = { client, specific }
    }
  }
  return best?.client
}

/** `192.0.2.1`, `192.0.2.0/24`, and the same in IPv6. IPv4-mapped addresses are IPv4. */
function readBlock(text: string): Block {
  const [network, length] = text.trim().split('/')
  const address = parseAddress(network!)
  if (address === undefined || (length !== undefined && !/^\d{1,3}$/.test(length))) throw notAnAddress(text)
  const bits = address.bytes.length * 8
  // `::ffff:10.0.0.0/104` is 10.0.0.0/8.
  const mapped = address.family === 4 && network!.includes(':') ? 96 : 0
  const prefix = length === undefined ? bits : Number(length) - mapped
  if (prefix < 0 || prefix > bits) throw notAnAddress(text)
  return { contains: other => inNetwork(other, address, prefix), specific: prefix }
}

function notAnAddress(text: string): RangeError {
  return new RangeError(`${text} is no address and no network`)
}

/** Whether the client may use this envelope sender; undefined stands for the null sender, `<>`. */
export function mayUseSender(client: ClientSettings, sender: Mailbox | undefined): boolean {
  return client.senders.some(pattern => {
    if (sender === undefined) return pattern === '<>' || pattern === '*'
    return pattern === '*' || matches(pattern, sender)
  })
}

/** Whether the client may use this address in the header From: `user@example.org`, as a parser of headers gave it. */
export function mayUseAuthor(client: ClientSettings, address: string): boolean {
  const read = parseMailbox(address)
  return read.kind === 'mailbox' && mayUseSender(client, read.mailbox)
}

/** `a@example.org`, `*@example.org`, `*@*.example.org` (names below it, not itself). */
function matches(pattern: string, { local, domain }: Mailbox): boolean {
  const at = pattern.lastIndexOf('@')
  if (at < 0) return false
  const wanted = pattern.slice(at + 1)
  const wantedLocal = unquote(pattern.slice(0, at))
  // Nobody gives two people mailboxes that differ in case alone, whatever RFC 5321 §2.4 allows.
  if (pattern.slice(0, at) !== '*' && wantedLocal?.toLowerCase() !== local.toLowerCase()) return false
  if (wanted === '*') return true
  const below = wanted.startsWith('*.')
  const named = below ? wanted.slice(2) : wanted
  const canonical = parseMailDomain(named) ?? canonicalName(named)
  return below ? domain !== canonical && canonical !== '' && isWithin(domain, canonical) : domain === canonical
}
