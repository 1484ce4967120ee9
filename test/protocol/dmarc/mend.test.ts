// The record that is proposed, for anything that may stand at the names of a walk.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { publicSuffixOrganization } from '../../../src/names/organizational.ts'
import { formerView } from '../../../src/protocol/dmarc/former-view.ts'
import { nextRung } from '../../../src/protocol/dmarc/ladder.ts'
import { mendedDmarc } from '../../../src/protocol/dmarc/mend.ts'
import { discoverPolicy } from '../../../src/protocol/dmarc/policy.ts'
import { readDmarc } from '../../../src/protocol/dmarc/record.ts'
import { organizationOf, walkTree } from '../../../src/protocol/dmarc/tree-walk.ts'
import { zoneResolver } from '../../support/zone-resolver.ts'
import { zoneLine } from '../../support/zone-text.ts'

async function mended(domain: string, texts: readonly (readonly [string, string])[], parked = false) {
  const zone = texts.map(([at, text]) => zoneLine(`_dmarc.${at}`, 'TXT', text)).join('\n')
  const resolver = zoneResolver(zone)
  const walk = await walkTree(resolver, domain)
  const policy = await discoverPolicy(resolver, walk)
  if (policy.kind === 'unknown') throw new Error('a zone always answers')
  const formerOrganization = publicSuffixOrganization(domain) ?? domain
  const published = {
    policy,
    own: walk.steps[0],
    trace: walk.steps,
    organization: organizationOf(walk) as { readonly known: true; readonly domain: string; readonly because: 'psd-n' },
    formerOrganization,
    exists: true,
    misplaced: [],
  }
  const former = await formerView(resolver, walk, formerOrganization)
  return { proposal: mendedDmarc(domain, published, parked), policy, former }
}

describe('the record to publish', () => {
  it.each([
    ['v=DMARC1; p=reject', undefined],
    ['v=DMARC1;p=reject ; rua=mailto:a@example.org;', undefined],
    ['v=DMARC1; p=reject; pct=50; rua=a@example.org', 'v=DMARC1; p=reject; rua=mailto:a@example.org'],
    ['v=DMARC1; p=none; pct=0', 'v=DMARC1; p=none'],
    ['v=DMARC1; p=reject; pct=0; rf=x; ri=1', 'v=DMARC1; p=reject; t=y'],
    ['v=DMARC1; p=reject; PCT=50', 'v=DMARC1; p=reject'],
    ['v=DMARC1; p=reject; rua=nobody', undefined],
    [
      'v=DMARC1; p=reject; rua=mailto:a@example.org!10m,b@example.org',
      'v=DMARC1; p=reject; rua=mailto:a@example.org!10m,mailto:b@example.org',
    ],
    ['v=DMARC1; p=reject; psd=y', 'v=DMARC1; p=reject; psd=n'],
    ['v=DMARC1; p=reject; x=1; sp=none; t=y', undefined],
  ])('in place of %s is %s', async (text, corrected) => {
    const { proposal } = await mended('example.org', [['example.org', text]])
    expect(proposal?.records.find(one => one.do === 'publish')?.value).toBe(corrected)
    expect(proposal?.text).toBe(corrected ?? text)
  })

  it('asks for reject at once for a domain that sends no mail, and keeps what is said of the names below it', async () => {
    const { proposal } = await mended(
      'example.org',
      [['example.org', 'v=DMARC1; p=none; sp=none; t=y; rua=mailto:a@example.org']],
      true,
    )
    expect(proposal?.text).toBe('v=DMARC1; p=reject; sp=none; rua=mailto:a@example.org')
  })

  it('is not that of a stranger: a public suffix that does not say so gets no advice', async () => {
    const { proposal } = await mended('example.co.uk', [['uk', 'v=DMARC1; p=reject; pct=50; rua=mailto:a@nic.uk']])
    expect(proposal).toMatchObject({ owner: '_dmarc.example.co.uk', text: 'v=DMARC1; p=reject; psd=n' })
  })

  it('stands apart from the faulty record of a stranger, though its own alignment is strict', async () => {
    const { proposal } = await mended('a.example.co.uk', [
      ['uk', 'v=DMARC1; fo=1'],
      ['example.co.uk', 'v=DMARC1; p=reject; adkim=s; aspf=s'],
    ])
    expect(proposal).toMatchObject({
      owner: '_dmarc.example.co.uk',
      text: 'v=DMARC1; p=reject; adkim=s; aspf=s; psd=n',
    })
  })

  it('does not ask for all names what one below them asks for', async () => {
    const { proposal } = await mended('a.example.github.io', [
      ['github.io', 'v=DMARC1; p=none'],
      ['a.example.github.io', 'v=DMARC1; p=reject; rf=afrf'],
    ])
    expect(proposal).toMatchObject({ owner: '_dmarc.a.example.github.io', text: 'v=DMARC1; p=reject' })
  })

  it('is a record that acts, mended once for all, whatever stands there, and nothing throws', async () => {
    const part = fc.constantFrom(
      'v=DMARC1',
      'p=none',
      'p=x',
      'sp=reject',
      'rua=a@example.org',
      'psd=y',
      'psd=n',
      'pct=0',
      't=y',
      'np=',
      'P=none',
      '"',
      '\\;',
    )
    const text = fc.oneof(
      fc.string({ unit: fc.integer({ min: 0, max: 255 }).map(octet => String.fromCharCode(octet)) }),
      fc
        .array(fc.oneof(part, fc.string({ unit: 'grapheme-ascii' })), { maxLength: 6 })
        .map(parts => `v=DMARC1; ${parts.join(';')}`),
    )
    const names = ['a.b.example.co.uk', 'b.example.co.uk', 'example.co.uk', 'co.uk', 'uk']
    const placed = fc.array(fc.tuple(fc.constantFrom(...names), text), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(placed, fc.constantFrom(...names), fc.boolean(), async (texts, domain, parked) => {
        const { proposal, policy } = await mended(domain, texts, parked)
        if (policy.kind === 'policy') nextRung(policy, true)
        if (proposal === undefined || proposal.records.length === 0) return
        const read = readDmarc(proposal.text)
        expect(read.kind).toBe('record')
        if (read.kind !== 'record') return
        // What a removed tag was repeated in other letters stays for a person to sort out.
        expect(read.record.acts).not.toBe('not-at-all')
        const host = proposal.owner.replace('_dmarc.', '')
        const again = await mended(host, [[host, proposal.text]], parked && host === domain)
        expect(again.proposal?.records).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})
