// Can a domain take mail at all? By where its mail would go; nothing is connected to.
import { type Know, Unknowable } from '../audit/fact.ts'
import { mx } from './mx.ts'

/** Whether mail to the domain has anywhere to go. `why` and `reason` are clauses without a full stop. */
export type TakesMail =
  | { readonly state: 'yes' }
  | { readonly state: 'no'; readonly why: string }
  | { readonly state: 'unknown'; readonly reason: string }

/** Asks as a sending host does (RFC 5321 §5.1, RFC 7505 §3). */
export async function takesMail(know: Know, domain: string): Promise<TakesMail> {
  try {
    const found = await know(mx, { domain })
    switch (found.kind) {
      case 'implicit':
        return { state: 'yes' }
      case 'null':
        return { state: 'no', why: `${domain} has a null MX, which says that it takes no mail` }
      case 'none':
        return { state: 'no', why: found.exists ? `${domain} has neither MX nor address` : `${domain} does not exist` }
      case 'hosts':
        return found.hosts.length > 0
          ? { state: 'yes' }
          : { state: 'unknown', reason: `the MX records of ${domain} cannot be read` }
    }
  } catch (failure) {
    if (failure instanceof Unknowable) return { state: 'unknown', reason: failure.message }
    throw failure
  }
}
