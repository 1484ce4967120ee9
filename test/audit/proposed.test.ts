// An audit of proposed records beside that of the live ones: what is shared between the two, and what must not be.
import { expect, it } from 'vitest'
import type { Dialer } from '../../src/net/dialer.ts'
import { target } from '../support/check-tester.ts'
import { reportOn } from '../support/mending.ts'

const ZONE = `
example.org SOA ns.example.org h.example.org 1
example.org MX 10 mx.example.net
example.org MX 20 alias.example.net
example.org TXT "v=spf1 mx -all"
mx.example.net A 192.0.2.25
alias.example.net CNAME other.example.net
other.example.net A 192.0.2.26`

/** The MX hosts that were connected to, in order, by an audit with and without the file. */
async function connections(file?: string): Promise<readonly string[]> {
  const addresses: string[] = []
  const dialer: Dialer = {
    async connect({ address }) {
      addresses.push(address)
      return { kind: 'failed', why: 'refused', detail: 'nobody is there' }
    },
  }
  await reportOn({ zone: ZONE, dialer, now: new Date(), target: target() }, file)
  return addresses.toSorted()
}

it('asks a host once that no proposed record has a part in', async () => {
  expect(await connections()).toEqual(['192.0.2.25', '192.0.2.26'])
  expect(await connections('_dmarc.example.org. TXT "v=DMARC1; p=none"')).toEqual(['192.0.2.25', '192.0.2.26'])
})

it('never takes the addresses of a live host for those of a proposed one', async () => {
  const moved = await connections('mx.example.net. A 192.0.2.99')
  expect(moved).toEqual(['192.0.2.25', '192.0.2.26', '192.0.2.99'])
  const behindAlias = await connections('other.example.net. A 192.0.2.98')
  expect(behindAlias).toEqual(['192.0.2.25', '192.0.2.26', '192.0.2.98'])
})

it('says what changes about a host that a proposed record moves', async () => {
  const dialer: Dialer = {
    async connect() {
      return { kind: 'failed', why: 'refused', detail: 'nobody is there' }
    },
  }
  const world = { zone: ZONE, dialer, now: new Date(), target: target() }
  const { proposed, findings } = await reportOn(world, ';- mx.example.net. A')
  expect(proposed!.changes.map(({ check, change, after }) => `${check} ${change} ${after?.outcome}`)).toContain(
    'mx-hosts breaks no-address',
  )
  expect(findings.find(({ outcome }) => outcome === 'no-address')!.evidence).toContainEqual(
    expect.objectContaining({ ask: 'mx.example.net A', answer: 'no such record', server: 'proposed' }),
  )
  const same = await reportOn(world, 'unrelated.example.com. A 192.0.2.1')
  expect(same.proposed).toMatchObject({ changes: [], unasked: [{ name: 'unrelated.example.com', type: 'A' }] })
})
