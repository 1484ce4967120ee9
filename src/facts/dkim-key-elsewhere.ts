// Where a key is put by mistake when none stands at its selector: the domain twice, or `_domainkey` left out.
import { defineFact } from '../audit/fact.ts'
import { canonicalName, nameFault } from '../names/domain.ts'
import { readDkimKey } from '../protocol/dkim/key-record.ts'
import { txtText } from './answers.ts'
import { dkimKey } from './dkim-key.ts'

/** Keys at such names. Nothing is asked for when the selector has a record or an alias; no answer here is no matter. */
export type MisplacedKeys = readonly { readonly name: string; readonly text: string }[]

export const dkimKeyElsewhere = defineFact({
  name: 'dkim-key-elsewhere',
  scope: 'selector',
  async gather(subject, { resolver, know }): Promise<MisplacedKeys> {
    const { name, owner, records } = await know(dkimKey, subject)
    if (records.length > 0 || owner !== name) return []
    const domain = canonicalName(subject.domain)
    // A zone editor appended the domain; or the selector was taken for the whole name.
    const elsewhere = [`${name}.${domain}`, canonicalName(`${subject.selector}.${domain}`)]
    const found = await Promise.all(
      elsewhere.map(async place => {
        const answer = nameFault(place) === undefined ? await resolver.resolve(place, 'TXT') : undefined
        const texts = answer?.kind === 'records' ? answer.records.map(txtText) : []
        return texts.filter(text => readDkimKey(text).state === 'valid').map(text => ({ name: place, text }))
      }),
    )
    return found.flat()
  },
})
