// `mailworthy serve`: the relay and its scheduler from one configuration, until it is told to stop.
import { startDaemon } from '../daemon/daemon.ts'
import { createLog } from '../daemon/log.ts'
import { StoreFailure } from '../store/store.ts'
import { type ConfigurationFlags, configured } from './configuration.ts'
import { fileTrouble, UsageError } from './failure.ts'

/** Runs until SIGINT or SIGTERM; a second one ends at once. Throws `UsageError` when it cannot start. */
export async function serve(flags: ConfigurationFlags): Promise<void> {
  const configuration = configured(flags)
  const log = createLog(configuration.log, line => void process.stdout.write(line))
  // Before the start: who is told to stop meanwhile stops as orderly as later.
  const told = new Promise<string>(resolve => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
    // A terminal that goes away must not end the relay in the middle of something.
    process.once('SIGHUP', resolve)
  })
  const daemon = await startDaemon(configuration, log).catch(fault => {
    if (fault instanceof StoreFailure) throw new UsageError(fault.message)
    throw new UsageError(`cannot start: ${startTrouble(fault)}`)
  })
  const signal = await told
  log('info', 'stopping', { signal })
  const impatient = (): never => process.exit(130)
  process.once('SIGINT', impatient)
  process.once('SIGTERM', impatient)
  await daemon.stop()
  process.off('SIGINT', impatient)
  process.off('SIGTERM', impatient)
  log('info', 'stopped', {})
  // An attempt that was not over in time still holds its socket; it is made again after the next start.
  await new Promise<void>(resolve => process.stdout.write('', () => resolve()))
  process.exit(0)
}

function startTrouble(fault: unknown): string {
  const { code, address, port } = fault as { code?: string; address?: string; port?: number }
  const place = address === undefined ? '' : ` (${address}:${port})`
  if (code === 'EADDRINUSE') return `the address is taken${place}`
  if (code === 'EACCES') return `this user may not listen there${place}`
  if (code === 'EADDRNOTAVAIL') return `this machine has no such address${place}`
  return fileTrouble(fault)
}
