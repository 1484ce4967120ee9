import m365MtaSts from '../../src/checks/m365-mta-sts.ts'
import { createAuthority } from '../../src/lab/certificates.ts'
import type { Dialer } from '../../src/net/dialer.ts'
import { describeCheck } from '../support/check-tester.ts'
import { httpAnswer, webDialer } from '../support/scripted-web.ts'

const host = 'mta-sts.example.org'
const now = Date.now()
const certificate = createAuthority(new Date(now)).issue({
  names: [host],
  from: new Date(now - 1e9),
  to: new Date(now + 1e9),
})
const zone = `_mta-sts.example.org TXT "v=STSv1; id=1"\n${host} A 192.0.2.80\nexample.org MX 0 `
const older = `${zone}example-org.mail.protection.outlook.com`
const newer = `${zone}example-org.q-v1.mx.microsoft`

const shows = (mode: string, ...mx: readonly string[]): Dialer => {
  const body = ['version: STSv1', `mode: ${mode}`, ...mx.map(one => `mx: ${one}`), 'max_age: 1209600', ''].join('\r\n')
  return webDialer({ certificate, answers: [httpAnswer(200, ['Content-Type: text/plain'], body)] })
}

describeCheck(m365MtaSts, {
  'both-forms': [
    {
      zone: older,
      dialer: shows('enforce', '*.mail.protection.outlook.com', '*.q-v1.mx.microsoft'),
      says: 'names both forms',
    },
  ],
  'one-form': [
    {
      zone: older,
      dialer: shows('enforce', '*.mail.protection.outlook.com'),
      says: 'names mail.protection.outlook.com and not mx.microsoft',
    },
    {
      name: 'the newer one',
      zone: newer,
      dialer: shows('testing', 'example-org.q-v1.mx.microsoft'),
      says: 'names mx.microsoft and not mail.protection.outlook.com',
    },
  ],
  'no-policy': [
    { zone: older, dialer: shows('none'), says: 'no MTA-STS policy that can be used' },
    { name: 'not announced', zone: older.replace('_mta-sts', 'other'), says: 'no MTA-STS policy' },
    { name: 'of other hosts', zone: older, dialer: shows('enforce', 'mx.example.net'), says: 'no MTA-STS policy' },
  ],
  'not-microsoft': [
    { zone: `${zone}mx.example.net`, dialer: shows('enforce', 'mx.example.net'), says: 'does not come in' },
    {
      name: 'a cloud with one form',
      zone: `${zone}example-org.mail.protection.office365.us`,
      dialer: shows('enforce', '*.mail.protection.office365.us'),
      says: 'that can move',
    },
  ],
  'not-asked': [{ zone: older, target: { smtp: false }, says: 'connections were left out' }],
  unknowable: [{ zone: older, says: 'Could not be checked' }],
})
