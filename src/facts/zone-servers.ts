// Which zone holds a name, and which servers answer for it: asked once for all domains that are kept by the same ones.
import { defineFact, type Know, Unknowable } from '../audit/fact.ts'
import { type ZoneSearch, type ZoneServers, zoneServersOf } from '../protocol/delegation/zone-servers.ts'

export const zoneServers = defineFact({
  name: 'zone-servers',
  scope: 'host',
  async gather({ host }, { resolver }): Promise<ZoneServers> {
    const search = await zoneServersOf(resolver, host)
    if (!search.known) throw new Unknowable(search.reason)
    return search
  },
})

/** The same as a value, for those who ask the servers. */
export async function findZone(know: Know, name: string): Promise<ZoneSearch> {
  try {
    return { known: true, ...(await know(zoneServers, { host: name })) }
  } catch (failure) {
    if (failure instanceof Unknowable) return { known: false, reason: failure.message }
    throw failure
  }
}
