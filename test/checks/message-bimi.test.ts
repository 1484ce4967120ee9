import messageBimi from '../../src/checks/message-bimi.ts'
import { describeCheck } from '../support/check-tester.ts'
import { letter, mailZone, noon, signedLetter } from '../support/signed-mail.ts'

const bimi = (value: string, selector = 'default') => `${selector}._bimi.example.org TXT "${value}"\n`
const record = 'v=BIMI1; l=https://example.org/logo.svg'
const signed = signedLetter()
const named = (value: string, names = 'from:bimi-selector', wish = {}) => ({
  message: signedLetter({ names, ...wish }, `BIMI-Selector: ${value}\n${letter}`),
})

describeCheck(messageBimi, {
  shown: [
    {
      zone: mailZone() + bimi(record),
      now: noon,
      target: { message: signed },
      says: 'at default._bimi.example.org applies, and the message passes DMARC under p=reject: receivers may show the logo. It names no mark certificate',
    },
    {
      name: 'by a selector that the signature covers',
      zone: mailZone() + bimi(`${record}; a=https://example.org/vmc.pem`, 'brand'),
      now: noon,
      target: named('v=BIMI1; s=brand'),
      says: 'at brand._bimi.example.org applies, and the message passes DMARC under p=reject: receivers may show the logo. It names a mark certificate.',
    },
    {
      name: 'of the organization',
      zone: `${mailZone()}${bimi(record)}a.example.org A 192.0.2.1`,
      now: noon,
      target: { message: signed.replace('jo@example.org', 'jo@example.org') },
      says: 'default._bimi.example.org',
    },
    {
      name: 'by the local part',
      zone: mailZone() + bimi('v=BIMI1; l=; a=; lps=jo') + bimi(record, 'jo'),
      now: noon,
      target: { message: signed },
      says: 'jo._bimi.example.org',
    },
  ],
  none: [
    { zone: mailZone(), now: noon, target: { message: signed }, says: 'no BIMI record at default._bimi.example.org' },
  ],
  declined: [
    { zone: mailZone() + bimi('v=BIMI1; l=; a=;'), now: noon, target: { message: signed }, says: 'no logo is wanted' },
  ],
  'no-author': [{ zone: mailZone(), target: { message: 'Subject: x\n\nx\n' }, says: 'Without exactly one author' }],
  malformed: [
    {
      zone: mailZone() + bimi('v=BIMI1; l=http://example.org/logo.svg'),
      now: noon,
      target: { message: signed },
      says: 'l= is no https: URI',
      fix: 'v=BIMI1; l=https://',
    },
    {
      name: 'not even a record',
      zone: mailZone() + bimi('v=bimi1; l='),
      now: noon,
      target: { message: signed },
      says: 'does not begin with v=BIMI1',
    },
  ],
  several: [
    {
      zone: mailZone() + bimi(record) + bimi(`${record}?2`),
      now: noon,
      target: { message: signed },
      says: '2 BIMI records stand at default._bimi.example.org',
      fix: 'Leave one',
    },
  ],
  'selector-wrong': [
    {
      zone: mailZone(),
      now: noon,
      target: named('brand'),
      says: 'counts for nothing: it is no list of tags',
      fix: 'v=BIMI1; s=name',
      findings: 2,
    },
    {
      name: 'twice',
      zone: mailZone(),
      now: noon,
      target: { message: `BIMI-Selector: v=BIMI1; s=a\nBIMI-Selector: v=BIMI1; s=b\n${letter}` },
      says: 'there are several of it',
      findings: 2,
    },
  ],
  'selector-unsigned': [
    {
      zone: mailZone() + bimi(record, 'brand'),
      now: noon,
      target: named('v=BIMI1; s=brand', 'from'),
      says: 'covers the BIMI-Selector field',
      fix: 'in h=',
      findings: 2,
    },
  ],
  'policy-weak': [
    {
      zone: mailZone('p=none') + bimi(record),
      now: noon,
      target: { message: signed },
      says: 'the DMARC policy that applies is none',
      fix: 'audit example.org --only dmarc',
    },
    {
      name: 'for subdomains',
      zone: mailZone('p=reject; sp=none') + bimi(record),
      now: noon,
      target: { message: signed },
      says: 'says sp=none',
    },
    {
      name: 'in test mode',
      zone: mailZone('p=quarantine; t=y') + bimi(record),
      now: noon,
      target: { message: signed },
      says: 'is none',
    },
  ],
  'not-passing': [
    {
      zone: mailZone() + bimi(record),
      now: noon,
      target: { message: letter, came: '192.0.2.9 x@list.example' },
      says: 'does not pass DMARC',
    },
  ],
  undecided: [{ zone: mailZone() + bimi(record), now: noon, target: { message: letter }, says: 'is not known' }],
  unknowable: [
    {
      zone: `${mailZone()}default._bimi.example.org FAULT servfail`,
      now: noon,
      target: { message: signed },
      says: 'SERVFAIL',
    },
  ],
  'not-asked': [{ zone: mailZone(), says: 'no message was given' }],
})
