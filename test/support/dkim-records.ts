// mailauth as the judge of a signed message: its verifier over key records that a test publishes.
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'

/** `selector._domainkey.domain` → text of the TXT record. */
export type KeyRecords = ReadonlyMap<string, string>

/** The result of each signature, in the order of the fields: `s1: pass`, `s1: fail (bad signature)`. */
export async function judgedByMailauth(message: Buffer, records: KeyRecords, at: Date): Promise<readonly string[]> {
  const resolver = async (name: string, type: string): Promise<string[][]> => {
    const text = type === 'TXT' ? records.get(name) : undefined
    if (text === undefined) throw Object.assign(new Error(`no ${type} at ${name}`), { code: 'ENODATA' })
    return [text.match(/.{1,255}/g)!]
  }
  const { results } = await dkimVerify(message, { resolver, curTime: at, strict: true } as never)
  return results.map(({ selector, status }) => {
    const { result, comment } = status as { readonly result: string; readonly comment?: string | false }
    return `${selector}: ${result}${comment ? ` (${comment})` : ''}`
  })
}
