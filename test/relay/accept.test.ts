import { generateKeyPairSync } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { publicKeyHash } from '../../src/protocol/dkim/public-key.ts'
import { type AcceptEvent, type AcceptPorts, createAcceptance } from '../../src/relay/accept.ts'
import type { Content, Envelope, Message } from '../../src/relay/envelope.ts'
import type { Known } from '../../src/relay/gate/decide.ts'
import type { Reply } from '../../src/relay/intake/reply.ts'
import type { Submission } from '../../src/relay/intake/submission.ts'
import type { ClientSettings, GateMode, RelaySettings } from '../../src/relay/settings.ts'
import type { Readings, Report } from '../../src/report/report.ts'
import { StoreFailure, type StoreFault } from '../../src/store/store.ts'

const { privateKey: key } = generateKeyPairSync('ed25519')
const hash = publicKeyHash(key)

const client: ClientSettings = {
  name: 'erp',
  match: { user: 'erp' },
  password: undefined,
  senders: ['*@example.org'],
  rate: undefined,
  gate: undefined,
  lineEndings: 'strict',
}

const settings: RelaySettings = {
  hostname: 'mail.example.org',
  egress: [
    { name: 'main', seenAs: ['192.0.2.10'], source: [], helo: 'mail.example.org' },
    { name: 'spare', seenAs: ['192.0.2.11'], source: [], helo: 'spare.example.org' },
  ],
  domains: [{ name: 'example.org', dkim: [{ selector: 's1', key }] }],
  listeners: [],
  clients: [client],
  routes: [{ name: 'all', match: ['*'], cost: 1, via: 'mx', tls: 'auto', auth: undefined, appearsAs: undefined }],
  gate: { mode: 'reject', stale: 72 * 3_600_000, domains: {} },
  retry: { steps: [60_000], expiresAfter: 2 * 86_400_000, warnAfter: undefined },
}

const readings: Readings = {
  exists: true,
  nullMx: false,
  spf: ['192.0.2.10', '192.0.2.11'].map(egress => ({
    egress,
    identity: 'mailfrom',
    result: 'pass',
    dependsOnLocalPart: false,
  })),
  spfTerms: [],
  dkim: [{ selector: 's1', state: 'valid', keyHash: hash }],
  dmarc: { state: 'found', organizationalDomain: 'example.org', policy: 'reject', adkim: 'r', aspf: 'r' },
  egress: ['192.0.2.10', '192.0.2.11'].map(address => ({
    address,
    ptr: 'x',
    forwardConfirmed: true,
    listed: [],
    unasked: [],
    helo: null,
  })),
  listeners: [],
}

const text = 'From: Erp <erp@example.org>\r\nTo: a@example.net\r\nSubject: Hi\r\n\r\nHello\r\n'

let put: { message: Message; content: Content; envelopes: readonly Partial<Envelope>[] }[]
let events: AcceptEvent[]
let asked: string[]
let report: Known
let failure: StoreFault | undefined
let health: 'healthy' | 'full' | 'failed'

beforeEach(() => {
  put = []
  events = []
  asked = []
  failure = undefined
  health = 'healthy'
  report = { report: { readings, findings: [] } as unknown as Report, ageMs: 0 }
})

async function submit(
  raw = text,
  given: { settings?: Partial<RelaySettings>; mode?: GateMode; to?: readonly string[]; sender?: string } = {},
): Promise<Reply> {
  const chosen = { ...settings, ...given.settings }
  const ports: AcceptPorts = {
    settings: chosen,
    evidence: { report: domain => (domain === 'example.org' ? report : undefined), stale: chosen.gate.stale },
    requestAudit: domain => asked.push(domain),
    store: {
      health: health === 'healthy' ? { kind: health } : { kind: health, because: 'test' },
      async put(message, content, envelopes) {
        if (failure) throw new StoreFailure(failure, 'the disk is odd')
        put.push({ message, content, envelopes })
        return []
      },
    },
    newId: () => 'q1',
    onEvent: event => events.push(event),
    onQueued: () => {},
    now: () => 1_800_000_000_000,
  }
  const sender = given.sender ?? 'erp@example.org'
  const submission: Submission = {
    session: {
      id: 's',
      listener: 'submission',
      peer: { address: '192.0.2.99', port: 4711 },
      ehlo: 'erp.example.org',
      extended: true,
      tls: { protocol: 'TLSv1.3', cipher: 'x' },
      user: 'erp',
      client: { ...client, gate: given.mode },
      protocol: 'ESMTPSA',
    },
    sender: {
      address: sender,
      domain: sender.split('@')[1] ?? '',
      smtpUtf8: false,
      body: '7bit',
      size: undefined,
      ret: undefined,
      envid: undefined,
    },
    recipients: (given.to ?? ['a@example.net', 'b@example.com']).map(address => ({
      address,
      domain: address.split('@')[1]!,
      notify: [],
      orcpt: undefined,
    })),
  }
  const acceptance = createAcceptance(ports)
  const early = await acceptance.onSender(submission.session, submission.sender)
  return early ?? acceptance.onMessage(submission, Buffer.from(raw), {} as never)
}

