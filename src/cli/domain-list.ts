// Reads the domains an audit is asked for: from the command line and from lists, each fault told with its place.
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { parseDomain } from '../names/domain.ts'
import { visible } from '../report/visible.ts'
import { fileTrouble, UsageError } from './failure.ts'

/**
 * The domains to audit, each once, in order.
 * @param typed the arguments; @param lists files with one domain a line (`#` begins a comment), `-` is standard input
 * @throws UsageError naming argument or file and line of what is no domain
 */
export async function readDomains(typed: readonly string[], lists: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>()
  for (const text of typed) found.add(domainOrFail(text, undefined))
  for (const file of lists) {
    for (const [index, line] of (await readList(file)).split(/\r\n|\n|\r/).entries()) {
      const text = line.replace(/#.*/, '').trim()
      if (text !== '') found.add(domainOrFail(text, `${file === '-' ? 'standard input' : file}:${index + 1}`))
    }
  }
  if (found.size === 0) throw new UsageError('no domain to audit: name one or more, or a list with --domains FILE')
  return [...found]
}

function domainOrFail(text: string, place: string | undefined): string {
  const parsed = parseDomain(text)
  if (parsed.ok) return parsed.name
  const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text
  throw new UsageError(`${place === undefined ? '' : `${place}: `}"${visible(shown)}" is no domain: ${parsed.reason}`)
}

async function readList(file: string): Promise<string> {
  try {
    return decoded(file === '-' ? await buffer(process.stdin) : await readFile(file))
  } catch (error) {
    throw new UsageError(
      `cannot read the list of domains ${file === '-' ? 'on standard input' : visible(file)}: ${fileTrouble(error)}`,
    )
  }
}

/** UTF-8, or what a byte order mark says: Windows PowerShell writes UTF-16. */
function decoded(bytes: Uint8Array): string {
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)
  return new TextDecoder(mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8').decode(bytes)
}
