import dmarcPolicy from '../../src/checks/dmarc-policy.ts'
import { describeCheck } from '../support/check-tester.ts'
import { brisbane } from '../support/dkim-keys.ts'

const name = '_dmarc.example.org'
const rua = 'rua=mailto:a@example.org'
const mx = 'example.org MX 10 mx.example.org'
const spf = 'example.org TXT "v=spf1 ip4:192.0.2.9 -all"'
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
    { zone: at('p=quarantine'), says: 'put into quarantine (p=quarantine', findings: 2 },
    {
      name: 'inherited',
      zone: `${at('p=quarantine')}\na.example.org A 192.0.2.1`,
      target: { domain: 'a.example.org' },
      says: `quarantine (p=quarantine at ${name})`,
      findings: 2,
    },
  ],
  'next-step': [
    {
      zone: `${at(`p=quarantine; ${rua}`)}\n${mx}`,
      says: `The next step is p=reject. From which hosts the domain sends was not told, so only the reports can show it. When the reports show for some weeks that all your own mail passes, publish at ${name}: v=DMARC1; p=reject; ${rua} Where people of the domain write to mailing lists`,
      findings: 2,
      records: [],
    },
    { name: 'something is missing', zone: at('p=quarantine'), says: 'this is missing: reports (rua=', findings: 2 },
  ],
  none: [
    {
      zone: `${at(`p=none; ${rua}`)}\n${mx}\n${spf}`,
      target: { egress: ['192.0.2.9'] },
      says: 'forged mail in the name of example.org is delivered',
      fix: `The next step is p=quarantine. Mail passes by SPF for 192.0.2.9 (pass). When the reports show for some weeks that all your own mail passes, publish the new record at ${name}.`,
      records: change(`p=none; ${rua}`, `p=quarantine; ${rua}`),
    },
    {
      name: 'what sends was not told: the record is told, not proposed',
      zone: `${at(`p=none; ${rua}`)}\n${mx}`,
      says: 'The policy is none',
      fix: `From which hosts the domain sends was not told, so only the reports can show it. When the reports show for some weeks that all your own mail passes, publish at ${name}: v=DMARC1; p=quarantine; ${rua}`,
      records: [],
    },
    {
      name: 'without reports: these first',
      zone: at('p=none'),
      says: 'The policy is none',
      fix: 'Before the next step, p=quarantine, this is missing: reports (rua= and the address of a mailbox).',
      records: [],
    },
    {
      name: 'reports that cannot arrive',
      zone: at('p=none; rua=mailto:a@gone.example.org'),
      says: 'The policy is none',
      fix: 'a place where reports arrive (see dmarc-reporting)',
      records: [],
    },
    {
      name: 'whether the reports arrive is not known',
      zone: `${at(`p=none; ${rua}`)}\nexample.org FAULT timeout MX`,
      says: 'The policy is none',
      fix: 'Not learned: whether the reports arrive.',
      findings: 1,
    },
    {
      name: 'a host that nothing proves',
      zone: `${at(`p=none; ${rua}`)}\n${mx}\nexample.org TXT "v=spf1 -all"`,
      target: { egress: ['192.0.2.9'], selectors: ['s1'] },
      says: 'The policy is none',
      fix: 'this is missing: SPF for 192.0.2.9 (fail); the DKIM key of s1 (missing).',
      records: [],
    },
    {
      name: 'a host that SPF does not prove, but DKIM does',
      zone: `${at(`p=none; ${rua}`)}\n${mx}\nexample.org TXT "v=spf1 -all"\ns1._domainkey.example.org TXT "v=DKIM1; k=ed25519; p=${brisbane}"`,
      target: { egress: ['192.0.2.9'], selectors: ['s1'] },
      says: 'The policy is none',
      fix: 'Mail passes by the DKIM key of s1 (valid).',
      records: change(`p=none; ${rua}`, `p=quarantine; ${rua}`),
    },
    {
      name: 'SPF that could not be learned is no fault',
      zone: `${at(`p=none; ${rua}`)}\n${mx}\nexample.org TXT "v=spf1 a:silent.example.net -all"\nsilent.example.net FAULT timeout`,
      target: { egress: ['192.0.2.9'] },
      says: 'The policy is none',
      fix: 'Not learned: SPF for 192.0.2.9 (temperror).',
    },
    {
      name: 'with a fault beside it: that first',
      zone: `${at(`p=none; pct=50; ${rua}`)}\n${mx}`,
      says: 'The policy is none',
      fix: `this is missing: the corrected record at ${name}`,
      findings: 2,
      records: [],
    },
    {
      name: 'of a domain that neither takes nor sends mail: reject at once',
      zone: `${at('p=none; t=y')}\nexample.org MX 0 .\nexample.org TXT "v=spf1 -all"`,
      says: 'The policy is none',
      fix: 'nothing of its own can be lost: publish p=reject',
      records: change('p=none; t=y', 'p=reject'),
    },
    {
      name: 'of the organization, for a name that sends no mail: a record of its own',
      zone: `${at(`p=none; ${rua}`)}\nparked.example.org MX 0 .\nparked.example.org TXT "v=spf1 -all"`,
      target: { domain: 'parked.example.org' },
      says: 'The policy is none',
      fix: 'publish p=reject at _dmarc.parked.example.org at once',
      records: [{ do: 'publish', name: '_dmarc.parked.example.org', type: 'TXT', value: `v=DMARC1; p=reject; ${rua}` }],
    },
    {
      name: 'for existing subdomains by sp=',
      zone: `${at(`p=reject; sp=none; ${rua}`)}\na.example.org A 192.0.2.1\n${mx}`,
      target: { domain: 'a.example.org' },
      says: `The policy is none (sp=none at ${name})`,
      fix: `publish at ${name}: v=DMARC1; p=reject; sp=quarantine; ${rua} It applies to the names below example.org`,
      records: [],
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
      zone: `${at(`p=reject; t=y; ${rua}`)}\n${mx}\n${spf}`,
      target: { egress: ['192.0.2.9'] },
      says: 'receivers that know RFC 9989 apply quarantine, older ones apply reject',
      fix: 'The next step is to leave test mode (without t=y).',
      records: change(`p=reject; t=y; ${rua}`, `p=reject; ${rua}`),
    },
    { zone: at('p=quarantine; t=y'), says: 'apply none, older ones apply quarantine' },
  ],
  'weaker-subdomains': [
    {
      zone: `${at(`p=reject; sp=none; adkim=s; ${rua}`)}\n${mx}`,
      says: 'The policy of example.org itself is reject, but weaker below it: sp=none.',
      fix: /^Take the weaker tags out of the record at .* publish at _dmarc\.example\.org: v=DMARC1; p=reject; adkim=s; rua/,
      findings: 2,
      records: [],
    },
    {
      name: 'in test mode: that is left first',
      zone: `${at(`p=reject; sp=none; t=y; ${rua}`)}\n${mx}`,
      says: 'weaker below it: sp=none',
      findings: 2,
      records: [],
    },
    { name: 'for names that do not exist', zone: at('p=reject; np=quarantine'), says: 'np=quarantine', findings: 2 },
    { name: 'both', zone: at('p=quarantine; sp=none; np=none'), says: 'sp=none, np=none', findings: 2, records: [] },
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
