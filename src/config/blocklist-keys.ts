// The keys of blocklists that are asked with a key in the name: from the environment, where other secrets of a process are.
import type { KeyedZone } from '../net/keyed-zones.ts'
import { blocklists, type KeyedService } from '../rules/blocklists.ts'
import { domainBlocklists } from '../rules/domain-blocklists.ts'

/** The variable that holds the key of each service. */
const variables: { readonly [S in KeyedService]: string } = { spamhaus: 'MAILWORTHY_DQS_KEY' }

/** The zones that are asked with a key, or why a key can be none. The reason never holds the key itself. */
export type BlocklistKeys =
  | { readonly ok: true; readonly zones: readonly KeyedZone[] }
  | { readonly ok: false; readonly reason: string }

/** @param environment of the process */
export function blocklistKeys(environment: { readonly [name: string]: string | undefined }): BlocklistKeys {
  const zones: KeyedZone[] = []
  for (const { zone, byKey } of [...blocklists, ...domainBlocklists]) {
    if (byKey === undefined) continue
    const variable = variables[byKey.service]
    const key = environment[variable]?.trim()
    if (key === undefined || key === '') continue
    // It is one label of a name. What is shorter than this would be found by chance in what servers say.
    if (!/^[A-Za-z0-9]{16,63}$/.test(key)) {
      return { ok: false, reason: `${variable} holds no key: a key is one word of letters and digits` }
    }
    zones.push({ zone, keyedZone: `${key}.${byKey.zone}`, key })
  }
  return { ok: true, zones }
}
