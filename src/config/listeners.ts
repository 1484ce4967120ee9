// Builds the listeners: where mail is taken, with which TLS and within which limits.
import { parseAddress } from '../names/address.ts'
import { endpointText } from '../names/endpoint.ts'
import type { ListenerSettings } from '../relay/settings.ts'
import { type Building, fitting, uniqueNames } from './building.ts'
import { type Path, quoted } from './problem.ts'
import { sizeOf, sizeText } from './quantity.ts'
import type { RawListener } from './schema.ts'
import { tlsMaterial } from './tls-material.ts'

const LARGEST = sizeOf('256MB')
const SMALLEST = sizeOf('64KB')

/** Builds them all. `hostname` is what the certificates should be for. */
export function buildListeners(
  building: Building,
  list: readonly RawListener[],
  hostname: string | undefined,
): readonly ListenerSettings[] {
  const items = fitting(building, ['listeners'], list)
  uniqueNames(building, 'listener', items)
  const taken: Taken[] = []
  return items.map(([raw, path]) => {
    const bind = bindsOf(building, [...path, 'bind'], raw, taken)
    const tls = raw.tls ?? 'required'
    const auth = [...new Set(raw.auth ?? [])]
    if (tls === 'none') {
      if (auth.length > 0)
        building.fault([...path, 'auth'], 'AUTH is offered over TLS only, and this listener has tls: none')
      for (const key of ['certificate', 'key'] as const) {
        if (raw[key] !== undefined) building.fault([...path, key], 'is not used, since this listener has tls: none')
      }
    }
    remarkPorts(building, path, tls, bind)
    return {
      name: raw.name,
      bind,
      tls,
      material: tls === 'none' ? undefined : tlsMaterial(building, path, raw, hostname),
      auth,
      maxMessageSize: messageSize(building, [...path, 'maxMessageSize'], raw.maxMessageSize),
      maxRecipients: raw.maxRecipients ?? 200,
      maxConnections: raw.maxConnections ?? 1000,
    }
  })
}

interface Taken {
  readonly address: string
  readonly port: number
  readonly by: string
  /** `::` takes IPv4 too, unless its listener names 0.0.0.0 at the same port beside it. */
  readonly isV6Alone: boolean
}

function bindsOf(
  building: Building,
  path: Path,
  { bind, name }: RawListener,
  taken: Taken[],
): ListenerSettings['bind'] {
  const found = bind.flatMap((text, index) => {
    const read = endpointOf(text)
    if (read !== undefined) return [{ ...read, text, at: [...path, index] }]
    const says = `${quoted(text)} is no address with a port: write 0.0.0.0:587, [::]:587 or 192.0.2.5:25`
    building.fault([...path, index], says)
    return []
  })
  for (const { address, port, text, at } of found) {
    const isV6Alone = address !== '::' || found.some(one => one.address === '0.0.0.0' && one.port === port)
    const own: Taken = { address, port, by: name, isV6Alone }
    const other = taken.find(one => collide(one, own))
    if (other !== undefined) {
      const where = endpointText(other.address, other.port)
      building.fault(at, `${quoted(text)} is taken already, by ${where} of the listener ${quoted(other.by)}`)
    }
    taken.push(own)
  }
  return found.map(({ address, port }) => ({ address, port }))
}

function endpointOf(text: string): { readonly address: string; readonly port: number } | undefined {
  const parts = /^\[([^\]]*)\]:([0-9]{1,5})$/.exec(text.trim()) ?? /^([^:]*):([0-9]{1,5})$/.exec(text.trim())
  const address = parseAddress(parts?.[1] ?? '')
  const port = Number(parts?.[2])
  return address === undefined || !(port <= 65_535) ? undefined : { address: address.text, port }
}

/** A port that is listened to on every address of a family is taken on each of them. */
function collide(a: Taken, b: Taken): boolean {
  if (a.port !== b.port || a.port === 0) return false
  if (a.address === b.address) return true
  const isV6 = ({ address }: Taken): boolean => address.includes(':')
  if (isV6(a) !== isV6(b)) return (a.address === '::' && !a.isV6Alone) || (b.address === '::' && !b.isV6Alone)
  return [a, b].some(({ address }) => address === '0.0.0.0' || address === '::')
}

function messageSize(building: Building, path: Path, raw: string | number | undefined): number {
  const size = raw === undefined ? sizeOf('36MB') : typeof raw === 'number' ? raw : sizeOf(raw)
  if (size < SMALLEST || size > LARGEST) {
    building.fault(path, `must be from ${sizeText(SMALLEST)} to ${sizeText(LARGEST)}`)
  }
  return size
}

// RFC 8314 §7.3: 465 speaks TLS at once; 25 and 587 begin in the clear.
function remarkPorts(building: Building, path: Path, tls: string, bind: ListenerSettings['bind']): void {
  for (const { port } of bind) {
    if (port === 465 && tls !== 'implicit')
      building.warn([...path, 'tls'], 'clients of port 465 speak TLS at once: tls: implicit')
    if ((port === 25 || port === 587) && tls === 'implicit') {
      building.warn([...path, 'tls'], `clients of port ${port} begin without TLS: required or optional`)
    }
  }
}
