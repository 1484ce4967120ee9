// Our reading of DKIM keys against openssl's: every selector that a ministry publishes, and keys of all kinds made by openssl.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gatherer, SharedFacts } from '../../src/audit/gather.ts'
import { dkimKey, dkimReading, validKey } from '../../src/facts/dkim-key.ts'
import { createResolver } from '../../src/net/dns/stub-resolver.ts'
import { nobody } from '../support/check-tester.ts'
import { type DigAnswer, dig } from './support/dig.ts'
import { type Ministry, ministryAtHand, readMinistry } from './support/ministry.ts'
import { type NameServer, startNsd } from './support/name-servers.ts'
import { excused, mustRun, run, temporaryFolder } from './support/program.ts'

const folder = temporaryFolder('keys')

describe.skipIf(!ministryAtHand || excused('nsd', 'dig', 'openssl'))('the DKIM keys of a ministry', () => {
  let ministry: Ministry
  let nsd: NameServer

  beforeAll(async () => {
    ministry = readMinistry()
    nsd = await startNsd({ '.': ministry.zone })
  })

  afterAll(async () => {
    await nsd?.stop()
  })

  it('are read as openssl reads what dig is told', async () => {
    const names = ministry.names.filter(name => name.includes('._domainkey.'))
    const answers = await dig(
      nsd.port,
      names.map(name => ({ name, type: 'TXT' })),
    )
    const judged = await inTurn(answers, byOpenssl)
    const ours = await ourReadings(nsd, names)
    const differ = names.flatMap((name, i) =>
      ours[i] === judged[i]
        ? []
        : [`${name}: we say ${ours[i]}, openssl ${judged[i]} (${JSON.stringify(answers[i]!.records)})`],
    )
    expect(differ).toEqual([])
    expect(judged.filter(verdict => verdict.startsWith('valid')).length).toBeGreaterThan(30)
    expect(judged.filter(verdict => verdict === 'revoked').length).toBeGreaterThan(250)
    expect(judged.filter(verdict => verdict === 'missing').length).toBeGreaterThan(100)
  })
})

describe.skipIf(excused('nsd', 'dig', 'openssl'))('DKIM keys made by openssl', () => {
  it('are valid, short or none as openssl says', async () => {
    const keys = await madeKeys()
    const lines = Object.entries(keys).map(([selector, text]) => `${nameOf(selector)}. 60 TXT ${inStrings(text)}`)
    const nsd = await startNsd({ '.': `. 60 SOA ns.test. h.test. 1 1 1 1 1\n. 60 NS ns.test.\n${lines.join('\n')}\n` })
    const names = Object.keys(keys).map(nameOf)
    const answers = await dig(
      nsd.port,
      names.map(name => ({ name, type: 'TXT' })),
    )
    const judged = await inTurn(answers, byOpenssl)
    const ours = await ourReadings(nsd, names)
    await nsd.stop()
    const table = (verdicts: readonly string[]): Record<string, string> =>
      Object.fromEntries(Object.keys(keys).map((selector, i) => [selector, verdicts[i]!]))
    expect(table(ours)).toEqual(table(judged))
    expect(table(judged)).toMatchObject({
      rsa512: expect.stringMatching(/^invalid 512 /),
      rsa1024: expect.stringMatching(/^valid 1024 /),
      rsa4096: expect.stringMatching(/^valid 4096 /),
      ed25519: expect.stringMatching(/^valid 256 /),
      'rsa2048-bare': expect.stringMatching(/^valid 2048 /),
      ec: 'invalid',
      pss: 'invalid',
      'rsa2048-cut': 'invalid',
    })
  })
})

const nameOf = (selector: string): string => `${selector}._domainkey.keys.test`

/** What our facts say of each name: the state, and for a key that can be read its bits and hash. */
async function ourReadings(server: NameServer, names: readonly string[]): Promise<readonly string[]> {
  const resolver = createResolver({ servers: [{ address: '127.0.0.1', port: server.port }] })
  const gatherer = new Gatherer({ resolver, dialer: nobody, ehloName: 'probe.peers.example' }, new SharedFacts())
  const readings = await inTurn(names, async name => {
    const [selector, domain] = name.split('._domainkey.') as [string, string]
    const subject = { domain, selector, ourKey: undefined }
    const { state, keyHash } = await dkimReading(gatherer.know, subject)
    const key = validKey(await gatherer.know(dkimKey, subject))?.key
    return key === undefined ? state : `${state} ${key.bits} ${keyHash}`
  })
  resolver.close()
  return readings
}

