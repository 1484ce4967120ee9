// The validation cases of the ARC test suite (ValiMail), where they stand beside the checkout, through the command's own path.
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isMap, isScalar, parseAllDocuments, type YAMLMap } from 'yaml'
import type { Answer, RecordTypes, Resolver } from '../../src/net/resolver.ts'
import { judgedMessage } from '../support/judged-message.ts'

const suite = new URL('../../../shared/conformance/arc/tests/arc-draft-validation-tests.yml', import.meta.url)

interface ArcCase {
  readonly name: string
  readonly message: string
  readonly expected: string
  readonly resolver: Resolver
}

/** All cases: the file gives four names twice, so maps are read pair by pair. */
function casesOf(text: string): readonly ArcCase[] {
  return parseAllDocuments(text, { uniqueKeys: false }).flatMap(document => {
    const root = document.contents as unknown as YAMLMap
    if (!isMap(root)) return []
    const records = (root.get('txt-records') as YAMLMap).toJSON() as { readonly [name: string]: string }
    return (root.get('tests') as YAMLMap).items.map(({ key, value }, index) => ({
      name: `${String(root.get('description'))}: ${isScalar(key) ? String(key.value) : index}`,
      message: String((value as YAMLMap).get('message')),
      expected: String((value as YAMLMap).get('cv'))
        .trim()
        .toLowerCase(),
      resolver: txtResolver(records),
    }))
  })
}

function txtResolver(records: { readonly [name: string]: string }): Resolver {
  return {
    async resolve(name, type) {
      const told = { ttl: 60, authentic: false, server: 'suite', authoritative: true, chain: [name] }
      const text = type === 'TXT' ? records[name] : undefined
      if (text === undefined) return { kind: 'nxdomain', ...told }
      const answer: Answer<RecordTypes['TXT']> = { kind: 'records', records: [[text]], malformed: [], ...told }
      return answer as Answer<never>
    },
  }
}

/** Where RFC 8617 says otherwise than the drafts that the suite was made for. */
const byTheRfc: { readonly [name: string]: { readonly result: string; readonly clause: string } } = {
  'Chain Validation: cv_fail_i1_as_cv_fail': {
    result: 'fail',
    clause: '§5.2 step 2: cv=fail in the newest seal is fail',
  },
  'Chain Validation: cv_fail_i2_as2_fail': {
    result: 'fail',
    clause: '§5.2 step 2: cv=fail in the newest seal is fail',
  },
  'Chain Validation: cv_fail_i2_as1_fail': { result: 'fail', clause: '§5.2 step 3.C: the first seal must say cv=none' },
  'Arc Message Signature Fields: ams_fields_c_na': {
    result: 'fail',
    clause: '§4.1.2 takes c= from RFC 6376 §3.5, which takes simple/simple without it; drafts took relaxed/relaxed',
  },
  'Arc Message Signature Fields: ams_fields_h_empty': {
    result: 'fail',
    clause: '§4.1.2 takes h= from RFC 6376 §3.5, which must not be empty, and must name From (§5.4)',
  },
}
/** The file of this case is empty, which the command refuses: there is no message in it. */
const EMPTY = 'Chain Validation: cv_empty'

describe.skipIf(!existsSync(suite))('the ARC test suite (skipped where it does not stand beside the checkout)', () => {
  const cases = existsSync(suite) ? casesOf(readFileSync(suite, 'utf8')) : []

  it('has 175 cases', () => expect(cases).toHaveLength(175))

  it.each(cases.map((one, index) => [index + 1, one.name, one] as const))('%i %s', async (_, name, one) => {
    if (name === EMPTY) {
      expect(one.message).toBe('')
      expect(one.expected).toBe('none')
      return
    }
    const report = await judgedMessage(one.message, { zone: one.resolver, only: ['message-arc'] })
    const { result, clause } = byTheRfc[name] ?? { result: one.expected, clause: undefined }
    expect(report.arc?.result, clause ?? report.arc?.reason).toBe(result)
  })
})
