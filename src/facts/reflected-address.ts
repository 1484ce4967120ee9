// At which address does a reflector that was named see this machine, by one family of addresses?
import { defineFact, Unknowable } from '../audit/fact.ts'
import type { IpAddress } from '../names/address.ts'
import { httpsGet } from '../net/https-get.ts'
import { namesHost } from '../protocol/certificate-names.ts'
import { MOST_REFLECTED, reflectedIn } from '../protocol/reflector.ts'
import { hostAddresses, knownAddresses } from './host-addresses.ts'

const PATIENCE = 10_000
const SHOWN = 100

/** `no-way`: the reflector has no address of the family. */
export type ReflectedAddress =
  | { readonly kind: 'seen'; readonly address: IpAddress }
  | { readonly kind: 'no-way'; readonly reason: string }

export const reflectedAddress = defineFact({
  name: 'reflected-address',
  scope: 'reflector',
  // It belongs to somebody, who is asked once for all domains of a run.
  once: true,
  async gather({ family, reflector }, { dialer, know, note }): Promise<ReflectedAddress> {
    const { host, port, path, url } = reflector
    const found = await know(hostAddresses, { host })
    const known = knownAddresses(found).filter(address => address.family === family)
    if (known.length === 0) {
      const own = family === 4 ? found.ipv4 : found.ipv6
      if (own.state === 'unknown') throw new Unknowable(own.reason)
      return { kind: 'no-way', reason: `${host} has no IPv${family} address` }
    }
    const addresses = known.map(({ text }) => text)
    const started = performance.now()
    const answer = await httpsGet(dialer, {
      addresses,
      host,
      port,
      path,
      mostBody: MOST_REFLECTED,
      timeoutMs: PATIENCE,
    })
    const text = answer.kind === 'response' ? Buffer.from(answer.body).toString('latin1').trim().slice(0, SHOWN) : ''
    note({
      ask: `GET ${url}`,
      answer: answer.kind === 'response' ? `${answer.status}: ${text}` : `${answer.kind}: ${answer.detail}`,
      server: 'address' in answer ? answer.address : addresses[0]!,
      ms: Math.round(performance.now() - started),
    })
    if (answer.kind !== 'response') throw new Unknowable(`${host} did not answer by IPv${family} (${answer.detail})`)
    const { status, tls, certificates, body, isCut } = answer
    // Whoever has no certificate for the name may be anybody on the way.
    if (!tls.trusted)
      throw new Unknowable(`the certificate of ${host} is not trusted (${tls.trustFault ?? 'no reason'})`)
    if (!namesHost(certificates[0]?.altNames ?? [], host)) {
      throw new Unknowable(`the certificate that ${host} shows does not name it`)
    }
    if (status !== 200) throw new Unknowable(`${host} answered with status ${status}`)
    const address = isCut ? undefined : reflectedIn(body)
    if (address === undefined) throw new Unknowable(`${host} answered with something else than one public address`)
    // A translator between the families, or a proxy in front of the reflector: it saw somebody else.
    if (address.family !== family) {
      throw new Unknowable(`${host} was asked by IPv${family} and told of ${address.text}, which another machine has`)
    }
    return { kind: 'seen', address }
  },
})
