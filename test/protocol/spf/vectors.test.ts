// The test suites of RFC 7208 (203 cases), of RFC 4408 with what changed since, and of pyspf; and recorded verdicts of two independent implementations over real zones.
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../src/names/address.ts'
import { evaluateSpf, type SpfEvaluation, type SpfResult } from '../../../src/protocol/spf/evaluate.ts'
import { conformance, conformanceAvailable, conformanceResolver } from '../../support/conformance-zones.ts'
import { readSuite, type SuiteCase, suiteFile, suiteZone } from '../../support/spf-suite.ts'
import { zoneResolver } from '../../support/zone-resolver.ts'

const suite = suiteFile('rfc7208-tests.yml')
const suitesAvailable = existsSync(suite)
const read = (file: URL): string => readFileSync(file, 'utf8')

/** Where the suite allows several results: ours, and the clause. */
const ours: { readonly [name: string]: SpfResult } = {
  multispf1: 'permerror', // §4.5: more than one record, even if equal
  'invalid-domain-empty-label': 'fail', // §4.8 leaves it undefined; no such name, so no match
  'invalid-domain-long': 'fail',
  'invalid-domain-long-via-macro': 'fail',
  'p-macro-multiple': 'pass', // §7.3: a name below <domain> is preferred
  'ptr-limit': 'neutral', // §4.6.4: the eleventh name is not looked at
}

async function judge({ host, mailfrom, helo, zonedata }: SuiteCase): Promise<SpfEvaluation> {
  const resolver = zoneResolver(suiteZone(zonedata))
  return evaluateSpf({ identity: 'mailfrom', ip: parseAddress(host)!, mailFrom: mailfrom, helo, resolver })
}

describe.skipIf(!suitesAvailable)('the test suite of RFC 7208', () => {
  const cases = suitesAvailable ? readSuite(suite) : []

  it('has all of its 203 cases', () => {
    expect(cases).toHaveLength(203)
    expect(cases.filter(one => one.explanation !== undefined)).toHaveLength(22)
    for (const one of cases) {
      if (typeof one.result !== 'string') expect(one.result).toContain(ours[one.name])
    }
  })

  it.each(cases.map(one => [`${one.section}: ${one.name}`, one] as const))('%s', async (_, one) => {
    const evaluation = await judge(one)
    expect(evaluation.result, evaluation.reason).toBe(typeof one.result === 'string' ? one.result : ours[one.name])
    // "DEFAULT": whatever the receiver says when the domain says nothing.
    if (one.explanation !== undefined) expect(evaluation.explanation ?? 'DEFAULT').toBe(one.explanation)
    // Only who fails is told something (RFC 7208 §6.2).
    if (evaluation.result !== 'fail') expect(evaluation.explanation).toBeUndefined()
  })

  it('says the same in the copy with the results of others', () => {
    const copy = JSON.parse(read(new URL('spf/vectors-rfc7208.json', conformance))) as readonly SuiteCase[]
    const short = ({ section, name, result, explanation }: SuiteCase) => [section, name, result, explanation ?? null]
    expect(copy.map(short)).toEqual(cases.map(short))
  })
})

/**
 * The suite of the old RFC 4408 where RFC 7208 is another: what that said (where it allowed several, they stand together), what we say, and why.
 */
const since4408: { readonly [name: string]: readonly [was: string, ours: SpfResult, why: string] } = {
  txtonly: ['fail none', 'fail', 'RFC 7208 §3.1: records are TXT, and nothing else is asked for'],
  spfonly: ['fail none', 'none', 'RFC 7208 §3.1: the type SPF is no longer asked for'],
  spftimeout: ['fail temperror', 'fail', 'RFC 7208 §3.1: a question of type SPF that gets no answer is not asked'],
  txttimeout: ['fail temperror', 'temperror', 'RFC 7208 §4.4: TXT is all there is'],
  nospftxttimeout: ['temperror none', 'temperror', 'RFC 7208 §4.4'],
  spfoverride: ['pass fail', 'fail', 'RFC 7208 §3.1: TXT decides, whatever stands in type SPF'],
  multitxt1: ['pass permerror', 'permerror', 'RFC 7208 §4.5: two TXT records'],
  multispf2: ['permerror pass', 'pass', 'RFC 7208 §3.1: two records of type SPF beside one of TXT'],
  'invalid-domain-empty-label': ['permerror fail', 'fail', 'RFC 7208 §4.8 leaves it undefined: no such name, no match'],
  'invalid-domain-long': ['permerror fail', 'fail', 'RFC 7208 §4.8'],
  'invalid-domain-long-via-macro': ['permerror fail', 'fail', 'RFC 7208 §4.8'],
  'exists-dnserr': ['fail temperror', 'temperror', 'RFC 7208 §5: a question that gets no answer is a temporary error'],
  'cidr6-0-ip4': ['neutral pass', 'neutral', 'RFC 7208 §5: an IPv4 client is never in an IPv6 network'],
  'cidr6-ip4': ['neutral pass', 'neutral', 'RFC 7208 §5'],
  'mx-limit': ['neutral pass permerror', 'permerror', 'RFC 7208 §4.6.4: more than ten MX hosts'],
  'upper-macro': [
    'fail',
    'fail',
    'RFC 7208 §7.3 escapes all but the unreserved characters of RFC 3986; the suites differ in the sender',
  ],
}

