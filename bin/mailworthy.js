#!/usr/bin/env node
// Starts mailworthy when the Node that runs it is new enough, and says one clear line when it is not.
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `mailworthy needs Node 22.19 or newer; this is ${process.versions.node}. ` +
      'In a checkout, `npm start -- ...` brings its own.\n',
  )
  process.exit(2)
}

// What was compiled once is kept in the system's folder for temporary files: the next start takes a third of the time.
module.enableCompileCache?.()

// A checkout runs its sources by type stripping; an installed package has only dist/.
const source = new URL('../src/cli/main.ts', import.meta.url)
const built = new URL('../dist/cli/main.js', import.meta.url)
const { main } = await import(existsSync(fileURLToPath(source)) ? source.href : built.href)
await main(process.argv.slice(2))
