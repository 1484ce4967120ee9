// What SPF gives for the connection that a message came by: for MAIL FROM, or for the HELO name of a null sender.
import { defineFact } from '../audit/fact.ts'
import { evaluateSpf, type SpfEvaluation } from '../protocol/spf/evaluate.ts'

/** `evaluation` is the one that counts for DMARC; `helo` that of the HELO name, where it is another. */
export type MessageSpf =
  | { readonly asked: false; readonly reason: string }
  | {
      readonly asked: true
      readonly client: string
      readonly evaluation: SpfEvaluation
      readonly helo: SpfEvaluation | undefined
    }

export const messageSpf = defineFact({
  name: 'message-spf',
  scope: 'message',
  /** A lookup that does not answer is the result `temperror`, not a missing record. */
  async gather({ message: { came } }, { resolver }): Promise<MessageSpf> {
    if (!came) {
      return { asked: false, reason: 'the connection that it came by was not told (--ip with --mail-from, --helo)' }
    }
    const { client, helo, mailFrom } = came
    // Only %{h} in a record would see it; a name that nobody gave has no other value.
    const greeting = helo ?? 'unknown'
    const asked = { ip: client, mailFrom, helo: greeting, resolver }
    const [sender, greeted] = await Promise.all([
      mailFrom === '' ? undefined : evaluateSpf({ ...asked, identity: 'mailfrom' }),
      helo === undefined ? undefined : evaluateSpf({ ...asked, identity: 'helo' }),
    ])
    // RFC 7208 §2.4: a null sender is judged as postmaster at the HELO name.
    return { asked: true, client: client.text, evaluation: (sender ?? greeted)!, helo: sender ? greeted : undefined }
  },
})
