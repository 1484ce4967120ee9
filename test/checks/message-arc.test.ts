import { generateKeyPairSync } from 'node:crypto'
import { sealMessage } from 'mailauth/lib/arc/index.js'
import messageArc from '../../src/checks/message-arc.ts'
import { keyRecordText } from '../../src/protocol/dkim/public-key.ts'
import { describeCheck } from '../support/check-tester.ts'
import { letter } from '../support/signed-mail.ts'

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const zone = `
  s1._domainkey.list.example TXT "${keyRecordText(key)}"
  s1._domainkey.gateway.example TXT "${keyRecordText(key)}"
  s1._domainkey.silent.example FAULT timeout
`
const wire = letter.replaceAll('\n', '\r\n')

async function sealed(message: string, domain: string, cv: 'none' | 'pass', instance: number): Promise<string> {
  const wish = {
    ...{ signingDomain: domain, selector: 's1', i: instance, cv },
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }) as string,
    authResults: `${domain}; spf=pass smtp.mailfrom=example.org`,
  }
  const header = await sealMessage(Buffer.from(message), wish as never)
  return header.toString() + message
}

const once = await sealed(wire, 'list.example', 'none', 1)
const twice = await sealed(once, 'gateway.example', 'pass', 2)
const changed = await sealed(once.replace('Good day', 'Good morning'), 'gateway.example', 'pass', 2)

describeCheck(messageArc, {
  none: [{ zone, target: { message: wire }, says: 'no ARC set' }],
  pass: [
    { zone, target: { message: once }, says: 'sealed by list.example (i=1); the message is unchanged since the first' },
    {
      name: 'two sets',
      zone,
      target: { message: twice },
      says: 'list.example (i=1), gateway.example (i=2); the message is unchanged',
    },
    {
      name: 'changed between',
      zone,
      target: { message: changed },
      says: 'the message was changed before set 2, and not since',
    },
  ],
  fail: [
    {
      name: 'changed after the last seal',
      zone,
      target: { message: twice.replace('Good day', 'Good morning') },
      says: 'the message signature of the newest set (i=2) does not verify',
      fix: 'list.example (i=1), then gateway.example (i=2)',
    },
    {
      name: 'a set is missing',
      zone,
      target: { message: twice.replace(/ARC-Seal: i=1[\s\S]*?\r\n(?=\S)/, '') },
      says: 'set 1: no arc-seal set',
    },
  ],
  temperror: [
    { zone, target: { message: await sealed(wire, 'silent.example', 'none', 1) }, says: 'did not answer in time' },
  ],
})
