import fc from 'fast-check'
import { expect, it } from 'vitest'
import { selectTlsRptRecords } from '../../src/protocol/tls-rpt.ts'

const only = (text: string) => selectTlsRptRecords([text]).records[0]!

it('reads the places of the record (RFC 8460 §3)', () => {
  expect(only('v=TLSRPTv1;rua=mailto:reports@example.com').uris).toEqual([
    { kind: 'mailto', text: 'mailto:reports@example.com', address: 'reports@example.com', host: 'example.com' },
  ])
  const { uris, faults } = only(
    'v=TLSRPTv1; rua=https://Reporting.example.com/v1/tlsrpt , mailto:a%21b@example.org;x=y',
  )
  expect(uris.map(uri => uri.host)).toEqual(['reporting.example.com', 'example.org'])
  expect(faults).toEqual([])
})

it.each([
  ['v=TLSRPTv1;', 'it has no rua'],
  ['v=TLSRPTv1; rua=', '"" is neither a mailto: nor an https: URI'],
  ['v=TLSRPTv1; rua=reports@example.com', '"reports@example.com" is neither'],
  ['v=TLSRPTv1; rua=http://example.com/', '"http://example.com/" is neither'],
  ['v=TLSRPTv1; rua=mailto:a@example.com!10m', 'is neither'],
  ['v=TLSRPTv1; rua=mailto:a@example.com; rua=mailto:b@example.com', 'it has several rua fields'],
  ['v=TLSRPTv1; rua=mailto:a@example.com; nonsense', '"nonsense" is no field'],
])('%s: %s', (text, says) => {
  expect(only(text).faults.join()).toContain(says)
})

it('discards other texts, and sees which was meant', () => {
  expect(selectTlsRptRecords(['v=spf1 -all', 'v=TLSRPTv1', 'v=tlsrptv1; rua=mailto:a@b.example'])).toEqual({
    records: [],
    nearMisses: ['v=TLSRPTv1', 'v=tlsrptv1; rua=mailto:a@b.example'],
  })
})

it('never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 1000 }), text => {
      selectTlsRptRecords([text, `v=TLSRPTv1; rua=${text}`, `v=TLSRPTv1; rua=mailto:${text}`])
    }),
  )
})
