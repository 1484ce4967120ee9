// Records that are made to be slow: whatever stands in 60 KB of TXT is read, guessed at, merged and told within 50 ms of work.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstDraft, writeDraft } from '../../../src/protocol/spf/draft.ts'
import { parseMacros } from '../../../src/protocol/spf/macro.ts'
import { parseSpf } from '../../../src/protocol/spf/parse.ts'
import { proposeSpf } from '../../../src/protocol/spf/propose.ts'
import { reachOf } from '../../../src/protocol/spf/reach.ts'
import { meantRecord, selectSpf } from '../../../src/protocol/spf/record.ts'
import { walkSpf } from '../../../src/protocol/spf/walk.ts'
import { mergeRecords } from '../../../src/protocol/spf/write.ts'
import { zoneResolver } from '../../support/zone-resolver.ts'

const LENGTH = 60_000
const filled = (piece: string): string => piece.repeat(Math.ceil(LENGTH / piece.length)).slice(0, LENGTH)

const pieces = [
  ...[
    '/',
    'a:',
    '%{d}',
    '.',
    '/1',
    '%%',
    '%{',
    'x=%{i',
    ' ',
    '"',
    '\\',
    '-',
    '- ',
    ': ',
    '\t',
    '\xa0',
    '\xe2\x80\x93',
    '\0',
  ],
  ...[
    'a ',
    'moo ',
    'mx ',
    'ip4:1 ',
    'ip4:192.0.2.1 ',
    'ip4:192.0.2.1,',
    '-ip4:192.0.2.1 ip4:192.0.2.1 ',
    '-all ',
    'all',
    'redirect=a.b ',
  ],
  ...[
    'exp=a.b ',
    'include:a.b ',
    'ip6:: ',
    'ip6:2001:db8::/32 ',
    'exists:%{l}.a.b ',
    'ip4=1.2.3.4 ',
    'v=spf1 ',
    '1.2.3.4 ',
    'a:a.b//1 ',
    "'",
    ',;',
  ],
]

/** The least of five, in time of the processor: what the work takes, whatever else the machine does. */
function leastMs(work: () => unknown): number {
  return Math.min(
    ...[1, 2, 3, 4, 5].map(() => {
      const started = process.threadCpuUsage()
      work()
      const { user, system } = process.threadCpuUsage(started)
      return (user + system) / 1000
    }),
  )
}

describe('60 KB of the same', () => {
  it.each(pieces.map(piece => [JSON.stringify(piece), filled(piece)] as const))('%s is read in 50 ms', (_, text) => {
    const record = `v=spf1 ${text}`
    expect(
      leastMs(() => parseSpf(record)),
      'parsed',
    ).toBeLessThan(50)
    expect(
      leastMs(() => parseMacros(text, 'explanation')),
      'as an explanation',
    ).toBeLessThan(50)
    expect(
      leastMs(() => selectSpf([[record], [text], [`spf1 ${text}`]]).nearMisses.map(meantRecord)),
      'guessed',
    ).toBeLessThan(150)
    expect(
      leastMs(() => mergeRecords([record, 'v=spf1 mx -all'])),
      'merged',
    ).toBeLessThan(50)
  })

  it.each(['ip4:192.0.2.1 ', '-ip4:192.0.2.1 ip4:192.0.2.1 ', 'ip6:2001:db8::/32 -ip6:2001:db8::/31 '])(
    '%s is counted in 50 ms',
    async piece => {
      const numbered = Array.from({ length: 2000 }, (_, i) =>
        piece.replaceAll('192.0.2.1', `198.51.${i % 250}.${i % 7}`),
      ).join('')
      const tree = await walkSpf('example.org', zoneResolver(`example.org TXT "v=spf1 ${numbered}-all"`))
      // What is counted is kept with the tree: each time another tree is counted.
      expect(leastMs(() => reachOf({ ...tree }))).toBeLessThan(50)
    },
  )
})

describe('any octets', () => {
  const octets = fc.uint8Array({ maxLength: 300 }).map(bytes => String.fromCharCode(...bytes))
  const words = fc.constantFrom(
    'a',
    'mx',
    'ip4:',
    'include:',
    'redirect=',
    'exp=',
    '192.0.2.1',
    'a.b',
    ' ',
    ' ',
    '-',
    '?',
    'all',
    '%{d}',
    '%',
    ',',
    '"',
    '\t',
    'v=spf1 ',
  )
  const texts = fc.oneof(
    octets,
    fc.array(words, { maxLength: 40 }).map(parts => parts.join('')),
  )

  it('come to a record that can be read, or to none', () => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 3 }), fc.boolean(), (found, hasMx) => {
        const selection = selectSpf(found.flatMap(text => [[`v=spf1 ${text}`], [text]]))
        const record = writeDraft(firstDraft(selection, hasMx))
        expect(parseSpf(record).ok, record).toBe(true)
        expect(selectSpf([[record]]).records).toEqual([record])
      }),
      { numRuns: 3000 },
    )
  })

  it('are mended without an error, whatever DNS says', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async text => {
        const proposal = await proposeSpf({
          domain: 'example.org',
          selection: selectSpf([[`v=spf1 ${text}`]]),
          hasMx: false,
          senders: [],
          resolver: zoneResolver('a.b A 192.0.2.1'),
        })
        if (proposal) expect(parseSpf(proposal.text).ok).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
