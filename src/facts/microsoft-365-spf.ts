// Does SPF let Microsoft 365 send for the domain? The record is evaluated for addresses that Microsoft publishes, however it names them.
import { defineFact, type Know, Unknowable } from '../audit/fact.ts'
import type { IpAddress } from '../names/address.ts'
import { canonicalName } from '../names/domain.ts'
import type { Resolver } from '../net/resolver.ts'
import { evaluateSpf, knownResult, type SpfResult } from '../protocol/spf/evaluate.ts'
import { remembering } from '../protocol/spf/memory.ts'
import { parseSpf } from '../protocol/spf/parse.ts'
import { selectSpf } from '../protocol/spf/record.ts'
import { allSteps, nodesOf, type SpfNode } from '../protocol/spf/tree.ts'
import { clouds, type Microsoft365Cloud } from '../rules/microsoft-365.ts'
import { learned, recordsOf } from './answers.ts'
import { microsoft365Mx } from './microsoft-365-mx.ts'
import { spfRecord } from './spf-record.ts'
import { spfWalk } from './spf-walk.ts'

export type Microsoft365Spf =
  /** `several` and `invalid` are permanent errors, whatever stands in them. */
  | { readonly state: 'none' | 'several' | 'invalid'; readonly cloud: Microsoft365Cloud }
  | {
      readonly state: 'read'
      readonly record: string
      /** False where the record stands at another name, by a CNAME. */
      readonly isOwn: boolean
      /** The cloud whose addresses were tried. */
      readonly cloud: Microsoft365Cloud
      /** The cloud of the MX hosts, when they are Microsoft's. */
      readonly mxCloud: Microsoft365Cloud | undefined
      /** From the domain to the include of the cloud; undefined when it stands nowhere. */
      readonly path: readonly string[] | undefined
      /** Names in the tree depend on the message, as with services that answer for each address. */
      readonly dynamic: boolean
      /** One address of each network that Microsoft publishes, and what SPF makes of it. Empty when Microsoft's record is not there. */
      readonly tried: readonly { readonly address: string; readonly result: SpfResult }[]
    }

/** Microsoft publishes some ten networks. */
const MOST_TRIED = 16

export const microsoft365Spf = defineFact({
  name: 'microsoft-365-spf',
  scope: 'domain',
  async gather({ domain }, { resolver, know }): Promise<Microsoft365Spf> {
    const { records, owner } = await know(spfRecord, { domain })
    const mxCloud = await cloudOfMx(know, domain)
    const [record] = records
    const [worldwide] = clouds
    if (record === undefined || records.length > 1)
      return { state: record === undefined ? 'none' : 'several', cloud: mxCloud ?? worldwide }
    const { tree, answered } = await know(spfWalk, { domain })
    if (tree.state !== 'read') return { state: 'invalid', cloud: mxCloud ?? worldwide }
    const included = clouds.map(cloud => ({ cloud, path: pathTo(tree, cloud.spf) })).filter(({ path }) => path)
    // What is needed counts more than what is there.
    const named = included.find(({ cloud }) => cloud === mxCloud) ?? included[0]
    const cloud = named?.cloud ?? mxCloud ?? worldwide
    const asking = remembering(resolver, answered)
    const tried = await Promise.all(
      (await addressesOf(cloud, asking)).map(async address => {
        const identity = { identity: 'mailfrom', mailFrom: `postmaster@${domain}`, helo: domain } as const
        const evaluation = await evaluateSpf({ ...identity, ip: address, resolver: asking })
        const result = knownResult(evaluation)
        if (result === 'temperror') throw new Unknowable(evaluation.reason)
        return { address: address.text, result }
      }),
    )
    const dynamic = allSteps(tree).some(({ step }) => step.dynamic)
    return { state: 'read', record, isOwn: owner === domain, cloud, mxCloud, path: named?.path, dynamic, tried }
  },
})

async function cloudOfMx(know: Know, domain: string): Promise<Microsoft365Cloud | undefined> {
  const found = await know(microsoft365Mx, { domain })
  return found.state === 'hosts' ? found.cloud : undefined
}

function pathTo(tree: SpfNode, name: string): readonly string[] | undefined {
  const found = nodesOf(tree).find(({ node }) => canonicalName(node.domain) === name)
  return found && [...found.path, found.node.domain]
}

async function addressesOf(cloud: Microsoft365Cloud, resolver: Resolver): Promise<readonly IpAddress[]> {
  const answer = learned(await resolver.resolve(cloud.spf, 'TXT'), cloud.spf, 'TXT')
  const { records } = selectSpf(recordsOf(answer))
  const parsed = records.length === 1 ? parseSpf(records[0]!) : undefined
  if (!parsed?.ok) return []
  const networks = parsed.record.mechanisms.flatMap(term => ('network' in term ? term.network : []))
  return networks.slice(0, MOST_TRIED)
}
