// A reflector: a page of somebody's choice that answers with nothing but the address of whoever asks.
import { type IpAddress, isPublic, parseAddress } from '../names/address.ts'

/** Where it is. `url` is what reports call it. */
export interface Reflector {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly path: string
}

/** Octets of an answer that are looked at: the longest address has 45. */
export const MOST_REFLECTED = 256

const LONGEST_URL = 1000

/** Reads its URL. @returns what is wrong with it, as a clause, when it is none that can be asked */
export function readReflector(text: string): Reflector | { readonly fault: string } {
  const url = text.length <= LONGEST_URL && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.hostname === '') return { fault: 'it is no URL such as https://ip.example.org/' }
  // In clear anybody on the way could name another address.
  if (url.protocol !== 'https:') return { fault: 'only https:// can be believed' }
  // Few addresses have a certificate, and by that of a name nobody proves that he holds them.
  const host = url.hostname.replaceAll(/^\[|\]$/g, '')
  if (parseAddress(host) !== undefined) return { fault: 'it takes a host by its name' }
  // It would stand in reports and evidence.
  if (url.username !== '' || url.password !== '') return { fault: 'it takes no user name or password' }
  if (url.hash !== '') return { fault: 'nothing may follow the path and the query' }
  return {
    url: url.href,
    host,
    port: url.port === '' ? 443 : Number(url.port),
    path: `${url.pathname}${url.search}`,
  }
}

/** The address that is all of an answer; undefined for anything else, and for one that means nothing outside. */
export function reflectedIn(body: Uint8Array): IpAddress | undefined {
  if (body.length > MOST_REFLECTED) return undefined
  const address = parseAddress(Buffer.from(body).toString('latin1').trim())
  return address !== undefined && isPublic(address) ? address : undefined
}
