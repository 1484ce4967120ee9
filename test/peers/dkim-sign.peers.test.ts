// Our signatures against the verifiers of others: dkimpy, Mail::DKIM, opendkim and rspamd must find them good over messages
// of many kinds, and bad as soon as a header field is put in front.
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyRecordText } from '../../src/protocol/dkim/public-key.ts'
import { prepare } from '../../src/relay/message/prepare.ts'
import { isRefusal } from '../../src/relay/message/refusal.ts'
import { signMessage } from '../../src/relay/sign/sign.ts'
import { submission } from '../support/submission.ts'
import { type DkimJudge, dkimpyJudge, mailDkimJudge, opendkimJudge, startRspamd } from './support/dkim-judges.ts'
import { madeMessages } from './support/made-messages.ts'
import { excused, temporaryFolder } from './support/program.ts'

const domain = {
  name: 'example.org',
  dkim: [
    { selector: 'r2026a', key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey },
    { selector: 'e2026a', key: generateKeyPairSync('ed25519').privateKey },
  ],
}
const records = new Map(
  domain.dkim.map(({ selector, key }) => [`${selector}._domainkey.example.org`, keyRecordText(key)]),
)
/** Before now for every clock, and good for a month. */
const times = { now: Date.now() - 60_000, expiresAt: Date.now() + 30 * 86_400_000 }

const prepended = [
  ...['From', 'To', 'Cc', 'Subject', 'Date', 'Reply-To', 'Message-ID', 'MIME-Version', 'Content-Type'],
  ...['Content-Transfer-Encoding', 'In-Reply-To', 'References', 'List-Unsubscribe', 'List-Unsubscribe-Post'],
]
const folder = temporaryFolder('signed')
const good = new Map<string, string>()
const spoilt = new Map<string, string>()

beforeAll(async () => {
  for (const [index, [what, text]] of Object.entries(madeMessages).entries()) {
    const made = prepare(Buffer.from(text, 'latin1'), { ...submission, takenAt: times.now })
    if (isRefusal(made)) throw new Error(`${what}: ${made.says}`)
    const signed = await signMessage(made.message, domain, times)
    if (signed.kind !== 'signed') throw new Error(`${what}: ${signed.says}`, { cause: signed.cause })
    const whole = Buffer.concat([signed.signatures, made.message])
    const put = (name: string, octets: Buffer): string => {
      const file = join(folder, name)
      writeFileSync(file, octets, { mode: 0o644 })
      return file
    }
    good.set(put(`${index}.eml`, whole), what)
    // The plain message with each of them, every other with one.
    for (const name of index === 0 ? prepended : [prepended[index % prepended.length]!]) {
      const field = Buffer.from(`${name}: <evil@evil.example>\r\n`)
      spoilt.set(put(`${index}-${name}.eml`, Buffer.concat([field, whole])), `${what}, with ${name} in front`)
    }
  }
})

/** What is not as it should be, a line each. Selectors that the judge does not know are left out. */
async function complaints(judge: DkimJudge, selectors: readonly string[]): Promise<readonly string[]> {
  const judged = new Map([...(await judge([...good.keys()])), ...(await judge([...spoilt.keys()]))])
  const found: string[] = []
  for (const [files, expected] of [[good, true] as const, [spoilt, false] as const]) {
    for (const [file, what] of files) {
      for (const selector of selectors) {
        const result = judged.get(file)?.[selector] ?? 'no result'
        if ((result === 'pass') !== expected || result === 'no result') found.push(`${what}: ${selector} ${result}`)
      }
    }
  }
  return found
}

const [rsa, ed25519] = domain.dkim.map(key => key.selector) as [string, string]

describe('our signatures', () => {
  it('are over thirty messages and more', () => {
    expect(good.size).toBe(30)
    expect(spoilt.size).toBe(29 + prepended.length)
  })

  it.skipIf(excused('/usr/lib/python3/dist-packages/dkim', '/usr/lib/python3/dist-packages/nacl'))(
    'are good for dkimpy, RSA and Ed25519, and bad with a field in front',
    async () => {
      expect(await complaints(dkimpyJudge({ records }), [rsa, ed25519])).toEqual([])
    },
  )

  it.skipIf(excused('perl', '/usr/share/perl5/Mail/DKIM/Verifier.pm'))(
    'are good for Mail::DKIM, which knows RSA alone, and bad with a field in front',
    async () => {
      expect(await complaints(mailDkimJudge({ records }), [rsa])).toEqual([])
    },
  )

  it.skipIf(excused('opendkim', 'root'))('are good for opendkim, and bad with a field in front', async () => {
    expect(await complaints(opendkimJudge({ records }), [rsa, ed25519])).toEqual([])
  })

  describe.skipIf(excused('rspamd', 'rspamc', 'nsd', 'dig', 'root'))('before rspamd', () => {
    let rspamd: Awaited<ReturnType<typeof startRspamd>>
    beforeAll(async () => {
      rspamd = await startRspamd({ records })
    }, 90_000)
    afterAll(() => rspamd?.stop())

    it('are good, and bad with a field in front', async () => {
      expect(await complaints(rspamd.judge, [rsa, ed25519])).toEqual([])
    })
  })
})
