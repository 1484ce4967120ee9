// Which CAA records stand at a name and at those above it? Asked for all of them at once: a climb would take a question after the other.
import { defineFact, Unknowable } from '../audit/fact.ts'
import { publicSuffixOrganization } from '../names/organizational.ts'
import type { CaaLevel } from '../protocol/caa.ts'
import { upwards } from '../protocol/delegation/zone-servers.ts'
import { whyUnreachable } from './answers.ts'
import { isAnnounced, stsHost, stsRecord } from './mta-sts.ts'
import { mailHosts, mx } from './mx.ts'

/** From the name itself up to the top level (RFC 8659 §3). */
export const caa = defineFact({
  name: 'caa',
  scope: 'host',
  gather({ host }, { resolver }): Promise<readonly CaaLevel[]> {
    return Promise.all(
      upwards(host).map(async (name): Promise<CaaLevel> => {
        const answer = await resolver.resolve(name, 'CAA')
        if (answer.kind === 'records') {
          const unreadable = answer.malformed.map(({ reason }) => reason)
          return { name, state: 'found', records: answer.records, unreadable }
        }
        if (answer.kind !== 'unreachable') return { name, state: 'none' }
        return { name, state: 'unknown', reason: whyUnreachable(answer, name, 'CAA') }
      }),
    )
  },
})

export interface MailCaa {
  /** Of the domain itself, in mail addresses. */
  readonly domain: readonly CaaLevel[]
  /** Of hosts of the domain's owner that show certificates to senders: MX hosts, and the one of MTA-STS. */
  readonly hosts: readonly { readonly host: string; readonly levels: readonly CaaLevel[] }[]
}

const MOST_HOSTS = 10

export const mailCaa = defineFact({
  name: 'mail-caa',
  scope: 'domain',
  async gather({ domain }, { know, foresee }): Promise<MailCaa> {
    foresee(caa, { host: domain })
    const [hosts, sts] = await Promise.all([
      know(mx, { domain }).then(mailHosts, orNothing),
      know(stsRecord, { domain }).then(record => (isAnnounced(record) ? [stsHost(domain)] : []), orNothing),
    ])
    // What others let be issued for their hosts is theirs to say.
    const owner = publicSuffixOrganization(domain) ?? domain
    const own = hosts.filter(host => (publicSuffixOrganization(host) ?? host) === owner).slice(0, MOST_HOSTS)
    const levelsOf = async (host: string) => ({ host, levels: await know(caa, { host }) })
    return {
      domain: await know(caa, { host: domain }),
      hosts: await Promise.all([...new Set([...own, ...sts])].map(levelsOf)),
    }
  },
})

// What of MX and MTA-STS is not known is told by their own checks.
function orNothing(failure: unknown): readonly string[] {
  if (failure instanceof Unknowable) return []
  throw failure
}
