// The log: one line for each outcome, which a person and a program can read, whatever strangers wrote into it.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLog, type Log, type LogFields, logRelay } from '../../src/daemon/log.ts'
import type { QueueEvent } from '../../src/relay/queue/events.ts'
import type { RelayEvent } from '../../src/relay/relay.ts'
import type { RelaySettings } from '../../src/relay/settings.ts'
import { aMessage, anEnvelope, MINUTE, MORNING } from '../support/queue-messages.ts'

type Format = 'text' | 'json'

function written(format: Format, write: (log: Log) => void, level: 'error' | 'info' | 'debug' = 'debug'): string[] {
  const lines: string[] = []
  write(
    createLog(
      { level, format },
      line => lines.push(line),
      () => new Date(MORNING),
    ),
  )
  return lines
}

const line = (fields: LogFields, format: Format = 'text'): string =>
  written(format, log => log('info', 'queued', fields)).join('')

const HEAD = '2026-11-20T08:00:00.000Z info queued'

/** Reads a line back as a program would: values bare or in quotes, a backslash before what it escapes. */
function readBack(text: string): Record<string, string> {
  const fields: Record<string, string> = {}
  const form = / ([a-z]+)=("(?:\\[^\n]|[^"\\])*"|[^\s"=\\]+)/gy
  let at = HEAD.length
  for (form.lastIndex = at; at < text.length - 1; at = form.lastIndex) {
    const [, name, value] = form.exec(text) ?? []
    if (name === undefined || value === undefined) throw new Error(`not to be read from ${at}: ${text}`)
    const inside = value.startsWith('"') ? value.slice(1, -1) : value
    fields[name] = inside.replace(
      /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]+)\}|(.))/g,
      (_, x?: string, u?: string, long?: string, other?: string) =>
        other ?? String.fromCodePoint(Number.parseInt(x ?? u ?? long ?? '', 16)),
    )
  }
  return fields
}

/** What a stranger could write to be taken for something else. */
const hostile = [
  'a\r\n2026-11-20T08:00:00.000Z info delivered id=X status=sent',
  '\x1b[2J\x1b]0;owned\x07',
  'x" status=sent from="',
  'x\\" status=sent from=\\"',
  'ends in a backslash \\',
  '\\x0a that was there before',
  '=',
  '',
  ' ',
  'right\u202eto\u2066left',
  'zero\u200bwidth\ufeff',
  '\u2028line\u2029paragraph\u0085',
  '\ud800 half',
  'tag\u{e0041}',
  'no\u00a0break',
]

describe('a line', () => {
  it.each([
    [{ id: '0D0VQ10S00', size: 1506 }, 'id=0D0VQ10S00 size=1506'],
    [{ from: '<>', to: 'a@example.net,b@example.net' }, 'from=<> to=a@example.net,b@example.net'],
    [{ reply: '250 Ok: taken', because: undefined }, 'reply="250 Ok: taken"'],
    [{ user: '' }, 'user=""'],
    [{ user: 'say "hi"' }, 'user="say \\"hi\\""'],
    [{ user: 'CORP\\ann' }, 'user="CORP\\\\ann"'],
    [{ user: 'a\nb' }, 'user="a\\x0ab"'],
    [{ user: 'bücher' }, 'user=bücher'],
  ])('of %j', (fields, text) => expect(line(fields)).toBe(`${HEAD} ${text}\n`))

  it.each(hostile)('is one and can be read back, with %j in it', text => {
    for (const value of [text, `before ${text}`, `${text} behind`]) {
      const said = line({ from: value, status: 'refused' })
      expect(said.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      expect(said.endsWith('\n')).toBe(true)
      expect(readBack(said)).toEqual({ from: value, status: 'refused' })
      const json = line({ from: value, status: 'refused' }, 'json')
      expect(json.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      expect(JSON.parse(json)).toEqual({
        at: '2026-11-20T08:00:00.000Z',
        level: 'info',
        event: 'queued',
        from: value,
        status: 'refused',
      })
    }
  })

  it('can be read back whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (one, other) => {
        expect(readBack(line({ one, other }))).toEqual({ one, other })
        expect(JSON.parse(line({ one, other }, 'json'))).toMatchObject({ one, other })
      }),
    )
  })

  it('is written at its level and above', () => {
    const all = (log: Log): void => {
      for (const level of ['debug', 'info', 'warn', 'error'] as const) log(level, level, {})
    }
    const events = (level: 'error' | 'info' | 'debug'): unknown[] =>
      written('json', all, level).map(text => (JSON.parse(text) as { event: string }).event)
    expect(events('error')).toEqual(['error'])
    expect(events('info')).toEqual(['info', 'warn', 'error'])
    expect(events('debug')).toEqual(['debug', 'info', 'warn', 'error'])
  })
})

const message = aMessage('0D0VQ10S00', { sender: 'app@example.org', client: 'app' })
const envelope = {
  ...anEnvelope('ann@example.net', { attempts: 2, dueAt: MORNING + MINUTE }),
  id: 1,
  message: message.id,
}
const about = { at: MORNING + 1500, message, envelope }
const remote = { code: 250, enhanced: '2.0.0', text: 'Ok', by: 'mx.example.net [192.0.2.1]' }
const own = { code: 0, enhanced: '5.1.2', text: 'The domain example.net does not exist', by: undefined }
const OF = 'id=0D0VQ10S00 client=app from=<app@example.org> to=<ann@example.net> delay=1.5s attempts=2'

