// Which keys, signatures, ciphers and versions of TLS are too weak or too old, and by which document.
import type { Certificate } from '../net/certificate.ts'

/** `RSA key of 1024 bits`; undefined when the key is strong enough, or its size is not known. */
export function weakKey(key: Certificate['key']): string | undefined {
  if (key?.bits === undefined) return undefined
  const { type, bits } = key
  // NIST SP 800-57 part 1: 112 bits of security, which is RSA 2048 or a curve of 224.
  if (type === 'rsa' || type === 'rsa-pss') return bits < 2048 ? `RSA key of ${bits} bits` : undefined
  if (type === 'dsa') return `DSA key of ${bits} bits`
  return type === 'ec' && bits < 224 ? `elliptic curve key of ${bits} bits` : undefined
}

/** `RSA 2048`, `P-256`, … as a person names a key. */
export function keyName(key: Certificate['key']): string {
  if (key === undefined) return 'a key of unknown kind'
  const names: { readonly [type: string]: string } = { rsa: 'RSA', 'rsa-pss': 'RSA-PSS', dsa: 'DSA', ec: 'EC' }
  const name = names[key.type] ?? key.type
  return key.bits === undefined ? name : `${name} ${key.bits}`
}

const DIGESTS_BROKEN: ReadonlySet<string> = new Set(['md2', 'md4', 'md5', 'sha1'])

/** `SHA-1` or `MD5` where a certificate is signed by a digest that can be forged (RFC 9155, RFC 6151); else undefined. */
export function weakDigest({ digest }: Certificate): string | undefined {
  return digest !== undefined && DIGESTS_BROKEN.has(digest) ? digestName(digest) : undefined
}

/** `sha256` → `SHA-256`. */
export function digestName(digest: string): string {
  return digest.replace(/^sha([0-9]+)$/, 'SHA-$1').replace(/^md/, 'MD')
}

/** Versions that nobody should use any more (RFC 8996, RFC 7568, RFC 6176). OpenSSL calls TLS 1.0 `TLSv1`. */
export function isOldVersion(protocol: string): boolean {
  return ['SSLv2', 'SSLv3', 'TLSv1', 'TLSv1.1'].includes(protocol)
}

/** `TLSv1` → `TLS 1.0`. */
export function versionName(protocol: string): string {
  return protocol === 'TLSv1' ? 'TLS 1.0' : protocol.replace(/v/, ' ')
}

/** Why a cipher suite, by its IANA name, can be read by who listens in; undefined when it cannot. */
export function weakCipher(cipher: string): string | undefined {
  const rules: readonly (readonly [RegExp, string])[] = [
    [/_EXPORT_/, 'keys for export of the nineties'],
    [/_NULL_/, 'no encryption at all'],
    [/_anon_/i, 'no certificate'],
    [/_RC4_/, 'RC4 (RFC 7465)'],
    [/_RC2_/, 'RC2'],
    [/_3DES_/, '3DES'],
    [/_DES(40)?_/, 'DES'],
    [/_IDEA_/, 'IDEA'],
    [/_MD5$/, 'MD5'],
  ]
  return rules.find(([pattern]) => pattern.test(cipher))?.[1]
}

/** True when who records the traffic and later gets the key of the server can read all of it: no (EC)DHE, and not TLS 1.3. */
export function lacksForwardSecrecy(protocol: string, cipher: string): boolean {
  return protocol !== 'TLSv1.3' && !/^TLS_(ECDHE|DHE|ECCPWD)_/.test(cipher) && /^TLS_[A-Z0-9_]+_WITH_/.test(cipher)
}

/** RFC 9325 §4.1 and RFC 7919: groups of less than 2048 bits are within reach. */
export const SMALLEST_DH_GROUP = 2048
