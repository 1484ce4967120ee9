// DNS over TCP and TLS: connections are used again, answers come in any order, and whatever ends a connection is no answer.
import { describe, expect, it, onTestFinished } from 'vitest'
import { createResolver, type ResolverOptions, type StubResolver } from '../../../src/net/dns/stub-resolver.ts'
import type { ServerAddress } from '../../../src/net/resolver.ts'
import { nameServer } from '../../support/loopback-dns.ts'
import { authority, certificate, echo, type Heard, streamServer, txtAnswer } from '../../support/stream-dns.ts'

function asking(server: ServerAddress, options: ResolverOptions = {}): StubResolver {
  const resolver = createResolver({ servers: [server], ca: [authority.root], cache: 0, ...options })
  onTestFinished(() => resolver.close())
  return resolver
}

/** What becomes of `count` questions that are asked at once: the text that came, or why none did. */
function askMany(resolver: StubResolver, count: number, from = 0): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => ask(resolver, `n${from + i}.example`)))
}

async function ask(resolver: StubResolver, name: string): Promise<string> {
  const answer = await resolver.resolve(name, 'TXT')
  if (answer.kind === 'records') return answer.records[0]!.join('')
  return answer.kind === 'unreachable' ? `${answer.why}: ${answer.extended ?? ''}` : answer.kind
}

const labels = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => `n${from + i}`)

describe.each(['tcp', 'tls'] as const)('questions over %s', by => {
  const serve = (hear: (heard: Heard) => void) => streamServer(hear, by === 'tls' ? certificate() : undefined)

  it('share few connections, also one after the other', async () => {
    const { server, counts } = await serve(({ query, answer }) => answer(echo(query)))
    const resolver = asking(server)
    expect(await askMany(resolver, 500)).toEqual(labels(500))
    for (let i = 0; i < 20; i++) expect(await ask(resolver, `one${i}.example`)).toBe(`one${i}`)
    expect(counts.connections).toBeLessThanOrEqual(4)
    expect(resolver.stats()).toMatchObject({ [by]: 520, udp: 0, connections: counts.connections, timeouts: 0 })
  })

  it('are answered in any order', async () => {
    const held: (() => void)[] = []
    const { server } = await serve(({ query, answer }) => {
      held.push(() => answer(echo(query)))
      if (held.length === 30) for (const send of held.splice(0).toReversed()) send()
    })
    expect(await askMany(asking(server), 30)).toEqual(labels(30))
  })

  it('are answered in pieces, and several in one', async () => {
    const { server } = await serve(({ query, nth, answer, socket }) => {
      if (nth % 2 === 1) return answer(echo(query))
      const message = echo(query)
      const framed = Buffer.concat([Buffer.of(0, message.length), message])
      const write = (at: number): void => {
        if (at < framed.length) socket.write(framed.subarray(at, at + 1), () => write(at + 1))
      }
      write(0)
    })
    const resolver = asking(server)
    for (let i = 0; i < 4; i++) expect(await ask(resolver, `n${i}.example`)).toBe(`n${i}`)
  })

  it.each([
    ['reset', (heard: Heard) => (by === 'tcp' ? heard.socket.resetAndDestroy() : heard.socket.destroy())],
    ['end', (heard: Heard) => heard.socket.end()],
    [
      'end in the middle of an answer',
      (heard: Heard) => heard.socket.end(Buffer.concat([Buffer.of(0, 40), echo(heard.query).subarray(0, 20)])),
    ],
    ['answer with what is no message', (heard: Heard) => heard.socket.write(Buffer.from('\0\x04HTTP'))],
    ['answer another question', (heard: Heard) => heard.answer(echo(Buffer.from(heard.query).fill(0x78, 13, 14)))],
    [
      'answer with another id',
      (heard: Heard) => {
        const other = echo(heard.query)
        other.writeUInt16BE((other.readUInt16BE(0) + 1) & 0xffff, 0)
        heard.answer(other)
      },
    ],
  ])('that meet a %s are asked again over another connection', async (_, spoil) => {
    const { server, counts } = await serve(heard => {
      if (heard.connection === 1 && heard.nth === 3) spoil(heard)
      else if (heard.connection > 1 || heard.nth < 3) heard.answer(echo(heard.query))
    })
    const resolver = asking(server)
    expect(await askMany(resolver, 20)).toEqual(labels(20))
    expect(counts.connections).toBeGreaterThan(1)
    // At once and by the transport: no question had to fail before it was asked again.
    expect(resolver.stats()).toMatchObject({ [by]: 20, timeouts: 0 })
  })

  it('all reach a server that closes after each answer', async () => {
    const { server } = await serve(({ query, answer, socket, nth }) => {
      if (nth > 1) return
      answer(echo(query))
      socket.end()
    })
    expect(await askMany(asking(server), 60)).toEqual(labels(60))
  })

  it('find a server again that closed the connection while nobody asked', async () => {
    const { server, counts } = await serve(({ query, answer, socket }) => {
      answer(echo(query))
      setTimeout(() => socket.destroy(), 5)
    })
    const resolver = asking(server)
    expect(await ask(resolver, 'n0.example')).toBe('n0')
    await new Promise(resolve => setTimeout(resolve, 30))
    expect(await ask(resolver, 'n1.example')).toBe('n1')
    expect(counts.connections).toBe(2)
  })

  it('do not wait on a connection that has gone silent', async () => {
    const { server, counts } = await serve(({ query, answer, connection }) => {
      if (connection > 1) answer(echo(query))
    })
    const resolver = asking(server, { timeoutMs: 60 })
    expect(await ask(resolver, 'n0.example')).toBe('n0')
    expect(counts.connections).toBe(2)
  })

  it('hear an answer that comes after its time', async () => {
    const { server } = await serve(({ query, answer, nth, connection }) => {
      if (connection === 1 && nth === 1) setTimeout(() => answer(txtAnswer(query, 'late')), 90)
    })
    expect(await ask(asking(server, { timeoutMs: 60 }), 'n0.example')).toBe('late')
  })

  it.each([
    ['closes at once', (heard: Heard) => heard.socket.destroy(), /^network: .*it (closed|broke) the connection/],
    ['sends garbage', (heard: Heard) => heard.socket.write(Buffer.alloc(500, 1)), /^(network|timeout): /],
    ['claims to send much, and does not', (heard: Heard) => heard.socket.write('\xff\xff'), /^timeout: /],
    ['sends empty messages', (heard: Heard) => heard.answer(Buffer.alloc(0)), /^network: .*no DNS message/],
  ])('are unknown when the server %s', async (_, spoil, words) => {
    const { server } = await serve(spoil)
    for (const told of await askMany(asking(server, { timeoutMs: 30, tries: 2 }), 5)) expect(told).toMatch(words)
  })

  it('to nobody are unknown', async () => {
    const { server, close } = await serve(() => {})
    await close()
    for (const told of await askMany(asking(server, { timeoutMs: 30, tries: 2 }), 5)) {
      expect(told).toContain('nothing listens there')
    }
  })

  it('end with the resolver', async () => {
    const { server } = await serve(() => {})
    const resolver = asking(server)
    const open = askMany(resolver, 3)
    await new Promise(resolve => setTimeout(resolve, 20))
    resolver.close()
    expect(await open).toEqual(Array(3).fill('network: the resolver was closed'))
  })
})

