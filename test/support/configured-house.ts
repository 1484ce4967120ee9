// A folder with everything that a configuration names: keys, certificates good and bad, passwords; and a configuration that is good.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certificateFor, createAuthority } from '../../src/lab/certificates.ts'
import { publicPem, rsaKey } from './dkim-keys.ts'

/** The `scrypt:` text of "correct horse". */
export const passwordText = 'scrypt:15:8:1:WrJgQ5U9YQpAdWaHUVk3QA:cW0-nSZFC0o87OUHBJfphVa41zte2S5YYEqMnKZzlnk'

export const now = new Date('2026-11-20T12:00:00Z')

/** Good as it stands. Tests change one piece of it. */
export const good = `hostname: mail.example.org
resolver: ["127.0.0.1:53"]
store: sqlite:var/mailworthy.db
control: unix:var/mailworthy.sock
egress:
  - { name: main, seenAs: [192.0.2.10], helo: mail.example.org }
domains:
  - { name: example.org, dkim: [ { selector: s2026a, key: file:keys/rsa.pem }, { selector: e2026a, key: file:keys/ed25519.pem } ] }
listeners:
  - { name: submission, bind: ["0.0.0.0:587"], tls: required, certificate: file:tls/good.pem, key: file:tls/good.key, auth: [plain, login] }
  - { name: printers, bind: ["10.0.0.5:25"], tls: none }
clients:
  - { name: erp, match: { user: erp }, password: "${passwordText}", senders: ["*@example.org"] }
  - { name: printers, match: { ips: [10.0.0.0/24] }, senders: [scan@example.org], rate: { messages: 30, per: 1m }, gate: hold }
routes:
  - { name: partner, match: ["*.partner.test"], via: mx, tls: verify }
  - { name: cloud, match: ["*"], via: ["smtp.example.net:587"], auth: { user: erp, password: env:SMARTHOST },
      appearsAs: { spf: "include:spf.example.net", dkim: both } }
gate: { mode: reject, stale: 72h, domains: { example.org: hold } }
retry: exchange
log: { level: info, format: text }
`

export const environment = { SMARTHOST: 'let me in', EMPTY: '', TWO_LINES: 'a\nb' }

export interface House {
  readonly folder: string
  write(file: string, content: string | Uint8Array, mode?: number): string
  remove(): void
}

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }) as string

export function makeHouse(): House {
  const folder = mkdtempSync(join(tmpdir(), 'mailworthy-'))
  const write = (file: string, content: string | Uint8Array, mode = 0o600): string => {
    const path = join(folder, file)
    writeFileSync(path, content)
    chmodSync(path, mode)
    return path
  }
  for (const name of ['keys', 'tls', 'secrets']) mkdirSync(join(folder, name))
  write('keys/rsa.pem', pem(rsaKey(2048)))
  write('keys/rsa1024.pem', pem(rsaKey(1024)))
  write('keys/rsa512.pem', pem(generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey))
  write('keys/ed25519.pem', pem(generateKeyPairSync('ed25519').privateKey))
  write('keys/ec.pem', pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey))
  write('keys/public.pem', publicPem(rsaKey(2048)))
  write('keys/damaged.pem', '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n')
  write('keys/shared.pem', pem(rsaKey(2048)), 0o644)
  write('keys/empty.pem', '\n')
  write('keys/binary.pem', Buffer.from([0x30, 0x82, 0xff, 0xfe]))
  write(
    'keys/locked.pem',
    rsaKey(2048).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }) as string,
  )
  const authority = createAuthority(now)
  for (const [name, kind] of [
    ['good', 'good'],
    ['expired', 'expired'],
    ['soon', 'expiring-tomorrow'],
    ['future', 'not-yet-valid'],
    ['other', 'wrong-name'],
  ] as const) {
    const made = certificateFor('mail.example.org', kind, authority, now)
    write(`tls/${name}.pem`, made.certificate)
    write(`tls/${name}.key`, made.key)
    if (name === 'good') write('tls/reversed.pem', authority.root + made.certificate)
  }
  write('tls/text.pem', 'this is no certificate')
  write('tls/damaged.pem', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n')
  write('secrets/erp', `${passwordText}\n`)
  return { folder, write, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
