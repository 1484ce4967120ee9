import { expect, it } from 'vitest'
import m365Announcements from '../../src/checks/m365-announcements.ts'
import { describeCheck, findingsOf } from '../support/check-tester.ts'

const now = new Date('2026-11-20T08:00:00Z')
const mx = (host: string): string => `example.org MX 0 ${host}`

describeCheck(m365Announcements, {
  coming: [
    {
      zone: mx('example-org.x-v1.mx.microsoft'),
      now,
      says: /^From the end of December 2026: Basic authentication for SMTP submission.*550 5\.7\.30/,
      findings: 5,
    },
  ],
  'in-force': [
    {
      zone: mx('example-org.mail.protection.outlook.com'),
      now,
      says: /^Since July 2026: Domains that are added get MX hosts below mx\.microsoft/,
      findings: 6,
    },
    {
      name: 'on the day itself, and not before',
      zone: mx('mail.example.org'),
      now: new Date('2026-06-01T00:00:00Z'),
      says: /^Since 1 June 2026/,
      findings: 6,
    },
  ],
  none: [{ zone: mx('.'), now, says: 'No announcement that is known here concerns example.org' }],
  unknowable: [{ zone: 'example.org FAULT timeout', says: 'Could not be checked' }],
})

it('tells what comes first, then the latest', async () => {
  const findings = await findingsOf(m365Announcements, { zone: mx('example-org.mail.protection.outlook.com'), now })
  expect(findings.map(({ data }) => data.id)).toEqual([
    'smtp-auth-basic',
    'new-mx-form',
    ...['high-volume-email', 'initial-domain-limit'],
    'dkim-targets',
    'dmarc-honored',
  ])
})
