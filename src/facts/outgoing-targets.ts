// Which connections of an audit tell something about this machine's own way out: those to port 25 of others' MX hosts.
import { type Know, Unknowable } from '../audit/fact.ts'
import { defineExpansion, type Expansion, type Listening, type Target } from '../audit/scope.ts'
import { type IpAddress, isPublic, sameAddress } from '../names/address.ts'
import { hostAddresses, knownAddresses } from './host-addresses.ts'
import { mailHosts, mx } from './mx.ts'
import { reachableOf } from './reachable-addresses.ts'

const SMTP_PORT = 25

// From endpoints that are probed anyway: no host is connected to for the sake of this.
const outgoing = defineExpansion({
  from: 'domain',
  to: 'outgoing',
  async subjects({ domain }, know, target) {
    if (!target.smtp) return { none: 'not-asked', reason: 'SMTP was left out (--no-smtp)' }
    if (target.smtpPort !== SMTP_PORT) {
      return { none: 'not-asked', reason: `SMTP was looked at on port ${target.smtpPort}, not ${SMTP_PORT}` }
    }
    const found = await know(mx, { domain })
    if (found.kind === 'null') return { none: 'not-applicable', reason: 'the domain takes no mail (null MX)' }
    const hosts = mailHosts(found)
    const tried = (await Promise.all(hosts.map(host => endpointsAt(host, know, target)))).flat()
    if (tried.length === 0) {
      return { none: 'not-applicable', reason: 'the domain has no mail host that could be connected to from here' }
    }
    const away = tried.filter(({ address }) => isAway(address, target))
    if (away.length === 0) {
      const reason =
        'the MX hosts of the domain are this machine itself or in its own network, so that connections there show nothing about the way to others'
      return { none: 'not-applicable', reason }
    }
    return ([4, 6] as const).flatMap(family => {
      const endpoints = away.filter(({ address }) => address.family === family)
      return endpoints.length === 0 ? [] : [{ domain, family, endpoints }]
    })
  },
})

/** What is not known of a host is told by `mx-hosts`; the others are looked at. */
async function endpointsAt(host: string, know: Know, target: Target): Promise<readonly Listening[]> {
  const known = await know(hostAddresses, { host }).then(knownAddresses, nothing)
  return reachableOf(known, target).addresses.map(address => ({
    host,
    address,
    port: SMTP_PORT,
    tls: 'starttls' as const,
  }))
}

function nothing(failure: unknown): readonly IpAddress[] {
  if (failure instanceof Unknowable) return []
  throw failure
}

// A sending address that is an MX host too may be this very machine, behind address translation.
function isAway(address: IpAddress, { egress, ownAddresses = [] }: Target): boolean {
  const own = [...ownAddresses, ...egress.map(one => one.address)]
  return isPublic(address) && !own.some(one => sameAddress(one, address))
}

/** To be listed with the others. */
export const outgoingExpansions: readonly Expansion[] = [outgoing]
