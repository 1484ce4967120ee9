// Does the domain say itself that it neither takes nor sends mail? A null MX, and an SPF record that lets nobody send.
import { defineFact, Unknowable } from '../audit/fact.ts'
import { mx } from './mx.ts'
import { spfRecord } from './spf-record.ts'

export const noMail = defineFact({
  name: 'no-mail',
  scope: 'domain',
  /** False also when it could not be learned: nothing is concluded from silence. */
  async gather(subject, { know }): Promise<boolean> {
    try {
      const found = await know(mx, subject)
      // RFC 7505 §3: a single record, with preference 0.
      if (found.kind !== 'null' || found.nulls.length !== 1 || found.nulls[0] !== 0) return false
      const { records } = await know(spfRecord, subject)
      return records.length === 1 && /^v=spf1 +-all *$/i.test(records[0]!)
    } catch (failure) {
      if (failure instanceof Unknowable) return false
      throw failure
    }
  },
})
