// A little signed world, made by BIND's tools: a root with a key of its own, `test` below it, and zones there that are signed well or badly.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mustRun, temporaryFolder } from './program.ts'

/** How a zone below `test` is signed, and what is done to it afterwards. */
export interface Signing {
  /** None: it is not signed. */
  readonly algorithm?: 'ECDSAP256SHA256' | 'NSEC3RSASHA1' | 'RSASHA256'
  readonly bits?: number
  /** From and until, in seconds from now. */
  readonly lasts?: readonly [from: number, until: number]
  /** What the zone above says of it; its own keys by default. */
  readonly signers?: 'own' | 'none' | 'other' | 'sha1'
  /** Publish it unsigned all the same. */
  readonly withoutKeys?: true
  /** A last hand on the signed text. */
  readonly alter?: (zone: string) => string
}

export interface SignedWorld {
  /** Origin → master file. */
  readonly zones: { readonly [origin: string]: string }
  /** The DS record of the root, as unbound takes it for a trust anchor. */
  readonly anchor: string
  /** A file that delv reads its trust anchor from. */
  readonly anchorFile: string
}

const DAY = 86_400

/** The plain text of a zone with mail. */
function plain(origin: string): string {
  const below = origin === '.' ? '' : origin
  return `$TTL 300
${origin === '.' ? '.' : `${origin}.`} SOA ns.test. hostmaster.test. 1 3600 600 604800 60
${origin === '.' ? '.' : `${origin}.`} NS ns.test.
${below.endsWith('.test') ? `${below}. MX 10 mx.${below}.\nmx.${below}. A 192.0.2.1\n${below}. TXT "v=spf1 mx -all"\n` : ''}`
}

/** Makes the world. @throws Error when a tool fails */
export async function signedWorld(below: { readonly [name: string]: Signing }): Promise<SignedWorld> {
  const folder = temporaryFolder('signed')
  const zones: { [origin: string]: string } = {}
  let delegations = 'ns.test. 300 A 192.0.2.53\n'
  for (const [name, signing] of Object.entries(below)) {
    const origin = `${name}.test`
    const { text, signers } = await signZone(folder, origin, plain(origin), signing)
    zones[origin] = text
    delegations += `${origin}. 300 NS ns.test.\n${signers}\n`
  }
  const good = { algorithm: 'ECDSAP256SHA256' } as const
  const test = await signZone(folder, 'test', plain('test') + delegations, good)
  const root = await signZone(
    folder,
    '.',
    `${plain('.')}test. 300 NS ns.test.\nns.test. 300 A 192.0.2.53\n${test.signers}\n`,
    good,
  )
  const [, tag, algorithm, type, digest] = /DS\s+(\d+) (\d+) (\d+) ([0-9A-F ]+)/.exec(root.signers)!
  const anchor = `. DS ${tag} ${algorithm} ${type} ${digest!.replace(/ /g, '')}`
  const anchorFile = join(folder, 'anchor')
  writeFileSync(
    anchorFile,
    `trust-anchors { "." static-ds ${tag} ${algorithm} ${type} "${digest!.replace(/ /g, '')}"; };\n`,
  )
  return { zones: { '.': root.text, test: test.text, ...zones }, anchor, anchorFile }
}

async function signZone(folder: string, origin: string, text: string, signing: Signing) {
  const { algorithm, bits, lasts = [-DAY, 30 * DAY], signers = 'own', withoutKeys, alter = whole => whole } = signing
  if (algorithm === undefined) return { text, signers: '' }
  const newKey = async (): Promise<string> => {
    const size = algorithm === 'ECDSAP256SHA256' ? [] : ['-b', String(bits ?? 2048)]
    const { stdout } = await mustRun('dnssec-keygen', [
      '-q',
      '-K',
      folder,
      '-a',
      algorithm,
      ...size,
      '-f',
      'KSK',
      origin,
    ])
    return stdout.trim()
  }
  const key = await newKey()
  const [plainFile, signedFile] = [join(folder, `${origin}-plain`), join(folder, `${origin}-signed`)]
  writeFileSync(plainFile, text + readFileSync(join(folder, `${key}.key`), 'utf8'))
  const now = Date.now() / 1000
  const [from, until] = lasts.map(seconds => new Date((now + seconds) * 1000).toISOString().replace(/[-:T]|\..*/g, ''))
  // -P: it would refuse to write what is broken on purpose. -z: one key signs all.
  const nsec3 = algorithm === 'NSEC3RSASHA1' ? ['-3', '-'] : []
  await mustRun(
    'dnssec-signzone',
    [
      ...['-q', '-P', '-z', '-K', folder, '-d', folder, '-o', origin, '-s', from!, '-e', until!, ...nsec3],
      ...['-f', signedFile, plainFile, join(folder, key)],
    ].map(String),
  )
  const named = signers === 'other' ? await newKey() : key
  const kind = signers === 'sha1' ? ['-1'] : ['-2']
  const { stdout } = await mustRun('dnssec-dsfromkey', [...kind, join(folder, `${named}.key`)])
  const signed = withoutKeys ? text : alter(readFileSync(signedFile, 'utf8'))
  return { text: signed, signers: signers === 'none' ? '' : stdout.trim() }
}