describe('what did not fit a datagram', () => {
  it('is asked for over one connection that is kept', async () => {
    const big = Array.from({ length: 40 }, (_, i) => `n${i}.example TXT "${'x'.repeat(1800)}${i}"`).join('\n')
    const server = await nameServer(big)
    const resolver = asking(server)
    const told = await askMany(resolver, 40)
    expect(told.map(text => text.slice(1800))).toEqual(Array.from({ length: 40 }, (_, i) => String(i)))
    expect(resolver.stats()).toMatchObject({ udp: 40, tcp: 40 })
    expect(resolver.stats().connections).toBeLessThanOrEqual(2)
  })
})

describe('the certificate of a server over TLS', () => {
  const answering = (names: string[]) => streamServer(({ query, answer }) => answer(echo(query)), certificate(...names))

  it('must hold its name', async () => {
    const { server } = await answering(['dns.example.org'])
    expect(await ask(asking(server), 'n0.example')).toBe('network: over TLS: its certificate is not for localhost')
    const named = { ...server, address: '127.0.0.1', certifiedAs: 'dns.example.org' }
    expect(await ask(asking(named), 'n0.example')).toBe('n0')
  })

  it('must hold its address when it is asked by that', async () => {
    const { server } = await answering(['localhost'])
    const byAddress = { ...server, address: '127.0.0.1' }
    expect(await ask(asking(byAddress), 'n0.example')).toBe('network: over TLS: its certificate is not for 127.0.0.1')
  })

  it('must lead to a trusted root, and is asked about once', async () => {
    const { server, counts } = await answering(['localhost'])
    expect(await ask(asking(server, { ca: [] }), 'n0.example')).toMatch(
      /^network: over TLS: its certificate is not trusted/,
    )
    expect(counts.queries).toBe(0)
  })

  it('is no use when the server does not speak TLS', async () => {
    const { server } = await streamServer(({ query, answer }) => answer(echo(query)))
    const resolver = asking({ ...server, transport: 'tls' }, { timeoutMs: 200, tries: 2 })
    expect(await ask(resolver, 'n0.example')).toMatch(/^(network: over TLS: |timeout)/)
  })

  it('given as a root must be one', () => {
    expect(() => createResolver({ ca: ['no certificate'] })).toThrow('is no PEM certificate')
  })
})

describe('encrypted questions', () => {
  it('fill whole blocks, whatever their names', async () => {
    const lengths = new Set<number>()
    const { server } = await streamServer(({ query, answer }) => {
      lengths.add(query.length)
      answer(echo(query))
    }, certificate())
    const resolver = asking(server)
    for (const length of [1, 5, 20, 50]) await ask(resolver, `${'x'.repeat(length)}.example`)
    expect([...lengths]).toEqual([128])
  })
})
