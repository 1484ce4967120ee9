// What the file of a message holds: its header fields, where its body begins, and whom its From field names.
import { defineFact, Unknowable } from '../audit/fact.ts'
import { type MessageContent, readMessage } from '../protocol/message/read.ts'

export type { MessageContent }

export const messageContent = defineFact({
  name: 'message-content',
  scope: 'message',
  async gather({ message }): Promise<MessageContent> {
    const reading = readMessage(message.octets)
    if (!reading.ok) throw new Unknowable(`${message.name} is no message: ${reading.why}`)
    return reading
  },
})
