// Holds the page about the configuration, the JSON Schema and the program together: every key told, every example good.
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { readConfiguration } from '../../src/config/load.ts'
import { ConfigurationError, problemLines } from '../../src/config/problem.ts'
import { configurationJsonSchema } from '../../src/config/schema.ts'
import { STARTER } from '../../src/config/starter.ts'
import { good, type House, makeHouse, now, passwordText } from '../support/configured-house.ts'

const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
const published = readFileSync(new URL('../../docs/config.schema.json', import.meta.url), 'utf8')
const schema = configurationJsonSchema() as Schema

type Schema = { readonly [key: string]: unknown; readonly properties?: { readonly [key: string]: Schema } }

let house: House
beforeAll(() => {
  house = makeHouse()
})
afterAll(() => house.remove())

/** Makes the files that an example names. */
function furnish(text: string): void {
  for (const [, path] of text.matchAll(/file:([\w./-]+)/g)) {
    mkdirSync(dirname(join(house.folder, path!)), { recursive: true })
    const content = path!.includes('tls/')
      ? readFileSync(join(house.folder, path!.includes('key') ? 'tls/good.key' : 'tls/good.pem'))
      : path!.endsWith('.scrypt')
        ? passwordText
        : path!.endsWith('.password')
          ? 'let me in\n'
          : readFileSync(
              join(
                house.folder,
                path!.includes('/e') && !path!.includes('example') ? 'keys/ed25519.pem' : 'keys/rsa.pem',
              ),
            )
    house.write(path!, content)
  }
}

const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(match => match[1]!)

/** A whole file; or the good one with the parts of the example in place of its own. */
const whole = (example: string): string =>
  example.startsWith('hostname:') ? example : stringify({ ...parse(good), ...parse(example) })

describe('docs/configuration.md', () => {
  it('has examples of every part', () => {
    expect(examples.length).toBeGreaterThan(7)
  })

  it.each(examples.map(example => [example.split('\n')[0]!, example]))(
    'the example %s is good, without warnings',
    (_, example) => {
      furnish(example)
      const text = whole(example)
      const environment = { SMARTHOST_PASSWORD: 'x', SMARTHOST: 'x' }
      try {
        const { file, warnings } = readConfiguration(text, join(house.folder, 'mailworthy.yaml'), { environment, now })
        expect(problemLines(file, warnings)).toEqual([])
      } catch (error) {
        expect(error instanceof ConfigurationError ? error.message : error).toBeUndefined()
      }
    },
  )

  it('names every key of the file', () => {
    const names = (node: unknown): readonly string[] => {
      if (typeof node !== 'object' || node === null) return []
      if (Array.isArray(node)) return node.flatMap(names)
      const inside = Object.entries(node as Schema).flatMap(([key, value]) => (key === 'default' ? [] : names(value)))
      return [...Object.keys((node as Schema).properties ?? {}), ...inside]
    }
    const all = [...new Set(names(schema))]
    expect(all.length).toBeGreaterThan(40)
    const told = (name: string): boolean =>
      new RegExp(`\`(?:[\\w[\\].]+\\.)?${name}(?:\\[\\])?\`|^## .*\\b${name}\\b|\\{ [^|]*\\b${name}\\b`, 'm').test(page)
    expect(all.filter(name => !told(name))).toEqual([])
  })
})

describe('docs/config.schema.json', () => {
  it('is what `mailworthy config schema` prints', () => {
    expect(JSON.parse(published), 'write it anew: npm start -- config schema > docs/config.schema.json').toEqual(schema)
  })

  const valid = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema)

  it.each([
    ['the good one', good],
    ['the start', STARTER],
    ...examples.map((text, i) => [`example ${i + 1}`, whole(text)]),
  ])('takes %s', (_, text) => {
    valid(parse(text))
    expect(valid.errors ?? []).toEqual([])
  })

  it.each([
    ['an unknown key', (data: Record<string, unknown>) => Object.assign(data, { colour: 1 })],
    ['a missing key', (data: Record<string, unknown>) => delete data.hostname],
    ['a wrong word', (data: Record<string, unknown>) => Object.assign(data, { gate: { mode: 'maybe' } })],
    [
      'a secret in the file',
      (data: Record<string, unknown>) =>
        Object.assign((data.domains as { dkim: { key: string }[] }[])[0]!.dkim[0]!, { key: 'PEM' }),
    ],
  ])('refuses %s', (_, change) => {
    const data = parse(good) as Record<string, unknown>
    change(data)
    expect(valid(data)).toBe(false)
  })

  it('describes every key', () => {
    const silent = (node: unknown, path: string): readonly string[] => {
      if (typeof node !== 'object' || node === null) return []
      if (Array.isArray(node)) return node.flatMap((one, index) => silent(one, `${path}[${index}]`))
      const own = Object.entries((node as Schema).properties ?? {}).flatMap(([key, value]) =>
        value.description === undefined ? [`${path}.${key}`] : [],
      )
      return [
        ...own,
        ...Object.entries(node as Schema).flatMap(([key, value]) =>
          key === 'default' ? [] : silent(value, `${path}.${key}`),
        ),
      ]
    }
    expect(silent(schema, '')).toEqual([])
  })
})
