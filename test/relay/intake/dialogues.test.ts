// Plays the dialogues of test/dialogues against our listeners, and those that chasquid publishes, where they stand beside the checkout.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import { type Line, parseChasquid, parseDialogue, play } from '../../support/dialogue.ts'
import { client, erp, printers, startPrinters, startTestIntake, type TestIntake } from '../../support/intake.ts'

const stages: { readonly [name: string]: () => Promise<TestIntake> } = {
  submission: () => startTestIntake(),
  implicit: () => startTestIntake({ listener: { tls: 'implicit' } }),
  optional: () => startTestIntake({ listener: { tls: 'optional' }, clients: [erp, printers] }),
  printers: () => startPrinters(),
  strangers: () => startPrinters({ clients: [client({ name: 'others', match: { ips: ['192.0.2.0/24'] } })] }),
}

async function playOn(stage: string, lines: readonly Line[]): Promise<void> {
  const { port, taken } = await stages[stage]!()
  await play(lines, { port, implicit: stage === 'implicit', taken: () => taken.length })
}

describe('dialogues', () => {
  const folder = new URL('../../dialogues/', import.meta.url)
  for (const file of readdirSync(folder)) {
    const text = readFileSync(new URL(file, folder), 'utf8')
    const [first, second] = text.split('\n') as [string, string]
    it(`${file}: ${first.slice(2)}`, () => playOn(second.replace('# on: ', ''), parseDialogue(text)))
  }
})

const published = new URL('../../../../shared/conformance/smtp/', import.meta.url)

/** Its server has the local domain `testserver` and takes any sender; names are full here. */
const adapted = (text: string): string =>
  text
    .replaceAll('@testserver', '@testserver.example')
    .replaceAll('<a@b>', '<a@b.example>')
    // `user@testserver` and its password.
    .replaceAll('dXNlckB0ZXN0c2VydmVyAHVzZXJAdGVzdHNlcnZlcgBzZWNyZXRwYXNzd29yZA==', 'ZXJwAGVycABjb3JyZWN0IGhvcnNl')

/** Where our contract says otherwise, and why. */
const otherwise: { readonly [name: string]: string } = {
  bad_data: 'content is not judged by the intake: a header without a colon is a matter of preparing the message',
  wrong_proto: 'the contract answers HTTP with 421',
}

describe.skipIf(!existsSync(published))('the dialogues that chasquid publishes', () => {
  const anyone = client({ name: 'anyone', match: { ips: ['127.0.0.1'] }, senders: ['*'] })
  for (const file of existsSync(published) ? readdirSync(published).filter(name => name.endsWith('.cmy')) : []) {
    const name = file.replace('t-12-minor_dialogs-', '').replace('.cmy', '')
    it.skipIf(name in otherwise)(`${name}${otherwise[name] ? `: ${otherwise[name]}` : ''}`, async () => {
      const implicit = name.startsWith('auth_') && name !== 'auth_not_tls'
      const { port, taken } = await startTestIntake({
        listener: { tls: implicit ? 'implicit' : 'optional', maxMessageSize: 1024 * 1024 },
        clients: [erp, anyone],
        limits: { authFailures: 3, errors: 10 },
      })
      const lines = parseChasquid(adapted(readFileSync(new URL(file, published), 'utf8')))
      await play(lines.slice(1), { port, implicit, taken: () => taken.length })
    })
  }
})
