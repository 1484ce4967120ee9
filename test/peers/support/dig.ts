// dig as the second judge of DNS: many questions in one run, each answer as its status, its CNAMEs and its records.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mustRun, run, temporaryFolder } from './program.ts'

export interface Question {
  readonly name: string
  readonly type: string
}

/** `records` are those of the asked type, as master file text without trailing dots; TXT records as lists of strings. */
export interface DigAnswer {
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, …, or `none` when no server answered. */
  readonly status: string
  /** Targets of the CNAMEs that were followed. */
  readonly aliases: readonly string[]
  readonly records: readonly (string | readonly string[])[]
}

/** One answer for each question, in the same order. */
export async function dig(
  port: number,
  questions: readonly Question[],
  options: readonly string[] = [],
): Promise<DigAnswer[]> {
  const file = join(temporaryFolder('dig'), 'questions')
  writeFileSync(file, questions.map(({ name, type }) => `${escapeName(name)} ${type}\n`).join(''), 'latin1')
  const args = ['@127.0.0.1', '-p', String(port), '+noall', '+comments', '+question', '+answer', '+nocookie']
  const { stdout } = await mustRun('dig', [...args, ...options, '-f', file], { timeoutMs: 100_000 })
  const answers = stdout.split(/^;; Got answer:\n/m).slice(1)
  if (answers.length !== questions.length) {
    throw new Error(`dig gave ${answers.length} answers to ${questions.length} questions:\n${stdout.slice(0, 2000)}`)
  }
  return answers.map((text, index) => readAnswer(text, questions[index]!.type))
}

/** One question of which it is not sure that anybody answers. */
export async function digOne(port: number, { name, type }: Question): Promise<DigAnswer> {
  const args = ['@127.0.0.1', '-p', String(port), '+noall', '+comments', '+answer', '+time=2', '+tries=1']
  const { stdout } = await run('dig', [...args, escapeName(name), type])
  return readAnswer(stdout, type)
}

function readAnswer(text: string, type: string): DigAnswer {
  const lines = text
    .split('\n')
    .map(line => line.match(/^[^;\s]\S*\s+\d+\s+IN\s+(\S+)\s+(.*)$/))
    .filter(match => match !== null)
    .map(([, kind, rdata]) => ({ kind: kind!, rdata: rdata! }))
  const aliases = lines.filter(({ kind }) => kind === 'CNAME').map(({ rdata }) => plainName(rdata))
  return {
    status: text.match(/status: ([A-Z0-9]+)/)?.[1] ?? 'none',
    aliases: type === 'CNAME' ? [] : aliases,
    records: lines
      .filter(({ kind }) => kind === type)
      .map(({ rdata }) => (type === 'TXT' ? readStrings(rdata) : rdata.split(' ').map(plainName).join(' '))),
  }
}

function plainName(text: string): string {
  return (text === '.' ? text : plainText(text.replace(/(?<!\\)\.$/, ''))).toLowerCase()
}

function readStrings(rdata: string): string[] {
  return [...rdata.matchAll(/"((?:\\.|[^"\\])*)"/gs)].map(match => plainText(match[1]!))
}

/** RFC 1035 §5.1: `\DDD` is an octet, `\X` is X. */
function plainText(text: string): string {
  return text.replace(/\\(\d{3}|.)/gs, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number(code)) : code,
  )
}

/** A name as master files take it: odd characters by their number, so that no comment or escape begins by accident. */
export function escapeName(name: string): string {
  return `${name.replace(/[^a-zA-Z0-9_.*-]/g, octet => `\\${String(octet.charCodeAt(0)).padStart(3, '0')}`)}.`
}
