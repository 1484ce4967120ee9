// What large receivers would do with mail of the domain: the replies that refuse it, what is well below the volume of bulk senders, what is open.

import type { Level, Report } from './report.ts'
import { thousands } from './thousands.ts'
import { providerTitle } from './wording.ts'

/** One thing to tell; `check` where it hangs by one. */
export interface ReceiverLine {
  readonly level: Level
  readonly says: string
  readonly check: string | undefined
}

/** For reading, refusals first. None in reports that were made before they were told. */
export function receiverLines(ready: Report['ready']): readonly ReceiverLine[] {
  return [...refusals(ready), ...belowBulk(ready), ...openReasons(ready)]
}

function refusals(ready: Report['ready']): readonly ReceiverLine[] {
  return Object.entries(ready).flatMap(([id, { would = [], volumes = [] }]) => {
    const from = volumes.find(({ volume }) => volume === 'bulk')?.from ?? null
    return would.map(({ check, code, says, volume }) => {
      const whose = volume === 'all' ? 'all senders' : bulkSenders(from)
      return {
        level: 'fail' as const,
        says: `${providerTitle(id)}, ${code ?? 'no reply published'} (${whose}): ${says}`,
        check,
      }
    })
  })
}

function bulkSenders(from: number | null): string {
  return from === null ? 'bulk senders' : `bulk senders, from ${thousands(from)} messages a day`
}

/** Only where it is another answer than that for bulk senders, and one at all. */
function belowBulk(ready: Report['ready']): readonly ReceiverLine[] {
  const fit = Object.entries(ready).filter(
    ([, { verdict, volumes = [] }]) =>
      verdict !== 'pass' && volumes.some(one => one.volume === 'all' && one.verdict === 'pass'),
  )
  if (fit.length === 0) return []
  const titles = fit.map(([id]) => providerTitle(id)).join(', ')
  return [{ level: 'pass', says: `Whoever is no bulk sender meets what is demanded by ${titles}.`, check: undefined }]
}

/** What has to be given or learned, once for all that want it. */
function openReasons(ready: Report['ready']): readonly ReceiverLine[] {
  const reasons = new Map<string, Set<string>>()
  for (const { open = [] } of Object.values(ready)) {
    for (const { check, says } of open) reasons.set(says, (reasons.get(says) ?? new Set()).add(check))
  }
  return [...reasons].map(([says, checks]) => ({
    level: 'unknown',
    says: `Not known (${[...checks].join(', ')}): ${says.replace(/\.$/, '')}.`,
    check: undefined,
  }))
}

/** What no audit of a domain can see, by provider: for those who ask for everything. */
export function unseenLines(ready: Report['ready']): readonly ReceiverLine[] {
  return Object.entries(ready).flatMap(([id, { unseen = [], source }]) =>
    unseen.length === 0
      ? []
      : [
          {
            level: 'info' as const,
            says: `Not visible here, demanded by ${providerTitle(id)} too: ${unseen.join('; ')}${source ? ` (${source.url}, ${source.asOf})` : ''}.`,
            check: undefined,
          },
        ],
  )
}
