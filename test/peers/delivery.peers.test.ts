// Our delivery to a real Postfix, as final MX and as smart host; and our bounces, read by programs of others.
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyRecordText } from '../../src/protocol/dkim/public-key.ts'
import { writeNotice } from '../../src/relay/bounce/notice.ts'
import { type Courier, createCourier } from '../../src/relay/deliver/courier.ts'
import { mappedSockets } from '../../src/relay/deliver/sockets.ts'
import type { RouteSettings } from '../../src/relay/settings.ts'
import { signMessage } from '../../src/relay/sign/sign.ts'
import { content, egress, envelope, message, outcomeLine, route } from '../relay/deliver/delivery-world.ts'
import { zoneResolver } from '../support/zone-resolver.ts'
import { Authority } from './support/certificates.ts'
import { type MailboxPostfix, startMailboxPostfix } from './support/postfix-mailbox.ts'
import { excused, run } from './support/program.ts'

const auth = { user: 'erp', password: 'correct horse' }

describe.skipIf(excused('root', 'postfix', 'openssl', 'saslpasswd2'))('delivery to a real Postfix', () => {
  let authority: Authority
  let postfix: MailboxPostfix
  let courier: Courier

  beforeAll(async () => {
    authority = await Authority.root('Peers Root')
    const names = ['mx.peer.test', 'relay.peer.test']
    postfix = await startMailboxPostfix({
      hostname: 'mx.peer.test',
      domain: 'peer.test',
      mailboxes: ['anna', 'bert', 'gr\u00fcn', 'dots', 'signed', 'large', 'many'],
      certificate: await authority.issue({ names }),
      ...auth,
    })
    courier = createCourier({
      resolver: zoneResolver(`
        peer.test       MX 10 mx.peer.test
        mx.peer.test    A 192.0.2.1
        relay.peer.test A 192.0.2.1
        other.peer.test A 192.0.2.1`),
      ourselves: { names: ['mail.example.org'], addresses: ['192.0.2.10'] },
      ca: [readFileSync(authority.certificate, 'utf8')],
      open: mappedSockets(
        new Map([
          ['192.0.2.1:25', { address: '127.0.0.1', port: postfix.mx }],
          ['192.0.2.1:587', { address: '127.0.0.1', port: postfix.submission }],
        ]),
      ),
    })
  })

  afterAll(async () => {
    await courier?.close()
    await postfix?.stop()
  })

  const send = async (
    recipients: readonly string[],
    more: { body?: string; route?: Partial<RouteSettings>; smtpUtf8?: boolean } = {},
  ) => {
    const outcomes = await courier.attempt({
      message: message({ smtpUtf8: more.smtpUtf8 ?? false }),
      content: content(`From: billing@example.org\r\nSubject: x\r\n\r\n${more.body ?? 'Hello.\r\n'}`, ''),
      envelopes: recipients.map(one => envelope(one)),
      route: route(more.route),
      egress,
    })
    return outcomes.map(outcomeLine)
  }

  it('has three fates in one transaction', async () => {
    expect(await send(['anna@peer.test', 'later@peer.test', 'gone@peer.test'])).toEqual([
      expect.stringMatching(/^delivered 250 2\.0\.0 Ok: queued as [0-9A-F]+$/),
      'deferred 450 4.2.0 <later@peer.test>: Recipient address rejected: Come again',
      'failed 550 5.1.1 <gone@peer.test>: Recipient address rejected: User unknown in virtual mailbox table',
    ])
    const [mail] = await postfix.mailbox('anna', 1)
    expect(mail!.toString()).toMatch(
      /^Received: from mail\.example\.org .*\n\tby mx\.peer\.test \(Postfix\) with ESMTPS /m,
    )
  })

  it('keeps every line as it was, dots and all', async () => {
    const body = '.\r\n..\r\n.x\r\n\r\n.\r\nend.\r\n.\r\n'
    await send(['dots@peer.test'], { body })
    const [mail] = await postfix.mailbox('dots', 1)
    expect(mail!.toString().split('\n\n').slice(1).join('\n\n')).toBe(body.replaceAll('\r\n', '\n'))
  })

  it('leaves signatures whole', async () => {
    const keys = {
      rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
      ed: generateKeyPairSync('ed25519').privateKey,
    }
    const octets = Buffer.from(
      `From: billing@example.org\r\nTo: signed@peer.test\r\nSubject: x\r\nDate: Fri, 20 Nov 2026 08:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\n${'.dots \t\r\n\r\n'.repeat(20_000)}end\r\n\r\n\r\n`,
    )
    const now = Date.UTC(2026, 10, 20, 8)
    const dkim = [
      { selector: 'r', key: keys.rsa },
      { selector: 'e', key: keys.ed },
    ]
    const signed = await signMessage(octets, { name: 'example.org', dkim }, { now, expiresAt: undefined })
    if (signed.kind !== 'signed') throw new Error(signed.says)
    await courier.attempt({
      message: message(),
      content: { signatures: signed.signatures, message: octets },
      envelopes: [envelope('signed@peer.test')],
      route: route(),
      egress,
    })
    const [mail] = await postfix.mailbox('signed', 1)
    const published = new Map(
      dkim.map(({ selector, key }) => [`${selector}._domainkey.example.org`, keyRecordText(key)]),
    )
    const { results } = await dkimVerify(Buffer.from(mail!.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'), {
      resolver: async (name: string) => [[published.get(name)!]],
    })
    expect(results.map(one => one.status.result)).toEqual(['pass', 'pass'])
  })

  it('ends in words at the size that Postfix takes', async () => {
    const body = `${'x'.repeat(70)}\r\n`.repeat(80_000)
    expect(await send(['large@peer.test'], { body })).toEqual([
      expect.stringMatching(
        /^failed 5\.3\.4 the message has \d+ octets, and mx\.peer\.test \[192\.0\.2\.1\] takes no more than 5000000$/,
      ),
    ])
  })

  it('takes internationalized addresses', async () => {
    expect(await send(['gr\u00fcn@peer.test'])).toEqual([expect.stringMatching(/^delivered 250/)])
    await postfix.mailbox('gr\u00fcn', 1)
  })

  it('goes on over one connection', async () => {
    const connects = (): number => postfix.log().match(/connect from /g)?.length ?? 0
    await send(['many@peer.test'])
    const before = connects()
    for (let i = 0; i < 10; i++) await send(['many@peer.test'])
    await postfix.mailbox('many', 11)
    expect(connects() - before).toBe(0)
  })

  describe('as smart host', () => {
    const smart = { via: [{ host: 'relay.peer.test', port: 587 }], auth } as const

    it('gets the mail under TLS with a verified name, and the password', async () => {
      expect(await send(['bert@peer.test'], { route: smart })).toEqual([
        expect.stringMatching(/^delivered 250 2\.0\.0 Ok: queued as/),
      ])
      await postfix.mailbox('bert', 1)
      expect(postfix.log()).toMatch(/sasl_method=PLAIN, sasl_username=erp@mx\.peer\.test/)
    })

    it('gets nothing where its certificate is for another name', async () => {
      const other = { ...smart, via: [{ host: 'other.peer.test', port: 587 }] }
      expect(await send(['bert@peer.test'], { route: other })).toEqual([
        expect.stringMatching(
          /^deferred 4\.7\.5 .*it is for DNS:mx\.peer\.test, DNS:relay\.peer\.test, not for other\.peer\.test/,
        ),
      ])
    })

    it('that does not know the password defers the mail', async () => {
      const wrong = { ...smart, auth: { ...auth, password: 'wrong' } }
      expect(await send(['bert@peer.test'], { route: wrong })).toEqual([
        expect.stringMatching(/^deferred 535 5\.7\.8 Error: authentication failed/),
      ])
    })

    it('that wants a password and gets none refuses the mail', async () => {
      const without = { ...smart, auth: undefined }
      expect((await send(['bert@peer.test'], { route: without }))[0]).toMatch(/^failed 554 5\.7\.1 .*Access denied/)
    })
  })
})

