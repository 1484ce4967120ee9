// What we encode for its way, read by Python's email package: the parts and their contents must be the same before and after.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { prepare } from '../../src/relay/message/prepare.ts'
import { isRefusal } from '../../src/relay/message/refusal.ts'
import { submission } from '../support/submission.ts'
import { seededRandom } from './support/lossy-proxy.ts'
import { madeMessages } from './support/made-messages.ts'
import { excused, mustRun, temporaryFolder } from './support/program.ts'

const judge = fileURLToPath(new URL('support/mime-judge.py', import.meta.url))
const head = 'From: a@example.org\r\nMIME-Version: 1.0\r\n'

/** Messages of parts within parts, some of which no server could take as they are. */
function madeParts(seed: number, count: number): readonly string[] {
  const random = seededRandom(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const line = (): string =>
    pick([
      '',
      ' ',
      'text',
      'text \t',
      'a=3Db=',
      '=E4',
      '.',
      '--x',
      '\xc3\xa4 \xc3\xb6',
      '\xe4',
      'x'.repeat(1_200),
      '\0',
      'From me',
    ])
  const lines = (): string => Array.from({ length: Math.floor(random() * 6) }, line).join('\r\n')
  let boundaries = 0
  const part = (depth: number): string => {
    if (depth < 4 && random() < 0.4) {
      const boundary = pick(['b', '=_Part 1', "'()+_,-./:=?", 'b'.repeat(60)]) + boundaries++
      const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => part(depth + 1))
      const type = pick(['mixed', 'alternative', 'related'])
      return `Content-Type: multipart/${type};\r\n boundary="${boundary}"\r\n\r\n${pick(['', 'preamble\r\n'])}${parts
        .map(one => `--${boundary}\r\n${one}\r\n`)
        .join('')}--${boundary}--`
    }
    if (depth < 4 && random() < 0.1) return `Content-Type: message/rfc822\r\n\r\nSubject: f\r\n${part(depth + 1)}`
    const encoding = pick(['', '', 'Content-Transfer-Encoding: 8bit\r\n', 'Content-Transfer-Encoding: base64\r\n'])
    const type = pick(['', 'text/plain; charset=utf-8', 'text/html', 'image/png; name="a.png"', 'application/pdf'])
    const body = encoding.includes('base64') ? Buffer.from(lines(), 'latin1').toString('base64') : lines()
    return `${type === '' ? '' : `Content-Type: ${type}\r\n`}${encoding}\r\n${body}`
  }
  return Array.from({ length: count }, () => `${head}${part(0)}\r\n`)
}

describe.skipIf(excused('/usr/bin/python3'))('messages made fit for every server', () => {
  it('have the parts and contents that they had', async () => {
    const folder = temporaryFolder('mime')
    const files: string[] = []
    let changed = 0
    for (const [index, text] of [...Object.values(madeMessages), ...madeParts(7, 400)].entries()) {
      const raw = Buffer.from(text, 'latin1')
      const made = prepare(raw, submission)
      if (isRefusal(made)) {
        // Only what cannot be encoded within a forwarded message may be refused.
        expect(`${made.says}: ${text.includes('message/rfc822')}`).toMatch(/: true$/)
        continue
      }
      if (made.changes.includes('encoding')) changed++
      for (const [kind, octets] of [
        ['before', raw],
        ['after', made.message],
      ] as const) {
        const file = join(folder, `${index}-${kind}`)
        writeFileSync(file, octets)
        files.push(file)
      }
    }
    const { stdout } = await mustRun('/usr/bin/python3', [judge, ...files])
    const read = stdout.trimEnd().split('\n')
    expect(read).toHaveLength(files.length)
    const differ = files.flatMap((file, i) =>
      i % 2 === 0 && read[i] !== read[i + 1] ? [`${file}: ${read[i]} ${read[i + 1]}`] : [],
    )
    expect(differ).toEqual([])
    expect(changed).toBeGreaterThan(150)
  })
})
