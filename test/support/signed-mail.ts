// A little world with DKIM keys of several kinds, and letters signed with them: for tests of the checks of messages.
import { generateKeyPairSync } from 'node:crypto'
import { keyRecordText } from '../../src/protocol/dkim/public-key.ts'
import { type SignWish, signedMessage } from './dkim-signer.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const short = generateKeyPairSync('rsa', { modulusLength: 768 }).privateKey

/** The noon of the letters. */
export const noon = new Date('2026-11-20T12:00:00Z')

/** example.org lets 192.0.2.1 send and asks for `policy`; s1 is its key, and that of list.example. */
export function mailZone(policy = 'p=reject'): string {
  const key = keyRecordText(rsa)
  return `
    example.org A 192.0.2.1
    example.org TXT "v=spf1 ip4:192.0.2.1 -all"
    _dmarc.example.org TXT "v=DMARC1; ${policy}"
    s1._domainkey.example.org TXT "${key}"
    testing._domainkey.example.org TXT "${key.replace('v=DKIM1;', 'v=DKIM1; t=y;')}"
    short._domainkey.example.org TXT "${keyRecordText(short)}"
    silent._domainkey.example.org FAULT servfail
    list.example TXT "v=spf1 ip4:192.0.2.2 ~all"
    _dmarc.list.example TXT "v=DMARC1; p=none"
    s1._domainkey.list.example TXT "${key}"
    broken.example TXT "v=spf1 ip4:nonsense -all"
    silent.example FAULT servfail
    none.example A 192.0.2.3
  `
}

/** An unsigned letter. */
export const letter = `From: Jo <jo@example.org>
To: friends@list.example
Subject: Our plans
Date: Fri, 20 Nov 2026 08:00:00 +0000
Message-ID: <1@example.org>

Good day,
here are the plans.
`

/** The letter with a signature of example.org by s1, or as it is wished. */
export function signedLetter(wish: Partial<SignWish> = {}, text = letter): string {
  const names = 'from:to:subject:date:message-id:from'
  const key = wish.selector === 'short' ? short : rsa
  return signedMessage(text, { key, names, ...wish }).toString('latin1')
}