/** What Python's parser makes of a bounce: the parts, and the fields of the report. */
const pythonReader = `
import sys, json, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
parts = list(m.iter_parts())
print(json.dumps({
  'defects': [str(d) for p in m.walk() for d in p.defects],
  'type': m.get_content_type(), 'report': m.get_param('report-type'), 'subject': m['subject'],
  'parts': [p.get_content_type() for p in parts],
  'text': parts[0].get_content(),
  'status': [dict(block.items()) for block in parts[1].get_payload()],
  'returned': parts[2].as_string()[:2000],
}))`

/** What Sisimai, which mailing lists use to read bounces, makes of it. */
const sisimaiReader = `
use Sisimai; use JSON::PP; my $mail = join '', <STDIN>;
my $read = Sisimai->can('rise') || Sisimai->can('make'); # version 5, version 4
my $found = Sisimai->$read(\\$mail, delivered => 1) || [];
print encode_json([map { { recipient => $_->recipient->address, action => $_->action, status => $_->deliverystatus, code => $_->replycode, reason => $_->reason } } @$found]);`

describe('our bounces', () => {
  const reply = { code: 550, enhanced: '5.1.1', text: 'User unknown: gr\u00fc\u00dfe', by: 'mx1.one.test [192.0.2.1]' }
  const notice = (kind: 'failed' | 'delayed', ret: 'full' | undefined) =>
    writeNotice({
      kind,
      message: message({
        subject: 'Gr\u00fc\u00dfe aus dem Norden, und noch viel mehr Text dahinter',
        dsn: { ret, envid: 'order-7' },
      }),
      content: content('From: billing@example.org\r\nSubject: x\r\n\r\nsecret\r\n'),
      recipients: [
        { envelope: envelope('gone@one.test', { orcpt: 'rfc822;old@one.test' }), reply },
        { envelope: envelope('full@one.test'), reply: { ...reply, enhanced: '5.2.2', text: 'Mailbox full' } },
      ],
      hostname: 'mail.example.org',
      now: Date.UTC(2026, 10, 20, 8),
      id: '01HNOTICE',
    })!.message.toString('latin1')

  it.skipIf(excused('python3')).each(['full', undefined] as const)('are read by Python (RET=%s)', async ret => {
    const { stdout, stderr } = await run('python3', ['-c', pythonReader], { input: notice('failed', ret) })
    const read = JSON.parse(stdout || `"${stderr}"`)
    expect(read).toMatchObject({
      defects: [],
      type: 'multipart/report',
      report: 'delivery-status',
      subject: 'Not delivered: Gr\u00fc\u00dfe aus dem Norden, und noch viel mehr Text dahinter',
      parts: ['text/plain', 'message/delivery-status', ret === 'full' ? 'message/rfc822' : 'text/rfc822-headers'],
    })
    expect(read.text).toContain('550 5.1.1 User unknown: gr\u00fc\u00dfe')
    expect(read.status).toMatchObject([
      { 'Reporting-MTA': 'dns; mail.example.org', 'Original-Envelope-Id': 'order-7' },
      {
        'Original-Recipient': 'rfc822; old@one.test',
        'Final-Recipient': 'rfc822; gone@one.test',
        Action: 'failed',
        Status: '5.1.1',
      },
      {
        'Final-Recipient': 'rfc822; full@one.test',
        Action: 'failed',
        Status: '5.2.2',
        'Diagnostic-Code': 'smtp; 550 5.2.2 Mailbox full',
      },
    ])
    expect(read.returned.includes('secret')).toBe(ret === 'full')
  })

  it.skipIf(excused('perl', '/usr/share/perl5/Sisimai.pm'))('are read by Sisimai', async () => {
    const { stdout, stderr } = await run('perl', ['-e', sisimaiReader], { input: notice('failed', undefined) })
    expect(JSON.parse(stdout || `"${stderr}"`)).toEqual([
      { recipient: 'gone@one.test', action: 'failed', status: '5.1.1', code: '550', reason: 'userunknown' },
      { recipient: 'full@one.test', action: 'failed', status: '5.2.2', code: '550', reason: 'mailboxfull' },
    ])
  })
})
