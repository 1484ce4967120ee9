// DNS over HTTPS: what is posted, and that nothing but a whole DNS message in a good response is ever an answer.
import { describe, expect, it, onTestFinished } from 'vitest'
import { createResolver, type ResolverOptions, type StubResolver } from '../../../src/net/dns/stub-resolver.ts'
import type { ServerAddress } from '../../../src/net/resolver.ts'
import { authority, certificate, echo, type HttpReply, httpServer, streamServer } from '../../support/stream-dns.ts'

function asking(server: ServerAddress, options: ResolverOptions = {}): StubResolver {
  const resolver = createResolver({ servers: [server], ca: [authority.root], cache: 0, ...options })
  onTestFinished(() => resolver.close())
  return resolver
}

async function ask(resolver: StubResolver, name: string): Promise<string> {
  const answer = await resolver.resolve(name, 'TXT')
  if (answer.kind === 'records') return answer.records[0]!.join('')
  return answer.kind === 'unreachable' ? `${answer.why}: ${answer.extended ?? ''}` : answer.kind
}

const askMany = (resolver: StubResolver, count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => ask(resolver, `n${i}.example`)))

const labels = (count: number): string[] => Array.from({ length: count }, (_, i) => `n${i}`)

describe.each([
  ['h2', '2.0', 1],
  ['http/1.1', '1.1', 9],
] as const)('questions over %s', (version, spoken, connections) => {
  const serve = (reply: (query: Buffer, nth: number) => HttpReply) => httpServer(reply, version)

  it('are posted as RFC 8484 says, padded and with the id 0', async () => {
    let first: Buffer | undefined
    const { server, requests } = await serve(query => {
      first ??= query
      return { body: echo(query), headers: { 'content-type': 'Application/DNS-Message; charset=x' } }
    })
    expect(await ask(asking(server), 'n0.example')).toBe('n0')
    expect(requests).toEqual([{ version: spoken, method: 'POST', path: '/dns-query', type: 'application/dns-message' }])
    expect([first!.readUInt16BE(0), first!.length]).toEqual([0, 128])
  })

  it('go where the URL says', async () => {
    const { server, requests } = await serve(query => ({ body: echo(query) }))
    expect(await ask(asking({ ...server, path: '/of/ours?x=1' }), 'n0.example')).toBe('n0')
    expect(requests[0]!.path).toBe('/of/ours?x=1')
  })

  it('share few connections', async () => {
    const { server, counts } = await serve(query => ({ body: echo(query) }))
    const resolver = asking(server)
    expect(await askMany(resolver, 300)).toEqual(labels(300))
    expect(counts.connections).toBeLessThanOrEqual(connections)
    expect(resolver.stats()).toMatchObject({ https: 300, udp: 0, tcp: 0, timeouts: 0 })
  })

  it('whose connection breaks are asked again', async () => {
    const { server } = await serve((query, nth) => (nth === 1 ? { hangUp: true } : { body: echo(query) }))
    expect(await askMany(asking(server, { timeoutMs: 400 }), 10)).toEqual(labels(10))
  })

  it.each<[string, HttpReply, string]>([
    ['an HTTP error', { status: 503, body: Buffer.from('no') }, 'it answers with HTTP status 503'],
    ['no such page', { status: 404 }, 'it answers with HTTP status 404'],
    [
      'a redirection',
      { status: 308, headers: { location: 'https://elsewhere.example/\u00e9' } },
      'it answers with HTTP status 308, a redirection to https://elsewhere.example/?, which is not followed',
    ],
    ['a web page', { headers: { 'content-type': 'text/html' } }, 'it answers with text/html, not with a DNS message'],
    ['no content type', { headers: { 'content-type': '' } }, 'it answers with no content type, not with a DNS message'],
    ['too much', { body: Buffer.alloc(70_000) }, 'it answers with more than 65535 octets'],
    ['nothing', { body: Buffer.alloc(0) }, 'it sent what is no DNS message'],
    ['garbage', { body: Buffer.alloc(300, 0x20) }, 'it answered another question'],
    ['another success', { status: 204 }, 'it answers with HTTP status 204'],
  ])('are unknown when the answer is %s', async (_, reply, words) => {
    const { server } = await serve(() => reply)
    expect(await ask(asking(server, { timeoutMs: 40, tries: 2 }), 'n0.example')).toBe(`network: over HTTPS: ${words}`)
  })

  it('are unknown when there is no answer at all', async () => {
    const { server } = await serve(() => ({ silent: true }))
    expect(await ask(asking(server, { timeoutMs: 60, tries: 2 }), 'n0.example')).toBe('timeout: ')
  })

  it('are unknown when every connection breaks', async () => {
    const { server } = await serve(() => ({ hangUp: true }))
    expect(await ask(asking(server, { timeoutMs: 100, tries: 2 }), 'n0.example')).toMatch(/^network: over HTTPS: /)
  })

  it('end with the resolver', async () => {
    const { server } = await serve(() => ({ silent: true }))
    const resolver = asking(server)
    const open = askMany(resolver, 3)
    await new Promise(resolve => setTimeout(resolve, 50))
    resolver.close()
    expect(await open).toEqual(Array(3).fill('network: the resolver was closed'))
  })
})

describe('the server of DNS over HTTPS', () => {
  it('is not believed without a certificate for it', async () => {
    const { server, counts } = await httpServer(query => ({ body: echo(query) }))
    const byAddress = { ...server, address: '127.0.0.1' }
    const words = 'network: over HTTPS: its certificate is not for 127.0.0.1'
    expect(await ask(asking(byAddress), 'n0.example')).toBe(words)
    expect(await ask(asking(server, { ca: [] }), 'n0.example')).toMatch(/over HTTPS: its certificate is not trusted/)
    expect(counts.queries).toBe(0)
  })

  it('may be there, and speak no HTTP', async () => {
    const { server } = await streamServer(({ socket }) => socket.end('?'), certificate())
    const told = await ask(asking({ ...server, transport: 'https' }, { timeoutMs: 200, tries: 2 }), 'n0.example')
    expect(told).toMatch(/^(network: over HTTPS|timeout)/)
  })

  it('is not there', async () => {
    const { server, close } = await httpServer(() => ({}))
    await close()
    const told = await ask(asking(server, { timeoutMs: 40, tries: 2 }), 'n0.example')
    expect(told).toBe('network: over HTTPS: nothing listens there')
  })

  it('has a name that the system does not know', async () => {
    const nowhere: ServerAddress = { address: 'dns.nowhere.invalid', port: 443, transport: 'https' }
    const told = await ask(asking(nowhere, { timeoutMs: 500, tries: 2 }), 'n0.example')
    expect(told).toMatch(
      /^(network: over HTTPS: this system (knows no address of its name|could not look its name up)|timeout)/,
    )
  })
})
