// Name servers as people write them: `192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]:53`; and those of this system.
import { getServers } from 'node:dns'
import { isIP } from 'node:net'
import type { ServerAddress } from '../resolver.ts'

export type { ServerAddress }

/** A server, or the sentence that says why the text names none. */
export type ParsedServer =
  | { readonly ok: true; readonly server: ServerAddress }
  | { readonly ok: false; readonly reason: string }

const DNS_PORT = 53

/** Reads one name server. The reason completes "`text` is no name server: …". */
export function parseServer(text: string): ParsedServer {
  const typed = text.trim()
  if (typed === '') return refuse('it is empty')
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(typed)?.[1]
  if (scheme !== undefined) {
    const asked = { tls: ', not DNS over TLS', https: ', not DNS over HTTPS' }[scheme.toLowerCase()] ?? ''
    return refuse(`only plain DNS is supported so far${asked}: give an address, or address:port`)
  }
  if (isIP(typed) !== 0) return { ok: true, server: { address: typed, port: DNS_PORT } }
  const parts = /^\[([^\]]*)\](?::(.*))?$/.exec(typed) ?? /^([^:]*)(?::(.*))?$/.exec(typed)
  const address = parts?.[1] ?? typed
  if (isIP(address) === 0 || (typed.startsWith('[') && isIP(address) !== 6)) {
    return refuse('it must be an IP address, with :port if need be ([address]:port for IPv6), not a name')
  }
  const port = parts?.[2]
  if (port === undefined) return { ok: true, server: { address, port: DNS_PORT } }
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    return refuse(`its port must be a number from 1 to 65535, not "${port}"`)
  }
  return { ok: true, server: { address, port: Number(port) } }
}

/** The name servers that this system uses. */
export function systemServers(): readonly ServerAddress[] {
  return getServers().flatMap(text => {
    const parsed = parseServer(text)
    return parsed.ok ? [parsed.server] : []
  })
}

/** The server as evidence and reports name it; the port only when it is not 53. */
export function describeServer({ address, port }: ServerAddress): string {
  if (port === DNS_PORT) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

function refuse(reason: string): ParsedServer {
  return { ok: false, reason }
}
