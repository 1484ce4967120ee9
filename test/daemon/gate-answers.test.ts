// Where domains stand on each way that their mail can take, and what a message would be told, from reports as an audit makes them.
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Controlled } from '../../src/daemon/control.ts'
import { explainGate, gateStatus, type WayStanding } from '../../src/daemon/gate-answers.ts'
import { publicKeyHash } from '../../src/protocol/dkim/public-key.ts'
import type { ClientSettings, RelaySettings, RouteSettings } from '../../src/relay/settings.ts'
import type { Readings } from '../../src/report/report.ts'
import { report } from '../support/sample-reports.ts'

const key = generateKeyPairSync('ed25519').privateKey

const route = (name: string, given: Partial<RouteSettings> = {}): RouteSettings => ({
  name,
  match: ['*'],
  cost: 1,
  via: 'mx',
  tls: 'auto',
  auth: undefined,
  appearsAs: undefined,
  ...given,
})
const cloud = (addresses: readonly string[], dkim: 'ours' | 'provider' = 'provider'): RouteSettings =>
  route('cloud', {
    match: ['*.partner.test'],
    via: [{ host: 'smtp.example.net', port: 587 }],
    appearsAs: { addresses, spf: undefined, dkim },
  })
const egress = (name: string, address: string): RelaySettings['egress'][number] => ({
  name,
  seenAs: [address],
  source: [],
  helo: `${name}.example.org`,
})
const client: ClientSettings = {
  name: 'erp',
  match: { user: 'erp' },
  password: undefined,
  senders: ['*@example.org'],
  rate: undefined,
  gate: 'hold',
  lineEndings: 'strict',
}

interface World {
  readonly routes?: readonly RouteSettings[]
  readonly egress?: RelaySettings['egress']
  /** Addresses that SPF lets send, and that stand on a blocklist. */
  readonly spf?: readonly string[]
  readonly listed?: readonly string[]
  readonly signed?: boolean
  readonly audited?: boolean
}

const MAIN = '192.0.2.10'
const SPARE = '192.0.2.11'
const THEIRS = '198.51.100.7'

function world({ spf = [MAIN, SPARE], listed = [], signed = true, audited = true, ...rest }: World): Controlled {
  const all = [MAIN, SPARE, THEIRS]
  const readings: Readings = {
    ...report({ domain: 'example.org', findings: [] }).readings,
    spf: all.map(address => ({
      egress: address,
      identity: 'mailfrom',
      result: spf.includes(address) ? 'pass' : 'fail',
      dependsOnLocalPart: false,
    })),
    dkim: [
      signed ? { selector: 's1', state: 'valid', keyHash: publicKeyHash(key) } : { selector: 's1', state: 'missing' },
    ],
    dmarc: { state: 'found', organizationalDomain: 'example.org', policy: 'reject', adkim: 'r', aspf: 'r' },
    egress: all.map(address => ({
      address,
      ptr: 'x.example.org',
      forwardConfirmed: true,
      listed: listed.includes(address) ? ['zen.spamhaus.org'] : [],
      unasked: [],
      helo: null,
    })),
  }
  const known = audited ? report({ domain: 'example.org', findings: [], readings }) : undefined
  return {
    settings: {
      egress: rest.egress ?? [egress('main', MAIN)],
      routes: rest.routes ?? [route('internet')],
      domains: [{ name: 'example.org', dkim: [{ selector: 's1', key }] }],
      clients: [client],
      gate: { mode: 'reject', stale: 1000, domains: {} },
    },
    evidence: { stale: 1000, report: () => known && { report: known, ageMs: 0 } },
    scheduler: { report: () => known, askedAt: () => (known ? 7 : undefined), request: () => {} },
  } as unknown as Controlled
}

const both = [egress('main', MAIN), egress('spare', SPARE)]
const standing = (given: World) => gateStatus(world(given)).domains[0]!
const ways = (given: World): readonly string[] =>
  standing(given).ways.map(
    (way: WayStanding) => `${way.route}/${way.egress} ${way.decision}${way.taken ? ' taken' : ''}`,
  )

