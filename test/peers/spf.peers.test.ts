// Our SPF evaluator against pyspf and Mail::SPF, over real packets: recorded results, and both asked live about the same servers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAddress } from '../../src/names/address.ts'
import { createResolver, type StubResolver } from '../../src/net/dns/stub-resolver.ts'
import type { RecordTypes, Resolver } from '../../src/net/resolver.ts'
import { evaluateSpf, LOOKUP_LIMIT, type SpfEvaluation, VOID_LIMIT } from '../../src/protocol/spf/evaluate.ts'
import { seededRandom } from './support/lossy-proxy.ts'
import { type Ministry, ministryAtHand, readMinistry, readSpfVectors } from './support/ministry.ts'
import { type NameServer, startNsd, startUnbound } from './support/name-servers.ts'
import { excused } from './support/program.ts'
import { askJudge, type SpfCase as Case } from './support/spf-judges.ts'

/** Cases that both peers are asked about while the test runs. */
const LIVE = process.env.PROOF === '1' ? 2_000 : 60

describe.skipIf(!ministryAtHand || excused('nsd', 'unbound'))('our SPF evaluator over real DNS', () => {
  let ministry: Ministry
  let nsd: NameServer
  let unbound: NameServer
  let resolver: StubResolver

  beforeAll(async () => {
    ministry = readMinistry()
    nsd = await startNsd({ '.': ministry.zone })
    unbound = await startUnbound(nsd)
    resolver = createResolver({ servers: [{ address: '127.0.0.1', port: unbound.port }] })
  })

  afterAll(async () => {
    resolver?.close()
    await Promise.all([unbound?.stop(), nsd?.stop()])
  })

  it('gives the recorded results of pyspf and Mail::SPF in all cases', async () => {
    const vectors = readSpfVectors()
    const evaluations = await Promise.all(vectors.map(vector => evaluate(vector, resolver)))
    const differ = vectors.flatMap((vector, i) =>
      agrees(evaluations[i]!, vector.pyspf, vector.mailspf)
        ? []
        : [told(vector, evaluations[i]!, vector.pyspf, vector.mailspf)],
    )
    expect(vectors.length).toBeGreaterThan(1_000)
    expect(differ).toEqual([])
  })

  const unjudged = excused('/usr/lib/python3/dist-packages/spf.py', '/usr/share/perl5/Mail/SPF.pm')

  it.skipIf(unjudged)('gives what pyspf and Mail::SPF say when they are asked about the same servers', async () => {
    const cases = ministryCases(ministry)
    const { ours, differ } = await compare(cases, unbound, resolver)
    expect(differ).toEqual([])
    // Nothing is proven by cases that all end the same.
    expect(ours.filter(result => result === 'pass').length).toBeGreaterThan(LIVE / 10)
    expect(new Set(ours).size).toBeGreaterThanOrEqual(4)
  })
})

/** What we say of each case, and the cases in which both peers say one thing and we another. */
async function compare(
  cases: readonly Case[],
  server: NameServer,
  resolver: StubResolver,
): Promise<{ readonly ours: readonly string[]; readonly differ: readonly string[] }> {
  const [evaluations, pyspf, mailSpf] = await Promise.all([
    Promise.all(cases.map(one => evaluate(one, resolver))),
    resultsOf('pyspf', server, VOID_LIMIT, cases),
    resultsOf('mailSpf', server, VOID_LIMIT, cases),
  ])
  return {
    ours: evaluations.map(evaluation => evaluation.result),
    differ: cases.flatMap((one, i) =>
      pyspf[i] !== mailSpf[i] || agrees(evaluations[i]!, pyspf[i]!, mailSpf[i]!)
        ? []
        : [told(one, evaluations[i]!, pyspf[i]!, mailSpf[i]!)],
    ),
  }
}

async function evaluate({ host, mailfrom, helo }: Case, resolver: StubResolver): Promise<Evaluated> {
  const met = new Set<string>()
  const counting: Resolver = {
    async resolve(name, type) {
      const answer = await resolver.resolve(name, type)
      const texts = answer.kind === 'records' && type === 'TXT' ? (answer.records as readonly RecordTypes['TXT'][]) : []
      if (texts.some(strings => /\bredirect=/i.test(strings.join('')))) met.add(name)
      return answer
    },
  }
  const ip = parseAddress(host)!
  const evaluation = await evaluateSpf({ identity: 'mailfrom', ip, mailFrom: mailfrom, helo, resolver: counting })
  return { ...evaluation, redirects: met.size }
}

/** An evaluation and how many `redirect=` stand in the records that were met on its way. */
interface Evaluated extends SpfEvaluation {
  readonly redirects: number
}

/**
 * True when we and both peers agree, or differ in one of two ways in which both peers count more than we do, and where we
 * keep to the clause and say that receivers differ. RFC 7208 §4.6.4 limits the terms with empty answers to two; they count
 * the answers, and an `mx` of two hosts can have two. And they count a `redirect=` that is never followed as a lookup.
 */
function agrees(ours: Evaluated, pyspf: string, mailSpf: string): boolean {
  if (ours.result === pyspf && ours.result === mailSpf) return true
  if (pyspf !== 'permerror' || mailSpf !== 'permerror') return false
  return (ours.voids <= VOID_LIMIT && ours.emptyAnswers > VOID_LIMIT) || ours.lookups + ours.redirects > LOOKUP_LIMIT
}

function told({ host, mailfrom }: Case, ours: SpfEvaluation, pyspf: string, mailSpf: string): string {
  return `${mailfrom} from ${host}: we say ${ours.result} (${ours.reason}), pyspf ${pyspf}, Mail::SPF ${mailSpf}`
}

/** Domains with addresses that stand in their own SPF trees, or close by, or in those of others. */
function ministryCases({ zone, domains }: Ministry): readonly Case[] {
  const records = new Map(
    [...zone.matchAll(/^(\S+)\. 300 TXT "(v=spf1 .*)"$/gm)].map(match => [match[1]!, match[2]!.replaceAll('" "', '')]),
  )
  const senders = [...records.keys()].map(owner => owner.replace('*', 'any'))
  const addressesOf = (domain: string, depth = 0): readonly string[] => {
    const record = records.get(domain) ?? ''
    const own = [...record.matchAll(/\bip[46]:([0-9a-fA-F:.]+)/g)].map(match => match[1]!)
    const others = [...record.matchAll(/\b(?:include:|redirect=)(\S+)/g)].map(match => match[1]!)
    return depth > 5 ? own : [...own, ...others.flatMap(other => addressesOf(other, depth + 1))]
  }
  const all = [...records.keys()].flatMap(domain => addressesOf(domain))
  const random = seededRandom(7_208)
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)]!
  return Array.from({ length: LIVE }, (_, i) => {
    const domain = pick(i % 4 === 0 ? domains : senders)
    const own = addressesOf(domain)
    const address = pick(i % 3 === 0 || own.length === 0 ? all : own)
    // Close by is inside of some networks and outside of others.
    const moved = i % 2 === 0 ? address : address.replace(/\d+$/, String(Math.floor(random() * 256)))
    return { host: parseAddress(moved)?.text ?? '192.0.2.1', mailfrom: `probe@${domain}`, helo: `mail.${domain}` }
  })
}

async function resultsOf(...asked: Parameters<typeof askJudge>): Promise<readonly string[]> {
  return (await askJudge(...asked)).map(said => said.result)
}
