// Where pyspf and Mail::SPF leave RFC 7208, or read it otherwise than we do: each difference with its clause, and how it is known.

import { parseAddress } from '../../../src/names/address.ts'
import type { Resolver } from '../../../src/net/resolver.ts'
import { evaluateSpf, LOOKUP_LIMIT, type SpfEvaluation, VOID_LIMIT } from '../../../src/protocol/spf/evaluate.ts'
import type { SpfCase, SpfSaid } from './spf-judges.ts'

/** What we say, and the texts of all SPF records that were read on the way. */
export interface OurJudgment {
  readonly evaluation: SpfEvaluation
  readonly said: SpfSaid
  readonly records: readonly string[]
}

/** We judge as the peers do, and note what was read. */
export async function judgeOurselves({ host, mailfrom, helo }: SpfCase, resolver: Resolver): Promise<OurJudgment> {
  const records = new Set<string>()
  const noting: Resolver = {
    async resolve(name, type) {
      const answer = await resolver.resolve(name, type)
      if (answer.kind === 'records' && type === 'TXT') {
        for (const strings of answer.records as readonly (readonly string[])[]) records.add(strings.join(''))
      }
      return answer
    },
  }
  const ip = parseAddress(host)!
  const evaluation = await evaluateSpf({ identity: 'mailfrom', ip, mailFrom: mailfrom, helo, resolver: noting })
  const { result, explanation } = evaluation
  const told = result === 'fail' ? printable(explanation ?? 'DEFAULT') : ''
  return { evaluation, said: { result, explanation: told }, records: [...records] }
}

/** One way in which a peer differs. */
interface Difference {
  readonly who: 'pyspf' | 'mailSpf'
  readonly clause: string
  applies(ours: OurJudgment, theirs: SpfSaid, one: SpfCase): boolean
}

const reads = (ours: OurJudgment, what: RegExp): boolean => ours.records.some(text => what.test(text))
const voidsOf = ({ evaluation }: OurJudgment): boolean => /^more than 2 terms ask for names/.test(evaluation.reason)
const tooVoid = ({ result, explanation }: SpfSaid): boolean => result === 'permerror' && /void/i.test(explanation)
const tooMany = ({ result, explanation }: SpfSaid): boolean =>
  result === 'permerror' && /too many|maximum.*(terms|look-?ups)/i.test(explanation) && !/void/i.test(explanation)

const counts = (who: Difference['who']): readonly (readonly [string, Difference])[] => [
  [
    `${who} counts empty answers where the RFC counts terms`,
    {
      who,
      clause: 'RFC 7208 §4.6.4: the number of terms for which queries have an empty answer is limited to two',
      applies: ({ evaluation }, theirs) =>
        tooVoid(theirs) && evaluation.voids <= VOID_LIMIT && evaluation.emptyAnswers > VOID_LIMIT,
    },
  ],
  [
    `${who} counts a redirect that is not followed`,
    {
      who,
      clause: 'RFC 7208 §4.6.4 limits what causes queries at the time of evaluation',
      applies: (ours, theirs) => {
        const redirects = ours.records.filter(text => /\bredirect=/i.test(text)).length
        return tooMany(theirs) && ours.evaluation.lookups + redirects > LOOKUP_LIMIT
      },
    },
  ],
]

