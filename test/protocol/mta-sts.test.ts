import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coversHost, readStsPolicy, selectStsRecords } from '../../src/protocol/mta-sts.ts'

describe('the record', () => {
  it('is chosen among other TXT records, and read with what stands after it (RFC 8461 §3.1)', () => {
    expect(selectStsRecords(['v=spf1 -all', 'v=STSv1; id=20160831085700Z;', 'x'])).toEqual({
      records: [{ text: 'v=STSv1; id=20160831085700Z;', id: '20160831085700Z', faults: [] }],
      nearMisses: [],
    })
    expect(selectStsRecords(['v=STSv1 ; id=1 ; more=than that']).records[0]).toMatchObject({ id: '1' })
  })

  it.each([
    ['v=STSv1;', 'it has no id'],
    ['v=STSv1; id=2026-11-20', 'its id "2026-11-20" is not 1 to 32 letters and digits'],
    [`v=STSv1; id=${'a'.repeat(33)}`, 'is not 1 to 32 letters and digits'],
    ['v=STSv1; id=', 'its id "" is not 1 to 32'],
    ['v=STSv1; id=1; id=2', 'it has several ids'],
    ['v=STSv1; id', '"id" is no field'],
    ['v=STSv1; ID=1', 'it has no id'],
  ])('%s is no good: %s', (text, says) => {
    const [record] = selectStsRecords([text]).records
    expect(record!.id).toBeUndefined()
    expect(record!.faults.join()).toContain(says)
  })

  it('that begins otherwise is seen as meant', () => {
    expect(selectStsRecords(['V=STSV1; id=1', 'v=STSv2; id=1', '"v=STSv1; id=1"', 'v=STSv1']).nearMisses).toHaveLength(
      4,
    )
  })
})

describe('the policy', () => {
  const good = 'version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n'

  it('is read with either line end, in any order, past fields that nobody knows (§3.2)', () => {
    const policy = { kind: 'policy', mode: 'enforce', mx: ['mail.example.com', '*.example.net'], maxAge: 604_800 }
    expect(readStsPolicy(good)).toEqual(policy)
    expect(readStsPolicy(good.replaceAll('\r', ''))).toEqual(policy)
    expect(readStsPolicy(good.split('\r\n').toReversed().join('\n'))).toMatchObject({ kind: 'policy' })
    expect(readStsPolicy(`x-odd: yes\n${good}mode: none\nmax_age: 1\n`)).toEqual(policy)
    expect(readStsPolicy('version:STSv1\nmode:none\nmax_age:0')).toEqual({
      kind: 'policy',
      mode: 'none',
      mx: [],
      maxAge: 0,
    })
  })

  it.each([
    ['version: STSv2', 'version: STSv1', 'line 1', 'version is "STSv2", not STSv1'],
    ['mode: Enforce', 'mode: enforce', 'line 2', 'mode is "Enforce", not enforce, testing or none'],
    ['mx: *.*.example.com', 'mx: mail.example.com', 'line 3', '"*.*.example.com" is neither a host name'],
    ['mx: mail.example.com.*', 'mx: mail.example.com', 'line 3', 'neither a host name'],
    ['max_age: 31557601', 'max_age: 604800', 'line 5', 'not a number of seconds up to 31557600'],
    ['max_age: -1', 'max_age: 604800', 'line 5', 'max_age is "-1"'],
    ['what is this', 'mode: enforce', 'line 2', '"what is this" is no field'],
  ])('%s is a fault with its line', (wrong, right, line, says) => {
    const policy = readStsPolicy(good.replace(right, wrong))
    const faults = policy.kind === 'invalid' ? policy.faults : []
    expect(faults.map(fault => `line ${fault.line}: ${fault.says}`).join('\n')).toContain(`${line}: `)
    expect(faults.map(fault => fault.says).join('\n')).toContain(says)
  })

  it('says what is missing', () => {
    const policy = readStsPolicy('')
    expect(policy.kind === 'invalid' && policy.faults.map(fault => fault.says)).toEqual([
      'it has no version',
      'it has no mode',
      'it has no max_age',
      'it names no mx',
    ])
  })

  it('is never more than text, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), text => {
        expect(['policy', 'invalid']).toContain(readStsPolicy(text).kind)
        selectStsRecords([text, `v=STSv1;${text}`])
      }),
    )
  })
})

it('covers by exactly the left-most label, anchored at both ends (§4.1)', () => {
  expect(coversHost('*.example.com', 'mail.example.com')).toBe(true)
  expect(coversHost('*.example.com', 'MAIL.Example.com.')).toBe(true)
  expect(coversHost('*.example.com', 'a.b.example.com')).toBe(false)
  expect(coversHost('*.example.com', 'example.com')).toBe(false)
  expect(coversHost('*.example.com', 'mail.example.com.evil.test')).toBe(false)
  expect(coversHost('mail.example.com', 'mail.example.com')).toBe(true)
  expect(coversHost('mail.example.com', 'xmail.example.com')).toBe(false)
})
