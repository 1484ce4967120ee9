import dmarcPolicy from '../../src/checks/dmarc-policy.ts'
import { describeCheck } from '../support/check-tester.ts'

const name = '_dmarc.example.org'
const rua = 'rua=mailto:a@example.org'
const at = (tags: string): string => `${name} TXT "v=DMARC1; ${tags}"`
const change = (old: string, corrected: string) => [
  { do: 'remove' as const, name, type: 'TXT', value: `v=DMARC1; ${old}` },
  { do: 'publish' as const, name, type: 'TXT', value: `v=DMARC1; ${corrected}` },
]

describeCheck(dmarcPolicy, {
  reject: [
    { zone: at(`p=reject; ${rua}`), says: `to be rejected (p=reject at ${name})` },
    {
      name: 'stronger below',
      zone: at('p=quarantine; sp=reject; np=reject'),
      target: { domain: 'a.example.org' },
      says: 'rejected (sp=reject',
    },
    {
      name: 'sp= in the record of a subdomain has no effect',
      zone: `${at('p=none')}\n_dmarc.a.example.org TXT "v=DMARC1; p=reject; sp=none"`,
      target: { domain: 'a.example.org' },
      says: 'rejected (p=reject at _dmarc.a.example.org)',
    },
  ],
  quarantine: [
    { zone: at('p=quarantine'), says: 'put into quarantine (p=quarantine' },
    {
      name: 'inherited',
      zone: `${at('p=quarantine')}\na.example.org A 192.0.2.1`,
      target: { domain: 'a.example.org' },
      says: `quarantine (p=quarantine at ${name})`,
    },
  ],
  none: [
    {
      zone: at(`p=none; ${rua}`),
      says: 'forged mail in the name of example.org is delivered',
      fix: `publish p=quarantine at ${name}`,
      records: change(`p=none; ${rua}`, `p=quarantine; ${rua}`),
    },
    {
      name: 'without reports: these first',
      zone: at('p=none'),
      says: 'The policy is none',
      fix: 'First ask for reports',
      records: [],
    },
    {
      name: 'for existing subdomains by sp=',
      zone: `${at(`p=reject; sp=none; ${rua}`)}\na.example.org A 192.0.2.1`,
      target: { domain: 'a.example.org' },
      says: `The policy is none (sp=none at ${name})`,
      fix: `publish sp=quarantine at ${name}`,
      records: change(`p=reject; sp=none; ${rua}`, `p=reject; sp=quarantine; ${rua}`),
      findings: 2,
    },
    {
      name: 'assumed: the fault first, and nothing that weakens what was meant',
      zone: at(`p=reject; sp=x; ${rua}`),
      says: 'none (assumed, since the record is faulty, at',
      fix: 'Correct the record',
      records: [],
    },
    { name: 'test mode has nothing to lower', zone: at(`p=none; t=y; ${rua}`), says: 'The policy is none' },
  ],
  testing: [
    {
      zone: at(`p=reject; t=y; ${rua}`),
      says: 'receivers that know RFC 9989 apply quarantine, older ones apply reject',
      fix: 'without t=y',
      records: change(`p=reject; t=y; ${rua}`, `p=reject; ${rua}`),
    },
    { zone: at('p=quarantine; t=y'), says: 'apply none, older ones apply quarantine' },
  ],
  'weaker-subdomains': [
    {
      zone: at('p=reject; sp=none; adkim=s'),
      says: 'The policy of example.org itself is reject, but weaker below it: sp=none.',
      fix: `Take the weaker tags out of the record at ${name}`,
      findings: 2,
      records: change('p=reject; sp=none; adkim=s', 'p=reject; adkim=s'),
    },
    { name: 'for names that do not exist', zone: at('p=reject; np=quarantine'), says: 'np=quarantine', findings: 2 },
    { name: 'both', zone: at('p=quarantine; sp=none; np=none'), says: 'sp=none, np=none', findings: 2 },
  ],
  'removed-tags': [
    {
      zone: at('p=reject; pct=50; rf=afrf; ri=86400; x=1'),
      says: 'pct=50, rf=afrf, ri=86400. Older receivers apply the policy to 50 % of the failing mail, newer ones to all of it.',
      fix: 'without them',
      findings: 2,
      records: change('p=reject; pct=50; rf=afrf; ri=86400; x=1', 'p=reject; x=1'),
    },
    {
      name: 'pct=100 changes nothing',
      zone: at('p=reject; pct=100'),
      says: 'pct=100. Newer receivers ignore them.',
      findings: 2,
      records: change('p=reject; pct=100', 'p=reject'),
    },
    {
      name: 'pct=0 was what t=y is',
      zone: at('p=reject; pct=0'),
      says: 'to 0 % of the failing mail',
      findings: 2,
      records: change('p=reject; pct=0', 'p=reject; t=y'),
    },
  ],
  'no-policy': [
    { zone: '', says: 'No DMARC policy' },
    { name: 'nothing usable', zone: at('adkim=s'), says: 'No DMARC policy' },
    { name: 'only of the public suffix', zone: '_dmarc.org TXT "v=DMARC1; p=none; psd=y"', says: 'No DMARC policy' },
  ],
  unknowable: [{ zone: `${name} FAULT timeout`, says: 'did not answer in time' }],
})
