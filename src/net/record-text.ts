// One record's data as zone files and reports write them: names bare, a TXT record as its character-strings.
import type { RecordType, RecordTypes } from './resolver.ts'

/** The data of a record; all but those of TXT are one text. */
export function recordStrings<T extends RecordType>(type: T, record: RecordTypes[T]): readonly string[] {
  return writers[type](record)
}

const whole = (text: string): readonly string[] => [text]
/** The root is a dot in a zone file, and nothing in an answer. */
const host = (name: string): string => (name === '' ? '.' : name)

const writers: { readonly [T in RecordType]: (record: RecordTypes[T]) => readonly string[] } = {
  A: whole,
  AAAA: whole,
  CAA: ({ critical, tag, value }) => whole(`${critical ? 128 : 0} ${tag} "${value.replace(/["\\]/g, '\\$&')}"`),
  CNAME: name => whole(host(name)),
  DNSKEY: ({ flags, protocol, algorithm, key }) => whole(`${flags} ${protocol} ${algorithm} ${key}`),
  DS: ({ keyTag, algorithm, digestType, digest }) => whole(`${keyTag} ${algorithm} ${digestType} ${digest}`),
  MX: ({ preference, exchange }) => whole(`${preference} ${host(exchange)}`),
  NS: name => whole(host(name)),
  PTR: name => whole(host(name)),
  SOA: ({ mname, rname, serial, refresh, retry, expire, minimum }) =>
    whole(`${host(mname)} ${host(rname)} ${serial} ${refresh} ${retry} ${expire} ${minimum}`),
  SRV: ({ priority, weight, port, target }) => whole(`${priority} ${weight} ${port} ${host(target)}`),
  TLSA: ({ usage, selector, matchingType, data }) => whole(`${usage} ${selector} ${matchingType} ${data}`),
  TXT: strings => (strings.length === 0 ? [''] : strings),
}

/** True for a type that can be asked for. */
export function isRecordType(type: string): type is RecordType {
  return Object.hasOwn(writers, type)
}
