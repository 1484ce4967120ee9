// Asks for a secret on the terminal without showing what is typed.
import { Ended } from './failure.ts'

/** 128 and the number of SIGINT. */
const INTERRUPTED = 130

/**
 * The line that is typed, without its end. The question goes to standard error.
 * @throws Ended when Ctrl-C or, on an empty line, Ctrl-D is typed
 */
export function hiddenLine(question: string): Promise<string> {
  const { stdin, stderr } = process
  stderr.write(question)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  return new Promise((resolve, reject) => {
    let typed = ''
    const end = (settle: () => void): void => {
      stdin.off('data', take)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write('\n')
      settle()
    }
    const take = (chunk: string): void => {
      const characters = Array.from(chunk)
      for (const [index, character] of characters.entries()) {
        if (character === '\r' || character === '\n') {
          // What was pasted behind it belongs to the next question.
          const rest = characters.slice(index + 1).join('')
          end(() => resolve(typed))
          if (rest !== '') stdin.unshift(rest)
          return
        }
        if (character === '\u0003' || (character === '\u0004' && typed === '')) {
          end(() => reject(new Ended(INTERRUPTED)))
          return
        }
        if (character === '\u007f' || character === '\b') typed = Array.from(typed).slice(0, -1).join('')
        else if (character === '\u0015') typed = ''
        else typed += character
      }
    }
    stdin.on('data', take)
    stdin.resume()
  })
}
