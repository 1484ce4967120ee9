// A process that opens a store and keeps it until it is ended; says so in one line, or why it cannot.
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { StoreFailure } from '../../src/store/store.ts'

try {
  await openSqliteStore({ path: process.argv[2]! })
  process.stdout.write('open\n')
} catch (error) {
  if (!(error instanceof StoreFailure)) throw error
  process.stdout.write(`${error.fault}: ${error.message}\n`)
}
