import tlsReporting from '../../src/checks/tls-reporting.ts'
import { describeCheck } from '../support/check-tester.ts'

const at = '_smtp._tls.example.org'
const mail = 'example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1'

describeCheck(tlsReporting, {
  arranged: [
    { zone: `${at} TXT "v=TLSRPTv1; rua=mailto:tls@example.org"\n${mail}`, says: 'go to tls@example.org.' },
    {
      name: 'by POST',
      zone: `${at} TXT "v=TLSRPTv1;rua=https://reports.example.net/x"`,
      says: 'https://reports.example.net/x',
    },
  ],
  absent: [{ zone: 'example.org A 192.0.2.1', says: 'asks for no reports' }],
  several: [
    {
      zone: `${at} TXT "v=TLSRPTv1;rua=mailto:a@example.org"\n${at} TXT "v=TLSRPTv1;"`,
      says: 'There are 2 TLS reporting records',
    },
  ],
  invalid: [{ zone: `${at} TXT "v=TLSRPTv1; rua=tls@example.org"`, says: '"tls@example.org" is neither a mailto:' }],
  misspelled: [
    { zone: `${at} TXT "v=TLSRPTv1 rua=mailto:tls@example.org"`, says: 'does not begin with "v=TLSRPTv1;"' },
  ],
  'partly-invalid': [
    {
      zone: `${at} TXT "v=TLSRPTv1; rua=ftp://x,mailto:tls@example.org"\n${mail}`,
      says: '"ftp://x" is neither a mailto:',
    },
  ],
  'cannot-receive': [
    {
      zone: `${at} TXT "v=TLSRPTv1; rua=mailto:tls@nowhere.example"\nexample A 192.0.2.1`,
      says: 'Reports to tls@nowhere.example cannot arrive: nowhere.example does not exist.',
      findings: 2,
    },
  ],
  unchecked: [
    {
      zone: `${at} TXT "v=TLSRPTv1; rua=mailto:tls@silent.example"\nsilent.example FAULT timeout`,
      says: 'Whether reports to tls@silent.example arrive could not be learned',
      findings: 2,
    },
  ],
  unknowable: [{ zone: `${at} FAULT servfail`, says: 'Could not be checked' }],
})
