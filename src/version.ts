// The version of the package that runs, read from its package.json, which stands beside both src and dist.
import { readFileSync } from 'node:fs'

/** The version, as published. */
export function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
