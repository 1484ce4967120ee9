// The lines of an evidence file, one JSON object each: written, and read with a sentence about what is wrong with one.
import type { Answer, RecordType } from '../resolver.ts'
import type { Cut } from '../witness.ts'
import { readAnswer, readQuestion } from './answers.ts'
import { EvidenceFault, number, object, text } from './fields.ts'
import type { Question } from './question.ts'
import { type Transcript, writeFailure, writeStep } from './transcript.ts'
import { readTranscript } from './transcript-lines.ts'

/** The version of the format. A newer one is not read: it may hold what would be left unseen. */
export const SCHEMA = 1

/** What was asked of DNS. `answer: undefined`: when the time was over, there was none yet. */
export interface QuestionLine {
  readonly kind: 'question'
  readonly id: number
  readonly question: Question
  readonly answer: Answer<never> | undefined
  readonly ms: number
}

export interface ConnectionLine {
  readonly kind: 'connection'
  readonly id: number
  /** As `endpointText` writes it. */
  readonly endpoint: string
  readonly transcript: Transcript
}

/** One audit, written when it was over. */
export interface AuditLine {
  readonly kind: 'audit'
  readonly domain: string
  /** RFC 3339. */
  readonly at: string
  /** When it ended before everything was heard. Then `heard` is complete, and what it does not name was not heard. */
  readonly cut: Cut | undefined
  /** Which lines a fact was told by, where this does not follow from what it asked. */
  readonly heard: ReadonlyMap<string, readonly number[]>
}

/** The first line. `asked` is what the run was asked, in the words of whoever made it. */
export interface HeaderLine {
  readonly kind: 'header'
  readonly version: string
  readonly at: string
  readonly asked: unknown
}

/** The last line: without it the file is not whole. */
export interface EndLine {
  readonly kind: 'end'
}

export type EvidenceLine = HeaderLine | QuestionLine | ConnectionLine | AuditLine | EndLine

/** The line as text, its end with it. Only ASCII: no editor and no mail system can hurt the octets of a record. */
export function writeLine(line: EvidenceLine): string {
  const escaped = JSON.stringify(inOrder(line)).replace(
    /[\x7f-\uffff]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `${escaped}\n`
}

function inOrder(line: EvidenceLine): object {
  switch (line.kind) {
    case 'header':
      return { mailworthy: 'evidence', schema: SCHEMA, version: line.version, at: line.at, asked: line.asked }
    case 'question': {
      const { name, type, from } = line.question
      const asked = { dns: [name, type], ...(from && { from }), id: line.id }
      return line.answer === undefined ? { ...asked, unfinished: true } : { ...asked, ms: line.ms, answer: line.answer }
    }
    case 'connection': {
      const { connected, steps, unfinished } = line.transcript
      return {
        connection: line.endpoint,
        id: line.id,
        ...(connected && { ms: connected.ms }),
        ...(connected?.failure ? { failed: writeFailure(connected.failure) } : { dialogue: steps.map(writeStep) }),
        ...(unfinished && { unfinished }),
      }
    }
    case 'audit':
      return {
        audit: line.domain,
        at: line.at,
        ...(line.cut && { cut: line.cut.reason, ...(line.cut.late && { late: true }) }),
        heard: Object.fromEntries(line.heard),
      }
    case 'end':
      return { end: true }
  }
}

/** @throws EvidenceFault with what is wrong. */
export function readLine(written: string): EvidenceLine {
  const line = object(parsed(written), 'it')
  if ('mailworthy' in line) return readHeader(line)
  if ('dns' in line) {
    const question = readQuestion(line)
    if (line.unfinished === true) return { kind: 'question', id: id(line), question, answer: undefined, ms: 0 }
    const answer = readAnswer(line.answer, question.type as RecordType)
    return { kind: 'question', id: id(line), question, answer, ms: number(line.ms, 'ms') }
  }
  if ('connection' in line) {
    return {
      kind: 'connection',
      id: id(line),
      endpoint: text(line.connection, 'connection'),
      transcript: readTranscript(line),
    }
  }
  if ('audit' in line) {
    const heard = Object.entries(object(line.heard ?? {}, 'heard')).map(([fact, ids]) => {
      if (!Array.isArray(ids)) throw new EvidenceFault(`heard: "${fact}" has no list of ids`)
      return [fact, ids.map(one => number(one, `heard: an id of "${fact}"`))] as const
    })
    const at = text(line.at, 'at')
    if (Number.isNaN(Date.parse(at))) throw new EvidenceFault('at is no moment in time')
    return {
      kind: 'audit',
      domain: text(line.audit, 'audit'),
      at,
      cut: line.cut === undefined ? undefined : { reason: text(line.cut, 'cut'), late: line.late === true },
      heard: new Map(heard),
    }
  }
  if (line.end === true) return { kind: 'end' }
  throw new EvidenceFault('it is none of the lines that evidence has')
}

function readHeader(line: { readonly [key: string]: unknown }): HeaderLine {
  if (line.mailworthy !== 'evidence') throw new EvidenceFault('it is no evidence')
  const version = text(line.version, 'version')
  const schema = number(line.schema, 'schema')
  if (schema !== SCHEMA) {
    throw new EvidenceFault(`mailworthy ${version} wrote it in schema ${schema}, and this one reads schema ${SCHEMA}`)
  }
  return { kind: 'header', version, at: text(line.at, 'at'), asked: line.asked }
}

/** Lines that somebody wrote by hand may go without: then nothing refers to them. */
function id(line: { readonly [key: string]: unknown }): number {
  return line.id === undefined ? 0 : number(line.id, 'id')
}

function parsed(written: string): unknown {
  try {
    return JSON.parse(written)
  } catch {
    throw new EvidenceFault('it is no JSON')
  }
}
