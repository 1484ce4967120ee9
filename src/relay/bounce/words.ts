// What became of a recipient, for the person who wrote the message: one sentence of what happened, one of what to do.
import type { RemoteReply } from '../envelope.ts'

/** `what` and `advice` are whole sentences. */
export interface Words {
  readonly what: string
  readonly advice: string
}

const again = 'Send the message again later; if that fails as well, ask the recipient by another way.'
const ourAdministrator = 'Show this message to your mail administrator.'
const theirAdministrator =
  'Ask the recipient by another way; if it matters, show this message to your mail administrator, who can ask theirs.'

/** By subject and detail of the enhanced status code (RFC 3463, RFC 5248, RFC 7372, RFC 7505); whatever their class. */
const byDetail: { readonly [code: string]: Words } = {
  '1.1': {
    what: 'There is no such mailbox.',
    advice: 'Check the address for typing errors, or ask the recipient for the right one.',
  },
  '1.2': {
    what: 'There is no such mail domain.',
    advice: 'Check the part of the address behind the @ for typing errors.',
  },
  '1.3': { what: 'The address is not written as addresses are.', advice: 'Check the address for typing errors.' },
  '1.6': { what: 'The recipient has moved to another address.', advice: 'Ask the recipient for the new one.' },
  '1.10': {
    what: 'The domain of the address says that it takes no mail at all.',
    advice: 'Check the part of the address behind the @, or ask the recipient for another address.',
  },
  '2.1': { what: 'The mailbox is closed.', advice: 'Ask the recipient for another address.' },
  '2.2': {
    what: 'The mailbox is full.',
    advice: 'Tell the recipient by another way, and send the message again later.',
  },
  '2.3': {
    what: 'The message is larger than the recipient may get.',
    advice: 'Send less at a time, or share the files another way.',
  },
  '3.4': {
    what: 'The message is larger than the server takes.',
    advice: 'Send less at a time, or share the files another way.',
  },
  '4.1': { what: 'No mail server of the recipient could be reached.', advice: again },
  '4.2': { what: 'The connection with the mail server of the recipient broke off.', advice: again },
  '4.3': { what: 'The mail servers of the recipient could not be found out: DNS did not answer.', advice: again },
  '4.4': { what: 'There is no way to a mail server of the recipient.', advice: theirAdministrator },
  '4.6': { what: 'The mail would go round in a circle: its way leads back to this server.', advice: ourAdministrator },
  '4.7': { what: 'It could not be delivered in the time that it had.', advice: again },
  '6.3': { what: 'The server does not take the characters in this message.', advice: ourAdministrator },
  '6.7': {
    what: 'The server does not know addresses with letters beyond ASCII.',
    advice: 'Ask the recipient for an address in plain letters.',
  },
  '7.4': { what: 'A secure connection, which is required here, could not be had.', advice: ourAdministrator },
  '7.5': { what: 'A secure connection, which is required here, could not be had.', advice: ourAdministrator },
  '7.8': { what: 'The next server did not accept our credentials.', advice: ourAdministrator },
  '7.11': { what: 'A secure connection, which is required here, could not be had.', advice: ourAdministrator },
  '7.20': { what: 'The server found no valid DKIM signature.', advice: ourAdministrator },
  '7.22': { what: 'The server found no valid DKIM signature of the sender.', advice: ourAdministrator },
  '7.23': { what: 'The server found that SPF does not allow this sender.', advice: ourAdministrator },
  '7.25': {
    what: 'The server did not like the name of the address that the mail came from.',
    advice: ourAdministrator,
  },
  '7.26': { what: 'The server could not verify who sent the message (SPF, DKIM, DMARC).', advice: ourAdministrator },
}

const bySubject: { readonly [subject: string]: Words } = {
  1: { what: 'The server did not accept the address.', advice: 'Check the address for typing errors.' },
  2: { what: 'The mailbox does not take the message.', advice: theirAdministrator },
  3: { what: 'The mail server of the recipient could not take the message.', advice: again },
  4: { what: 'The message could not be brought to a mail server of the recipient.', advice: again },
  5: { what: 'The two mail servers did not understand each other.', advice: ourAdministrator },
  6: { what: 'The server did not accept the content of the message.', advice: ourAdministrator },
  7: { what: 'The server refused the message.', advice: `Read what it said. ${theirAdministrator}` },
}

const unsaid: Words = {
  what: 'The server did not take the message.',
  advice: `Read what it said. ${theirAdministrator}`,
}

const notYet: Words = { what: 'The server has not taken the message yet.', advice: again }

/** The words for the last thing that was heard about a recipient. `passing`: it may still go well. */
export function wordsFor({ enhanced = '' }: Pick<RemoteReply, 'enhanced'>, passing: boolean): Words {
  const [, subject = '', detail = ''] = enhanced.split('.')
  return byDetail[`${subject}.${detail}`] ?? (passing ? notYet : (bySubject[subject] ?? unsaid))
}
