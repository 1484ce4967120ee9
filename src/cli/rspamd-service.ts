// Reads --rspamd and --rcpt-to: where the rspamd listens that is asked, and whom it is told that the message is for.
import type { RspamdService } from '../audit/scope.ts'
import { visible } from '../report/visible.ts'
import { UsageError } from './failure.ts'

const ENDPOINT = '/checkv2'

/** Undefined when none was named. @throws UsageError for what is no such URL */
export function rspamdService(flags: {
  readonly rspamd?: string
  readonly rcptTo: readonly string[]
}): RspamdService | undefined {
  const { rspamd: text, rcptTo } = flags
  if (text === undefined) {
    if (rcptTo.length > 0) throw new UsageError('--rcpt-to is told to rspamd alone: name one with --rspamd')
    return undefined
  }
  const wrong = (why: string): UsageError =>
    new UsageError(`--rspamd takes a URL such as http://127.0.0.1:11333, not "${visible(text.slice(0, 200))}"${why}`)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '')
    throw wrong('')
  // It would stand in reports and evidence.
  if (url.username !== '' || url.password !== '')
    throw new UsageError('--rspamd takes no user name or password in the URL')
  if (url.search !== '' || url.hash !== '') throw wrong(': nothing may follow the path')
  const bad = rcptTo.find(recipient => !/^[^\s<>\x00-\x1f\x7f]{1,900}@[^\s<>\x00-\x1f\x7f]{1,255}$/.test(recipient))
  if (bad !== undefined) throw new UsageError(`--rcpt-to takes an address, not "${visible(bad.slice(0, 100))}"`)
  const secure = url.protocol === 'https:'
  const folder = url.pathname.replace(/\/+$/, '')
  const path = folder.endsWith(ENDPOINT) ? folder : folder + ENDPOINT
  return {
    url: `${url.protocol}//${url.host}${path}`,
    host: url.hostname.replaceAll(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    secure,
    path,
    recipients: rcptTo,
  }
}
