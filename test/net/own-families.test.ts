import type { NetworkInterfaceInfo } from 'node:os'
import { expect, it } from 'vitest'
import { ownAddresses, ownFamilies } from '../../src/net/own-families.ts'

const on = (...addresses: string[]): { [name: string]: NetworkInterfaceInfo[] } => ({
  if0: addresses.map(
    address =>
      ({
        address,
        family: address.includes(':') ? 'IPv6' : 'IPv4',
        internal: address === '127.0.0.1' || address === '::1',
      }) as NetworkInterfaceInfo,
  ),
})

it.each([
  ['an address of each', on('127.0.0.1', '::1', '192.0.2.1', '2001:db8::1'), [4, 6]],
  ['no IPv6 but the link’s own', on('127.0.0.1', '::1', '192.0.2.1', 'fe80::1'), [4]],
  ['IPv6 alone', on('127.0.0.1', '::1', '169.254.1.1', '2001:db8::1'), [6]],
  ['loopback alone: nothing is told', on('127.0.0.1', '::1'), [4, 6]],
])('%s', (_, interfaces, families) => expect(ownFamilies(interfaces)).toEqual(families))

it('tells its own addresses that others could connect to', () => {
  const own = ownAddresses(on('127.0.0.1', '::1', '10.0.0.1', 'fe80::1', 'fd00::1', '192.0.2.1', '2001:db8::1'))
  expect(own.map(({ text }) => text)).toEqual(['192.0.2.1', '2001:db8::1'])
})
