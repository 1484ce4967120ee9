// The DKIM cases of chasquid: every file of the folder is used, and where we judge otherwise the clause stands beside it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Gatherer, SharedFacts } from '../../../src/audit/gather.ts'
import { dkimReading } from '../../../src/facts/dkim-key.ts'
import { nobody } from '../../support/check-tester.ts'
import { ownVerdicts } from '../../support/dkim-verdicts.ts'
import { zoneResolver } from '../../support/zone-resolver.ts'

const folder = new URL('../../../../shared/conformance/dkim/', import.meta.url)
const files = existsSync(folder) ? readdirSync(folder).filter(file => /^\d\d-/.test(file)) : []
const read = (file: string): string => readFileSync(new URL(file, folder), 'latin1')
const cases = [...new Set(files.map(file => file.replace(/\.\w+$/, '')))]

/** The `.dns` file of a case, or that of the first case, as the suite has it; a name may be an error instead of a record. */
function zoneOf(name: string): string {
  const text = read(files.includes(`${name}.dns`) ? `${name}.dns` : '01-rfc8463.dns')
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => {
      const [owner, value] = [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]
      if (value === 'TEMPERROR') return `${owner} FAULT servfail`
      // A permanent error of a lookup is a name that does not exist.
      return value === 'PERMERROR' ? `${owner} FAULT nxdomain` : `${owner} TXT "${value}"`
    })
    .join('\n')
}

interface Expected {
  readonly Results: readonly { readonly State: string; readonly Error: string }[]
}

const states: { readonly [state: string]: readonly string[] } = {
  SUCCESS: ['pass'],
  TEMPFAIL: ['temperror'],
  // What chasquid calls a permanent failure RFC 8601 §2.7.1 splits in two.
  PERMFAIL: ['permerror', 'neutral', 'fail'],
}

describe.skipIf(files.length === 0)('the DKIM cases of chasquid', () => {
  it('are all there, and each file is used', () => {
    expect(cases).toHaveLength(7)
    expect(files.filter(file => !/\.(dns|msg|result|error|readme)$/.test(file))).toEqual([])
    // A case without a message is judged by the message of the first one, below.
    expect(cases.filter(name => !files.includes(`${name}.msg`))).toEqual(['07-algo_mismatch'])
  })

  it.each(cases.filter(name => files.includes(`${name}.result`)))('%s: each signature', async name => {
    const { Results } = JSON.parse(read(`${name}.result`)) as Expected
    const message = Buffer.from(read(`${name}.msg`).replaceAll(/\r?\n/g, '\r\n'), 'latin1')
    const verdicts = (await ownVerdicts(message, zoneResolver(zoneOf(name))))!
    // RFC 6376 §6.1 leaves the number of signatures to the verifier: chasquid takes five, we all of these.
    if (name === '02-too_many_headers') expect(verdicts).toHaveLength(Results.length + 2)
    else expect(verdicts).toHaveLength(Results.length)
    for (const [index, { result, reason }] of verdicts.entries()) {
      const { State, Error: cause } = Results[index] ?? Results[0]!
      expect(states[State], `${result} (${reason}), but ${State} (${cause})`).toContain(result)
    }
    const errors = files.includes(`${name}.error`) ? read(`${name}.error`) : '<nil>'
    expect(errors).toBe('<nil>')
  })

  it('03-bad_message: is no message', async () => {
    expect(read('03-bad_message.error')).toContain('invalid header')
    expect(await ownVerdicts(Buffer.from(read('03-bad_message.msg'), 'latin1'), zoneResolver(''))).toBeUndefined()
  })

  it('04-bad_dkim_signature_header: says that the version is wrong', async () => {
    const message = Buffer.from(read('04-bad_dkim_signature_header.msg'), 'latin1')
    const [verdict] = (await ownVerdicts(message, zoneResolver(zoneOf('04-bad_dkim_signature_header'))))!
    expect(verdict!.reason).toContain('v=')
  })

  // RFC 6376 §3.6.2.2: with several records at a selector "the results are undefined". chasquid tries them all; we do not rely on it.
  it('07-algo_mismatch: two records at one selector are none', async () => {
    expect(read('07-algo_mismatch.readme')).toContain('two valid TXT records')
    const resolver = zoneResolver(zoneOf('07-algo_mismatch'))
    const message = Buffer.from(read('01-rfc8463.msg').replaceAll(/\r?\n/g, '\r\n'), 'latin1')
    const verdicts = (await ownVerdicts(message, resolver))!
    expect(verdicts.map(({ selector, result, clause }) => [selector, result, clause])).toEqual([
      ['brisbane', 'permerror', 'RFC 6376 §3.6.2.2'],
      ['test', 'pass', undefined],
    ])
  })

  it.each([
    ['01-rfc8463', 'valid', 'valid'],
    ['05-dns_temp_error', 'unknown', 'valid'],
    ['06-dns_perm_error', 'missing', 'valid'],
    ['07-algo_mismatch', 'invalid', 'valid'],
  ])('%s: the keys are read as %s and %s', async (name, ...expected) => {
    const means = { resolver: zoneResolver(zoneOf(name)), dialer: nobody, ehloName: 'probe.example.net' }
    const { know } = new Gatherer(means, new SharedFacts())
    const subject = { domain: 'football.example.com', ourKey: undefined }
    const readings = ['brisbane', 'test'].map(selector => dkimReading(know, { ...subject, selector }))
    expect((await Promise.all(readings)).map(({ state }) => state)).toEqual(expected)
  })
})
