// An answer of DNS in one line, as evidence shows it.
import type { Answer, RecordType, RecordTypes } from '../net/resolver.ts'
import { shorten } from '../report/visible.ts'

/** Characters of an answer that evidence shows: a record of 60 KB stands behind ten findings. */
const MOST_SHOWN = 4096

/** The records, or why there are none, and the CNAMEs on the way. */
export function answerText<T extends RecordType>(type: T, answer: Answer<RecordTypes[T]>): string {
  return shorten(wholeText(type, answer), MOST_SHOWN)
}

function wholeText<T extends RecordType>(type: T, answer: Answer<RecordTypes[T]>): string {
  switch (answer.kind) {
    case 'unreachable':
      return answer.extended === undefined ? answer.why : `${answer.why} (${answer.extended})`
    case 'nxdomain':
      return `NXDOMAIN${via(answer.chain)}`
    case 'nodata':
      return `no such record${via(answer.chain)}`
    case 'records': {
      const shown = answer.records.map(recordTexts[type])
      const unread = answer.malformed.map(bad => `unreadable ${bad.type}: ${bad.reason}`)
      return `${[...shown, ...unread].join(' | ')}${via(answer.chain)}`
    }
  }
}

const asItIs = (text: string): string => text

const recordTexts: { readonly [T in RecordType]: (record: RecordTypes[T]) => string } = {
  A: asItIs,
  AAAA: asItIs,
  CAA: ({ critical, tag, value }) => `${critical ? 128 : 0} ${tag} ${JSON.stringify(value)}`,
  CNAME: asItIs,
  DNSKEY: ({ flags, protocol, algorithm, key }) => `${flags} ${protocol} ${algorithm} ${key}`,
  DS: ({ keyTag, algorithm, digestType, digest }) => `${keyTag} ${algorithm} ${digestType} ${digest}`,
  NS: asItIs,
  PTR: asItIs,
  MX: ({ preference, exchange }) => `${preference} ${exchange === '' ? '.' : exchange}`,
  SOA: ({ mname, rname, serial, refresh, retry, expire, minimum }) =>
    `${mname} ${rname} ${serial} ${refresh} ${retry} ${expire} ${minimum}`,
  SRV: ({ priority, weight, port, target }) => `${priority} ${weight} ${port} ${target === '' ? '.' : target}`,
  TLSA: ({ usage, selector, matchingType, data }) => `${usage} ${selector} ${matchingType} ${data}`,
  TXT: strings => strings.map(text => JSON.stringify(text)).join(' '),
}

function via(chain: readonly string[]): string {
  return chain.length > 1 ? ` (by CNAME ${chain.join(' → ')})` : ''
}
