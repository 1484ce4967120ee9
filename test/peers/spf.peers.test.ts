// Our SPF evaluator against pyspf and Mail::SPF, over real packets: recorded results, and both asked live about the same servers.
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAddress } from '../../src/names/address.ts'
import { createResolver, type StubResolver } from '../../src/net/dns/stub-resolver.ts'
import { evaluateSpf, type SpfEvaluation } from '../../src/protocol/spf/evaluate.ts'
import { seededRandom } from './support/lossy-proxy.ts'
import { type Ministry, ministryAtHand, readMinistry, readSpfVectors } from './support/ministry.ts'
import { type NameServer, startNsd, startUnbound } from './support/name-servers.ts'
import { excused, mustRun } from './support/program.ts'

interface Case {
  readonly host: string
  readonly mailfrom: string
  readonly helo: string
}

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

  const evaluate = ({ host, mailfrom, helo }: Case): Promise<SpfEvaluation> =>
    evaluateSpf({ identity: 'mailfrom', ip: parseAddress(host)!, mailFrom: mailfrom, helo, resolver })

  it('gives the recorded results of pyspf and Mail::SPF in all cases', async () => {
    const vectors = readSpfVectors()
    const evaluations = await Promise.all(vectors.map(evaluate))
    const differ = vectors.flatMap((vector, i) =>
      agrees(evaluations[i]!, vector.pyspf, vector.mailspf)
        ? []
        : [told(vector, evaluations[i]!, vector.pyspf, vector.mailspf)],
    )
    expect(vectors.length).toBeGreaterThan(1_000)
    expect(differ).toEqual([])
  })

  it.skipIf(excused('/usr/bin/python3', '/usr/bin/perl'))(
    'gives what pyspf and Mail::SPF say when they are asked about the same servers',
    async () => {
      const cases = liveCases(ministry)
      const [evaluations, pyspf, mailSpf] = await Promise.all([
        Promise.all(cases.map(evaluate)),
        ask('/usr/bin/python3', 'spf-judge.py', unbound, cases),
        ask('/usr/bin/perl', 'spf-judge.pl', unbound, cases),
      ])
      const differ = cases.flatMap((one, i) =>
        agrees(evaluations[i]!, pyspf[i]!, mailSpf[i]!) ? [] : [told(one, evaluations[i]!, pyspf[i]!, mailSpf[i]!)],
      )
      expect(differ).toEqual([])
      // Nothing is proven by cases that all end the same.
      expect(new Set(evaluations.map(evaluation => evaluation.result)).size).toBeGreaterThanOrEqual(3)
    },
  )
})

/**
 * RFC 7208 §4.6.4 limits the terms with empty answers to two; both peers count the answers, and an `mx` of two hosts can
 * have two. There we keep to the clause, and say that receivers differ.
 */
function agrees(ours: SpfEvaluation, pyspf: string, mailSpf: string): boolean {
  if (ours.result === pyspf && ours.result === mailSpf) return true
  return pyspf === 'permerror' && mailSpf === 'permerror' && ours.voids <= 2 && ours.emptyAnswers > 2
}

function told({ host, mailfrom }: Case, ours: SpfEvaluation, pyspf: string, mailSpf: string): string {
  return `${mailfrom} from ${host}: we say ${ours.result} (${ours.reason}), pyspf ${pyspf}, Mail::SPF ${mailSpf}`
}

/** Domains with addresses that stand in some SPF record of the same world: many pass somewhere, and at different depths. */
function liveCases({ zone, domains }: Ministry): readonly Case[] {
  const addresses = [...zone.matchAll(/\bip[46]:([0-9a-fA-F:.]+)/g)]
    .map(match => parseAddress(match[1]!)?.text)
    .filter(address => address !== undefined)
  const senders = [...zone.matchAll(/^(\S+)\. 300 TXT "v=spf1 /gm)].map(match => match[1]!.replace(/^\*/, 'any'))
  const random = seededRandom(7_208)
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)]!
  return Array.from({ length: LIVE }, (_, i) => {
    const domain = pick(i % 4 === 0 ? domains : senders)
    return { host: pick(addresses), mailfrom: `probe@${domain}`, helo: `mail.${domain}` }
  })
}

/** The results of a peer, which runs from a script beside this file and asks the given server. */
async function ask(program: string, script: string, { port }: NameServer, cases: readonly Case[]): Promise<string[]> {
  const file = fileURLToPath(new URL(`support/${script}`, import.meta.url))
  const input = cases.map(({ host, mailfrom, helo }) => `${host}\t${mailfrom}\t${helo}\n`).join('')
  const { stdout } = await mustRun(program, [file, '127.0.0.1', String(port)], { input, timeoutMs: 100_000 })
  const results = stdout.trim().split('\n')
  if (results.length !== cases.length) throw new Error(`${script} gave ${results.length} results of ${cases.length}`)
  return results
}
