// Name servers as people write them: `192.0.2.53`, `[2001:db8::53]:5353`, `tcp://192.0.2.53`, `tls://192.0.2.53`,
// `https://dns.example/dns-query`; and those of this system.
import { getServers } from 'node:dns'
import { isIP } from 'node:net'
import { parseDomain } from '../../names/domain.ts'
import type { ServerAddress } from '../resolver.ts'

export type { ServerAddress }

/** A server, or the sentence that says why the text names none. */
export type ParsedServer =
  | { readonly ok: true; readonly server: ServerAddress }
  | { readonly ok: false; readonly reason: string }

type Transport = NonNullable<ServerAddress['transport']> | 'udp'

/** RFC 1035 §4.2, RFC 7858 §3.1, RFC 8484 §4.1. */
const ports = { udp: 53, tcp: 53, tls: 853, https: 443 } as const
const DNS_QUERY = '/dns-query'

/** Reads one name server. The reason completes "`text` is no name server: …". */
export function parseServer(text: string): ParsedServer {
  const typed = text.trim()
  if (typed === '') return refuse('it is empty')
  const [, scheme, rest = typed] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(typed) ?? []
  const transport = scheme?.toLowerCase() ?? 'udp'
  if (transport === 'http') return refuse('DNS over HTTP without TLS is not supported: write https://')
  if (!isTransport(transport)) {
    return refuse(`"${scheme}" is not supported: give an address, or tcp://, tls:// or https:// before it`)
  }
  if (transport === 'https') return parseHttps(rest)
  const [place = '', certifiedAs, ...more] = rest.replace(/\/$/, '').split('#')
  if (more.length > 0 || (certifiedAs !== undefined && transport !== 'tls')) {
    return refuse('only after tls://address may stand a # with the name in its certificate')
  }
  if (certifiedAs !== undefined && !parseDomain(certifiedAs).ok) {
    return refuse(`after the # must stand the name in its certificate, not "${certifiedAs}"`)
  }
  return parsePlace(place, transport, certifiedAs === undefined ? {} : { certifiedAs })
}

function isTransport(text: string): text is Transport {
  return Object.hasOwn(ports, text)
}

function parseHttps(rest: string): ParsedServer {
  const [, place = '', path = ''] = /^([^/?#]*)(.*)$/s.exec(rest) ?? []
  if (place.includes('@')) return refuse('it must hold no user name or password')
  // RFC 8484 §4.1.1 writes URI templates; of these POST needs no variable (RFC 6570).
  const plain = path.replace(/\{[^}]*\}$/, '')
  if (/[#\s\x00-\x20\x7f-\uffff{}]/.test(plain)) return refuse('its path must be one of a URL, without spaces or #')
  const own = plain === '' || plain === DNS_QUERY ? {} : { path: plain.startsWith('/') ? plain : `/${plain}` }
  return parsePlace(place, 'https', own)
}

/** An address or name with an optional port. */
function parsePlace(
  text: string,
  transport: Transport,
  more: Pick<ServerAddress, 'certifiedAs' | 'path'>,
): ParsedServer {
  const own = transport === 'udp' ? more : { transport, ...more }
  if (isIP(text) !== 0) return { ok: true, server: { address: text, port: ports[transport], ...own } }
  const parts = /^\[([^\]]*)\](?::(.*))?$/.exec(text) ?? /^([^:]*)(?::(.*))?$/.exec(text)
  const host = parts?.[1] ?? text
  const address = text.startsWith('[') ? (isIP(host) === 6 ? host : undefined) : hostOf(host, transport)
  if (address === undefined) {
    return refuse(
      transport === 'tls' || transport === 'https'
        ? 'it must be an IP address or a host name, with :port if need be ([address]:port for IPv6)'
        : 'it must be an IP address, with :port if need be ([address]:port for IPv6), not a name',
    )
  }
  const port = parts?.[2]
  if (port === undefined) return { ok: true, server: { address, port: ports[transport], ...own } }
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    return refuse(`its port must be a number from 1 to 65535, not "${port}"`)
  }
  return { ok: true, server: { address, port: Number(port), ...own } }
}

/** Only with TLS can a name be told from another that the system might give an address for. */
function hostOf(host: string, transport: Transport): string | undefined {
  if (isIP(host) === 4) return host
  if (transport !== 'tls' && transport !== 'https') return undefined
  const name = parseDomain(host)
  if (name.ok) return name.name
  return host.toLowerCase() === 'localhost' ? 'localhost' : undefined
}

/** The name servers that this system uses. */
export function systemServers(): readonly ServerAddress[] {
  return getServers().flatMap(text => {
    const parsed = parseServer(text)
    return parsed.ok ? [parsed.server] : []
  })
}

/** The server as evidence and reports name it, and as `parseServer` reads it: what is usual is left out. */
export function describeServer({ address, port, transport, certifiedAs, path }: ServerAddress): string {
  const usual = port === ports[transport ?? 'udp']
  const bracketed = address.includes(':') && (!usual || transport === 'https')
  const place = `${bracketed ? `[${address}]` : address}${usual ? '' : `:${port}`}`
  if (transport === undefined) return place
  if (transport === 'https') return `https://${place}${path ?? DNS_QUERY}`
  return `${transport}://${place}${certifiedAs === undefined ? '' : `#${certifiedAs}`}`
}

function refuse(reason: string): ParsedServer {
  return { ok: false, reason }
}
