// What stands at a selector: the key record, and where it really stands when a CNAME leads there.
import { defineFact, type Know, Unknowable } from '../audit/fact.ts'
import { canonicalName, nameFault } from '../names/domain.ts'
import { allowsSha256, type DkimKeyRecord, readDkimKey } from '../protocol/dkim/key-record.ts'
import type { Readings } from '../report/report.ts'
import { learned, recordsOf, txtText } from './answers.ts'

export interface DkimKey {
  /** `selector._domainkey.domain`, which verifiers ask for. */
  readonly name: string
  /** Where the record stands or should stand: another name when a CNAME leads there. That place has to be edited. */
  readonly owner: string
  /** Every TXT record there, its strings joined. One is right; with several the result is undefined (RFC 6376 §3.6.2.2). */
  readonly records: readonly DkimKeyRecord[]
  /** What the CNAME at `name` itself says, when there is one; `owner` is the end of the chain. */
  readonly alias: string | undefined
}

export const dkimKey = defineFact({
  name: 'dkim-key',
  scope: 'selector',
  async gather({ domain, selector }, { resolver }): Promise<DkimKey> {
    const name = canonicalName(`${selector}._domainkey.${domain}`)
    const fault = nameFault(name)
    if (fault !== undefined) throw new Unknowable(`${name} is no name that DNS can be asked for: ${fault}`)
    const answer = learned(await resolver.resolve(name, 'TXT'), name, 'TXT')
    const texts = recordsOf(answer).map(txtText)
    const unread = answer.kind === 'records' ? answer.malformed[0] : undefined
    if (texts.length === 0 && unread !== undefined) {
      throw new Unknowable(`the answer for ${name} TXT cannot be read (${unread.reason})`)
    }
    return {
      name,
      owner: answer.chain.at(-1) ?? name,
      records: texts.sort().map(readDkimKey),
      alias: answer.chain[1],
    }
  },
})

/** The one record that stands at the selector, when it is a usable key. */
export function validKey({ records }: DkimKey): Extract<DkimKeyRecord, { state: 'valid' }> | undefined {
  const [only] = records
  return records.length === 1 && only?.state === 'valid' ? only : undefined
}

/**
 * What programs act on. `valid` means that a signature made with this key today is believed: RSA of 1024 bits or more
 * (RFC 8301 §3.2), allowed for sha256, and neither revoked nor ambiguous.
 */
export async function dkimReading(
  know: Know,
  subject: { readonly domain: string; readonly selector: string; readonly ourKey: string | undefined },
): Promise<Readings['dkim'][number]> {
  const { selector } = subject
  try {
    const found = await know(dkimKey, subject)
    const [only] = found.records
    if (only === undefined) return { selector, state: 'missing' }
    if (found.records.length > 1 || only.state === 'invalid') return { selector, state: 'invalid' }
    if (only.state === 'revoked') return { selector, state: 'revoked' }
    const believed = allowsSha256(only) && (only.key.type === 'ed25519' || only.key.bits >= 1024)
    return { selector, state: believed ? 'valid' : 'invalid', keyHash: only.key.keyHash }
  } catch (failure) {
    if (failure instanceof Unknowable) return { selector, state: 'unknown' }
    throw failure
  }
}
