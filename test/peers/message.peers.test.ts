// Our judgment of signatures against dkimpy and Mail::DKIM, over messages that were signed well or badly and then mangled: where
// they differ, the clause of the RFC says who is right, and every difference must have one.
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keyRecordText } from '../../src/protocol/dkim/public-key.ts'
import { judgedMessage } from '../support/judged-message.ts'
import { type DkimJudge, dkimpyJudge, mailDkimJudge } from './support/dkim-judges.ts'
import { seededRandom } from './support/lossy-proxy.ts'
import { mangledMessages } from './support/mangled-messages.ts'
import { excused, temporaryFolder } from './support/program.ts'

const COUNT = process.env.PROOF === '1' ? 500 : 60

const keys = {
  r2048: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  e2026: generateKeyPairSync('ed25519').privateKey,
}
const records = new Map(
  Object.entries(keys).map(([selector, key]) => [`${selector}._domainkey.example.org`, keyRecordText(key)]),
)
const zone = [...records].map(([name, text]) => `${name} TXT "${text}"`).join('\n')

/** Where a peer differs from us, and the clause by which we do what we do. */
interface Difference {
  readonly peer: 'dkimpy' | 'Mail::DKIM'
  /** True for us, and not for the peer; or the other way. */
  readonly wePass: boolean
  readonly when: RegExp
  readonly clause: string
}

const differences: readonly Difference[] = [
  {
    peer: 'dkimpy',
    wePass: false,
    when: /it expires \(x=\) no later than it was made/,
    clause: 'RFC 6376 §3.5: x= must be greater than t=, which dkimpy does not ask',
  },
  {
    peer: 'dkimpy',
    wePass: false,
    when: /h= does not name From/,
    clause: 'RFC 6376 §6.1.1: h= without From is a permanent failure, which dkimpy does not ask of others',
  },
  {
    peer: 'dkimpy',
    wePass: false,
    when: /l= counts more octets/,
    clause: 'RFC 6376 §3.5: l= must not be larger than the body, which dkimpy does not ask',
  },
  {
    peer: 'dkimpy',
    wePass: true,
    when: /Unexpected characters in RFC822 header/,
    clause:
      'RFC 5322 §4.5.8 and RFC 6376 §3.4.2: white space before the colon is read, and deleted by relaxed; dkimpy refuses it',
  },
  {
    peer: 'dkimpy',
    wePass: true,
    when: /t= value is in the future/,
    clause: 'RFC 6376 §3.5: verifiers may ignore a t= in the future; we warn, dkimpy does not accept it',
  },
  {
    peer: 'dkimpy',
    wePass: true,
    when: /q= value is not dns\/txt \(b'dns\/txt:/,
    clause: 'RFC 6376 §3.5: q= is a list, of which unknown methods are ignored; dkimpy compares the whole',
  },
  {
    peer: 'dkimpy',
    wePass: false,
    when: /is no identity/,
    clause: 'RFC 6376 §3.5: i= is a local part and a domain; dkimpy looks at its domain alone',
  },
  ...(
    [
      [/is no identity/, 'RFC 6376 §3.5: i= is a local part and a domain; Mail::DKIM looks at its domain alone'],
      [/the tag v= is missing/, 'RFC 6376 §6.1.1: v= is required, which Mail::DKIM does not ask'],
      [
        /s= stands in it more than once/,
        'RFC 6376 §3.2: a tag that stands twice spoils the list; Mail::DKIM takes one',
      ],
      [
        /h= does not name From/,
        'RFC 6376 §6.1.1: h= without From is a permanent failure; Mail::DKIM leaves it to policies',
      ],
      [/l= counts more octets/, 'RFC 6376 §3.5: l= must not be larger than the body, which Mail::DKIM does not ask'],
      [
        /the header has 2 From fields/,
        'RFC 6376 §8.15 and RFC 5322 §3.6: several From fields; Mail::DKIM verifies the lowest',
      ],
    ] as const
  ).map(([when, clause]) => ({ peer: 'Mail::DKIM', wePass: false, when, clause }) as const),
  {
    peer: 'Mail::DKIM',
    wePass: true,
    when: /body has been altered.*(no last line end|the last line end lost)/,
    clause: 'RFC 6376 §3.4.3: simple adds the CRLF that the last line lacks; Mail::DKIM does not',
  },
  {
    peer: 'Mail::DKIM',
    wePass: true,
    when: /body has been altered.*signed with l= 0/,
    clause: 'RFC 6376 §3.5: l=0 hashes no octet of the body; Mail::DKIM hashes a CRLF',
  },
  {
    peer: 'Mail::DKIM',
    wePass: true,
    when: /unsupported algorithm ed25519-sha256/,
    clause: 'RFC 8463: Mail::DKIM does not know Ed25519',
  },
]

describe.skipIf(excused('/usr/bin/python3', 'perl'))('signatures of mangled messages', () => {
  it(`${COUNT} messages are judged as dkimpy and Mail::DKIM judge them, but for what a clause explains`, async () => {
    const folder = temporaryFolder('mangled')
    const random = seededRandom(20261120)
    const messages = mangledMessages(COUNT, below => Math.floor(random() * below), keys).map((message, index) => {
      const file = join(folder, `${index}.eml`)
      writeFileSync(file, message.octets)
      return { ...message, file }
    })
    const files = messages.map(({ file }) => file)
    const judges: { readonly [peer in Difference['peer']]: DkimJudge } = {
      dkimpy: dkimpyJudge({ records }),
      'Mail::DKIM': mailDkimJudge({ records }),
    }
    const ours = new Map<string, { pass: boolean; told: string }>()
    for (const { file, octets, selector } of messages) {
      const { dkim } = await judgedMessage(octets, { zone, only: ['message-dkim'] })
      // Of doubled signatures the scripts tell the lower one.
      const last = dkim!.findLast(one => one.selector === selector)
      ours.set(file, { pass: last?.result === 'pass', told: `${last?.result}, ${last?.reason}` })
    }
    const unexplained: string[] = []
    const counted = new Map<string, number>()
    for (const [peer, judge] of Object.entries(judges)) {
      const judged = await judge(files)
      for (const { file, what, selector } of messages) {
        const theirs = judged.get(file)?.[selector] ?? 'nothing'
        const { pass, told } = ours.get(file)!
        if (pass === (theirs === 'pass')) continue
        const line = `${peer} says ${theirs}, we say ${told}: ${what}`
        const known = differences.find(one => one.peer === peer && one.wePass === pass && one.when.test(line))
        if (known) counted.set(known.clause, (counted.get(known.clause) ?? 0) + 1)
        else unexplained.push(line)
      }
    }
    for (const [clause, count] of counted) process.stderr.write(`${count} differences: ${clause}\n`)
    expect(unexplained).toEqual([])
  }, 300_000)
})
