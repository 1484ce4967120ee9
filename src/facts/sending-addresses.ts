// The addresses that were named as those that mail of the domain is sent from.
import { defineFact } from '../audit/fact.ts'
import type { IpAddress } from '../names/address.ts'

export const sendingAddresses = defineFact({
  name: 'sending-addresses',
  scope: 'domain',
  async gather(_domain, { egress }): Promise<readonly IpAddress[]> {
    return egress.map(({ address }) => address)
  },
})
