import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Misbehavior, startMx } from '../../../src/lab/mx-server.ts'
import { Dialogue } from '../../../src/relay/deliver/dialogue.ts'
import { startSink } from '../../support/sink.ts'
import { content, courierTo } from './delivery-world.ts'

/** A server that only does this with each connection. */
async function rawServer(talk: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    talk(socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const large = content(`Subject: x\r\n\r\n${`${'x'.repeat(76)}\r\n`.repeat(200_000)}`)

describe('a hostile host', () => {
  it.each<Misbehavior>(['silent', 'endless-banner', 'not-smtp', 'hangs-up', 'busy'])(
    'that is "%s" costs a bounded time and decides little',
    async misbehavior => {
      const mx = await startMx({ hostname: 'mx1.one.test', misbehavior })
      onTestFinished(() => mx.close())
      const { said } = courierTo([mx.port], { patience: { greeting: 300, command: 300 } })
      expect((await said(['a@one.test']))[0]).toMatch(/^deferred/)
    },
  )

  it('that says an octet now and then is left in time', async () => {
    const port = await rawServer(socket => {
      const timer = setInterval(() => socket.write('2'), 10)
      socket.on('close', () => clearInterval(timer))
    })
    const { said } = courierTo([port], { patience: { greeting: 200, command: 200 } })
    expect((await said(['a@one.test']))[0]).toMatch(/^deferred 4\.4\.2 no session with .*: greeting never received/)
  })

  it('that drips its reply to RCPT is left in time', async () => {
    const sink = await startSink({
      extensions: [],
      behavior: (step, _, __) => (step === 'RCPT' ? '250-'.padEnd(20, 'x') : undefined),
    })
    const { said } = courierTo([sink.port], { patience: { command: 150 } })
    expect(await said(['a@one.test'])).toEqual([
      'deferred 4.4.2 mx1.one.test [192.0.2.1]: no reply within 0.15 seconds',
    ])
  })

  it('that sends a reply without end is cut off', async () => {
    const port = await rawServer(socket => {
      const more = (): void =>
        void (socket.writable && socket.write(Buffer.alloc(64 * 1024, 'x'), () => setImmediate(more)))
      more()
    })
    const { said } = courierTo([port])
    expect((await said(['a@one.test']))[0]).toMatch(/^deferred 4\.4\.2 .*exceeds maximum/)
  })

  it('that says 250 before it has the message gets none', async () => {
    for (const extensions of [['PIPELINING'], []]) {
      const together = await startSink({
        extensions,
        behavior: step => (step === 'DATA' ? '354 Go on\r\n250 2.0.0 Ok: I trust you' : undefined),
      })
      expect((await courierTo([together.port]).said(['a@one.test']))[0]).toMatch(
        /^deferred 4\.4\.2 .*before it had the message/,
      )
      const early = await startSink({
        extensions,
        behavior: step => (step === 'content' ? '250 2.0.0 Ok: enough' : undefined),
      })
      expect((await courierTo([early.port]).said(['a@one.test'], { content: large }))[0]).toMatch(
        /^deferred 4\.4\.2 .*before it had the message/,
      )
    }
  })

  it('may refuse in the middle of a message, and is not told QUIT there', async () => {
    const sink = await startSink({
      extensions: [],
      behavior: step => (step === 'content' ? '552 5.3.4 Too large' : undefined),
    })
    expect(await courierTo([sink.port]).said(['a@one.test'], { content: large })).toEqual([
      'failed 552 5.3.4 Too large',
    ])
    await expect.poll(() => sink.visits[0]!.closed).toBe(true)
    expect(sink.visits[0]!.lines).not.toContain('QUIT')
    expect(sink.mails).toEqual([])
  })

  it('that reads no further is left, and has no message', async () => {
    const port = await rawServer(socket => {
      socket.write('220 x\r\n')
      socket.on('data', chunk => {
        const text = chunk.toString('latin1')
        if (text.startsWith('EHLO')) socket.write('250 x\r\n')
        if (text.startsWith('MAIL') || text.startsWith('RCPT')) socket.write('250 2.0.0 Ok\r\n')
        if (text.startsWith('DATA')) {
          socket.write('354 go\r\n')
          socket.pause()
        }
      })
    })
    const { said } = courierTo([port], { patience: { block: 500 } })
    expect((await said(['a@one.test'], { content: large }))[0]).toMatch(
      /^deferred 4\.4\.2 .*the message could not be sent on within 0\.5 seconds/,
    )
  })

  it('that takes a little at a time does not take for ever', async () => {
    const sink = await startSink({ behavior: step => (step === 'dot' ? { do: 'silence' } : undefined) })
    const { said } = courierTo([sink.port], { patience: { transaction: 200 } })
    expect((await said(['a@one.test']))[0]).toMatch(/^deferred 4\.4\.2 .*not done within 0\.2 seconds/)
  })

  it('that resets after the final dot leaves it open: deferred, tried at no other', async () => {
    const sink = await startSink({ behavior: step => (step === 'dot' ? { do: 'reset' } : undefined) })
    const { said } = courierTo([sink.port, sink.port])
    expect((await said(['a@two.test']))[0]).toMatch(/^deferred 4\.4\.2/)
    expect(sink.visits).toHaveLength(1)
  })

  it('that says more than it is asked for is believed in nothing', async () => {
    const sink = await startSink({
      extensions: [],
      behavior: step => (step === 'MAIL' ? '250 Ok\r\n250 Ok\r\n250 Ok\r\n250 Ok\r\n250 Ok' : undefined),
    })
    expect((await courierTo([sink.port]).said(['a@one.test']))[0]).toMatch(/^deferred/)
  })
})

describe('what is used of nodemailer beyond its declarations', () => {
  const dialogue = new Dialogue({}) as unknown as Record<string, unknown>

  it.each([
    '_sendCommand',
    '_parseEhloExtensions',
    '_upgradeConnection',
    '_getDsnRcptToArgs',
    '_actionMAIL',
    '_actionRCPT',
    '_actionDATA',
    '_actionSMTPStream',
  ])('is there: %s', method => {
    const inherited = Object.getPrototypeOf(Dialogue.prototype) as Record<string, unknown>
    expect(inherited[method]).toBeInstanceOf(Function)
  })

  it('is there: its state', () => {
    expect(dialogue).toMatchObject({
      _supportedExtensions: [],
      _supportedAuth: [],
      _maxAllowedSize: 0,
      _responseQueue: [],
      _remainder: '',
      _currentDataStream: false,
      secure: false,
      destroyed: false,
    })
  })
})
