// Made-up DMARC situations: a tree of names with records right and wrong, an author, and what was authenticated; the same for the same seed.
import { seededRandom } from '../peers/support/lossy-proxy.ts'

export interface DmarcSituation {
  /** The texts at `_dmarc` below each of these domains, or that the question is never answered. */
  readonly records: { readonly [domain: string]: readonly string[] | 'timeout' }
  /** Whether the author domain has a record of its own, whatever stands below it. */
  readonly exists: boolean
  readonly from: string
  /** Domains that passed. */
  readonly spf: readonly string[]
  readonly dkim: readonly string[]
}

/** Suffixes that every edition of the Public Suffix List has. */
const suffixes = ['com', 'org', 'co.uk', 'github.io'] as const

const right = [
  ...['p=none', 'p=quarantine', 'p=reject', 'p=reject', 'p=REJECT', 'p = reject'],
  ...['sp=none', 'sp=quarantine', 'sp=reject', 'np=none', 'np=reject', 'np=quarantine'],
  ...['t=y', 't=n', 'adkim=s', 'aspf=s', 'adkim=r', 'aspf=S'],
  ...['rua=mailto:a@example.net', 'rua=mailto:a@example.net!10m', 'ruf=mailto:b@example.net', 'fo=1:d', 'fo=0'],
] as const
const suffixFlags = ['psd=y', 'psd=n', 'psd=u', 'psd=Y'] as const
const odd = [
  ...['p=', 'p=rejct', 'sp=x', 'np=x', 'sp=', 't=x', 'adkim=strict', 'psd=x', 'rua=a@example.net', 'rua=mailto:a b'],
  ...[
    'rua=',
    'rua=,',
    'rua=x',
    'rua=mailto:',
    'rua=https://example.net/%zz',
    'rua=https://r.example.net/x',
    'unknown=1',
  ],
  ...['x', '', '=', 'pct=100', 'rf=afrf', 'ri=3600', 'fo=2', 'p1=none'],
] as const
const spoiled = [
  'v=dmarc1; p=reject',
  ' v=DMARC1; p=reject',
  'p=reject; v=DMARC1',
  'v=DMARC1 p=reject',
  'v=DMARC2; p=reject',
]
const versions = [...Array<string>(20).fill('v=DMARC1'), 'v = DMARC1', 'V=DMARC1']
const others = ['v=spf1 -all', 'hello', '', 'v=DMARC10; p=none', 'v=DMARC1x']

export function makeDmarcSituation(seed: number): DmarcSituation {
  const random = seededRandom(seed)
  const upTo = (most: number): number => Math.floor(random() * most)
  const pick = <T>(from: readonly T[]): T => from[upTo(from.length)]!
  const chance = (share: number): boolean => random() < share
  const suffix = pick(suffixes)
  const depth = chance(0.2) ? 6 + upTo(6) : upTo(4)
  const labels = Array.from({ length: depth }, (_, i) => `${'abcdefghijkl'[i]}`)
  const from = chance(0.03) ? suffix : [...labels, 'd', suffix].join('.')
  const chain = from.split('.').map((_, i, all) => all.slice(i).join('.'))
  const record = (): string => {
    if (chance(0.05)) return pick(spoiled)
    const tags = [...(chance(0.85) ? [pick(right.slice(0, 6))] : [])]
    const more = upTo(4)
    for (let i = 0; i < more; i++) tags.push(pick(chance(0.2) ? odd : right.slice(6)) as never)
    if (chance(0.25)) tags.push(pick(suffixFlags) as never)
    // A tag that stands twice is a situation of its own.
    const names = new Set<string>()
    const once = chance(0.03) ? tags : tags.filter(tag => !names.has(nameOf(tag)) && names.add(nameOf(tag)))
    const shuffled = chance(0.3) ? once.toSorted(() => random() - 0.5) : once
    const cased = shuffled.map(tag => (chance(0.02) ? `${tag.slice(0, 1).toUpperCase()}${tag.slice(1)}` : tag))
    return `${pick(versions)}${['', ...cased].join(pick(['; ', ';', ' ; ']))}${pick(['', '', ';', '; '])}`
  }
  const records: { [domain: string]: readonly string[] | 'timeout' } = {}
  for (const domain of chain) {
    if (chance(0.03)) records[domain] = 'timeout'
    else if (chance(0.4)) {
      const texts = [record(), ...(chance(0.06) ? [record()] : []), ...(chance(0.1) ? [pick(others)] : [])]
      records[domain] = texts.toSorted(() => random() - 0.5)
    } else if (chance(0.08)) records[domain] = [pick(others)]
  }
  const identifier = (): string =>
    pick([
      () => from,
      () => pick(chain),
      () => `x.${pick(chain)}`,
      () => `y.x.${pick(chain)}`,
      () => `other.${suffix}`,
      () => 'example.net',
    ])()
  const passed = (): readonly string[] => Array.from({ length: chance(0.5) ? 0 : 1 }, identifier)
  return { records, exists: chance(0.5), from, spf: passed(), dkim: passed() }
}

function nameOf(tag: string): string {
  return tag.split('=')[0]!.trim().toLowerCase()
}
