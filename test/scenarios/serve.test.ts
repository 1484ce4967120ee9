// `mailworthy serve` at work, and the commands that ask it: the queue and the gate, through its socket and without it, and how it ends.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { aMessage, anEnvelope, contentOf } from '../support/queue-messages.ts'
import { mailworthy, type Ran } from '../support/run-cli.ts'
import { makeServedHouse, type Served, type ServedHouse, submit } from '../support/served-relay.ts'
import { startSink } from '../support/sink.ts'

let lab: Lab
let house: ServedHouse

beforeEach(async () => {
  lab = await startLab()
})
afterEach(async () => {
  await house.remove()
  await lab.close()
})

const author = 'app@healthy.example'
const AUDITED =
  /audited domain=broken\.example[\s\S]*audited domain=healthy\.example|audited domain=healthy\.example[\s\S]*audited domain=broken\.example/

/** A house whose next hop says "later" to everybody, and that does not try again for an hour. */
async function slowHouse(edit = (text: string): string => text): Promise<string> {
  const sink = await startSink({ behavior: step => (step === 'RCPT' ? '451 4.2.1 come back later' : undefined) })
  house = await makeServedHouse(lab, sink.port)
  return house.write('slow.yaml', edit(house.text.replace('steps: [1s]', 'steps: [1h]')))
}

async function start(file: string): Promise<Served> {
  const served = house.start(file)
  await served.says(AUDITED)
  return served
}

async function end(served: Served, by: NodeJS.Signals): Promise<void> {
  served.signal(by)
  expect(await served.ended, served.output()).toEqual(
    by === 'SIGKILL' ? { status: null, signal: 'SIGKILL' } : { status: 0, signal: null },
  )
}

const ask = (file: string, ...args: readonly string[]): Promise<Ran> => mailworthy([...args, '--config', file, '-q'])

async function told(file: string, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await ask(file, ...args)
  expect([status, stderr], stdout).toEqual([0, ''])
  return stdout
}

/** One message that waits for its second try. @returns its id */
async function oneWaits(served: Served): Promise<string> {
  const [, id] = /^250 2\.0\.0 Ok: queued as (\S+)$/.exec(await submit(house.port, author, 'ann@example.net')) ?? []
  await served.says(new RegExp(` deferred id=${id} `))
  return id!
}

