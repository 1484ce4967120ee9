// Private keys from PEM text: what OpenSSL takes, or a clause that says what the text is instead.
import { createPrivateKey, type KeyObject } from 'node:crypto'

/** The key, or a clause about the text. */
export type ReadPrivateKey =
  | { readonly ok: true; readonly key: KeyObject }
  | { readonly ok: false; readonly why: string }

/** Reads the first private key of a PEM text. */
export function readPrivateKey(pem: string): ReadPrivateKey {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(pem)) {
    return refuse(
      'the key is encrypted with a passphrase: take it off (openssl pkey -in FILE -out FILE) and keep the file 0600',
    )
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    const other = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(pem)?.[1]
    return refuse(
      other === undefined ? 'it holds no private key in PEM' : `it holds a ${other.toLowerCase()}, not a private key`,
    )
  }
  try {
    return { ok: true, key: createPrivateKey(pem) }
  } catch {
    return refuse('its private key cannot be read: the PEM text is damaged')
  }
}

function refuse(why: string): ReadPrivateKey {
  return { ok: false, why }
}
