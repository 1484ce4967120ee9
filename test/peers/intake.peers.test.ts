// Programs that send mail, as clients of our listeners: STARTTLS, TLS from the start, AUTH PLAIN and LOGIN, and wrong passwords.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hashPassword, verifyPassword } from '../../src/relay/intake/password.ts'
import { client, startPrinters, startTestIntake, type TestIntake } from '../support/intake.ts'
import { type Ended, excused, run, temporaryFolder } from './support/program.ts'

/** With the real hash, as the relay checks it. */
const user = client({
  name: 'erp',
  match: { user: 'erp' },
  password: await hashPassword('correct horse'),
  senders: ['*@example.org'],
})
const verify = (_: string, password: string, stored: string | undefined): Promise<boolean> =>
  verifyPassword(password, stored)

const body = [
  'From: erp@example.org',
  'To: a@example.net',
  'Subject: peers',
  '',
  '.a line that begins with a dot',
  '..two dots',
  '.',
  'end',
  '',
]

/** What must have arrived, whatever the client adds in front. */
function expectArrived({ taken }: TestIntake, session: object): void {
  expect(taken).toHaveLength(1)
  const { submission, raw, lineEndings } = taken[0]!
  expect(submission.sender.address).toBe('erp@example.org')
  expect(submission.recipients.map(one => one.address)).toEqual(['a@example.net', 'b@example.net'])
  expect(submission.session).toMatchObject(session)
  expect(raw.toString()).toContain('\r\n\r\n.a line that begins with a dot\r\n..two dots\r\n.\r\nend\r\n')
  expect(lineEndings).toEqual({ bareCr: 0, bareLf: 0 })
}

const overTls = (tls: 'required' | 'implicit'): Promise<TestIntake> =>
  startTestIntake({ listener: { tls }, clients: [user], ports: { verify } })

describe.skipIf(excused('swaks'))('swaks', () => {
  const swaks = (port: number, ...args: string[]): Promise<Ended> =>
    run('swaks', [
      ...[
        '--server',
        '127.0.0.1',
        '--port',
        `${port}`,
        '--from',
        'erp@example.org',
        '--to',
        'a@example.net,b@example.net',
      ],
      ...['--helo', 'client.example', '--data', body.join('\\n'), ...args],
    ])
  const login = ['--auth-user', 'erp', '--auth-password', 'correct horse']

  for (const mechanism of ['PLAIN', 'LOGIN']) {
    for (const [tls, option] of [
      ['required', '-tls'],
      ['implicit', '-tlsc'],
    ] as const) {
      it(`sends with AUTH ${mechanism}, TLS ${tls}`, async () => {
        const intake = await overTls(tls)
        const ended = await swaks(intake.port, option, '--auth', mechanism, ...login)
        expect(ended.status, ended.text).toBe(0)
        expectArrived(intake, { user: 'erp', ehlo: 'client.example', protocol: 'ESMTPSA' })
      })
    }
  }

  it('pipelines to a listener that knows it by address', async () => {
    const intake = await startPrinters({ clients: [client({ name: 'lan', match: { ips: ['127.0.0.1'] } })] })
    const ended = await swaks(intake.port, '--pipeline')
    expect(ended.status, ended.text).toBe(0)
    expectArrived(intake, { user: undefined, protocol: 'ESMTP', tls: undefined })
  })

  it('is told what it may not do', async () => {
    const { port, taken } = await overTls('required')
    expect((await swaks(port)).text).toContain('<** 530 5.7.0')
    expect((await swaks(port, '-tls')).text).toContain('<~* 530 5.7.0')
    expect(
      (await swaks(port, '-tls', '--auth', 'PLAIN', '--auth-user', 'erp', '--auth-password', 'wrong')).text,
    ).toContain('<~* 535 5.7.8')
    expect((await swaks(port, '-tls', '--auth', 'LOGIN', ...login, '--from', 'a@other.example')).text).toContain(
      '<~* 550 5.7.1',
    )
    expect(taken).toHaveLength(0)
  })
})

describe.skipIf(excused('msmtp'))('msmtp', () => {
  const msmtp = (port: number, ...args: string[]): Promise<Ended> =>
    run(
      'msmtp',
      [
        ...['--host=127.0.0.1', `--port=${port}`, '--from=erp@example.org', '--domain=client.example', '--tls=on'],
        ...[
          '--tls-certcheck=off',
          '--user=erp',
          '--passwordeval=echo correct horse',
          ...args,
          'a@example.net',
          'b@example.net',
        ],
      ],
      { input: body.join('\n') },
    )

  for (const method of ['plain', 'login']) {
    for (const [tls, option] of [
      ['required', 'on'],
      ['implicit', 'off'],
    ] as const) {
      it(`sends with AUTH ${method}, TLS ${tls}`, async () => {
        const intake = await overTls(tls)
        const ended = await msmtp(intake.port, `--auth=${method}`, `--tls-starttls=${option}`)
        expect(ended.status, ended.text).toBe(0)
        expectArrived(intake, { user: 'erp', protocol: 'ESMTPSA' })
      })
    }
  }

  it('carries what it asks about delivery, and shows our refusal', async () => {
    const intake = await overTls('required')
    await msmtp(intake.port, '--auth=plain', '--dsn-notify=failure,delay', '--dsn-return=headers')
    expect(intake.taken[0]!.submission).toMatchObject({
      sender: { ret: 'hdrs' },
      recipients: [{ notify: ['failure', 'delay'] }, {}],
    })
    const refused = await msmtp(intake.port, '--auth=plain', '--from=a@other.example')
    expect(refused.status).not.toBe(0)
    expect(refused.text).toContain('550 5.7.1 The client erp may not send as <a@other.example>')
  })
})

describe.skipIf(excused('curl'))('curl', () => {
  const folder = temporaryFolder('curl')
  const mail = join(folder, 'mail.eml')
  writeFileSync(mail, body.join('\r\n'))
  const curl = (url: string, ...args: string[]): Promise<Ended> =>
    run('curl', [
      ...['-sS', '--insecure', '--url', url, '--mail-from', 'erp@example.org', '--mail-rcpt', 'a@example.net'],
      ...['--mail-rcpt', 'b@example.net', '--upload-file', mail, ...args],
    ])

  for (const mechanism of ['PLAIN', 'LOGIN']) {
    for (const [tls, scheme] of [
      ['required', 'smtp'],
      ['implicit', 'smtps'],
    ] as const) {
      it(`sends with AUTH ${mechanism}, TLS ${tls}`, async () => {
        const intake = await overTls(tls)
        const options = ['--ssl-reqd', '--user', 'erp:correct horse', '--login-options', `AUTH=${mechanism}`]
        const ended = await curl(`${scheme}://127.0.0.1:${intake.port}/client.example`, ...options)
        expect(ended.status, ended.text).toBe(0)
        expectArrived(intake, { user: 'erp', ehlo: 'client.example', protocol: 'ESMTPSA' })
      })
    }
  }

  it('is refused with a wrong password, and when it asks for a web page', async () => {
    const { port } = await overTls('required')
    expect((await curl(`smtp://127.0.0.1:${port}/x`, '--ssl-reqd', '--user', 'erp:wrong')).text).toContain('67')
    const web = await run('curl', ['-sS', '--http0.9', `http://127.0.0.1:${port}/`])
    expect(web.text).toContain('421 4.7.0')
  })
})
