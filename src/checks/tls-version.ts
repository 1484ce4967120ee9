// Which version of TLS and which cipher come about with a mail host? Old ones are old, not broken: they are still better than none.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { scopes } from '../audit/scope.ts'
import { tlsSession } from '../facts/smtp-probe.ts'
import { displayName } from '../names/domain.ts'
import {
  isOldVersion,
  lacksForwardSecrecy,
  SMALLEST_DH_GROUP,
  versionName,
  weakCipher,
} from '../protocol/tls-strength.ts'

const TODAY =
  'Let the mail server of {host} speak TLS 1.2 and 1.3 with the ciphers that its TLS library has by default (Postfix: smtpd_tls_protocols = >=TLSv1.2; Windows: Schannel settings of the server). Where the library is too old for that, update the system.'

export default defineCheck({
  id: 'tls-version',
  group: 'tls',
  scope: 'endpoint',
  title: 'The mail host speaks a present version of TLS with a strong cipher',
  why: 'Senders that demand TLS refuse versions from before 2008, and what is encrypted weakly today can be recorded and read tomorrow.',
  refs: ['RFC 8996', 'RFC 9325 §3.1.1', 'RFC 9325 §4', 'RFC 7435 §4'],
  needs: { tls: tlsSession },
  outcomes: {
    modern: { level: 'pass', says: '{endpoint} speaks {version} with {cipher}.' },
    'old-version': {
      level: 'warn',
      says: '{endpoint} speaks nothing newer than {version}, which is deprecated (RFC 8996). Mail still reaches it encrypted from senders that are content with that; others deliver in clear or not at all.',
      fix: TODAY,
    },
    'weak-cipher': {
      level: 'warn',
      says: '{endpoint} encrypts with {cipher}: {weakness}. Who listens in can read it, or soon will.',
      fix: TODAY,
    },
    'no-forward-secrecy': {
      level: 'warn',
      says: '{endpoint} encrypts with {cipher}, without forward secrecy: who records the traffic and gets the key of {host} later can read all of it.',
      fix: TODAY,
    },
    'small-group': {
      level: 'warn',
      says: '{endpoint} exchanges keys by Diffie-Hellman in a group of {bits} bits; less than 2048 are within reach of the well equipped.',
      fix: 'Let {host} prefer ECDHE, or give it a group of 2048 bits (Postfix 3.7 and later has a good one by itself; before: smtpd_tls_dh1024_param_file).',
    },
    'no-tls': {
      level: 'info',
      says: 'There is no TLS to judge: it does not come about (see `starttls-offer`).',
    },
  },
  evaluate({ tls }, subject) {
    if (tls.kind === 'no-tls') return { outcome: 'no-tls' }
    const { protocol, cipher, dhBits } = tls
    const data = {
      endpoint: scopes.endpoint.says(subject),
      host: displayName(subject.host),
      version: versionName(protocol),
      cipher,
    }
    const faults: Ruling<'old-version' | 'weak-cipher' | 'no-forward-secrecy' | 'small-group'>[] = []
    if (isOldVersion(protocol)) faults.push({ outcome: 'old-version', data })
    const weakness = weakCipher(cipher)
    if (weakness !== undefined) faults.push({ outcome: 'weak-cipher', data: { ...data, weakness } })
    else if (lacksForwardSecrecy(protocol, cipher)) faults.push({ outcome: 'no-forward-secrecy', data })
    if (dhBits !== undefined && dhBits < SMALLEST_DH_GROUP) {
      faults.push({ outcome: 'small-group', data: { ...data, bits: dhBits } })
    }
    const [first, ...rest] = faults
    return first === undefined ? { outcome: 'modern', data } : [first, ...rest]
  },
})