describe.skipIf(!suitesAvailable)('the test suite of RFC 4408', () => {
  const cases = suitesAvailable ? readSuite(suiteFile('rfc4408-tests.yml')) : []
  const later = new Map(suitesAvailable ? readSuite(suite).map(one => [`${one.section} ${one.name}`, one]) : [])

  it('has 191 cases, of which those that RFC 7208 changed are listed, and no others', () => {
    expect(cases).toHaveLength(191)
    const changed = cases.filter(one => {
      const now = later.get(`${one.section} ${one.name}`)
      return `${one.result}` !== `${now?.result}` || one.explanation !== now?.explanation
    })
    expect(changed.map(one => one.name).sort()).toEqual(Object.keys(since4408).sort())
    for (const { name, result } of changed) expect([result].flat().join(' ')).toBe(since4408[name]![0])
  })

  it.each(cases.map(one => [`${one.section}: ${one.name}`, one] as const))('%s', async (_, one) => {
    const { result, explanation, reason } = await judge(one)
    const wanted = since4408[one.name]?.[1] ?? (typeof one.result === 'string' ? one.result : ours[one.name])
    expect(result, reason).toBe(wanted)
    if (one.explanation !== undefined) expect(explanation ?? 'DEFAULT').toBe(one.explanation)
  })
})

/** The cases of pyspf that are about its own lax and harsh modes. */
const modesOfPyspf: { readonly [name: string]: readonly [published: string, ours: SpfResult, why: string] } = {
  'default-modifier': [
    'fail',
    'neutral',
    'RFC 7208 §6: unknown modifiers are ignored; "default=" is one, and only a lax mode knows it',
  ],
  'default-modifier-harsh': ['ambiguous', 'neutral', 'RFC 7208 §6; "ambiguous" is no result of §2.6'],
}

describe.skipIf(!suitesAvailable)('the test suite of pyspf', () => {
  const cases = suitesAvailable ? readSuite(suiteFile('test.yml')) : []

  it('has all of its 16 cases', () => {
    expect(cases).toHaveLength(16)
  })

  it.each(cases.map(one => [one.name, one] as const))('%s', async (name, one) => {
    const { result, reason } = await judge(one)
    const other = modesOfPyspf[name]
    if (other) expect(one.result).toBe(other[0])
    expect(result, reason).toBe(other?.[1] ?? one.result)
  })
})

/**
 * Where both recorded implementations leave the clause: §4.6.4 limits the *terms* with empty answers to two, and here two
 * terms (mx with two IPv4-only hosts, a) have three empty answers for an IPv6 client. They count answers.
 */
const byTheClause: { readonly [question: string]: SpfResult } = {
  'probe@cjsdigital.org from 2001:db8::9': 'fail',
}

describe.skipIf(!conformanceAvailable)('recorded verdicts over real zones', () => {
  it('gives what pyspf and Mail::SPF gave in 1,124 cases, but for one where both count otherwise than the RFC', async () => {
    const cases = read(new URL('zones/spf-vectors.jsonl', conformance))
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { host: string; mailfrom: string; helo: string; pyspf: string; mailspf: string })
    expect(cases).toHaveLength(1124)
    const resolver = conformanceResolver()
    const wrong: string[] = []
    for (const { host, mailfrom, helo, pyspf, mailspf } of cases) {
      const ip = parseAddress(host)!
      const evaluation = await evaluateSpf({ identity: 'mailfrom', ip, mailFrom: mailfrom, helo, resolver })
      const question = `${mailfrom} from ${host}`
      const wanted = byTheClause[question] ?? pyspf
      if (question in byTheClause) {
        expect([pyspf, mailspf]).toEqual(['permerror', 'permerror'])
        expect(evaluation).toMatchObject({ voids: 2, emptyAnswers: 3 })
      } else expect(pyspf).toBe(mailspf)
      if (evaluation.result !== wanted) {
        wrong.push(`${question}: ${evaluation.result} (${evaluation.reason}); pyspf ${pyspf}, Mail::SPF ${mailspf}`)
      }
    }
    expect(wrong).toEqual([])
  })
})
