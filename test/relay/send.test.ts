// When the signatures of a queued message are made anew: never without need, and always before they would fail on their way.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { publicKeyHash } from '../../src/protocol/dkim/public-key.ts'
import type { Content } from '../../src/relay/envelope.ts'
import { createSender } from '../../src/relay/send.ts'
import type { RelaySettings } from '../../src/relay/settings.ts'
import { signMessage } from '../../src/relay/sign/sign.ts'
import type { Report } from '../../src/report/report.ts'
import { aMessage, anEnvelope } from '../support/queue-messages.ts'

const DAY = 86_400_000
const now = 1_800_000_000_000
const key = generateKeyPairSync('ed25519').privateKey
const message = Buffer.from('From: <erp@example.org>\r\nTo: <a@example.net>\r\nSubject: Hi\r\n\r\nHello\r\n')

let sent: Content[]
let stored: Uint8Array[]

beforeEach(() => {
  sent = []
  stored = []
})

/** Sends what was signed with s1, good until then, from a domain that now signs with these. */
async function send(signedUntil: number, expiresAt: number, dkim: readonly { selector: string; key: KeyObject }[]) {
  const signed = await signMessage(
    message,
    { name: 'example.org', dkim: [{ selector: 's1', key }] },
    { now: now - DAY, expiresAt: signedUntil },
  )
  if (signed.kind !== 'signed') throw new Error(signed.says)
  const settings = {
    egress: [{ name: 'main', seenAs: ['192.0.2.10'], source: [], helo: 'mail.example.org' }],
    domains: [{ name: 'example.org', dkim }],
    clients: [],
    routes: [{ name: 'all', match: ['*'], cost: 1, via: 'mx', tls: 'auto', auth: undefined, appearsAs: undefined }],
    gate: { mode: 'reject', stale: DAY, domains: {} },
  } as unknown as RelaySettings
  const readings = {
    exists: true,
    nullMx: false,
    spf: [],
    spfTerms: [],
    dkim: dkim.map(one => ({ selector: one.selector, state: 'valid', keyHash: publicKeyHash(one.key) })),
    dmarc: { state: 'found', organizationalDomain: 'example.org', policy: 'reject', adkim: 'r', aspf: 'r' },
    egress: [],
    listeners: [],
  }
  const attempt = createSender({
    settings,
    evidence: {
      stale: DAY,
      report: () => ({ report: { readings, findings: [] } as unknown as Report, ageMs: 0 }),
    },
    requestAudit: () => {},
    courier: {
      async attempt({ content, envelopes }) {
        sent.push(content)
        const reply = { code: 250, enhanced: '2.0.0', text: 'Ok', by: 'mx' }
        return envelopes.map(() => ({ kind: 'delivered', reply }) as const)
      },
    },
    store: {
      async sign(_, signatures) {
        stored.push(signatures)
      },
    },
    now: () => now,
  })
  const content = { signatures: signed.signatures, message }
  const outcomes = await attempt({
    hop: 'example.net',
    message: { ...aMessage('00000000001'), sender: 'erp@example.org', author: 'erp@example.org' },
    envelopes: [{ ...anEnvelope('a@example.net', { expiresAt }), id: 1, message: '00000000001' }],
    content: async () => content,
  })
  expect(outcomes[0]!.kind).toBe('delivered')
  return { before: content.signatures, after: Buffer.from(sent[0]!.signatures).toString() }
}

describe('the signatures of a queued message', () => {
  it('stay as long as they hold until the last attempt', async () => {
    const { before, after } = await send(now + 2 * DAY, now + DAY, [{ selector: 's1', key }])
    expect(after).toBe(before.toString())
    expect(stored).toEqual([])
  })

  it('are made anew when a release gave it more time than they have', async () => {
    const { after } = await send(now + DAY, now + 2 * DAY, [{ selector: 's1', key }])
    expect(after).toContain(`x=${(now + 3 * DAY) / 1000};`)
    expect(Buffer.from(stored[0]!).toString()).toBe(after)
  })

  it('are made anew when the domain signs with another key', async () => {
    const other = generateKeyPairSync('ed25519').privateKey
    const { after } = await send(now + 2 * DAY, now + DAY, [{ selector: 's2', key: other }])
    expect(after).toContain('s=s2;')
    expect(after).not.toContain('s=s1;')
  })
})
