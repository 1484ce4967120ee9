// Which BIMI record the message asks for: by its BIMI-Selector field, if a signature that counts covers it, else the default one.
import { defineFact } from '../audit/fact.ts'
import { type BimiSelector, readBimiSelector } from '../protocol/bimi.ts'
import { valueText } from '../protocol/message/field.ts'
import { fieldsNamed } from '../protocol/message/read.ts'
import { type BimiLookup, findBimi } from './bimi-record.ts'
import { messageContent } from './message-content.ts'

export interface MessageBimi {
  /** Undefined without a BIMI-Selector field. */
  readonly selector: BimiSelector | undefined
  /** Undefined when there is not exactly one author. */
  readonly lookup: BimiLookup | undefined
}

export const messageBimi = defineFact({
  name: 'message-bimi',
  scope: 'message',
  async gather(subject, { resolver, know }): Promise<MessageBimi> {
    const content = await know(messageContent, subject)
    const fields = fieldsNamed(content, 'bimi-selector')
    const [field] = fields
    const selector: BimiSelector | undefined =
      field === undefined
        ? undefined
        : fields.length > 1
          ? { ok: false, why: 'there are several of it' }
          : readBimiSelector(valueText(content.octets, field))
    const { from } = content
    // §7.1: with several authors nothing is shown.
    if (from.kind !== 'author' || from.addresses.length !== 1) return { selector, lookup: undefined }
    const address = from.addresses[0]!
    const local = address.slice(0, address.lastIndexOf('@'))
    const named = selector?.ok ? selector.selector : 'default'
    return { selector, lookup: await findBimi(resolver, know, from.domain, named, local) }
  },
})
