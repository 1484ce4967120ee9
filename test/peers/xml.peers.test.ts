// Our reader of XML before expat: what it takes expat takes too and holds alike; what it refuses beside that, it refuses for a reason.
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readXml, type XmlElement } from '../../src/protocol/svg/xml.ts'
import { goodLogo } from '../support/scripted-site.ts'
import { seededRandom } from './support/lossy-proxy.ts'
import { excused, mustRun } from './support/program.ts'

const judge = fileURLToPath(new URL('support/xml-judge.py', import.meta.url))
const count = process.env.PROOF === '1' ? 60_000 : 6_000

/** What a stranger's document may hold that we want nothing of, however well-formed it is. */
const onPurpose =
  /<!DOCTYPE|document type|processing instruction|entity of its own|not in UTF-8|control characters|deep in/

function documents(seed: number): readonly string[] {
  const random = seededRandom(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const bits = [
    ...[
      '<',
      '>',
      '/',
      '</',
      '/>',
      '=',
      '"',
      "'",
      '&',
      ';',
      '<g>',
      '</g>',
      '<g/>',
      '<a b="c"/>',
      "<a b='&#60;'/>",
      ' ',
      '\n',
      '\t',
    ],
    ...[
      '<!-- x -->',
      '<!--',
      '-->',
      '<![CDATA[<]]>',
      ']]>',
      '&amp;',
      '&#x41;',
      '&#0;',
      '&#xD800;',
      '&lol;',
      'é',
      '\u{1f600}',
    ],
    ...[
      '<?x y?>',
      '<?xml version="1.0"?>',
      '<!DOCTYPE svg>',
      'xmlns:x="y"',
      'x:',
      ':',
      '-',
      '.',
      '1',
      '\r',
      '\r\n',
      '<é/>',
      '\u0001',
    ],
  ]
  return Array.from({ length: count }, () => {
    if (random() < 0.02)
      return `${pick(['<!DOCTYPE r><r/>', '<r><?x y?></r>', '<?x y?><r/>'])}${pick(['', ' ', '<!-- x -->'])}`
    let text = random() < 0.7 ? goodLogo : `<r>${pick(bits)}${pick(bits)}${pick(bits)}</r>`
    for (let i = Math.floor(random() * 4); i > 0; i--) {
      const at = Math.floor(random() * text.length)
      const cut = random() < 0.5 ? 0 : Math.floor(random() * 6)
      text = text.slice(0, at) + (random() < 0.8 ? pick(bits) : '') + text.slice(at + cut)
    }
    return text.toWellFormed()
  })
}

// As Python's ElementTree names things: without namespaces, which are no part of our reader.
function outline({ name, attributes, text, children }: XmlElement): unknown {
  const sorted = attributes.map(one => [one.name, one.value]).toSorted(([a], [b]) => (a! < b! ? -1 : 1))
  return [name, sorted, text, children.map(outline)]
}

describe.skipIf(excused('/usr/bin/python3'))('XML documents', () => {
  it('are read as expat reads them, or refused for what they hold', async () => {
    // Namespaces apart: expat undoes them, and ours leaves them to those who read on.
    const made = documents(7).map(text =>
      text.replaceAll('xmlns', 'xmlna').replaceAll(/(?<=[A-Za-z]):(?=[A-Za-z])/g, '.'),
    )
    const input = made.map(text => Buffer.from(text).toString('base64')).join('\n')
    const { stdout } = await mustRun('/usr/bin/python3', [judge], { input, timeoutMs: 120_000 })
    const theirs = stdout.trimEnd().split('\n')
    expect(theirs).toHaveLength(made.length)
    const differences: string[] = []
    const tally = { both: 0, neither: 0, purpose: 0 }
    for (const [i, text] of made.entries()) {
      const read = readXml(text)
      const they = theirs[i]!.startsWith('ok ')
      if (read.ok && they) {
        tally.both++
        if (JSON.stringify(outline(read.root)) !== JSON.stringify(JSON.parse(theirs[i]!.slice(3))))
          differences.push(`unlike: ${JSON.stringify(text)}`)
      } else if (theirs[i]!.includes('unbound prefix') || (!read.ok && !they)) tally.neither++
      else if (!read.ok && onPurpose.test(read.why)) tally.purpose++
      else
        differences.push(
          `${read.ok ? 'ours' : 'theirs'} alone: ${JSON.stringify(text)} (${read.ok ? theirs[i] : read.why})`,
        )
    }
    process.stdout.write(`${JSON.stringify(tally)}\n`)
    expect(differences.slice(0, 10)).toEqual([])
    expect(Math.min(...Object.values(tally))).toBeGreaterThan(50)
  }, 180_000)
})
