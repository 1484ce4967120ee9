// message-rspamd against the rspamd of Debian: what it says of a good and of a changed message stands in the report, and again in a replay.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../../src/report/report.ts'
import { mailworthy } from '../support/run-cli.ts'
import { letter, mailZone, signedLetter } from '../support/signed-mail.ts'
import { startRspamd } from './support/dkim-judges.ts'
import { excused, temporaryFolder } from './support/program.ts'

describe.skipIf(excused('rspamd', 'rspamc', 'nsd', 'dig', 'root'))('rspamd', () => {
  let rspamd: Awaited<ReturnType<typeof startRspamd>>
  let folder: string
  const records = new Map(
    [...mailZone().matchAll(/(\S+_domainkey\.example\.org) TXT "([^"]+)"/g)].map(
      ([, name, text]) => [name!, text!] as const,
    ),
  )

  beforeAll(async () => {
    rspamd = await startRspamd({ records })
    folder = temporaryFolder('rspamd-message')
  }, 90_000)
  afterAll(() => rspamd?.stop())

  async function asked(name: string, text: string, ...more: readonly string[]) {
    const file = join(folder, `${name}.eml`)
    writeFileSync(file, text, 'latin1')
    const resolver = ['--resolver', '127.0.0.1:9']
    const ran = await mailworthy([
      'message',
      file,
      '--json',
      '--only',
      'message-rspamd',
      '--rspamd',
      `http://127.0.0.1:${rspamd.port}`,
      ...resolver,
      ...more,
    ])
    const report = JSON.parse(ran.stdout) as Report
    return { ...ran, finding: report.findings.find(one => one.check === 'message-rspamd')! }
  }
  const symbols = (finding: { readonly data: Report['findings'][number]['data'] }) =>
    (finding.data.weights as readonly { readonly name: string }[]).map(({ name }) => name)

  it('finds the signature good, and bad when the body was changed', async () => {
    const good = await asked('good', signedLetter())
    expect([good.status, good.finding.outcome, good.finding.data.required]).toEqual([0, 'lets', 15])
    expect(symbols(good.finding)).toContain('R_DKIM_ALLOW')
    const changed = await asked('changed', signedLetter().replace('Good day', 'Bad day'))
    expect(symbols(changed.finding)).toContain('R_DKIM_REJECT')
  })

  it('is heard again from evidence', async () => {
    const file = join(folder, 'heard.evidence')
    const live = await asked(
      'kept',
      letter,
      '--save-evidence',
      file,
      '--ip',
      '192.0.2.1',
      '--mail-from',
      'jo@example.org',
      '--helo',
      'mail.example.org',
    )
    const again = await mailworthy(['message', '--evidence', file, '--json'])
    const finding = (JSON.parse(again.stdout) as Report).findings.find(one => one.check === 'message-rspamd')!
    expect({ ...finding, evidence: [] }).toEqual({ ...live.finding, evidence: [] })
    expect(again.stderr).not.toContain('not held')
  })

  it('that is not there leaves the finding unknown, and the verdict as it is', async () => {
    const file = join(folder, 'alone.eml')
    writeFileSync(file, letter, 'latin1')
    const ran = await mailworthy([
      'message',
      file,
      '--only',
      'message-rspamd',
      '--rspamd',
      'http://127.0.0.1:9',
      '--resolver',
      '127.0.0.1:9',
    ])
    expect(ran.status).toBe(0)
    expect(ran.stdout.replaceAll(/\s+/g, ' ')).toContain('no connection to rspamd at http://127.0.0.1:9/checkv2')
  })
})
