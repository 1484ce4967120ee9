import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseAddress } from '../../src/names/address.ts'
import { genericSign } from '../../src/protocol/generic-name.ts'

const sign = (name: string, address: string) => genericSign(name, parseAddress(address)!)

it.each([
  ['host-192-0-2-66.isp.example', '192.0.2.66'],
  ['66.2.0.192.isp.example', '192.0.2.66'],
  ['ip192.0.2.66.isp.example', '192.0.2.66'],
  ['192-000-002-066.isp.example', '192.0.2.66'],
  ['192000002066.isp.example', '192.0.2.66'],
  ['c0000242.isp.example', '192.0.2.66'],
  ['ec2-192-0-2-66.compute.example', '192.0.2.66'],
  ['2001-db8-0-0-21a-4bff-fe12-3456.isp.example', '2001:db8::21a:4bff:fe12:3456'],
])('%s is made of the digits of %s', (name, address) => {
  expect(sign(name, address)).toEqual({ kind: 'address' })
})

it.each([
  ['p5dc3a1b2.dip0.dialin.isp.example', '192.0.2.66', 'dialin'],
  ['host-66.dynamic.isp.example', '192.0.2.66', 'dynamic'],
  ['pool-7.isp.example', '192.0.2.66', 'pool'],
])('%s names a line that changes hands', (name, address, word) => {
  expect(sign(name, address)).toEqual({ kind: 'dynamic', word })
})

it.each([
  ['mail.example.org', '192.0.2.66'],
  ['mail-192-0-2-66.example.org', '192.0.2.66'],
  ['o1.ptr2661.example.net', '192.0.2.66'],
  ['static.66.2.1.192.isp.example', '192.0.2.66'],
  ['web66.example.org', '192.0.2.66'],
  ['dynamics.example.org', '192.0.2.66'],
  ['mx1.example.org', '2001:db8::25'],
  ['server25.example.org', '2001:db8::25'],
])('%s for %s looks chosen', (name, address) => {
  expect(sign(name, address)).toBeUndefined()
})

it('never throws', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('192.0.2.66', '2001:db8::25'),
      (name, address) => {
        sign(name, address)
      },
    ),
  )
})
