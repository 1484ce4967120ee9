// Runs SMTP dialogues that stand in files: what a client sends, and what it must be told. `.smtp` is our form, `.cmy` that of chasquid's tests.
import { RawSmtp } from './raw-smtp.ts'

/**
 * One line of a dialogue. In files:
 *
 *     # a comment
 *     C: EHLO client.example      sends the line, with CRLF
 *     R: "half a line"            sends the octets of a JSON string, nothing added
 *     S: 250 2.1.0                the next reply begins so (its last line; earlier lines have `-` for the space)
 *     S+ SIZE                     a line of that reply contains this
 *     S- AUTH                     no line of it does
 *     TLS                         the handshake
 *     CLOSED                      the server ends the connection
 *     NEW                         another connection
 *     TAKEN 1                     so many messages have been taken
 */
export type Line =
  | { readonly do: 'send'; readonly octets: Buffer }
  | { readonly do: 'expect' | 'contains' | 'lacks'; readonly text: string }
  | { readonly do: 'tls' | 'closed' | 'connect' }
  | { readonly do: 'taken'; readonly count: number }

/** Reads a `.smtp` file. Throws at a line that it does not understand: a dialogue must not pass by being skipped. */
export function parseDialogue(text: string): readonly Line[] {
  const lines = text.split('\n').filter(line => line.trim() !== '' && !line.startsWith('#'))
  return lines.map((line): Line => {
    const rest = line.slice(3)
    if (line === 'C:' || line.startsWith('C: ')) return { do: 'send', octets: Buffer.from(`${rest}\r\n`) }
    if (line.startsWith('R: ')) return { do: 'send', octets: Buffer.from(JSON.parse(rest) as string, 'latin1') }
    if (line.startsWith('S: ')) return { do: 'expect', text: rest.trimEnd() }
    if (line.startsWith('S+ ')) return { do: 'contains', text: rest }
    if (line.startsWith('S- ')) return { do: 'lacks', text: rest }
    if (line === 'TLS') return { do: 'tls' }
    if (line === 'CLOSED') return { do: 'closed' }
    if (line === 'NEW') return { do: 'connect' }
    const taken = /^TAKEN (\d+)$/.exec(line)
    if (taken !== null) return { do: 'taken', count: Number(taken[1]) }
    throw new Error(`not a line of a dialogue: ${line}`)
  })
}

interface Stage {
  readonly port: number
  readonly implicit?: boolean
  readonly taken: () => number
}

/** Plays the client. Throws with the place in the dialogue where the server said something else. */
export async function play(lines: readonly Line[], stage: Stage): Promise<void> {
  let client = await RawSmtp.connect({ port: stage.port, implicit: stage.implicit ?? false })
  let last = ''
  for (const [i, line] of lines.entries()) {
    const demand = (isSo: boolean, got: string): void => {
      if (!isSo) throw new Error(`line ${i + 1}, ${JSON.stringify(line)}: got ${JSON.stringify(got)}`)
    }
    switch (line.do) {
      case 'send':
        client.send(line.octets)
        break
      case 'expect':
        last = await client.reply()
        demand(last.split('\n').at(-1)!.startsWith(line.text), last)
        break
      case 'contains':
        demand(last.includes(line.text), last)
        break
      case 'lacks':
        demand(!last.includes(line.text), last)
        break
      case 'tls':
        await client.handshake()
        break
      case 'closed':
        demand((await client.reply()) === 'closed', 'a reply')
        break
      case 'connect':
        client.end()
        client = await RawSmtp.connect({ port: stage.port, implicit: stage.implicit ?? false })
        break
      case 'taken':
        demand(stage.taken() === line.count, `${stage.taken()} messages`)
        break
    }
  }
}

/**
 * Reads a dialogue of chasquid's (`c ->`, `c ~>`, `c <-`, `c <~`, `c <...`). Its replies are its own: of what it expects,
 * the first digit is what RFC 5321 §4.2.1 lets everybody rely on, and all that is kept.
 */
export function parseChasquid(text: string): readonly Line[] {
  return text.split('\n').flatMap((line): Line[] => {
    const [, act, rest = ''] = /^c (\S+) ?(.*)$/.exec(line) ?? []
    switch (act) {
      case undefined:
        return []
      case 'tcp_connect':
      case 'tls_connect':
        return [{ do: 'connect' }]
      case 'close':
        return []
      case '->':
        return [{ do: 'send', octets: Buffer.from(`${rest}\r\n`) }]
      case '~>':
        return [{ do: 'send', octets: Buffer.from(pythonString(rest), 'latin1') }]
      case '<-':
      case '<~':
        return [{ do: 'expect', text: rest.slice(0, 1) }]
      case '<...':
        return [{ do: 'expect', text: rest.slice(0, 4) }]
      default:
        throw new Error(`not a line of a dialogue: ${line}`)
    }
  })
}

/** What Python makes of `'.\n'`, `'b' * 55 + '\r\n'` and `('a' * 899 + '\r\n') * 1166`. */
function pythonString(expression: string): string {
  const [, inner = expression, times = '1'] = /^\((.*)\) \* (\d+)$/.exec(expression) ?? []
  const terms = inner.split(' + ').map(term => {
    const [, text, count = '1'] = /^'([^']*)'(?: \* (\d+))?$/.exec(term) ?? []
    if (text === undefined) throw new Error(`not understood: ${expression}`)
    return (JSON.parse(`"${text.replaceAll('"', '\\"')}"`) as string).repeat(Number(count))
  })
  return terms.join('').repeat(Number(times))
}