const queued: readonly (readonly [QueueEvent, string])[] = [
  [
    { kind: 'accepted', at: MORNING, message: { ...message, sender: '' }, envelopes: [envelope] },
    'info queued id=0D0VQ10S00 client=app from=<> size=1234 to=ann@example.net',
  ],
  [
    { ...about, kind: 'delivered', reply: remote },
    `info delivered ${OF} relay="mx.example.net [192.0.2.1]" dsn=2.0.0 reply="250 Ok" status=sent`,
  ],
  [
    { ...about, kind: 'deferred', reply: { ...remote, code: 451, enhanced: '4.7.1', text: 'later' }, late: false },
    `info deferred ${OF} relay="mx.example.net [192.0.2.1]" dsn=4.7.1 reply="451 later" status=deferred next=2026-11-20T08:01:00.000Z`,
  ],
  [
    { ...about, kind: 'failed', reply: own },
    `warn failed ${OF} dsn=5.1.2 reply="The domain example.net does not exist" status=bounced`,
  ],
  [
    { ...about, kind: 'expired', reply: own },
    `warn expired ${OF} dsn=5.1.2 reply="The domain example.net does not exist" status=bounced`,
  ],
  [{ ...about, kind: 'held', because: 'maintenance' }, `warn held ${OF} because=maintenance`],
  [{ ...about, kind: 'released' }, `info released ${OF}`],
  [{ ...about, kind: 'retried' }, `info retried ${OF}`],
  [{ ...about, kind: 'dropped' }, `info dropped ${OF}`],
  [{ kind: 'paused', at: MORNING, because: 'the disk is full' }, 'warn paused because="the disk is full"'],
  [{ kind: 'paused', at: MORNING, because: undefined }, 'warn resumed'],
  [{ kind: 'clock-set', at: MORNING, by: -3_600_000 }, 'warn clock-set by=-3600000'],
  [{ kind: 'fault', at: MORNING, says: 'it broke', cause: 7n }, 'error fault says="it broke" cause=7n'],
]

const session = {
  id: 's',
  listener: 'inside',
  peer: { address: '192.0.2.7', port: 1 },
  client: { name: 'app' } as RelaySettings['clients'][number],
}
const submission = {
  session,
  sender: { address: 'app@example.org' },
  recipients: [{ address: 'ann@example.net' }, { address: 'bob@example.net' }],
} as unknown as Extract<Extract<RelayEvent, { from: 'accept' }>['event'], { kind: 'refused' }>['submission']
const at = { listener: 'inside', peer: '192.0.2.7', session: 's' }

const taken: readonly (readonly [RelayEvent, string])[] = [
  [
    {
      from: 'accept',
      event: { kind: 'queued', message, recipients: ['ann@example.net'], because: undefined, notes: [] },
    },
    'info queued id=0D0VQ10S00 client=app from=<app@example.org> size=1234 to=ann@example.net',
  ],
  [
    {
      from: 'accept',
      event: { kind: 'held', message, recipients: ['ann@example.net'], because: 'Gate: no', notes: ['a', 'b'] },
    },
    'info held id=0D0VQ10S00 client=app from=<app@example.org> size=1234 to=ann@example.net because="Gate: no" notes="a; b"',
  ],
  [
    {
      from: 'accept',
      event: {
        kind: 'refused',
        id: '0D0VQ10S00',
        submission,
        reply: { code: 550, enhanced: '5.7.20', lines: ['no key', 'publish'] },
        notes: [],
      },
    },
    'info refused id=0D0VQ10S00 client=app peer=192.0.2.7 from=<app@example.org> to=ann@example.net,bob@example.net reply="550 5.7.20 no key"',
  ],
  [{ from: 'intake', event: { kind: 'connected', ...at } }, 'debug connected listener=inside peer=192.0.2.7 session=s'],
  [
    {
      from: 'intake',
      event: { kind: 'not-authenticated', listener: 'inside', peer: '192.0.2.7', user: 'x\ny', because: 'wrong' },
    },
    'warn not-authenticated listener=inside peer=192.0.2.7 user="x\\x0ay" because=wrong',
  ],
  [
    {
      from: 'intake',
      event: { kind: 'turned-away', listener: 'inside', peer: '192.0.2.7', because: 'too many connections' },
    },
    'info turned-away listener=inside peer=192.0.2.7 because="too many connections"',
  ],
]

describe('an outcome', () => {
  const all = [...queued.map(([event, text]) => [{ from: 'queue', event }, text] as const), ...taken]

  it.each(all)('$event.kind is one line', (event, text) => {
    expect(written('text', log => logRelay(log)(event))).toEqual([`2026-11-20T08:00:00.000Z ${text}\n`])
    const [json, ...more] = written('json', log => logRelay(log)(event))
    expect(more).toEqual([])
    expect(`${JSON.parse(json!).level} ${JSON.parse(json!).event}`).toBe(text.split(' ', 2).join(' '))
  })

  it('tells a cause of any kind, and its stack in the same line', () => {
    const loop: { self?: unknown } = {}
    loop.self = loop
    const causes = [new Error('first\nsecond'), loop, { big: 7n }, 'text', null, Symbol('s'), () => 1]
    for (const cause of causes) {
      const event = { kind: 'fault', at: MORNING, says: 'it broke', cause } as const
      const lines = written('text', log => logRelay(log)({ from: 'queue', event }))
      expect(lines).toHaveLength(1)
      expect(lines[0]!.indexOf('\n')).toBe(lines[0]!.length - 1)
      expect(lines[0]).toContain('cause=')
    }
  })
})
