// A name server that answers in rounds: it waits until nothing more is asked, then answers all that was asked at once. How many
// rounds a piece of work takes is how deep its questions lead one to another, whatever the clock says.
import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { decodeMessage } from '../../src/net/dns/wire-message.ts'
import { typeNumbers } from '../../src/net/dns/wire-records.ts'
import { nameServer } from './loopback-dns.ts'

export interface RoundsServer {
  readonly address: string
  readonly port: number
  /** `name TYPE` of every question, by the round in which it was answered; sorted within each. */
  readonly rounds: readonly (readonly string[])[]
}

/** Turns of the event loop without a question, after which nobody is about to ask one: on loopback each hop takes one. */
const QUIET_TURNS = 40

/** Serves the zone, in rounds. Ended with the test. */
export async function roundsServer(zone: string): Promise<RoundsServer> {
  const behind = await nameServer(zone)
  const rounds: string[][] = []
  let asked: { readonly bytes: Buffer; readonly from: RemoteInfo }[] = []
  let quiet = 0
  let watching = false

  const front = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 })
  front.on('message', (bytes, from) => {
    asked.push({ bytes, from })
    quiet = 0
    if (!watching) watch()
  })
  front.on('error', () => {})
  const watch = (): void => {
    watching = true
    setImmediate(() => {
      if (++quiet < QUIET_TURNS) return watch()
      watching = false
      const round = asked
      asked = []
      rounds.push(round.map(({ bytes }) => questionOf(bytes)).sort())
      void answer(round)
    })
  }
  const answer = async (round: typeof asked): Promise<void> => {
    const answers = await Promise.all(round.map(({ bytes }) => answerOf(bytes, behind.port)))
    for (const [i, { from }] of round.entries()) front.send(answers[i]!, from.port, from.address)
  }
  front.bind(0, '127.0.0.1')
  await once(front, 'listening')
  onTestFinished(() => {
    front.close()
  })
  return { address: '127.0.0.1', port: front.address().port, rounds }
}

async function answerOf(query: Buffer, port: number): Promise<Buffer> {
  const socket = createSocket('udp4')
  try {
    socket.send(query, port, '127.0.0.1')
    const [bytes] = (await once(socket, 'message')) as [Buffer]
    return bytes
  } finally {
    socket.close()
  }
}

const typeNames = new Map(Object.entries(typeNumbers).map(([name, number]) => [number, name]))

function questionOf(bytes: Buffer): string {
  const question = decodeMessage(bytes)?.question
  return question === undefined ? '?' : `${question.name} ${typeNames.get(question.type) ?? question.type}`
}
