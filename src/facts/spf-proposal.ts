// The one SPF record that mends all that is wrong at the domain, and one for each HELO name: every SPF check proposes the same.
import { defineFact, Unknowable, type World } from '../audit/fact.ts'
import { canonicalName, isFqdn } from '../names/domain.ts'
import { publicSuffixOrganization } from '../names/organizational.ts'
import { type Answered, remembering } from '../protocol/spf/memory.ts'
import { type ProposalRequest, proposeSpf, type SpfProposal } from '../protocol/spf/propose.ts'
import { type SpfSelection, selectSpf } from '../protocol/spf/record.ts'
import { publishTxt, removeTxt, type TxtChange } from '../protocol/txt-change.ts'
import { spfRecord } from './spf-record.ts'
import { spfWalk } from './spf-walk.ts'

/** What to publish at a name, ready for a ruling. */
export interface Proposed {
  readonly proposal: SpfProposal | undefined
  /** Empty when nothing is proposed. */
  readonly records: readonly TxtChange[]
  /** A sentence to end a fix with, and the space before it; empty when nothing is proposed. */
  readonly says: string
}

export interface SpfProposals {
  readonly domain: Proposed
  /** By the name that is given in HELO, where it is another than the domain. */
  readonly helo: ReadonlyMap<string, Proposed>
}

type Senders = ProposalRequest['senders']

const nothing: Proposed = { proposal: undefined, records: [], says: '' }

export const spfProposal = defineFact({
  name: 'spf-proposal',
  scope: 'domain',
  /** What cannot be learned leads to no proposal: whoever judges the record says why it is unknown. */
  async gather({ domain }, world): Promise<SpfProposals> {
    const { egress } = world
    const names = new Set(egress.flatMap(({ helo }) => (helo !== undefined && isFqdn(helo) ? canonicalName(helo) : [])))
    names.delete(canonicalName(domain))
    const senders = egress.map(({ address, helo = domain }) => ({ address, helo }))
    const greeting = (name: string): Senders => senders.filter(({ helo }) => canonicalName(helo) === name)
    const helo = new Map(
      await Promise.all([...names].map(async name => [name, await forHelo(name, greeting(name), world)] as const)),
    )
    const beside = [...helo].flatMap(([name, { proposal }]) => (proposal ? [{ name, text: proposal.text }] : []))
    return { domain: await forDomain(domain, senders, beside, world), helo }
  },
})

async function forDomain(
  domain: string,
  senders: Senders,
  beside: NonNullable<ProposalRequest['beside']>,
  { know, resolver }: World,
): Promise<Proposed> {
  try {
    const [{ exists, owner, hasMx, ...selection }, { answered }] = await Promise.all([
      know(spfRecord, { domain }),
      know(spfWalk, { domain }),
    ])
    if (!exists) return nothing
    const asking = remembering(resolver, answered)
    const asked = { domain, selection, hasMx: hasMx === true, senders, beside, resolver: asking }
    return told(await proposeSpf(asked), domain, owner)
  } catch (failure) {
    if (failure instanceof Unknowable) return nothing
    throw failure
  }
}

/** Only what stands at the name is mended: whether bounces are to pass SPF is for its owner to decide. */
async function forHelo(name: string, senders: Senders, { resolver }: World): Promise<Proposed> {
  const answered: Answered = new Map()
  const asking = remembering(resolver, answered)
  const answer = await asking.resolve(name, 'TXT')
  if (answer.kind !== 'records') return nothing
  const { records }: SpfSelection = selectSpf(answer.records)
  if (records.length === 0) return nothing
  const selection = { records, nearMisses: [] }
  const proposal = await proposeSpf({ domain: name, selection, hasMx: false, senders, resolver: asking })
  return told(proposal, name, answer.chain.at(-1) ?? name)
}

/** A record behind a CNAME is changed where it stands, unless that is the zone of somebody else. */
function told(proposal: SpfProposal | undefined, name: string, owner: string): Proposed {
  if (!proposal || publicSuffixOrganization(owner) !== publicSuffixOrganization(name)) return nothing
  const { text, replaces, changes, flattened } = proposal
  const most = 12
  const more = changes.length > most ? `; and ${changes.length - most} more changes` : ''
  const long = text.length > 255 ? ' It is published as several strings of at most 255 octets in one record.' : ''
  const flat =
    flattened.length === 0
      ? ''
      : ` Writing ${flattened.join(', ')} out is a last resort: whoever runs it changes what it stands for without telling you, and mail from a new address fails until the record is made anew. Compare it at least once a week.`
  return {
    proposal,
    records: changed(owner, replaces, text),
    says: ` The whole new record is given here. What is different in it: ${changes.slice(0, most).join('; ')}${more}.${long}${flat}`,
  }
}

/** Texts away and the new one there; one of several that already reads as it should only stays. */
function changed(owner: string, replaces: readonly string[], text: string): readonly TxtChange[] {
  const others = [...new Set(replaces)].filter(old => old !== text)
  const stays = others.length > 0 && replaces.filter(old => old === text).length === 1
  if (stays) return others.map(old => removeTxt(owner, old))
  return [...[...new Set(replaces)].map(old => removeTxt(owner, old)), publishTxt(owner, text)]
}