describe('where a domain stands', () => {
  it('is told for each route from each egress', () => {
    const given = { egress: both, routes: [route('internet'), cloud([THEIRS])], spf: [MAIN, SPARE, THEIRS] }
    expect(ways(given)).toEqual([
      'internet/main open taken',
      'internet/spare open',
      'cloud/main open taken',
      'cloud/spare open',
    ])
    expect(standing(given)).toMatchObject({
      decision: 'open',
      because: [],
      verdict: 'pass',
      auditedAt: 7,
      mode: 'reject',
    })
  })

  it('differs by route: a smart host that SPF does not let in, where the provider signs', () => {
    const given = { routes: [route('internet'), cloud([THEIRS])] }
    expect(ways(given)).toEqual(['internet/main open taken', 'cloud/main unsure taken'])
    expect(standing(given)).toMatchObject({
      decision: 'unsure',
      because: ['example.org may or may not pass SPF: it could not be judged (spf-authorization)'],
    })
  })

  it('does not ask of a smart host what is asked of our own address', () => {
    const given = { routes: [route('internet'), cloud([], 'ours')], listed: [MAIN] }
    expect(ways(given)).toEqual(['internet/main own-fault taken', 'cloud/main open taken'])
  })

  it('takes another egress where one is on a blocklist', () => {
    expect(ways({ egress: both, listed: [MAIN] })).toEqual(['internet/main own-fault', 'internet/spare open taken'])
    expect(standing({ egress: both, listed: [MAIN] })).toMatchObject({ decision: 'open', because: [] })
  })

  it('before the first audit is unsure', () => {
    expect(standing({ audited: false })).toMatchObject({
      decision: 'unsure',
      because: ['example.org has not been audited yet (dns-existence)'],
      verdict: null,
      auditedAt: null,
    })
  })
})

describe('what a message would be told', () => {
  it('is what status says of its route', () => {
    for (const given of [
      { egress: both, listed: [MAIN] },
      { egress: both, signed: false, spf: [SPARE] },
      { routes: [route('internet'), cloud([THEIRS])] },
    ]) {
      for (const [to, name] of [
        ['a@example.net', 'internet'],
        ['a@mail.partner.test', given.routes === undefined ? 'internet' : 'cloud'],
      ] as const) {
        const told = explainGate({ from: 'erp@example.org', to }, world(given))
        const way = standing(given).ways.find(one => one.route === name && one.taken)!
        expect(told).toMatchObject({ route: name, egress: way.egress, decision: { kind: way.decision } })
      }
    }
  })

  it('takes the client for what it may', () => {
    const given = { signed: false }
    expect(explainGate({ from: 'erp@example.org' }, world(given))).toMatchObject({
      mode: 'reject',
      verdict: { kind: 'refuse', reply: { code: 550, enhanced: '5.7.20' } },
    })
    expect(explainGate({ from: 'erp@example.org', client: 'ERP' }, world(given))).toMatchObject({
      mode: 'hold',
      verdict: { kind: 'hold' },
    })
    expect(explainGate({ from: 'erp@example.net', client: 'erp' }, world(given))).toEqual({
      domain: 'example.net',
      verdict: {
        kind: 'refuse',
        reply: {
          code: 550,
          enhanced: '5.7.1',
          lines: ['The client erp may not write as erp@example.net (header From)'],
        },
      },
    })
    expect(explainGate({ from: 'erp@example.net' }, world(given))).toMatchObject({
      verdict: { reply: { lines: ['Mail from example.net (header From) is not set up here'] } },
    })
    expect(explainGate({ from: 'erp@example.org' }, world({ routes: [cloud([])] }))).toMatchObject({
      verdict: { reply: { code: 550, lines: ['There is no route to one of the recipients'] } },
    })
  })
})