const shown = ({ code, enhanced, lines }: Reply): string => `${code} ${enhanced} ${lines[0]}`

describe('a submission', () => {
  it('is signed and queued, one envelope for each recipient, and then answered 250', async () => {
    expect(shown(await submit())).toBe('250 2.0.0 Ok: queued as q1')
    const [{ message, content, envelopes }] = put as [(typeof put)[0]]
    expect(message).toMatchObject({
      id: 'q1',
      client: 'erp',
      sender: 'erp@example.org',
      author: 'erp@example.org',
      subject: 'Hi',
    })
    expect(Buffer.from(content.signatures).toString()).toMatch(/^DKIM-Signature: .*a=ed25519-sha256/s)
    expect(Buffer.from(content.message).toString()).toMatch(
      /^Received: from erp\.example\.org \(\[192\.0\.2\.99\]\)[\s\S]*with ESMTPSA id q1[\s\S]*From: Erp <erp@example\.org>/,
    )
    expect(envelopes.map(e => [e.recipient, e.state])).toEqual([
      ['a@example.net', 'queued'],
      ['b@example.com', 'queued'],
    ])
  })

  it('of an author whom the client may not use, or whose domain is not set up, is refused', async () => {
    const other = text.replace('erp@example.org', 'ceo@example.net')
    expect(shown(await submit(other))).toBe('550 5.7.1 The client erp may not write as ceo@example.net (header From)')
    const anyone = { settings: { domains: [] } }
    expect(shown(await submit(text, anyone))).toBe('550 5.7.1 Mail from example.org (header From) is not set up here')
    expect(put).toEqual([])
  })

  it('with two authors is refused', async () => {
    expect(shown(await submit(`From: x@example.org\r\n${text}`))).toMatch(/^550 5\.6\.0 /)
  })

  it('is refused by the gate with the fault, and nothing is kept', async () => {
    report = {
      report: {
        readings: { ...readings, dkim: [{ selector: 's1', state: 'missing' }] },
        findings: [],
      } as unknown as Report,
      ageMs: 0,
    }
    expect(shown(await submit())).toBe('550 5.7.20 example.org DKIM key of s1 is missing in DNS (dkim-key)')
    expect(put).toEqual([])
    expect(asked).toEqual([])
  })

  it('without a report is put off, and an audit is asked for', async () => {
    report = undefined
    expect(shown(await submit())).toMatch(/^451 4\.7\.1 example\.org has not been audited yet/)
    expect(asked).toEqual(['example.org'])
  })

  it('is held by the mode of the client, before that of the domain', async () => {
    report = undefined
    expect(shown(await submit(text, { mode: 'hold' }))).toBe('250 2.0.0 Ok: held as q1')
    expect(put[0]!.envelopes[0]).toMatchObject({
      state: 'held',
      heldBecause: 'Gate: example.org has not been audited yet (dns-existence)',
    })
    const domain = { settings: { gate: { ...settings.gate, domains: { 'example.org': 'observe' as const } } } }
    expect(shown(await submit(text, domain))).toBe('250 2.0.0 Ok: queued as q1')
    expect(events.at(-1)).toMatchObject({
      kind: 'queued',
      because: 'example.org has not been audited yet (dns-existence)',
    })
  })

  it('goes by another egress when one of ours is listed, and is put off when all are', async () => {
    const listed = (...addresses: string[]) => {
      const egress = readings.egress.map(e =>
        addresses.includes(e.address) ? { ...e, listed: ['zen.spamhaus.org'] } : e,
      )
      report = { report: { readings: { ...readings, egress }, findings: [] } as unknown as Report, ageMs: 0 }
    }
    listed('192.0.2.10')
    expect((await submit()).code).toBe(250)
    listed('192.0.2.10', '192.0.2.11')
    expect(shown(await submit())).toMatch(/^451 4\.3\.5 192\.0\.2\.10 is on a blocklist/)
  })

  it('is told when there is no room, and when the disk fails, before anything else', async () => {
    health = 'full'
    expect(shown(await submit())).toMatch(/^452 4\.3\.1 /)
    health = 'healthy'
    failure = 'io'
    expect(shown(await submit())).toMatch(/^451 4\.3\.0 /)
    failure = 'full'
    expect(shown(await submit())).toMatch(/^452 4\.3\.1 /)
  })

  it('never leaves unsigned', async () => {
    const unfit = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const domains = [{ name: 'example.org', dkim: [{ selector: 's1', key: unfit }] }]
    await expect(submit(text, { settings: { domains }, mode: 'observe' })).rejects.toThrow()
    expect(put).toEqual([])
  })
})
