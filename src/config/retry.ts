// When a deferred message is tried again: the presets by their names, or steps of one's own.
import type { RetrySettings } from '../relay/settings.ts'
import type { Building } from './building.ts'
import { durationOf } from './quantity.ts'
import type { RawConfiguration } from './schema.ts'

const steps = (...texts: readonly string[]): readonly number[] => texts.map(durationOf)

/** The presets, as their originals are documented. */
export const RETRY_PRESETS: { readonly [name in 'exchange' | 'postfix']: RetrySettings } = {
  // Exchange: 4 glitch retries each minute, 6 transient ones each 5 minutes, then every 10; a delay notice after 4 hours, expiry after 2 days.
  exchange: {
    steps: [...Array<number>(4).fill(durationOf('1m')), ...Array<number>(6).fill(durationOf('5m')), durationOf('10m')],
    expiresAfter: durationOf('2d'),
    warnAfter: durationOf('4h'),
  },
  // Postfix: minimal_backoff_time 300 s, doubled up to maximal_backoff_time 4000 s; maximal_queue_lifetime 5 d; delay_warning_time 0.
  postfix: {
    steps: steps('300s', '600s', '1200s', '2400s', '4000s'),
    expiresAfter: durationOf('5d'),
    warnAfter: undefined,
  },
}

/** Builds it; `exchange` when nothing is said. */
export function buildRetry(building: Building, raw: RawConfiguration['retry'] = 'exchange'): RetrySettings {
  const { exchange } = RETRY_PRESETS
  if (!building.fits(['retry'])) return exchange
  if (typeof raw === 'string') return RETRY_PRESETS[raw]
  const given = 'steps' in raw ? raw : { steps: raw }
  const retry: RetrySettings = {
    steps: given.steps.map(durationOf),
    expiresAfter: given.expiresAfter === undefined ? exchange.expiresAfter : durationOf(given.expiresAfter),
    warnAfter:
      given.warnAfter === 'never'
        ? undefined
        : given.warnAfter === undefined
          ? exchange.warnAfter
          : durationOf(given.warnAfter),
  }
  const path = ['retry', ...('steps' in raw ? ['steps'] : [])]
  for (const [index, step] of retry.steps.entries()) {
    if (step < 1000) building.fault([...path, index], 'is shorter than a second: next hops would be run over')
    if (step > retry.expiresAfter) building.fault([...path, index], 'is longer than messages are kept (expiresAfter)')
  }
  return retry
}
