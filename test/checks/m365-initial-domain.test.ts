import m365InitialDomain from '../../src/checks/m365-initial-domain.ts'
import { describeCheck } from '../support/check-tester.ts'

const older = 'selector1._domainkey.example.org CNAME selector1-example-org._domainkey.contoso.onmicrosoft.com\n'
const newer =
  'selector1._domainkey.example.org CNAME selector1-example-org._domainkey.contoso.q-v1.dkim.mail.microsoft\n'
const dmarc = '_dmarc.contoso.onmicrosoft.com'

describeCheck(m365InitialDomain, {
  protected: [
    { zone: `${older}${dmarc} TXT "v=DMARC1; p=reject"`, says: 'contoso.onmicrosoft.com, the initial domain' },
    { name: 'by the newer form', zone: `${newer}${dmarc} TXT "v=DMARC1; p=quarantine"`, says: 'p=quarantine' },
  ],
  watched: [{ zone: `${older}${dmarc} TXT "v=DMARC1; p=none"`, says: 'what is forged in its name is delivered' }],
  unprotected: [
    { zone: older, says: 'has no DMARC record' },
    {
      name: 'several',
      zone: `${older}${dmarc} TXT "v=DMARC1; p=reject"\n${dmarc} TXT "v=DMARC1; p=none"`,
      says: 'has no DMARC record',
    },
  ],
  untold: [{ zone: 'example.org A 192.0.2.1', says: 'no DKIM alias leads there' }],
  unknowable: [{ zone: `${older}${dmarc} FAULT servfail`, says: 'Could not be checked' }],
})
