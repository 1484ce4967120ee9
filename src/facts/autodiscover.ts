// Where do mail programs find the settings of the domain? The host `autodiscover` and the SRV record that stands in for it.
import { defineFact } from '../audit/fact.ts'
import { canonicalName } from '../names/domain.ts'
import { learned, recordsOf } from './answers.ts'
import { hostAddresses, knownAddresses, unlearned } from './host-addresses.ts'

export interface Autodiscover {
  readonly name: string
  /** `nowhere`: an alias to a name without addresses. */
  readonly host:
    | { readonly state: 'none' }
    | { readonly state: 'alias' | 'nowhere'; readonly alias: string }
    | { readonly state: 'addresses'; readonly addresses: readonly string[] }
  /** RFC 2782: the most preferred first; none where the target is the root. */
  readonly services: readonly { readonly target: string; readonly port: number }[]
}

export const autodiscover = defineFact({
  name: 'autodiscover',
  scope: 'domain',
  async gather({ domain }, { resolver, know }): Promise<Autodiscover> {
    const name = `autodiscover.${domain}`
    const service = `_autodiscover._tcp.${domain}`
    const [cname, srv] = await Promise.all([resolver.resolve(name, 'CNAME'), resolver.resolve(service, 'SRV')])
    const [alias] = recordsOf(learned(cname, name, 'CNAME'))
    const services = recordsOf(learned(srv, service, 'SRV'))
      .filter(({ target }) => target !== '')
      .toSorted((a, b) => a.priority - b.priority || b.weight - a.weight || (a.target < b.target ? -1 : 1))
      .map(({ target, port }) => ({ target: canonicalName(target), port }))
    const found = await know(hostAddresses, { host: name })
    const addresses = knownAddresses(found).map(({ text }) => text)
    if (alias !== undefined) {
      const isNowhere = addresses.length === 0 && unlearned(found) === undefined
      return { name, host: { state: isNowhere ? 'nowhere' : 'alias', alias: canonicalName(alias) }, services }
    }
    if (addresses.length > 0) return { name, host: { state: 'addresses', addresses }, services }
    return { name, host: { state: 'none' }, services }
  },
})
