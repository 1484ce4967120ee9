// Which reflector is asked at which address the world sees this machine: only one that was named, by each family once.
import { defineExpansion } from '../audit/scope.ts'
import { readReflector } from '../protocol/reflector.ts'

// Nobody reads about a reflector that was not named.
export const reflections = defineExpansion({
  from: 'domain',
  to: 'reflection',
  async subjects({ domain }, _know, { reflector: url, families, ownFamilies, leavesFrom = [] }) {
    const reflector = url === undefined ? undefined : readReflector(url)
    if (reflector === undefined || 'fault' in reflector) return []
    return families
      .filter(family => ownFamilies.includes(family))
      .map(family => ({
        domain,
        family,
        reflector,
        leavesFrom: leavesFrom.filter(address => address.family === family),
      }))
  },
})
