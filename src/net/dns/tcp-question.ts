// One question over one TCP connection: two octets of length, then the message (RFC 1035 §4.2.2, RFC 7766).
import { randomInt } from 'node:crypto'
import { connect } from 'node:net'
import type { ServerAddress } from './server-address.ts'
import { type Listener, networkFault, type Sent } from './udp-transport.ts'
import { answersQuestion, encodeQuery, type Question } from './wire-query.ts'

/** Asks over TCP. The listener hears one message or one failure, never at once. Waiting is bounded by whoever forgets. */
export function askByTcp(server: ServerAddress, question: Question, edns: boolean, listener: Listener): Sent {
  const query = encodeQuery(question, randomInt(0x10000), edns)
  const socket = connect({ host: server.address, port: server.port, noDelay: true })
  let received: Buffer = Buffer.alloc(0)
  let over = false
  const finish = (tell?: () => void): void => {
    if (over) return
    over = true
    socket.destroy()
    tell?.()
  }
  // In one write, so that no server sees the length alone (RFC 7766 §8).
  socket.write(Buffer.concat([Buffer.of(query.length >> 8, query.length & 255), query]))
  socket.on('data', piece => {
    received = received.length === 0 ? piece : Buffer.concat([received, piece])
    if (received.length < 2) return
    const length = received.readUInt16BE(0)
    if (received.length < 2 + length) return
    const message = received.subarray(2, 2 + length)
    if (answersQuestion(message, question, query)) finish(() => listener.message(message))
    else finish(() => listener.failed('it answered another question over TCP'))
  })
  socket.on('error', fault => finish(() => listener.failed(`over TCP: ${networkFault(fault)}`)))
  socket.on('end', () => finish(() => listener.failed('it closed the TCP connection without an answer')))
  return { forget: () => finish() }
}
