import { describe, expect, it } from 'vitest'
import { decodeMessage } from '../../../src/net/dns/wire-message.ts'
import { encodeName } from '../../../src/net/dns/wire-name.ts'
import { encodeQuery } from '../../../src/net/dns/wire-query.ts'
import { loopback } from '../../support/loopback-dns.ts'

const day = (text: string): number => Date.parse(text) / 1000
const signature = {
  ...{ algorithm: 13, keyTag: 4711, signer: 'example.org' },
  ...{ from: day('2026-11-01'), until: day('2026-12-01') },
}
const SIGNED = `
example.org SIGNED
example.org SIGNATURES 13 2026-11-01 2026-12-01 4711
example.org SOA ns.example.org hostmaster.example.org 7 60
example.org MX 10 mx.example.org
alias.example.org CNAME plain.example.net
plain.example.net A 192.0.2.1
`

describe('signatures', () => {
  it('are told with the records that they are over', async () => {
    const { resolver } = await loopback(SIGNED)
    const answer = await resolver.resolve('example.org', 'MX')
    expect(answer).toMatchObject({ kind: 'records', authentic: true, signatures: [signature] })
    // From the cache as well.
    expect(await resolver.resolve('example.org', 'MX')).toMatchObject({ signatures: [signature] })
  })

  it('are told of the SOA that stands beside an absence, and so is the zone', async () => {
    const { resolver } = await loopback(SIGNED)
    expect(await resolver.resolve('mx.example.org', 'A')).toMatchObject({ kind: 'nxdomain', signatures: [signature] })
    expect(await resolver.resolve('example.org', 'TXT')).toMatchObject({ kind: 'nodata', signatures: [signature] })
  })

  it('of an alias say nothing of where it leads', async () => {
    const { resolver } = await loopback(SIGNED)
    const answer = await resolver.resolve('alias.example.org', 'A')
    expect(answer).toMatchObject({ kind: 'records', authentic: false })
    expect(answer).not.toHaveProperty('signatures')
  })

  it('that cannot be read are left out, and hide nothing', async () => {
    const { resolver } = await loopback(SIGNED, {
      alter: draft => ({
        ...draft,
        answers: draft.answers.map(record => (record.type === 46 ? { ...record, data: Buffer.alloc(18, 15) } : record)),
      }),
    })
    const answer = await resolver.resolve('example.org', 'MX')
    expect(answer).toMatchObject({ kind: 'records', records: [{ preference: 10 }], malformed: [] })
    expect(answer).not.toHaveProperty('signatures')
  })
})

describe('a question for what is not vouched for', () => {
  const BROKEN = `${SIGNED}\nbroken.example BOGUS 7\nbroken.example MX 10 mx.broken.example`

  it('carries the CD bit (RFC 4035 §3.2.2), and no other does', () => {
    const { wire, name } = encodeName('example.org') as { readonly wire: Buffer; readonly name: string }
    const flags = (more: object) => decodeMessage(encodeQuery({ name, wire, type: 'MX', ...more }, 1, true))
    expect(flags({ unchecked: true })).toMatchObject({ checkingDisabled: true, recursionDesired: true })
    expect(flags({})).toMatchObject({ checkingDisabled: false, recursionDesired: true })
    expect(flags({ direct: true })).toMatchObject({ checkingDisabled: false, recursionDesired: false })
  })

  it('is answered where the other fails, and neither is told for the other', async () => {
    const { resolver, server } = await loopback(BROKEN)
    const failure = { kind: 'unreachable', why: 'servfail', extended: 'EDE 7 Signature Expired' }
    expect(await resolver.resolve('broken.example', 'MX')).toMatchObject(failure)
    const unchecked = await resolver.resolve('broken.example', 'MX', { unchecked: true })
    expect(unchecked).toMatchObject({ kind: 'records', authentic: false })
    expect(await resolver.resolve('broken.example', 'MX')).toMatchObject(failure)
    expect(await resolver.resolve('example.org', 'MX', { unchecked: true })).toMatchObject({ authentic: false })
    expect(await resolver.resolve('example.org', 'MX')).toMatchObject({ authentic: true })
    // A broken signature is final: it is not asked for again within one question.
    expect(server.asked.filter(question => question === 'broken.example MX')).toHaveLength(3)
  })
})
