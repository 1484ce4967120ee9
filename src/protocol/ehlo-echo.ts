// Which address does a server see its client at? Many say so in the first line of their answer to EHLO.
import { type IpAddress, isPublic, parseAddress } from '../names/address.ts'
import { readHelo } from './helo.ts'

// RFC 5321 §4.5.3.1.5: a reply line has 512 octets at most. What stands behind that is not looked at.
const LONGEST_LINE = 512
const BRACKETED = /\[([^[\]()\s]{2,60})\]|\(([^[\]()\s]{2,60})\)/g

/**
 * The client's address in a greeting such as `mx.example Hello client.example [203.0.113.5]`: the one public address in
 * brackets behind the server's own name.
 * @param line the first line of the reply, without its code
 * @param said what the client said after EHLO: servers repeat it, and an address literal in it is only hearsay
 * @param server the address of the server, which some greet with
 * @returns undefined when there is no such address, or several of which nobody can tell which is meant
 */
export function addressEchoed(line: string, said: string, server: IpAddress): IpAddress | undefined {
  // The first word is the server's own name, or its own address literal (RFC 5321 §4.1.1.1).
  const behind = /\s.*/s.exec(line.slice(0, LONGEST_LINE).trim())?.[0] ?? ''
  const form = readHelo(said)
  const hearsay = form.kind === 'literal' ? form.address.text : undefined
  const found = new Map<string, IpAddress>()
  for (const [, square, round] of behind.matchAll(BRACKETED)) {
    const address = parseAddress((square ?? round ?? '').replace(/^ipv6:/i, ''))
    if (address !== undefined && address.text !== hearsay && address.text !== server.text) {
      found.set(address.text, address)
    }
  }
  const [address, another] = [...found.values()]
  return address !== undefined && another === undefined && isPublic(address) ? address : undefined
}
