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
      // Asked first: hardly any record is this one, and then nothing else is asked.
      const { records } = await know(spfRecord, subject)
      if (records.length !== 1 || !/^v=spf1 +-all *$/i.test(records[0]!)) return false
      const found = await know(mx, subject)
      // RFC 7505 §3: a single record, with preference 0.
      return found.kind === 'null' && found.nulls.length === 1 && found.nulls[0] === 0
    } catch (failure) {
      if (failure instanceof Unknowable) return false
      throw failure
    }
  },
})
