// Real DKIM keys for tests: those of RFC 8463 §A, and RSA keys of several lengths made once per run.
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'

/** RFC 8463 §A.2: the Ed25519 key of the selector brisbane, as it is published. */
export const brisbane = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='

/** RFC 8463 §A.2: the RSA key (1024 bits) of the selector test. */
export const rsa1024 =
  'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB'

const made = new Map<number, KeyObject>()

/** A private RSA key of so many bits. */
export function rsaKey(bits: number): KeyObject {
  const key = made.get(bits) ?? generateKeyPairSync('rsa', { modulusLength: bits }).privateKey
  made.set(bits, key)
  return key
}

/** The p= of an RSA key of so many bits that nobody has a private key for: it takes no time to make. */
export function publishedOfLength(bits: number): string {
  const modulus = Buffer.alloc(Math.ceil(bits / 8), 0x5b)
  modulus[0] = 1 << ((bits - 1) % 8)
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB' }
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'der' }).toString('base64')
}

/** The PEM file of the public half, as SubjectPublicKeyInfo or bare PKCS#1. */
export function publicPem(key: KeyObject, type: 'spki' | 'pkcs1' = 'spki'): string {
  return createPublicKey(key).export({ type, format: 'pem' }) as string
}

/** The p= of a private key's public half. */
export function published(key: KeyObject, type: 'spki' | 'pkcs1' = 'spki'): string {
  return publicPem(key, type).replaceAll(/-----[A-Z ]+-----|\s/g, '')
}
