// Builds the routes: where the mail for a domain goes, how it is protected on the way, and what receivers see behind it.
import { domainToASCII } from 'node:url'
import { parseAddress } from '../names/address.ts'
import { isFqdn } from '../names/domain.ts'
import { parseSpf } from '../protocol/spf/parse.ts'
import type { Appearance, RouteSettings } from '../relay/settings.ts'
import { type Building, domainOf, fitting, secretLine, uniqueNames } from './building.ts'
import { type Path, quoted } from './problem.ts'
import { isReference } from './reference.ts'
import type { RawRoute } from './schema.ts'

/** Where mail goes when nothing is said: to the MX hosts of every domain. */
export const USUAL_ROUTES: readonly RawRoute[] = [{ name: 'internet', match: ['*'], via: 'mx' }]

/** Builds them all. */
export function buildRoutes(building: Building, list: readonly RawRoute[] = USUAL_ROUTES): readonly RouteSettings[] {
  const items = fitting(building, ['routes'], list)
  uniqueNames(building, 'route', items)
  const taken = new Map<string, string>()
  const routes = items.map(([raw, path]): RouteSettings => {
    const cost = raw.cost ?? 1
    const match = raw.match.flatMap((text, index) => {
      const at = [...path, 'match', index]
      const pattern = patternOf(building, at, text)
      if (pattern === undefined) return []
      const key = `${pattern} ${cost}`
      const other = taken.get(key)
      if (other === raw.name) building.fault(at, `${quoted(pattern)} stands here twice`)
      else if (other !== undefined)
        building.fault(at, `the route ${quoted(other)} matches ${quoted(pattern)} at the same cost, ${cost}`)
      taken.set(key, raw.name)
      return [pattern]
    })
    const { via } = raw
    const hosts = via === 'mx' ? via : via.flatMap((text, index) => hostOf(building, [...path, 'via', index], text))
    return {
      name: raw.name,
      match,
      cost,
      via: hosts,
      tls: tlsOf(building, path, raw),
      auth: authOf(building, path, raw),
      appearsAs: raw.appearsAs === undefined ? undefined : appearanceOf(building, path, raw, raw.appearsAs),
    }
  })
  if (items.length === list.length && !routes.some(route => route.match.includes('*'))) {
    building.warn(['routes'], 'no route matches "*": mail to all other domains is refused')
  }
  return routes
}

function patternOf(building: Building, path: Path, text: string): string | undefined {
  const pattern = text.trim()
  if (pattern === '*') return '*'
  if (pattern.startsWith('*') && !pattern.startsWith('*.')) {
    building.fault(path, `${quoted(text)} is no pattern: *.example.org has a dot after the star`)
    return undefined
  }
  const below = pattern.startsWith('*.')
  const domain = domainOf(building, path, below ? pattern.slice(2) : pattern)
  return domain === undefined ? undefined : `${below ? '*.' : ''}${domain}`
}

function hostOf(
  building: Building,
  path: Path,
  text: string,
): readonly { readonly host: string; readonly port: number }[] {
  const typed = text.trim()
  const parts =
    parseAddress(typed) === undefined
      ? (/^\[([^\]]*)\](?::([0-9]{1,5}))?$/.exec(typed) ?? /^([^:]*)(?::([0-9]{1,5}))?$/.exec(typed))
      : [typed, typed]
  const host = parts === null ? undefined : hostText(parts[1] ?? '')
  const port = Number(parts?.[2] ?? 25)
  if (host !== undefined && port >= 1 && port <= 65_535) return [{ host, port }]
  building.fault(
    path,
    `${quoted(text)} is no host with a port: write smtp.example.org:587, 192.0.2.5:25 or [2001:db8::5]:25`,
  )
  return []
}

/** Inside a house, hosts have names without a dot. */
function hostText(text: string): string | undefined {
  const address = parseAddress(text)
  if (address !== undefined) return address.text
  const name = (/^[\x00-\x7f]*$/.test(text) ? text : domainToASCII(text)).toLowerCase().replace(/\.$/, '')
  return isFqdn(name) || /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name) ? name : undefined
}

function tlsOf(building: Building, path: Path, { tls, auth }: RawRoute): RouteSettings['tls'] {
  if (auth === undefined) return tls ?? 'auto'
  // A password never goes in the clear, nor to whoever happens to answer, unless that is said.
  if (tls === undefined || tls === 'auto') return 'verify'
  if (tls === 'verify' || tls === 'required') return tls
  building.fault(
    [...path, 'tls'],
    `with auth it must be verify or required: ${quoted(tls)} may send the password in the clear`,
  )
  return tls
}

function authOf(building: Building, path: Path, { auth, via }: RawRoute): RouteSettings['auth'] {
  if (auth === undefined) return undefined
  const at = [...path, 'auth']
  if (via === 'mx') building.fault(at, 'is for smart hosts: MX hosts take mail from anyone')
  const user = isReference(auth.user) ? secretLine(building, [...at, 'user'], auth.user) : auth.user
  const password = secretLine(building, [...at, 'password'], auth.password)
  return user === undefined || password === undefined ? undefined : { user, password }
}

function appearanceOf(
  building: Building,
  path: Path,
  { via }: RawRoute,
  raw: NonNullable<RawRoute['appearsAs']>,
): Appearance {
  const at = [...path, 'appearsAs']
  if (via === 'mx') building.fault(at, 'is for smart hosts: by MX, receivers see our own addresses (egress)')
  if (raw.addresses !== undefined && raw.spf !== undefined) {
    building.fault(at, 'takes addresses or spf, not both: one of them decides about SPF')
  }
  const addresses = (raw.addresses ?? []).flatMap((text, index) => {
    const address = parseAddress(text.trim())
    if (address === undefined) building.fault([...at, 'addresses', index], `${quoted(text)} is no IPv4 or IPv6 address`)
    return address === undefined ? [] : [address.text]
  })
  return {
    addresses,
    spf: raw.spf === undefined ? undefined : mechanismOf(building, [...at, 'spf'], raw.spf),
    dkim: raw.dkim ?? 'ours',
  }
}

/** One mechanism that lets somebody in, without its qualifier: `include:spf.example.net`. */
function mechanismOf(building: Building, path: Path, text: string): string | undefined {
  const term = text.trim()
  const parsed = parseSpf(`v=spf1 ${term}`)
  const only =
    parsed.ok && parsed.record.mechanisms.length === 1 && !term.includes(' ') ? parsed.record.mechanisms[0] : undefined
  if (only !== undefined && only.qualifier === '+' && only.name !== 'all') return term.replace(/^\+/, '')
  building.fault(
    path,
    `${quoted(text)} is no mechanism that lets a host in: write include:spf.example.net, as the provider asks for it`,
  )
  return undefined
}
