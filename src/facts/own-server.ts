// Which recipients would a server of the user's take from a stranger? Asked only of hosts that were named as theirs (--mine); nothing is sent.
import { defineFact, type World } from '../audit/fact.ts'
import type { Subjects } from '../audit/scope.ts'
import { endpointText } from '../names/endpoint.ts'
import { type Attempt, type Attempted, tryRecipients } from '../net/recipient-trial.ts'
import { plainAttempts, type RelayAnswer, strangerDomain, takenSender, trickAttempts } from '../protocol/open-relay.ts'

/** What it answered to each form of a stranger's address. */
export const relayTrial = defineFact({
  name: 'relay-trial',
  scope: 'ownServer',
  once: true,
  async gather(server, world): Promise<readonly RelayAnswer[]> {
    const { domain, host, address } = server
    const literal = address.family === 6 ? `[IPv6:${address.text}]` : `[${address.text}]`
    const subject = { domain, host, literal, ehloName: world.ehloName }
    const notes = noting(world, server)
    const plain = await trial(server, world, plainAttempts(subject), notes)
    const sender = takenSender(plain)
    // Where no sender at all is taken, no recipient is heard of.
    if (sender === undefined) return plain
    return [...plain, ...(await trial(server, world, trickAttempts(subject, sender), notes))]
  },
})

/** What it answered to the addresses that every server must take: postmaster, with and without the domain. */
export const postmasterTrial = defineFact({
  name: 'postmaster-trial',
  scope: 'ownServer',
  once: true,
  async gather(
    server,
    world,
  ): Promise<{
    readonly postmaster: Attempted
    readonly unqualified: Attempted
    /** An address elsewhere: whoever is refused alike is refused for who he is. */
    readonly stranger: Attempted
  }> {
    const recipients = [`<postmaster@${server.domain}>`, '<Postmaster>', `<nobody@${strangerDomain(server)}>`]
    const attempts = recipients.map(recipient => ({ sender: '<>', recipient }))
    const [postmaster, unqualified, stranger] = await trial(server, world, attempts, noting(world, server))
    return { postmaster: postmaster!, unqualified: unqualified!, stranger: stranger! }
  },
})

type Noting = (exchanges: readonly { readonly said: string; readonly heard: string; readonly ms: number }[]) => void

async function trial<A extends Attempt>(
  { host, address, port }: Subjects['ownServer'],
  { dialer, ehloName }: World,
  attempts: readonly A[],
  note: Noting,
): Promise<readonly Attempted<A>[]> {
  const target = { address: address.text, port, serverName: host, ehloName }
  const told = await tryRecipients(dialer, target, attempts)
  note(told.dialogue)
  return told.attempts
}

/** Numbered, since evidence may be sorted and a dialogue has an order. */
function noting({ note }: World, { address, port }: Subjects['ownServer']): Noting {
  const server = endpointText(address.text, port)
  let count = 0
  return exchanges => {
    for (const { said, heard, ms } of exchanges) {
      note({ ask: `SMTP with ${server}, ${++count}: ${said}`, answer: heard, server, ms })
    }
  }
}
