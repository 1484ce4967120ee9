// Reads questions and answers of DNS out of an evidence file: whoever asks later may rely on their shape.
import type { Answer, AskedServer, RecordType, WhyUnreachable } from '../resolver.ts'
import { EvidenceFault, type Fields, list, number, object, oneOf, optionalText, text, texts, truth } from './fields.ts'
import type { Question } from './question.ts'

/** For each type of record, what one must hold. */
const records: { readonly [T in RecordType]: (record: unknown) => unknown } = {
  A: record => text(record, 'a record'),
  AAAA: record => text(record, 'a record'),
  CNAME: record => text(record, 'a record'),
  NS: record => text(record, 'a record'),
  PTR: record => text(record, 'a record'),
  TXT: record => texts(record, 'a record'),
  CAA: record => holding(record, { critical: truth, tag: text, value: text }),
  DNSKEY: record => holding(record, { flags: number, protocol: number, algorithm: number, key: text }),
  DS: record => holding(record, { keyTag: number, algorithm: number, digestType: number, digest: text }),
  MX: record => holding(record, { preference: number, exchange: text }),
  SOA: record =>
    holding(record, {
      ...{ mname: text, rname: text, serial: number },
      ...{ refresh: number, retry: number, expire: number, minimum: number },
    }),
  SRV: record => holding(record, { priority: number, weight: number, port: number, target: text }),
  TLSA: record => holding(record, { usage: number, selector: number, matchingType: number, data: text }),
}

const reasons: readonly WhyUnreachable[] = ['timeout', 'servfail', 'refused', 'network', 'malformed']

/** `dns` and `from` of a line. @throws EvidenceFault */
export function readQuestion(line: Fields): Question {
  const [name, type] = list(line.dns, 'dns')
  const question = {
    name: text(name, 'the name in dns'),
    type: oneOf(type, Object.keys(records) as RecordType[], 'the type in dns'),
  }
  if (line.from === undefined) return question
  const from = object(line.from, 'from')
  if (from.unchecked === true) return { ...question, from: { unchecked: true } }
  text(from.address, 'from.address')
  number(from.port, 'from.port')
  return { ...question, from: from as unknown as AskedServer }
}

/** An answer whose records are of the type. @throws EvidenceFault */
export function readAnswer(value: unknown, type: RecordType): Answer<never> {
  const answer = object(value, 'answer')
  const kind = oneOf(answer.kind, ['records', 'nodata', 'nxdomain', 'unreachable'], 'answer.kind')
  optionalText(answer.extended, 'answer.extended')
  text(answer.server, 'answer.server')
  if (kind === 'unreachable') {
    oneOf(answer.why, reasons, 'answer.why')
    if (answer.elsewhere !== undefined) readElsewhere(answer.elsewhere)
    return answer as unknown as Answer<never>
  }
  readTold(answer, 'answer')
  if (kind === 'records') {
    const read = list(answer.records, 'answer.records')
    // RFC 2181 §5: an answer of nothing is none; `nodata` is the word for it.
    if (read.length === 0 && list(answer.malformed, 'answer.malformed').length === 0) {
      throw new EvidenceFault('answer.records has no record')
    }
    read.forEach(records[type])
    for (const bad of list(answer.malformed, 'answer.malformed')) holding(bad, { type: text, reason: text })
  }
  return answer as unknown as Answer<never>
}

function readElsewhere(value: unknown): void {
  const elsewhere = object(value, 'answer.elsewhere')
  const kind = oneOf(elsewhere.kind, ['referral', 'alias'], 'answer.elsewhere.kind')
  if (kind === 'alias') {
    text(elsewhere.target, 'answer.elsewhere.target')
    readTold(elsewhere, 'answer.elsewhere')
    return
  }
  text(elsewhere.zone, 'answer.elsewhere.zone')
  number(elsewhere.ttl, 'answer.elsewhere.ttl')
  texts(elsewhere.servers, 'answer.elsewhere.servers')
  for (const glue of list(elsewhere.glue, 'answer.elsewhere.glue')) holding(glue, { name: text, address: text })
}

function readTold(told: Fields, name: string): void {
  number(told.ttl, `${name}.ttl`)
  truth(told.authentic, `${name}.authentic`)
  truth(told.authoritative, `${name}.authoritative`)
  text(told.server, `${name}.server`)
  texts(told.chain, `${name}.chain`)
  if (told.signatures === undefined) return
  for (const signature of list(told.signatures, `${name}.signatures`)) {
    holding(signature, { algorithm: number, keyTag: number, signer: text, from: number, until: number })
  }
}

function holding(
  value: unknown,
  wanted: { readonly [field: string]: (value: unknown, name: string) => unknown },
): void {
  const fields = object(value, 'a record')
  for (const [field, read] of Object.entries(wanted)) read(fields[field], `${field} of a record`)
}
