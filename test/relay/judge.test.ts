// Which egress a message leaves by: the first that nothing speaks against.
import { describe, expect, it } from 'vitest'
import type { Decision } from '../../src/relay/gate/decision.ts'
import { taken } from '../../src/relay/judge.ts'
import type { EgressSettings } from '../../src/relay/settings.ts'

const leaves = (...kinds: readonly Decision['kind'][]): string | undefined =>
  taken(kinds.map((kind, n) => ({ egress: { name: String(n) } as EgressSettings, decision: { kind } as Decision })))
    ?.egress.name

describe('the egress that is taken', () => {
  it.each([
    [['open', 'open'], '0'],
    [['own-fault', 'open'], '1'],
    // SPF lists only the second, and nothing else aligns.
    [['closed', 'open'], '1'],
    [['unsure', 'open'], '1'],
    // Ours to mend: what would be refused for good elsewhere only waits.
    [['closed', 'own-fault'], '1'],
    [['own-fault', 'closed'], '0'],
    [['own-fault', 'own-fault'], '0'],
    [['own-fault', 'unsure'], '1'],
    [['closed', 'closed'], '0'],
  ] as const)('of %j is %s', (kinds, name) => expect(leaves(...kinds)).toBe(name))
})
