// Where does mail of a domain of Microsoft 365 come in: at Microsoft, at a filter in front of it, at servers of its own?
import { defineFact } from '../audit/fact.ts'
import { type MxKind, mxKind } from '../protocol/microsoft-365.ts'
import type { Microsoft365Cloud } from '../rules/microsoft-365.ts'
import { mx } from './mx.ts'

export type Microsoft365Mx =
  | { readonly state: 'none' | 'null' }
  | {
      readonly state: 'hosts'
      readonly hosts: readonly { readonly host: string; readonly preference: number; readonly is: MxKind }[]
      /** The cloud that the MX hosts are of, when they are of one. */
      readonly cloud: Microsoft365Cloud | undefined
    }

export const microsoft365Mx = defineFact({
  name: 'microsoft-365-mx',
  scope: 'domain',
  async gather({ domain }, { know }): Promise<Microsoft365Mx> {
    const found = await know(mx, { domain })
    if (found.kind === 'null') return { state: 'null' }
    if (found.kind !== 'hosts' || found.hosts.length === 0) return { state: 'none' }
    const hosts = found.hosts.map(({ host, preference }) => ({ host, preference, is: mxKind(host, domain) }))
    const cloud = hosts.flatMap(({ is }) => (is.kind === 'tenant' ? is.cloud : []))[0]
    return { state: 'hosts', hosts, cloud }
  },
})

/** True when mail comes in at Microsoft first. */
export function comesIn(found: Microsoft365Mx): boolean {
  return found.state === 'hosts' && found.cloud !== undefined
}
