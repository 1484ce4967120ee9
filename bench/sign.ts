// Signatures a second: ours against mailauth's signer, in turns in one process, by size of the body. Ratios count; the rest
// depends on the machine. Our figures are also given with our own verification, as every message has it before its 250.
//   npm exec -c 'node bench/sign.ts'
import { generateKeyPairSync } from 'node:crypto'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { prepare } from '../src/relay/message/prepare.ts'
import { type Signed, signMessage } from '../src/relay/sign/sign.ts'
import { verifyOwn } from '../src/relay/sign/verify-own.ts'
import { submission } from '../test/support/submission.ts'

const ROUNDS = 5
const SLICE_MS = Number(process.env.SLICE_MS ?? 600)
/** As many messages at once as a relay has: RSA runs in a pool of threads. */
const TOGETHER = 20

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const ed25519 = generateKeyPairSync('ed25519').privateKey
const keySets = {
  RSA: [{ selector: 'r', key: rsa }],
  Ed25519: [{ selector: 'e', key: ed25519 }],
  both: [
    { selector: 'r', key: rsa },
    { selector: 'e', key: ed25519 },
  ],
}

function messageOf(octets: number): Buffer {
  const head =
    'From: a@example.org\r\nTo: b@example.net\r\nSubject: a message of the usual kind\r\nMIME-Version: 1.0\r\n'
  const line = 'The quick brown fox jumps over the lazy dog, and the dog lets it.\r\n'
  const made = prepare(Buffer.from(`${head}\r\n${line.repeat(octets / line.length)}`), submission)
  if (made.kind === 'refused') throw new Error(made.says)
  return made.message
}

interface Measured {
  readonly perSecond: number
  /** Microseconds of CPU for one message, of all threads. */
  readonly cpu: number
}

async function measure(act: () => Promise<unknown>): Promise<Measured> {
  const started = performance.now()
  const before = process.cpuUsage()
  let count = 0
  const worker = async (): Promise<void> => {
    while (performance.now() - started < SLICE_MS) {
      await act()
      count++
    }
  }
  await Promise.all(Array.from({ length: TOGETHER }, worker))
  const { user, system } = process.cpuUsage(before)
  return { perSecond: (count / (performance.now() - started)) * 1_000, cpu: (user + system) / count }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

const now = Date.now()
for (const [size, octets] of Object.entries({ '1 KB': 1_000, '10 KB': 10_000, '100 KB': 100_000, '1 MB': 1_000_000 })) {
  const message = messageOf(octets)
  for (const [kind, dkim] of Object.entries(keySets)) {
    const sign = (): ReturnType<typeof signMessage> =>
      signMessage(message, { name: 'example.org', dkim }, { now, expiresAt: undefined })
    const signatureData = dkim.map(({ selector, key }) => ({
      signingDomain: 'example.org',
      selector,
      privateKey: key.export({ type: 'pkcs8', format: 'pem' }) as string,
    }))
    // Its types want the one domain of a single signature besides.
    const options = { canonicalization: 'relaxed/relaxed', signatureData } as Parameters<typeof dkimSign>[1]
    const contenders: { readonly [name: string]: () => Promise<unknown> } = {
      ours: sign,
      'ours, verified': async () => verifyOwn((await sign()) as Signed, message, () => undefined),
      mailauth: async () => dkimSign(message, options),
    }
    const results = new Map(Object.keys(contenders).map(name => [name, [] as Measured[]]))
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, act] of Object.entries(contenders)) {
        const measured = await measure(act)
        // The first round warms up.
        if (round > 0) results.get(name)!.push(measured)
      }
    }
    const rate = (name: string): number => median(results.get(name)!.map(one => one.perSecond))
    const cpu = (name: string): number => median(results.get(name)!.map(one => one.cpu))
    const columns = Object.keys(contenders).map(
      name => `${name} ${rate(name).toFixed(0)}/s (${cpu(name).toFixed(0)} µs)`,
    )
    const ratio = (of: (name: string) => number): string =>
      ['ours', 'ours, verified'].map(name => `${(of(name) / of('mailauth')).toFixed(1)}`).join(' and ')
    const ratios = `ratio of rates ${ratio(rate)}, of work for a second of CPU ${ratio(name => 1 / cpu(name))}`
    process.stdout.write(`${size.padEnd(7)}${kind.padEnd(9)}${columns.join('   ')}   ${ratios}\n`)
  }
}
