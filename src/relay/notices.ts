// What senders are owed for what happened to their mail: bounces, delay warnings and confirmations, written and signed.
import type { Submission } from '../store/store.ts'
import { type NoticeRequest, writeNotice } from './bounce/notice.ts'
import type { Content, Message, RemoteReply } from './envelope.ts'
import type { QueueJob } from './queue/ports.ts'
import type { Settled } from './queue/settle.ts'
import { recipientDomain } from './route/routes.ts'
import type { RelaySettings } from './settings.ts'
import { signMessage } from './sign/sign.ts'

export interface NoticePorts {
  readonly settings: RelaySettings
  readonly newId: (now: number) => string
  readonly now: () => number
}

type Told = Extract<Settled, { readonly reply: RemoteReply }>

/** What the queue calls for what it is about to write down. Throws when a notice cannot be made: then the mail is held. */
export function createNotices({ settings, newId, now }: NoticePorts) {
  return async (job: QueueJob, happened: readonly Settled[]): Promise<readonly Submission[]> => {
    const content = await job.content()
    const found = await Promise.all(
      (['failed', 'expired', 'delayed', 'relayed'] as const).map(kind => {
        const about = happened.filter((one): one is Told => 'reply' in one && kindOf(one) === kind)
        return about.length === 0 ? undefined : notice(kind, job.message, content, about)
      }),
    )
    return found.filter(one => one !== undefined)
  }

  async function notice(
    kind: NoticeRequest['kind'],
    message: Message,
    content: Content,
    about: readonly Told[],
  ): Promise<Submission | undefined> {
    const at = now()
    const id = newId(at)
    const domain = settings.domains.find(one => one.name === recipientDomain(message.author)) ?? settings.domains[0]
    if (domain === undefined) throw new Error('no domain is set up that a notice could come from')
    const from = `mailer-daemon@${domain.name}`
    const recipients = about.map(({ envelope, reply }) => ({ envelope, reply }))
    const written = writeNotice({ kind, message, content, recipients, hostname: settings.hostname, from, now: at, id })
    if (written === undefined) return undefined
    const expiresAt = at + settings.retry.expiresAfter
    const signed = await signMessage(written.message, domain, { now: at, expiresAt: expiresAt + 86_400_000 })
    if (signed.kind === 'not-signed') throw new Error(signed.says, { cause: signed.cause })
    return {
      message: {
        id,
        takenAt: at,
        client: message.client,
        listener: message.listener,
        peer: { address: '127.0.0.1', ehlo: settings.hostname },
        sender: '',
        author: from,
        messageId: written.messageId,
        subject: written.subject,
        size: written.message.length + signed.signatures.length,
        smtpUtf8: written.smtpUtf8,
        dsn: { ret: undefined, envid: undefined },
      },
      content: { signatures: signed.signatures, message: written.message },
      envelopes: [
        {
          recipient: written.recipient,
          state: 'queued',
          dueAt: at,
          attempts: 0,
          firstTriedAt: undefined,
          lastTriedAt: undefined,
          expiresAt,
          warnAt: undefined,
          crashes: 0,
          lastReply: undefined,
          heldBecause: undefined,
          dsn: { notify: ['never'], orcpt: undefined },
        },
      ],
    }
  }
}

function kindOf(one: Told): NoticeRequest['kind'] | undefined {
  switch (one.kind) {
    case 'failed':
    case 'expired':
      return one.kind
    case 'deferred':
      return one.late ? 'delayed' : undefined
    case 'delivered':
      return one.relayed ? 'relayed' : undefined
  }
}