describe('the queue', () => {
  it('is told in the same words by the daemon, without it, and beside the socket of one that was killed', async () => {
    const file = await slowHouse()
    const served = await start(file)
    const id = await oneWaits(served)
    const questions = [
      ['queue', 'list'],
      ['queue', 'list', '--json'],
      ['queue', 'show', id],
      ['queue', 'show', id, '--json'],
    ]
    /** Data is the same in whatever order its fields come. */
    const all = async (): Promise<readonly unknown[]> => {
      const answers: unknown[] = []
      for (const question of questions) {
        const answer = await told(file, ...question)
        answers.push(question.includes('--json') ? JSON.parse(answer) : answer)
      }
      return answers
    }
    const [list, json, show] = await all()
    const why = String.raw`451 4\.2\.1 come back later \(\[127\.0\.0\.1\]:\d+\); 1 try, next try 20\S+Z`
    expect(list).toMatch(
      new RegExp(`^id +state +from +to +why\n${id}  queued  <${author}>  ann@example\\.net  ${why}\n$`),
    )
    expect(json).toMatchObject([{ message: { id }, envelopes: [{ state: 'queued', attempts: 1 }] }])
    expect(show).toMatch(
      new RegExp(
        `^Message +${id}\nTaken +20\\S+Z\nClient +app \\(127\\.0\\.0\\.1, app\\.healthy\\.example\\) at inside\nMAIL FROM +<${author}>\nFrom +${author}\nSubject +Hello\nMessage-ID +<\\S+>\nSize +\\d+ octets\n\nann@example\\.net: queued\n  ${why}\n$`,
      ),
    )
    const before = await all()
    await end(served, 'SIGTERM')
    expect(await all()).toEqual(before)
    const again = await start(file)
    expect(await all()).toEqual(before)
    await end(again, 'SIGKILL')
    expect(existsSync(join(house.folder, 'var/mailworthy.sock'))).toBe(true)
    expect(await all()).toEqual(before)
    await end(await start(file), 'SIGTERM')
  }, 60_000)

  it.each(['by the daemon', 'without one'])(
    'is changed %s, and says what came of it',
    async by => {
      const file = await slowHouse()
      const served = await start(file)
      const id = await oneWaits(served)
      if (by === 'without one') await end(served, 'SIGTERM')
      expect(await told(file, 'queue', 'hold', id, '--because', 'the partner\nasked us')).toBe('1 recipient held\n')
      expect(await told(file, 'queue', 'list', '--state', 'held')).toMatch(
        / held +<\S+> +\S+ +the partner\\x0aasked us\n$/,
      )
      expect(await told(file, 'queue', 'list', '--state', 'queued')).toBe('Nothing is there.\n')
      const again = await ask(file, 'queue', 'hold', id)
      expect([again.status, again.stdout, again.stderr]).toEqual([
        2,
        '',
        `mailworthy: nothing to hold: ${id} is not known, or not in a state for it\n`,
      ])
      expect(await told(file, 'queue', 'release', id)).toBe('1 recipient released\n')
      expect(await told(file, 'queue', 'retry', '--all')).toBe('1 recipient to be tried now\n')
      expect(await told(file, 'queue', 'drop', id)).toBe('1 recipient dropped\n')
      expect(await told(file, 'queue', 'list')).toBe('Nothing is there.\n')
      expect(await told(file, 'queue', 'list', '--state', 'dropped')).toContain(`${id}  dropped`)
      expect(await told(file, 'queue', 'drop', '--all')).toBe('0 recipients dropped\n')
      for (const wrong of [
        ['show', 'nobody'],
        ['show', '../../etc/passwd'],
        ['drop', 'nobody'],
      ]) {
        const { status, stderr } = await ask(file, 'queue', ...wrong)
        expect(status).toBe(2)
        expect(stderr).toMatch(/^mailworthy: (no message \S+ is known|nothing to drop: \S+ is not known, .*)\n$/)
      }
      const unsaid = await ask(file, 'queue', 'drop')
      expect([unsaid.status, unsaid.stderr]).toEqual([
        2,
        'mailworthy: name one message, or --all of them: mailworthy queue drop ID\n',
      ])
      if (by === 'by the daemon') {
        expect(served.output()).toMatch(new RegExp(` warn held id=${id} .* because="the partner\\\\x0aasked us"\n`))
        await end(served, 'SIGTERM')
      }
    },
    60_000,
  )

  it('is listed whole, however long it is, and none is made by looking', async () => {
    const file = await slowHouse()
    const { status, stdout, stderr } = await ask(file, 'queue', 'list')
    expect([status, stdout]).toEqual([0, 'Nothing is there.\n'])
    expect(stderr).toBe(`mailworthy: no daemon runs, and ${house.folder}/var/mailworthy.db is not there yet\n`)
    expect(readdirSync(house.folder)).not.toContain('var')
    const store = await openSqliteStore({ path: join(house.folder, 'var/mailworthy.db') })
    const later = anEnvelope('ann@example.net', { dueAt: Date.now() + 3_600_000, expiresAt: Date.now() + 7_200_000 })
    const id = (n: number): string => `0D0VQ${String(n).padStart(5, '0')}`
    await Promise.all(
      Array.from({ length: 2001 }, (_, n) =>
        store.queue.put(aMessage(id(n), { takenAt: Date.now() }), contentOf(id(n)), [later]),
      ),
    )
    await store.close()
    const alone = await told(file, 'queue', 'list')
    expect(alone.trimEnd().split('\n')).toHaveLength(2002)
    const served = await start(file)
    expect(await told(file, 'queue', 'list')).toBe(alone)
    await end(served, 'SIGTERM')
  }, 60_000)
})

