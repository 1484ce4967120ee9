// Holds README.md and docs/operations.md to the program: every command that they name is one that it has.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { mailworthy } from '../support/run-cli.ts'

const pages = ['README.md', 'docs/operations.md', 'docs/configuration.md']
const texts = pages.map(page => readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')).join('\n')

/** `mailworthy queue list`, at the start of a line or of a piece of code, with what follows it. */
const named = [...texts.matchAll(/(?:^ +|`|sudo -u mailworthy )mailworthy ([a-z-]+)(?: ([a-z-]+))?/gm)]
const groups = ['config', 'keys', 'clients', 'queue', 'gate']

async function commandsOf(group: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await mailworthy([...group, '--help'])
  return [...stdout.split(/^Commands:$/m)[1]!.matchAll(/^ {2}([a-z-]+)/gm)].map(match => match[1]!)
}

describe('the documents', () => {
  it('name commands that there are', async () => {
    const there = await commandsOf([])
    expect(named.length).toBeGreaterThan(20)
    expect(named.map(match => match[1]!).filter(command => !there.includes(command))).toEqual([])
  })

  it.each(groups)('name commands of %s that there are', async group => {
    const there = await commandsOf([group])
    const wanted = named.filter(match => match[1] === group && match[2] !== undefined).map(match => match[2]!)
    expect(wanted).not.toEqual([])
    expect(wanted.filter(command => !there.includes(command))).toEqual([])
  })
})
