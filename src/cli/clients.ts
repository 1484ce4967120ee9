// `mailworthy clients password|list`: the text that stands for a password, and who may submit.
import { buffer } from 'node:stream/consumers'
import { networkText } from '../config/plan.ts'
import { durationText } from '../config/quantity.ts'
import { hashPassword, passwordFault } from '../relay/intake/password.ts'
import type { ClientSettings } from '../relay/settings.ts'
import { visible } from '../report/visible.ts'
import { type ConfigurationFlags, configured } from './configuration.ts'
import { UsageError } from './failure.ts'
import { hiddenLine } from './hidden-line.ts'
import { table } from './table.ts'

/** Reads a password, from the terminal without showing it or as one line of standard input, and prints its `scrypt:` text. */
export async function printPasswordHash(out: NodeJS.WritableStream): Promise<void> {
  const password = process.stdin.isTTY ? await typedTwice() : await pipedLine()
  const fault = passwordFault(password)
  if (fault !== undefined) throw new UsageError(`this is no password: ${fault}`)
  if (password.length < 12) {
    process.stderr.write('mailworthy: it has fewer than 12 characters; programs can have longer ones\n')
  }
  out.write(`${await hashPassword(password)}\n`)
}

async function typedTwice(): Promise<string> {
  const first = await hiddenLine('Password: ')
  if (first !== (await hiddenLine('Once more: '))) throw new UsageError('the two are not the same; nothing was made')
  return first
}

async function pipedLine(): Promise<string> {
  const bytes = await buffer(process.stdin)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UsageError('this is no password: it is not UTF-8 text')
  }
  const line = text.replace(/\r?\n$/, '')
  if (/[\r\n]/.test(line)) throw new UsageError('standard input has more than one line: give the password alone')
  return line
}

/** Prints the clients in the order of the configuration. */
export function listClients(flags: ConfigurationFlags & { readonly json?: boolean }, out: NodeJS.WritableStream): void {
  const { clients, gate } = configured(flags).relay
  if (flags.json === true) {
    const rows = clients.map(({ password, ...rest }) => ({ ...rest, hasPassword: password !== undefined }))
    out.write(`${JSON.stringify(rows, null, 2)}\n`)
    return
  }
  const rows = clients.map(client => [
    client.name,
    whoText(client),
    client.senders.join(', '),
    client.gate ?? gate.mode,
    client.rate === undefined ? '' : `${client.rate.messages} in ${durationText(client.rate.perMs)}`,
  ])
  out.write(
    table(
      ['name', 'who', 'may send as', 'gate', 'rate'],
      rows.map(row => row.map(visible)),
    ),
  )
}

function whoText({ match }: ClientSettings): string {
  const places = match.ips?.map(networkText).join(', ') ?? ''
  return match.user === undefined ? places : `user ${match.user}${places === '' ? '' : ` at ${places}`}`
}
