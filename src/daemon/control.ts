// The control socket: what the command line asks a running daemon, as JSON over HTTP on a Unix socket that only its owner may use.
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import type { Evidence } from '../relay/gate/decide.ts'
import type { Relay } from '../relay/relay.ts'
import type { RelaySettings } from '../relay/settings.ts'
import type { Scheduler } from '../schedule/scheduler.ts'
import type { Store } from '../store/store.ts'
import { checkControlPlace } from './places.ts'
import { type Answer, answerControl } from './routes.ts'

export interface Controlled {
  readonly relay: Pick<Relay, 'desk'>
  readonly scheduler: Pick<Scheduler, 'report' | 'askedAt' | 'request'>
  readonly store: Store
  readonly settings: RelaySettings
  readonly evidence: Evidence
}

export interface Control {
  /** Is asked nothing more; answers what was asked, for a moment. */
  close(): Promise<void>
}

const LARGEST_BODY = 1024 * 1024

/** Whoever has asked is answered, if it does not take longer. */
const GRACE_MS = 2_000

/** @throws Error in one line when another daemon answers there already, or the socket cannot be made. */
export async function startControl(path: string, controlled: Controlled): Promise<Control> {
  await checkControlPlace(path)
  mkdirSync(dirname(path), { recursive: true })
  rmSync(path, { force: true })
  const server = createServer((asked, answer) => void serve(asked, answer, controlled))
  // Made so that nobody else can connect in the moment before chmod.
  const mask = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
  } finally {
    process.umask(mask)
  }
  chmodSync(path, 0o600)
  return {
    close: () =>
      new Promise(resolve => {
        const late = setTimeout(() => server.closeAllConnections(), GRACE_MS)
        server.close(() => {
          clearTimeout(late)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}

async function serve(asked: IncomingMessage, answer: ServerResponse, controlled: Controlled): Promise<void> {
  const said = await bodyOf(asked)
    .then((body): Answer | Promise<Answer> =>
      body === undefined
        ? { status: 413, body: { error: `a question has at most ${LARGEST_BODY} octets` } }
        : answerControl(asked.method ?? 'GET', asked.url ?? '/', body, controlled),
    )
    .catch(
      (fault): Answer => ({ status: 500, body: { error: fault instanceof Error ? fault.message : String(fault) } }),
    )
  // Whoever asked may be gone: nothing that is done here may end the relay.
  answer.on('error', () => {})
  const allow = said.allow === undefined ? {} : { allow: said.allow }
  answer.writeHead(said.status, { 'content-type': 'application/json', ...allow }).end(`${JSON.stringify(said.body)}\n`)
}

/** Undefined when it is too large: heard to its end all the same, or whoever sends it would never read the answer. */
async function bodyOf(asked: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of asked) {
    size += (chunk as Buffer).length
    if (size > LARGEST_BODY) chunks.length = 0
    else chunks.push(chunk as Buffer)
  }
  return size > LARGEST_BODY ? undefined : Buffer.concat(chunks).toString()
}

/**
 * Asks a running daemon.
 * @returns undefined when none answers at the socket
 * @throws Error when what is there cannot be asked, or does not answer as a daemon does.
 */
export function askControl(
  path: string,
  method: 'GET' | 'POST',
  route: string,
  body?: object,
): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { socketPath: path, method, path: route, headers: { 'content-type': 'application/json' } },
      answer => {
        let text = ''
        answer.setEncoding('utf8').on('data', chunk => {
          text += chunk
        })
        answer.on('end', () => {
          try {
            resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) as unknown })
          } catch (cause) {
            reject(new Error('what answers there is no mailworthy', { cause }))
          }
        })
        answer.on('error', reject)
      },
    )
    asking.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined)
      else reject(error)
    })
    asking.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
