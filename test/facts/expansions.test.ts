import { describe, expect, it } from 'vitest'
import starttlsOffer from '../../src/checks/starttls-offer.ts'
import { findingsOf } from '../support/check-tester.ts'

const zone = `
  example.org      MX   10 mx.example.org
  mx.example.org   A    192.0.2.1
  mx.example.org   AAAA 2001:db8::1
  mx.example.org   AAAA ::1`

const said = async (target: object): Promise<string[]> =>
  (await findingsOf(starttlsOffer, { zone, target })).map(f => `${f.subject} ${f.outcome}: ${f.says}`)

describe('the addresses of MX hosts', () => {
  it('of a family that was left out are not connected to, and the report says so', async () => {
    expect(await said({ families: [4] })).toEqual([
      expect.stringContaining('mx.example.org [192.0.2.1] timeout'),
      'mx.example.org not-asked: Not checked: IPv6 addresses were left out (-4).',
    ])
  })

  it('of a family that this machine has no way to are not judged, but its own loopback is', async () => {
    expect(await said({ ownFamilies: [4] })).toEqual([
      expect.stringContaining('mx.example.org [192.0.2.1] timeout'),
      expect.stringContaining('mx.example.org [::1] timeout'),
      'mx.example.org not-asked: Not checked: IPv6 addresses were left out, since this machine has none itself.',
    ])
  })
})
