// Which addresses does each MX host of the domain have? Put together from what is known of the hosts.
import { defineFact } from '../audit/fact.ts'
import { type HostAddresses, hostAddresses } from './host-addresses.ts'
import { mailHosts, mx } from './mx.ts'

export const mxAddresses = defineFact({
  name: 'mx-addresses',
  scope: 'domain',
  /** Host → its addresses, for every host that can be asked for. */
  async gather({ domain }, { know }): Promise<ReadonlyMap<string, HostAddresses>> {
    const hosts = mailHosts(await know(mx, { domain }))
    const found = await Promise.all(hosts.map(async host => [host, await know(hostAddresses, { host })] as const))
    return new Map(found)
  },
})
