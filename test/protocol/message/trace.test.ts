// Received fields as real servers write them, and the way of a message that they tell.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readHeader } from '../../../src/protocol/message/header.ts'
import { type Received, readReceived } from '../../../src/protocol/message/received.ts'
import { borderOf, readTrace, type Trace } from '../../../src/protocol/message/trace.ts'
import { leastTime } from '../../support/least-time.ts'

function told({ from, address, by, protocol, tls, tlsVersion, cipher, id, at }: Received) {
  return [
    from,
    address?.text,
    by,
    protocol,
    tls,
    tlsVersion,
    cipher,
    id,
    at === undefined ? undefined : new Date(at).toISOString(),
  ]
}

const when = 'Fri, 20 Nov 2026 08:00:00 +0000'
const iso = '2026-11-20T08:00:00.000Z'

describe('a Received field', () => {
  it.each<[string, string, readonly unknown[]]>([
    [
      'Postfix with TLS',
      `from mail.example.org (mail.example.org [192.0.2.1]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256) (No client certificate requested) by mx.example.net (Postfix) with ESMTPS id 4XYZ12abc for <a@example.net>; Fri, 20 Nov 2026 09:00:00 +0100 (CET)`,
      [
        'mail.example.org',
        '192.0.2.1',
        'mx.example.net',
        'ESMTPS',
        'yes',
        'TLSv1.3',
        'TLS_AES_256_GCM_SHA384',
        '4XYZ12abc',
        iso,
      ],
    ],
    [
      'Postfix without TLS, over IPv6',
      `from mail.example.org (unknown [IPv6:2001:db8::1]) by mx.example.net (Postfix) with ESMTP id 4A; ${when}`,
      ['mail.example.org', '2001:db8::1', 'mx.example.net', 'ESMTP', 'no', undefined, undefined, '4A', iso],
    ],
    [
      'Postfix, from a program',
      `by mx.example.net (Postfix, from userid 33) id 4A; ${when}`,
      [undefined, undefined, 'mx.example.net', undefined, 'local', undefined, undefined, '4A', iso],
    ],
    [
      'Exim',
      `from [192.0.2.7] (port=5123 helo=[10.0.0.5]) by mx.example.net with esmtpsa  (TLS1.3) tls TLS_AES_128_GCM_SHA256 (Exim 4.98) (envelope-from <a@example.org>) id 1tAbC-000000001-2x for b@example.net; ${when}`,
      [
        '[192.0.2.7]',
        '10.0.0.5',
        'mx.example.net',
        'esmtpsa',
        'yes',
        'TLSv1.3',
        'TLS_AES_128_GCM_SHA256',
        '1tAbC-000000001-2x',
        iso,
      ],
    ],
    [
      'older Exim',
      `from mail.example.org ([192.0.2.1] helo=foo) by mx.example.net with esmtps (TLSv1.2:ECDHE-RSA-AES128-GCM-SHA256:128) (Exim 4.90) id 1abc; ${when}`,
      [
        'mail.example.org',
        '192.0.2.1',
        'mx.example.net',
        'esmtps',
        'yes',
        'TLSv1.2',
        'ECDHE-RSA-AES128-GCM-SHA256',
        '1abc',
        iso,
      ],
    ],
    [
      'Exchange Online',
      `from AM0PR04MB1.eurprd04.prod.outlook.com (2603:10a6:208:1::5) by AM0PR04MB2.eurprd04.prod.outlook.com (2603:10a6:20b:2::6) with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.8137.24; ${when}`,
      [
        'AM0PR04MB1.eurprd04.prod.outlook.com',
        '2603:10a6:208:1::5',
        'AM0PR04MB2.eurprd04.prod.outlook.com',
        'Microsoft SMTP Server',
        'yes',
        'TLSv1.2',
        'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
        '15.20.8137.24',
        iso,
      ],
    ],
    [
      'Exchange, within a store',
      `from A.example.org ([fe80::1]) by A.example.org ([fe80::1%5]) with mapi id 15.20.1; ${when}`,
      ['A.example.org', 'fe80::1', 'A.example.org', 'mapi', 'local', undefined, undefined, '15.20.1', iso],
    ],
    [
      'Gmail, from outside',
      `from mail.example.org (mail.example.org. [192.0.2.1]) by mx.google.com with ESMTPS id ffacd0b85a97d-1si for <a@gmail.com> (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256); Fri, 20 Nov 2026 00:00:00 -0800 (PST)`,
      [
        'mail.example.org',
        '192.0.2.1',
        'mx.google.com',
        'ESMTPS',
        'yes',
        'TLSv1.3',
        'TLS_AES_256_GCM_SHA384',
        'ffacd0b85a97d-1si',
        iso,
      ],
    ],
    [
      'Gmail, inside',
      `by 2002:a05:6402:4496:b0:5cf:1 with SMTP id er22csp123; ${when}`,
      [undefined, undefined, '2002:a05:6402:4496:b0:5cf:1', 'SMTP', 'local', undefined, undefined, 'er22csp123', iso],
    ],
    [
      'qmail, from outside',
      `from unknown (HELO mail.example.org) (192.0.2.1) by mx.example.net with SMTP; ${when}`,
      ['unknown', '192.0.2.1', 'mx.example.net', 'SMTP', 'no', undefined, undefined, undefined, iso],
    ],
    [
      'qmail, encrypted',
      `from unknown (HELO x) (a@192.0.2.1) by mx.example.net with (DHE-RSA-AES256-SHA encrypted) SMTP; ${when}`,
      ['unknown', '192.0.2.1', 'mx.example.net', 'SMTP', 'yes', undefined, undefined, undefined, iso],
    ],
    [
      'qmail, inside',
      `(qmail 12345 invoked by uid 1000); ${when}`,
      [undefined, undefined, undefined, undefined, 'local', undefined, undefined, undefined, iso],
    ],
    [
      'sendmail',
      `from mail.example.org (mail.example.org [192.0.2.1] (may be forged)) by mx.example.net (8.18.1/8.18.1) with ESMTPS id 5AK (version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 verify=NO) for <a@example.net>; Fri, 20 Nov 2026 08:00:00 GMT`,
      [
        'mail.example.org',
        '192.0.2.1',
        'mx.example.net',
        'ESMTPS',
        'yes',
        'TLSv1.3',
        'TLS_AES_256_GCM_SHA384',
        '5AK',
        iso,
      ],
    ],
    [
      'OpenSMTPD',
      `from mail.example.org (mail.example.org [192.0.2.1]) by mx.example.net (OpenSMTPD) with ESMTPS id 1a2b (TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO) for <a@example.net>; ${when}`,
      [
        'mail.example.org',
        '192.0.2.1',
        'mx.example.net',
        'ESMTPS',
        'yes',
        'TLSv1.3',
        'TLS_AES_256_GCM_SHA384',
        '1a2b',
        iso,
      ],
    ],
    [
      'amavis',
      `from localhost ([127.0.0.1]) by localhost (mx.example.net [127.0.0.1]) (amavis, port 10024) with ESMTP id x; ${when}`,
      ['localhost', '127.0.0.1', 'localhost', 'ESMTP', 'local', undefined, undefined, 'x', iso],
    ],
    [
      'SMTPUTF8',
      `from a.example (a.example [192.0.2.1]) by b.example with UTF8SMTPS id 1; ${when}`,
      ['a.example', '192.0.2.1', 'b.example', 'UTF8SMTPS', 'yes', undefined, undefined, '1', iso],
    ],
    [
      'nothing of the kind',
      'whatever it is',
      [undefined, undefined, undefined, undefined, 'local', undefined, undefined, undefined, undefined],
    ],
  ])('of %s is read', (_name, value, wanted) => expect(told(readReceived(value))).toEqual(wanted))

  it('says why a date cannot be read', () => {
    expect(readReceived('from a by b; Freitag').dateFault).toContain('not of the form')
    expect(readReceived('from a by b').dateFault).toBe('it has no date')
  })

  it('is read of any text without harm, and fast', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 500 }), text => void readReceived(text)))
    for (const hostile of [
      '('.repeat(60_000),
      'from '.repeat(12_000),
      '[TLS'.repeat(15_000),
      `from a (${'[1'.repeat(30_000)}`,
      `from ${'a:'.repeat(30_000)}`,
    ]) {
      expect(leastTime(() => readReceived(hostile))).toBeLessThan(200)
    }
  })
})

