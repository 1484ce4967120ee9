// `mailworthy serve`: the relay and its scheduler from one configuration, until it is told to stop, or its store fails.
import { blocklistKeys } from '../config/blocklist-keys.ts'
import { startDaemon } from '../daemon/daemon.ts'
import { createLog } from '../daemon/log.ts'
import { endpointText } from '../names/endpoint.ts'
import { StoreFailure } from '../store/store.ts'
import { type ConfigurationFlags, configured } from './configuration.ts'
import { fileTrouble, UsageError } from './failure.ts'

/**
 * Runs until SIGINT, SIGTERM or SIGHUP, and ends with status 0; a second SIGINT or SIGTERM ends it at once, with 130. A
 * store that has failed ends it with 1. Throws `UsageError` when it cannot start.
 */
export async function serve(flags: ConfigurationFlags): Promise<void> {
  const configuration = configured(flags)
  const keys = blocklistKeys(process.env)
  if (!keys.ok) throw new UsageError(keys.reason)
  const log = createLog(configuration.log, line => void process.stdout.write(line))
  // Before the start: who is told to stop meanwhile stops as orderly as later.
  const told = new Promise<{ readonly signal: string }>(resolve => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, signal => resolve({ signal }))
    // A terminal that goes away must not end the relay in the middle of something, and may tell so more than once.
    process.on('SIGHUP', signal => resolve({ signal }))
  })
  const daemon = await startDaemon(configuration, log, { keyedZones: keys.zones }).catch(fault => {
    if (fault instanceof StoreFailure) throw new UsageError(fault.message)
    throw new UsageError(`cannot start: ${startTrouble(fault)}`)
  })
  // Opened anew in this process, the file would be compared with a memory that knows better than the disk: what was begun,
  // what was tried, and the system's own copy of pages that never arrived. A new process starts from what is there, by the
  // same way as after a crash; and whoever watches over it sees that something is wrong.
  const failed = daemon.store.failed.then(because => ({ because }))
  const end = await Promise.race([told, failed])
  if ('because' in end) log('error', 'store-failed', { because: end.because, status: 1 })
  else log('info', 'stopping', { signal: end.signal })
  const impatient = (): never => process.exit(130)
  process.once('SIGINT', impatient)
  process.once('SIGTERM', impatient)
  const stopped = await daemon.stop().then(
    () => true,
    fault => {
      log('error', 'fault', { where: 'the stop', says: String(fault) })
      return false
    },
  )
  process.off('SIGINT', impatient)
  process.off('SIGTERM', impatient)
  log('info', 'stopped', {})
  // An attempt that was not over in time still holds its socket; it is made again after the next start.
  await new Promise<void>(resolve => process.stdout.write('', () => resolve()))
  process.exit('because' in end || !stopped ? 1 : 0)
}

function startTrouble(fault: unknown): string {
  const { code, address, port = 0 } = fault as { code?: string; address?: string; port?: number }
  // The address of a Unix socket is its path, without a port.
  const place = address === undefined ? '' : ` (${port > 0 ? endpointText(address, port) : address})`
  if (code === 'EADDRINUSE') return `the address is taken${place}`
  if (code === 'EACCES' && address !== undefined) return `this user may not listen there${place}`
  if (code === 'EADDRNOTAVAIL') return `this machine has no such address${place}`
  if (code === 'EAFNOSUPPORT') return `this machine does not speak this family of addresses${place}`
  return fileTrouble(fault)
}
