// A client that submits messages over several connections as fast as it is answered, comes back after every fault, and writes
// down what was promised: the Message-ID of each message, after its 250.
import { appendFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

export interface TirelessClient {
  /** Messages that were answered 250, as the file has them. */
  readonly acknowledged: readonly string[]
  /** Replies to content other than 250, by their first nine characters. */
  readonly refused: ReadonlyMap<string, number>
  stop(): Promise<void>
}

/** Starts it. @param file every promise, one a line */
export function startTirelessClient(port: number, connections: number, file: string): TirelessClient {
  const acknowledged: string[] = []
  const refused = new Map<string, number>()
  let going = true
  let number = 0
  const work = Array.from({ length: connections }, async (_, worker) => {
    while (going) {
      try {
        await session(port, async talk => {
          while (going) {
            const id = `${worker}.${++number}@client.example`
            await talk('MAIL FROM:<app@healthy.example>\r\nRCPT TO:<someone@recipient.example>\r\nDATA', 3, '354')
            const letter = `From: <app@healthy.example>\r\nTo: <someone@recipient.example>\r\nSubject: ${number}\r\nMessage-ID: <${id}>\r\n\r\n${'Good day.\r\n'.repeat(1 + (number % 200))}.`
            const said = await talk(letter, 1)
            if (said.startsWith('250')) {
              appendFileSync(file, `${id}\n`)
              acknowledged.push(id)
            } else {
              refused.set(said.slice(0, 9), (refused.get(said.slice(0, 9)) ?? 0) + 1)
              await wait(50)
            }
          }
        })
      } catch {
        // Nobody there, or gone in the middle: what was not answered was not promised.
        await wait(20)
      }
    }
  })
  return {
    acknowledged,
    refused,
    async stop() {
      going = false
      await Promise.all(work)
    },
  }
}

type Talk = (lines: string, replies: number, wanted?: string) => Promise<string>

/** @throws when the connection ends, or the last reply is not the wanted one. */
async function session(port: number, use: (talk: Talk) => Promise<void>): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  try {
    const reply = replies(socket)
    const talk: Talk = async (lines, count, wanted = '') => {
      if (lines !== '') socket.write(`${lines}\r\n`)
      let last = ''
      for (let i = 0; i < count; i++) last = await reply()
      if (!last.startsWith(wanted)) throw new Error(last)
      return last
    }
    await talk('', 1, '220')
    await talk('EHLO client.example', 1, '250')
    await use(talk)
  } finally {
    socket.destroy()
  }
}

/** Whole replies, one after the other. */
function replies(socket: Socket): () => Promise<string> {
  let heard = ''
  let gone: Error | undefined
  let wake = (): void => {}
  socket.setEncoding('latin1')
  socket.on('data', chunk => {
    heard += chunk
    wake()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    gone = new Error('the connection ended')
    wake()
  })
  return async () => {
    for (;;) {
      const found = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3} [^\r\n]*\r\n/.exec(heard)
      if (found !== null) {
        heard = heard.slice(found[0].length)
        return found[0]
      }
      if (gone !== undefined) throw gone
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
  }
}
