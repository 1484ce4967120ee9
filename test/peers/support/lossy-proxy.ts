// A bad path to a name server: a fixed share of the datagrams is lost each way, the same ones for the same seed.
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { freePort } from './program.ts'

export interface LossyProxy {
  readonly port: number
  readonly address: string
  /** Datagrams and connections so far, and how many of them were lost. */
  readonly passed: () => { readonly seen: number; readonly lost: number }
  stop(): Promise<void>
}

/** Passes questions on to 127.0.0.1:`upstream`, losing `share` (0 to 1) of the datagrams and breaking that share of TCP connections. */
export async function startLossyProxy(upstream: number, share: number, seed: number): Promise<LossyProxy> {
  const port = await freePort()
  const random = seededRandom(seed)
  let seen = 0
  let lost = 0
  const isLost = (): boolean => {
    seen++
    if (random() >= share) return false
    lost++
    return true
  }
  const udp = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 })
  const paths = new Map<string, Socket>()
  udp.on('message', (question, from) => {
    if (isLost()) return
    const key = `${from.address}:${from.port}`
    let path = paths.get(key)
    if (path === undefined) {
      path = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 })
      path.on('message', answer => {
        if (!isLost()) udp.send(answer, from.port, from.address)
      })
      path.on('error', () => undefined)
      paths.set(key, path)
    }
    path.send(question, upstream, '127.0.0.1')
  })
  const tcp = createServer(client => {
    client.on('error', () => undefined)
    if (isLost()) return void client.resetAndDestroy()
    const server = connect(upstream, '127.0.0.1')
    server.on('error', () => client.destroy())
    client.on('close', () => server.destroy())
    client.pipe(server).pipe(client)
  })
  udp.bind(port, '127.0.0.1')
  tcp.listen(port, '127.0.0.1')
  await Promise.all([once(udp, 'listening'), once(tcp, 'listening')])
  return {
    port,
    address: `127.0.0.1:${port}`,
    passed: () => ({ seen, lost }),
    async stop() {
      udp.close()
      for (const path of paths.values()) path.close()
      await new Promise(closed => tcp.close(closed))
    },
  }
}

/** A sequence of numbers from 0 to 1 that is the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