/** Every difference that there is. What none of them explains is a fault of ours, or one to be listed here. */
export const differences: { readonly [name: string]: Difference } = {
  ...Object.fromEntries([...counts('pyspf'), ...counts('mailSpf')]),
  'pyspf expands %{p} in terms that it never gets to, and counts what is empty there': {
    who: 'pyspf',
    clause: 'RFC 7208 §4.6.4: queries at the time of evaluation; §4.6.2: evaluation ends with the first match',
    applies: (ours, theirs) => tooVoid(theirs) && reads(ours, /%\{p/i),
  },
  'pyspf asks for all hosts of an mx before it compares any': {
    who: 'pyspf',
    clause: 'RFC 7208 §5.4: the names are looked up in order of preference, and a match ends it',
    // The mx that matched may stand in an include that does not pass.
    applies: (ours, theirs) => tooVoid(theirs) && reads(ours, /[ +~?-]mx\b/i),
  },
  'pyspf refuses an include of itself that is never reached': {
    who: 'pyspf',
    clause: 'RFC 7208 §4.6.2: evaluation ends with the first match; §4.6.4 ends a circle that is gone through',
    applies: (_, { explanation }) => /trivial recursion/.test(explanation),
  },
  'pyspf refuses an unknown modifier that stands twice': {
    who: 'pyspf',
    clause: 'RFC 7208 §6: redirect and exp must not appear twice; unknown modifiers are ignored in any number',
    applies: (_, { explanation }) => /(?<!redirect|exp)= MUST appear at most once/.test(explanation),
  },
  'pyspf takes a macro without its end for text': {
    who: 'pyspf',
    clause:
      'RFC 7208 §7.1: "%" is followed by "{", "%", "_" or "-", and "%{" has its "}"; §4.6: any fault is a permanent error',
    applies: ({ evaluation }) => /cannot be read at column \d+, "[^"]*%/.test(evaluation.reason),
  },
  'pyspf tells its own text when the explanation of the domain is empty': {
    who: 'pyspf',
    clause: 'RFC 7208 §6.2: explain-string = *( macro-string / SP ), which may be empty',
    applies: ({ said }, theirs) =>
      said.result === 'fail' && said.explanation === '' && theirs.explanation === 'DEFAULT',
  },
  'Mail::SPF does not count the empty answers of ptr and %{p}': {
    who: 'mailSpf',
    clause: 'RFC 7208 §4.6.4: terms for which queries have an empty answer; ptr is one of them',
    applies: ours => voidsOf(ours) && reads(ours, /\bptr\b|%\{p/i),
  },
  'Mail::SPF asks for the host of a null MX': {
    who: 'mailSpf',
    clause: 'RFC 7505 §3: the root is no host, and there is none to ask for',
    applies: (ours, theirs) => tooVoid(theirs) && reads(ours, /\bmx:null\.mx\.test/i),
  },
  'Mail::SPF takes the first ten hosts of an mx with more': {
    who: 'mailSpf',
    clause: 'RFC 7208 §4.6.4: more than ten are a permanent error',
    applies: ({ evaluation }) => /leads to \d+ MX hosts/.test(evaluation.reason),
  },
  'Mail::SPF lets an IPv4 client into an IPv6 network': {
    who: 'mailSpf',
    clause: 'RFC 7208 §5: an address of one family is not in a network of the other',
    applies: (ours, _, { host }) => !host.includes(':') && reads(ours, /\bip6:\S*\/\d/i),
  },
  'Mail::SPF dies of a name with an empty label': {
    who: 'mailSpf',
    clause: 'RFC 7208 §4.3, §4.8: such a name has no record, and nothing may end in a fault of the receiver',
    applies: (_, { result, explanation }) => result === 'died' && /empty label/.test(explanation),
  },
  'Mail::SPF writes the nibbles of an IPv6 address in lower case': {
    who: 'mailSpf',
    clause: 'RFC 7208 §7.3 leaves the case open; its test suite has capitals',
    applies: ({ said }, theirs, { host }) =>
      host.includes(':') &&
      said.result === theirs.result &&
      said.explanation.toLowerCase() === theirs.explanation.toLowerCase(),
  },
  'Mail::SPF tells an explanation that is no ASCII': {
    who: 'mailSpf',
    clause: 'RFC 7208 §6.2: the explanation must be limited to US-ASCII; one that is not is none',
    applies: ({ said }, theirs) => said.explanation === 'DEFAULT' && /\\x[89a-f]/.test(theirs.explanation),
  },
  'Mail::SPF looks at a macro only when it gets to it': {
    who: 'mailSpf',
    clause: 'RFC 7208 §4.6: a fault anywhere in the record is a permanent error',
    applies: ({ evaluation }) => /cannot be read at column \d+, "[^"]*%/.test(evaluation.reason),
  },
}

/** True when both say the same; the reason that a peer gives for anything but a fail is its own. */
export function saysTheSame({ said }: OurJudgment, theirs: SpfSaid): boolean {
  return said.result === theirs.result && (said.result !== 'fail' || said.explanation === theirs.explanation)
}

/** The name of the difference that explains it; undefined when none does. */
export function explain(who: Difference['who'], ours: OurJudgment, theirs: SpfSaid, one: SpfCase): string | undefined {
  return Object.entries(differences).find(([, found]) => found.who === who && found.applies(ours, theirs, one))?.[0]
}

function printable(text: string): string {
  return [...text]
    .map(c => (/[\x20-\x7e]/.test(c) ? c : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`))
    .join('')
}