/** The same, read by plain rules from what dig heard, with openssl for the key itself (RFC 6376 §3.6.1, RFC 8463 §4.2). */
async function byOpenssl({ records }: DigAnswer): Promise<string> {
  if (records.length === 0) return 'missing'
  if (records.length > 1) return 'invalid'
  const text = (records[0] as readonly string[]).join('')
  const tags = new Map(text.split(';').map(tag => [tag.split('=')[0]!.trim(), tag.slice(tag.indexOf('=') + 1).trim()]))
  const p = tags.get('p')?.replace(/\s+/g, '')
  if (p === undefined || (tags.get('v') ?? 'DKIM1') !== 'DKIM1') return 'invalid'
  if (p === '') return 'revoked'
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(p)) return 'invalid'
  const octets = Buffer.from(p, 'base64')
  const kind = tags.get('k') ?? 'rsa'
  const raw = kind === 'ed25519' && octets.length === 32
  const der = raw ? Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), octets]) : octets
  const file = join(folder, 'judged.der')
  writeFileSync(file, der)
  const read = async (...how: readonly string[]): Promise<string | undefined> => {
    const { status, stdout } = await run('openssl', [...how, '-in', file, '-inform', 'DER', '-noout', '-text'])
    return status === 0 ? stdout : undefined
  }
  const shown = (await read('pkey', '-pubin')) ?? (await read('rsa', '-RSAPublicKey_in'))
  const found = shown?.match(/^(ED25519|RSA) Public-Key:(?: \((\d+) bit\))?|^Public-Key: \((\d+) bit\)\nModulus/m)
  // A key that is bound to another padding (RSASSA-PSS) is none that DKIM has.
  if (!found || /\bPSS\b/.test(shown!)) return 'invalid'
  const type = found[1] === 'ED25519' ? 'ed25519' : 'rsa'
  if (type !== kind || (type === 'ed25519' && !raw)) return 'invalid'
  const bits = type === 'ed25519' ? 256 : Number(found[2] ?? found[3])
  const spki = join(folder, 'judged.spki')
  const written = await run('openssl', [
    'pkey',
    '-pubin',
    '-in',
    file,
    '-inform',
    'DER',
    '-outform',
    'DER',
    '-out',
    spki,
  ])
  if (written.status !== 0) {
    await mustRun('openssl', [
      'rsa',
      '-RSAPublicKey_in',
      '-in',
      file,
      '-inform',
      'DER',
      '-pubout',
      '-outform',
      'DER',
      '-out',
      spki,
    ])
  }
  if (raw) writeFileSync(spki, octets)
  const { stdout: digest } = await mustRun('openssl', ['dgst', '-sha256', '-r', spki])
  return `${bits < 1024 && type === 'rsa' ? 'invalid' : 'valid'} ${bits} sha256:${digest.slice(0, 64)}`
}

/** Selector → record text. */
async function madeKeys(): Promise<Record<string, string>> {
  const records: Record<string, string> = {}
  const make = async (...options: readonly string[]): Promise<string> => {
    const file = join(folder, 'made.key')
    await mustRun('openssl', ['genpkey', ...options, '-out', file])
    return file
  }
  const publicKey = async (key: string): Promise<Buffer> => {
    const file = join(folder, 'made.der')
    await mustRun('openssl', ['pkey', '-in', key, '-pubout', '-outform', 'DER', '-out', file])
    return readFileSync(file)
  }
  for (const bits of [512, 768, 1024, 1536, 2048, 3072, 4096]) {
    const key = await make('-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${bits}`)
    const der = await publicKey(key)
    records[`rsa${bits}`] = `v=DKIM1; k=rsa; p=${der.toString('base64')}`
    if (bits !== 2048) continue
    const bare = join(folder, 'bare.der')
    await mustRun('openssl', ['rsa', '-in', key, '-RSAPublicKey_out', '-outform', 'DER', '-out', bare])
    records['rsa2048-bare'] = `v=DKIM1; p=${readFileSync(bare).toString('base64')}`
    records['rsa2048-cut'] = `v=DKIM1; p=${der.subarray(0, 200).toString('base64')}`
    records['rsa2048-folded'] = `p=${der.toString('base64').replace(/.{40}/g, '$& \t')} ; s=email; n=a note`
    records['rsa2048-as-ed25519'] = `k=ed25519; p=${der.toString('base64')}`
    records['rsa2048-broken'] = `k=rsa; p=${der.toString('base64').replace(/.{10}/, '$&"')}`
  }
  const ed25519 = await publicKey(await make('-algorithm', 'ED25519'))
  records.ed25519 = `v=DKIM1; k=ed25519; p=${ed25519.subarray(12).toString('base64')}`
  records['ed25519-wrapped'] = `v=DKIM1; k=ed25519; p=${ed25519.toString('base64')}`
  records['ed25519-as-rsa'] = `v=DKIM1; p=${ed25519.toString('base64')}`
  const ec = await publicKey(await make('-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'))
  records.ec = `v=DKIM1; p=${ec.toString('base64')}`
  const pss = await publicKey(await make('-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'))
  records.pss = `v=DKIM1; p=${pss.toString('base64')}`
  return records
}

/** As strings of at most 255 octets. */
function inStrings(text: string): string {
  return text
    .match(/.{1,255}/gs)!
    .map(part => `"${part.replace(/["\\\t]/g, odd => `\\${String(odd.charCodeAt(0)).padStart(3, '0')}`)}"`)
    .join(' ')
}

async function inTurn<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await act(item))
  return results
}