describe('the gate', () => {
  const modes = `  - { name: keeper, match: { ips: [127.0.0.2] }, senders: ["*@healthy.example", "*@broken.example"], gate: hold }
  - { name: watcher, match: { ips: [127.0.0.3] }, senders: ["*@healthy.example", "*@broken.example"], gate: observe }
routes:
  - { name: cloud, match: ["*.partner.example"], via: ["127.0.0.1:9"], tls: none, appearsAs: { addresses: [198.51.100.77], dkim: provider } }
`
  const FAULTS = [
    'broken.example DKIM key published for s1 is not the one we sign with (dkim-key-match)',
    'broken.example has an SPF record with a permanent error (spf-syntax)',
  ]
  const BROKEN = FAULTS.join('; ')
  const UNSURE = 'healthy.example may or may not pass SPF: it could not be judged (spf-authorization)'

  it('tells where each domain stands, and what a message would be answered: just that it is answered', async () => {
    const file = await slowHouse(text => text.replace('routes:\n', modes))
    const served = await start(file)
    const rows = (await told(file, 'gate', 'status'))
      .trimEnd()
      .split('\n')
      .map(row => row.split(/ {2,}/))
    expect(rows[0]).toEqual(['domain', 'route', 'gate', 'mode', 'verdict', 'audited', 'because'])
    expect(
      rows.slice(1).map(([domain, route, gate, mode, , at, why]) => [domain, route, gate, mode, at!.slice(0, 2), why]),
    ).toEqual([
      ['healthy.example', 'cloud', 'unsure', 'reject', '20', UNSURE],
      ['healthy.example', 'sink', 'open', 'reject', '20', undefined],
      ['broken.example', 'cloud', 'open', 'reject', '20', undefined],
      ['broken.example', 'sink', 'closed', 'reject', '20', BROKEN],
    ])
    const data = JSON.parse(await told(file, 'gate', 'status', '--json')) as unknown
    expect(data).toMatchObject([
      {
        domain: 'healthy.example',
        decision: 'unsure',
        because: [UNSURE],
        ways: [
          { route: 'cloud', egress: 'main', decision: 'unsure', because: [UNSURE], taken: true },
          { route: 'sink', egress: 'main', decision: 'open', because: [], taken: true },
        ],
      },
      { domain: 'broken.example', decision: 'closed', because: FAULTS },
    ])

    const explain = (from: string, ...more: readonly string[]): Promise<string> =>
      told(file, 'gate', 'explain', '--from', from, ...more)
    expect(await explain(author)).toBe(
      'The gate is open for healthy.example, in mode reject, on the route sink from the egress main.\nThe message is taken: 250.\n',
    )
    /** The reply as `gate explain` prints it. */
    const printed = (reply: string): string =>
      reply
        .split('\n')
        .map(line => `  ${line}\n`)
        .join('')
    const refused = await explain('app@broken.example', '--client', 'app')
    const closed = 'The gate is closed for broken.example, in mode'
    expect(refused).toBe(
      `${closed} reject, on the route sink from the egress main.\nThe message is refused:\n${printed(await submit(house.port, 'app@broken.example', 'ann@example.net'))}`,
    )
    expect(refused).toContain('  550-5.7.26 broken.example DKIM key published for s1')
    expect(refused).toMatch(/\n {2}550 5\.7\.26 mailworthy explain spf-syntax\n$/)
    const unsure = await explain(author, '--to', 'ann@eu.partner.example')
    expect(unsure).toContain('The gate is unsure for healthy.example, in mode reject, on the route cloud')
    expect(unsure).toContain(printed(await submit(house.port, author, 'ann@eu.partner.example')))
    expect(await explain('app@broken.example', '--client', 'keeper')).toBe(
      `${closed} hold, on the route sink from the egress main.\nThe message is taken and held: ${BROKEN}\n`,
    )
    expect(await submit(house.port, 'app@broken.example', 'ann@example.net', { from: '127.0.0.2' })).toMatch(
      /^250 2\.0\.0 Ok: held as /,
    )
    expect(await explain('app@broken.example', '--client', 'watcher')).toBe(
      `${closed} observe, on the route sink from the egress main.\nThe message is taken: 250.\n${FAULTS.map(one => `Without mode observe it would not be: ${one}\n`).join('')}`,
    )
    expect(await submit(house.port, 'app@broken.example', 'ann@example.net', { from: '127.0.0.3' })).toMatch(
      /^250 2\.0\.0 Ok: queued as /,
    )
    expect(await explain('x@elsewhere.example', '--client', 'app')).toBe(
      'The message is refused:\n  550 5.7.1 The client app may not write as x@elsewhere.example (header From)\n',
    )
    for (const [args, says] of [
      [['--from', 'nobody'], 'from must be an address, such as someone@example.org'],
      [['--from', author, '--client', 'no one'], 'no client is called "no one"'],
    ] as const) {
      const { status, stdout, stderr } = await ask(file, 'gate', 'explain', ...args)
      expect([status, stdout, stderr]).toEqual([2, '', `mailworthy: ${says}\n`])
    }
    await end(served, 'SIGTERM')
    const { status, stderr } = await ask(file, 'gate', 'status')
    expect([status, stderr]).toEqual([
      2,
      `mailworthy: no daemon answers at ${house.folder}/var/mailworthy.sock: start \`mailworthy serve\`\n`,
    ])
  }, 60_000)

  it('is one line for each domain where all routes agree', async () => {
    const file = await slowHouse()
    const served = await start(file)
    const rows = (await told(file, 'gate', 'status'))
      .trimEnd()
      .split('\n')
      .map(row => row.split(/ {2,}/))
    expect(rows.map(row => row.slice(0, 3))).toEqual([
      ['domain', 'gate', 'mode'],
      ['healthy.example', 'open', 'reject'],
      ['broken.example', 'closed', 'reject'],
    ])
    expect(rows[2]!.at(-1)).toBe(BROKEN)
    await end(served, 'SIGTERM')
  }, 60_000)

  it('is asked of a domain whose selector has no record: it starts, and refuses with what to publish', async () => {
    const file = await slowHouse()
    await lab.serve(zones =>
      zones
        .split('\n')
        .filter(line => !line.includes('_domainkey.healthy.example'))
        .join('\n'),
    )
    const served = await start(file)
    expect(await submit(house.port, author, 'ann@example.net')).toMatch(
      /^550-5\.7\.20 healthy\.example DKIM key of \S+ \S+ is missing in DNS \(dkim-key\)\n(.*\n)*550-5\.7\.20 publish: \S+\._domainkey\.healthy\.example\. TXT /,
    )
    await end(served, 'SIGTERM')
  }, 60_000)
})

