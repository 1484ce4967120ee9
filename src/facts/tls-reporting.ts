// Where does the domain want to be told about failures of TLS (RFC 8460), and can those places take reports?
import { defineFact, Unknowable } from '../audit/fact.ts'
import { selectTlsRptRecords, type TlsRptRecords, type TlsRptUri } from '../protocol/tls-rpt.ts'
import { learned, recordsOf, txtText } from './answers.ts'
import { type TakesMail, takesMail } from './mailbox-domain.ts'

export interface TlsReporting extends TlsRptRecords {
  /** For the places of the one record; empty when there is not one. */
  readonly mailboxes: readonly { readonly uri: Extract<TlsRptUri, { kind: 'mailto' }>; readonly takesMail: TakesMail }[]
}

/** Nobody honest names more. */
const MOST_PLACES = 20

export const tlsReporting = defineFact({
  name: 'tls-reporting',
  scope: 'domain',
  async gather({ domain }, { resolver, know }): Promise<TlsReporting> {
    const name = `_smtp._tls.${domain}`
    const answer = learned(await resolver.resolve(name, 'TXT'), name, 'TXT')
    const found = selectTlsRptRecords(recordsOf(answer).map(txtText))
    const unread = answer.kind === 'records' ? answer.malformed[0] : undefined
    if (unread !== undefined) throw new Unknowable(`a TXT record of ${name} cannot be read (${unread.reason})`)
    const uris = found.records.length === 1 ? found.records[0]!.uris : []
    const mailto = uris.filter(uri => uri.kind === 'mailto').slice(0, MOST_PLACES)
    const mailboxes = await Promise.all(mailto.map(async uri => ({ uri, takesMail: await takesMail(know, uri.host) })))
    return { ...found, mailboxes }
  },
})
