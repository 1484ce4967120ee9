import { expect, it } from 'vitest'
import messageTrace from '../../src/checks/message-trace.ts'
import { describeCheck, findingsOf } from '../support/check-tester.ts'

const zone = 'example.org A 192.0.2.1'
const at = (time: string): string => `Fri, 20 Nov 2026 ${time} +0000`
const mail = (...received: readonly string[]) => ({
  message: `${received.map(one => `Received: ${one}\n`).join('')}From: a@example.org\n\nHello.\n`,
})
const out = `from app.example.org ([192.0.2.30]) by out.example.org with ESMTPSA id 1; ${at('08:00:00')}`
const into = `from out.example.org (out.example.org [192.0.2.25]) by mx.example.net with ESMTPS id 2; ${at('08:00:05')}`

describeCheck(messageTrace, {
  none: [{ zone, target: mail(), says: 'has no Received field' }],
  encrypted: [
    {
      zone,
      target: mail(into, out),
      says: 'The message went 2 steps in 5 s; every step over the internet was encrypted.',
    },
    {
      name: 'and one inside a machine',
      zone,
      target: mail(`by mx.example.net with LMTP; ${at('08:00:09')}`, into),
      says: '2 steps in 4 s',
    },
  ],
  way: [
    {
      zone,
      target: mail(`from x (x [192.0.2.9]) by mx.example.net; ${at('08:00:05')}`),
      says: 'The message went one step.',
    },
  ],
  plain: [
    {
      zone,
      target: mail(into.replace('ESMTPS', 'ESMTP'), out),
      says: 'Step 2 was not encrypted: mx.example.net took the message from out.example.org by ESMTP',
      fix: 'Offer STARTTLS',
      findings: 2,
    },
  ],
  loop: [
    {
      zone,
      target: mail(into, `from mx.example.net (m [192.0.2.7]) by out.example.org with ESMTPS; ${at('08:00:04')}`, into),
      says: 'went the way out.example.org → mx.example.net more than once',
      fix: 'leads back',
      findings: 2,
    },
    {
      name: 'thirty steps',
      zone,
      target: mail(...Array.from({ length: 30 }, (_, i) => `by h${30 - i}.example.org with ESMTP; ${at('08:00:00')}`)),
      says: '30 servers took it',
      findings: 2,
    },
  ],
  slow: [
    {
      zone,
      target: mail(
        `from mx.example.net ([192.0.2.7]) by box.example.net with ESMTPS; ${at('09:00:05')}`,
        into.replace('08:00:05', '08:30:00'),
        out,
      ),
      says: 'waited 30 min before mx.example.net took it (of 1 h in all).',
      findings: 3,
    },
  ],
  clocks: [
    {
      zone,
      target: mail(into.replace('08:00:05', '07:50:00'), out),
      says: 'mx.example.net dates the message 10 min before the server in front',
      findings: 2,
    },
    {
      name: 'from 1970',
      zone,
      target: mail(into, out.replace(/;.*/, '; Thu, 1 Jan 1970 00:12:00 +0000')),
      says: 'mx.example.net dates the message 20777 d 7 h after',
      findings: 2,
    },
  ],
  undated: [
    {
      zone,
      target: mail(into.replace(/;.*/, '; Freitag'), out),
      says: 'When mx.example.net took the message is not known',
      findings: 2,
    },
  ],
  private: [
    {
      zone,
      target: mail(into, `from pc ([10.1.2.3]) by out.example.org with ESMTP id 0; ${at('08:00:00')}`),
      says: 'inside of a private network: 10.1.2.3',
      findings: 2,
    },
  ],
  'not-asked': [{ zone, says: 'no message was given' }],
})

it('tells the steps as data, and which of them a server of ours proves', async () => {
  const target = { ...mail(into, out), trustedServers: ['mx.example.net'] }
  const [finding] = await findingsOf(messageTrace, { zone, target })
  expect(finding!.data).toMatchObject({
    total: 5,
    hops: [
      {
        number: 1,
        from: 'app.example.org',
        by: 'out.example.org',
        protocol: 'ESMTPSA',
        tls: 'yes',
        delay: null,
        proven: false,
      },
      { number: 2, address: '192.0.2.25', at: '2026-11-20T08:00:05.000Z', delay: 5, proven: true },
    ],
  })
})