describe('the socket', () => {
  const at = (): string => join(house.folder, 'var/mailworthy.sock')

  function http(
    method: string,
    path: string,
    body?: string | Buffer,
  ): Promise<{ status: number; text: string; allow: string | undefined }> {
    return new Promise((resolve, reject) => {
      const asking = request({ socketPath: at(), method, path }, answer => {
        let text = ''
        answer.setEncoding('utf8').on('data', chunk => {
          text += chunk
        })
        answer.on('end', () => resolve({ status: answer.statusCode!, text, allow: answer.headers.allow }))
      })
      asking.on('error', reject)
      asking.end(body)
    })
  }

  it('is its owner\u2019s alone, and answers whatever comes without going down', async () => {
    const file = await slowHouse()
    const served = await start(file)
    expect(statSync(at()).mode & 0o777).toBe(0o600)
    expect(await http('POST', '/api/v1/queue/drop', '{')).toMatchObject({
      status: 400,
      text: '{"error":"the body is no JSON"}\n',
    })
    expect(await http('POST', '/api/v1/queue/drop', Buffer.alloc(3_000_000, '['))).toMatchObject({
      status: 413,
      text: '{"error":"a question has at most 1048576 octets"}\n',
    })
    expect(await http('DELETE', '/api/v1/queue/A1')).toMatchObject({ status: 405, allow: 'GET' })
    expect(await http('GET', '/api/v1/nothing')).toMatchObject({ status: 404 })
    for (const octets of [
      'nonsense\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
      '\x00\xff',
    ]) {
      const socket = connect(at()).on('error', () => {})
      socket.write(octets)
      await new Promise(resolve => socket.once('data', resolve).once('close', resolve))
      socket.destroy()
    }
    // Gone in the middle of a question.
    const gone = connect(at()).on('error', () => {})
    gone.end('POST /api/v1/queue/drop HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{')
    await new Promise(resolve => gone.once('close', resolve).resume())
    expect(await http('GET', '/api/v1/queue')).toMatchObject({ status: 200, text: '{"messages":[]}\n' })
    await end(served, 'SIGTERM')
    expect(served.output()).not.toContain(' fault ')
  }, 60_000)
})

describe('the end', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'comes in order on %s',
    async by => {
      const file = await slowHouse()
      const served = await start(file)
      const id = await oneWaits(served)
      await end(served, by)
      expect(served.output()).toMatch(new RegExp(` info stopping signal=${by}\n20\\S+Z info stopped\n$`))
      expect(readdirSync(join(house.folder, 'var'))).toEqual(['mailworthy.db'])
      expect(await told(file, 'queue', 'list')).toContain(`${id}  queued`)
    },
    60_000,
  )

  it('is hurried by no further SIGHUP, and at once by a second SIGTERM', async () => {
    const silent = await startSink({ behavior: step => (step === 'RCPT' ? { do: 'silence' } : undefined) })
    house = await makeServedHouse(lab, silent.port)
    const served = await start(house.file)
    expect(await submit(house.port, author, 'ann@example.net')).toMatch(/^250 /)
    await expect.poll(() => silent.visits.length, { timeout: 10_000 }).toBe(1)
    served.signal('SIGHUP')
    await served.says(/ stopping signal=SIGHUP/)
    served.signal('SIGHUP')
    // The attempt is waited for; an answer to this shows that it lives.
    expect(await Promise.race([served.ended, new Promise(resolve => setTimeout(resolve, 500, 'it waits'))])).toBe(
      'it waits',
    )
    served.signal('SIGTERM')
    expect(await served.ended, served.output()).toEqual({ status: 130, signal: null })
    // As safe as a crash.
    expect(await told(house.file, 'queue', 'list')).toContain('ann@example.net')
  }, 60_000)
})