function way(...received: readonly string[]): Trace {
  const octets = Buffer.from(`${received.map(value => `Received: ${value}\r\n`).join('')}\r\n`)
  const header = readHeader(octets)
  if (!header.ok) throw new Error(header.why)
  return readTrace(octets, header.fields)
}

const at = (time: string): string => `Fri, 20 Nov 2026 ${time} +0000`

describe('the way of a message', () => {
  it('is told from the oldest to the newest, with the time of each step', () => {
    const { hops, total } = way(
      `from b.example (b.example [192.0.2.2]) by c.example with ESMTPS id 2; ${at('08:01:30')}`,
      `from a.example (a.example [192.0.2.1]) by b.example with ESMTP id 1; ${at('08:00:00')}`,
    )
    expect(hops.map(({ number, by, delay, inside }) => [number, by, delay, inside])).toEqual([
      [1, 'b.example', undefined, false],
      [2, 'c.example', 90, false],
    ])
    expect(total).toBe(90)
  })

  it('does not make a time of a date that cannot be read', () => {
    const { hops, total } = way(`by c; ${at('08:01:30')}`, 'by b; yesterday', `by a; ${at('08:00:00')}`)
    expect(hops.map(hop => hop.delay)).toEqual([undefined, undefined, undefined])
    expect(total).toBe(90)
    expect(way('by b; yesterday', `by a; ${at('08:00:00')}`).total).toBeUndefined()
  })

  it('finds what went the same way twice, but not what two fields tell of one step', () => {
    const step = (from: string, by: string) => `from ${from} (x [192.0.2.1]) by ${by} with ESMTP; ${at('08:00:00')}`
    expect(way(step('a', 'b'), step('b', 'a'), step('a', 'b')).repeated).toEqual(['a → b'])
    expect(way(step('a', 'b'), step('a', 'b'), step('c', 'a')).repeated).toEqual([])
  })

  it('ends where a server of ours took it from outside', () => {
    const trace = way(
      `from localhost ([127.0.0.1]) by mx.example.net with ESMTP; ${at('08:00:02')}`,
      `from evil (evil [192.0.2.66]) by mx.example.net with ESMTP; ${at('08:00:01')}`,
      `from mx.example.net ([192.0.2.1]) by mx.example.net with ESMTP; ${at('08:00:00')}`,
    )
    expect(borderOf(trace, name => name === 'mx.example.net')?.number).toBe(2)
    expect(borderOf(trace, () => false)).toBeUndefined()
  })

  it('keeps to a hundred steps', () => {
    const trace = way(...Array.from({ length: 120 }, () => 'by a; x'))
    expect([trace.hops.length, trace.more]).toEqual([100, 20])
  })
})
