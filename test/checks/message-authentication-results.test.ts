import messageAuthenticationResults from '../../src/checks/message-authentication-results.ts'
import { describeCheck } from '../support/check-tester.ts'
import { letter, mailZone, noon, signedLetter } from '../support/signed-mail.ts'

const zone = mailZone()
const trustedServers = ['mx.list.example']
const results = (value: string) => `Authentication-Results: ${value}\n`
const received =
  'Received: from x (x [192.0.2.1]) by mx.list.example with ESMTPS id 1; Fri, 20 Nov 2026 08:00:00 +0000\n'
const older = 'Received: from y (y [192.0.2.7]) by out.example.org with ESMTPS id 1; Fri, 20 Nov 2026 08:00:00 +0000\n'
const given = (message: string, came?: string) => ({
  zone,
  now: noon,
  target: { message, trustedServers, ...(came === undefined ? {} : { came }) },
})
const signed = signedLetter()

describeCheck(messageAuthenticationResults, {
  none: [{ ...given(signed), says: 'no Authentication-Results field' }],
  agrees: [
    {
      ...given(
        `${results('mx.list.example; dkim=pass header.d=example.org header.s=s1; dmarc=pass header.from=example.org')}${received}${signed}`,
      ),
      says: 'mx.list.example found dkim=pass (example.org), dmarc=pass (example.org); what is found now does not contradict it.',
    },
    { name: 'nothing', ...given(results('mx.list.example; none') + signed), says: 'found nothing;' },
    {
      name: 'what was not known then',
      ...given(results('mx.list.example; dkim=temperror header.d=example.org') + signed),
      says: 'dkim=temperror',
    },
    {
      name: 'of another sender',
      ...given(results('mx.list.example; spf=fail smtp.mailfrom=a@else.example') + signed, '192.0.2.1 jo@example.org'),
      says: 'spf=fail (a@else.example)',
    },
  ],
  disagrees: [
    {
      ...given(results('mx.list.example; dkim=pass header.d=example.org') + signed.replace('Good day', 'Bad day')),
      says: 'mx.list.example found dkim=pass (example.org), and now it is dkim=fail (the body was changed after it was signed)',
    },
    {
      name: 'about SPF',
      ...given(results('mx.list.example; spf=pass smtp.mailfrom=jo@example.org') + letter, '192.0.2.9 jo@example.org'),
      says: 'spf=pass (jo@example.org), and now it is spf=fail',
    },
    {
      name: 'about DMARC',
      ...given(results('mx.list.example; dmarc=fail header.from=example.org') + signed),
      says: 'now it is dmarc=pass',
    },
  ],
  older: [
    {
      ...given(received + older + results('mx.list.example; dkim=pass header.d=example.org') + letter),
      says: 'in the name of mx.list.example was in the message before',
      fix: 'RFC 8601 §5',
    },
  ],
  stranger: [
    {
      ...given(results('evil.example; dmarc=pass header.from=example.org') + letter),
      says: 'What evil.example found is not believed',
    },
  ],
  nameless: [
    {
      ...given(results('spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.org') + letter),
      says: 'names no server',
    },
  ],
  malformed: [
    { ...given(results('mx.list.example; dkim=pass (open') + letter), says: 'a comment is not closed', findings: 2 },
  ],
  sealed: [
    {
      ...given(`ARC-Authentication-Results: i=1; lists.example; spf=pass smtp.mailfrom=example.org\n${letter}`),
      says: 'The ARC sets tell what lists.example found: spf=pass (example.org).',
    },
  ],
  'not-asked': [{ zone, says: 'no message was given' }],
})
