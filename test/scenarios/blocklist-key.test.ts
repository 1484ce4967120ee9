// A key for blocklists opens their lists, and is in nothing that the program writes.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { nameServer } from '../support/loopback-dns.ts'
import { mailworthy } from '../support/run-cli.ts'

const key = 'abcdefgh1234567890abcdefgh'
const zone = [
  'example.org A 192.0.2.1',
  // Without the key they refuse.
  '*.zen.spamhaus.org A 127.255.255.254',
  '*.dbl.spamhaus.org A 127.255.255.254',
  `2.0.0.127.${key}.zen.dq.spamhaus.net A 127.0.0.2`,
  `10.2.0.192.${key}.zen.dq.spamhaus.net A 127.0.0.4`,
  `10.2.0.192.${key}.zen.dq.spamhaus.net TXT "https://check.spamhaus.org/${key}"`,
  `test.${key}.dbl.dq.spamhaus.net A 127.0.1.2`,
].join('\n')

it('asks with the key, and keeps it to itself', async () => {
  const asked: string[] = []
  const { address, port } = await nameServer(zone, {
    replace: (response, { name }) => {
      asked.push(name)
      return [response]
    },
  })
  const folder = mkdtempSync(join(tmpdir(), 'mailworthy-key-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const args = ['audit', 'example.org', '--only', 'dnsbl', '--sender-ip', '192.0.2.10', '--no-smtp', '-v']
  const outputs = ['text', 'html', 'ndjson'].flatMap(format => ['-o', `${format}=${join(folder, format)}`])
  const evidence = join(folder, 'evidence.json')
  const ran = await mailworthy(
    [...args, '--resolver', `${address}:${port}`, '--json', '--explain', ...outputs, '--save-evidence', evidence],
    '',
    { MAILWORTHY_DQS_KEY: key },
  )
  expect(asked).toContain(`10.2.0.192.${key}.zen.dq.spamhaus.net`)
  const { readings, findings } = JSON.parse(ran.stdout)
  expect(readings).toMatchObject({ egress: [{ listed: ['zen.spamhaus.org'] }], domainListed: [] })
  expect(findings[0].evidence.map((e: { ask: string }) => e.ask)).toContain('10.2.0.192.zen.spamhaus.org A')

  // Replayed without it.
  const again = await mailworthy(['audit', '--evidence', evidence, '--json'])
  expect(JSON.parse(again.stdout)[0]?.readings ?? JSON.parse(again.stdout).readings).toEqual(readings)

  const files = readdirSync(folder).map(file => readFileSync(join(folder, file), 'latin1'))
  for (const text of [ran.stdout, ran.stderr, again.stdout, ...files]) expect(text.includes(key)).toBe(false)
}, 30_000)

it('refuses what can be no key, without repeating it', async () => {
  const ran = await mailworthy(['audit', 'example.org'], '', { MAILWORTHY_DQS_KEY: 'my secret' })
  expect(ran.status).toBe(2)
  expect(ran.stderr).toContain('MAILWORTHY_DQS_KEY')
  expect(ran.stderr).not.toContain('secret')
}, 30_000)
