// A submission to prepare messages for in tests: what the relay would know of the client and the session.
import type { PrepareContext } from '../../src/relay/message/prepare.ts'

export const submission: PrepareContext = {
  id: 'Q1',
  hostname: 'mail.example.org',
  takenAt: Date.UTC(2026, 10, 20, 8, 0, 0),
  peer: { address: '192.0.2.7', ehlo: 'erp.example.org' },
  session: { extended: true, encrypted: true, authenticated: true, smtpUtf8: false },
  lineEndings: 'strict',
}
