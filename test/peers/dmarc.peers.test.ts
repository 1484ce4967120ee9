// Our DMARC against others, over thousands of made-up situations: a second reading of RFC 9989 in Python, mailauth, and Mail::DMARC for
// RFC 7489. Where one differs, the clause that settles it is named here; whatever no clause settles fails.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { publicSuffixOrganization } from '../../src/names/organizational.ts'
import type { Resolver } from '../../src/net/resolver.ts'
import { aligned, identify } from '../../src/protocol/dmarc/alignment.ts'
import { formerView } from '../../src/protocol/dmarc/former-view.ts'
import { discoverPolicy } from '../../src/protocol/dmarc/policy.ts'
import type { DmarcRecord } from '../../src/protocol/dmarc/record.ts'
import { organizationOf, walkTree } from '../../src/protocol/dmarc/tree-walk.ts'
import { type DmarcSituation, makeDmarcSituation } from '../support/dmarc-worlds.ts'
import { zoneResolver } from '../support/zone-resolver.ts'
import { zoneLine } from '../support/zone-text.ts'
import { excused, mustRun } from './support/program.ts'

const SITUATIONS = process.env.PROOF === '1' ? 2_000 : 300

/** What became of a message; `at` is the domain whose record applied. */
interface Verdict {
  readonly result: string
  readonly at?: string | null
  readonly policy?: string | null
  readonly organization?: string | null
}

/** Why a peer may differ: a test of the situation, and the clause that settles it. */
interface Settled {
  readonly clause: string
  readonly when: (situation: DmarcSituation, ours: Verdict, theirs: Verdict) => boolean
}

const situations = Array.from({ length: SITUATIONS }, (_, i) => makeDmarcSituation(i + 1))
const require = createRequire(import.meta.url)
const script = (name: string): string => fileURLToPath(new URL(`support/${name}`, import.meta.url))

describe('our DMARC over made-up situations', () => {
  it.skipIf(excused('/usr/bin/python3'))(
    'is that of a second implementation of RFC 9989, written from the clauses alone',
    async () => {
      const theirs = await askedByLine('/usr/bin/python3', [script('dmarc-judge.py')])
      const differ = compare('Python from the clauses', await Promise.all(situations.map(current)), theirs, [
        {
          clause:
            'RFC 6376 §3.2: names of tags are case-sensitive; every receiver that we know folds them, we read them so and warn',
          when: situation => /;\s*[A-Z]/.test(allTexts(situation)),
        },
        {
          clause:
            "RFC 9989 §5.3.6: only the queries that are required; an identifier outside of the author's organization needs no walk",
          when: (_situation, ours, theirs) => ours.result === 'fail' && theirs.result === 'temperror',
        },
      ])
      expect(differ).toEqual([])
    },
    300_000,
  )

  it('is that of mailauth', async () => {
    const { dmarc } = require('mailauth/lib/dmarc/index.js') as { dmarc(question: object): Promise<MailauthAnswer> }
    const theirs = await Promise.all(situations.map(situation => askMailauth(dmarc, situation)))
    const differ = compare('mailauth', await Promise.all(situations.map(current)), theirs, [
      {
        clause:
          'RFC 9989 §5.3.6: only the queries that are required; the author lies outside of the organization of the identifier',
        when: (_situation, ours, theirs) => ours.result === 'fail' && theirs.result === 'temperror',
      },
      {
        clause:
          'RFC 6376 §3.2: a tag that stands twice makes the whole list invalid; mailauth takes the last, and says so',
        when: situation => hasTagTwice(allTexts(situation)),
      },
      {
        clause: 'RFC 9989 §4.8: nothing stands before v=DMARC1, white space included; mailauth cuts it off',
        when: situation => /^ v=DMARC1/m.test(allTexts(situation)),
      },
      {
        clause: 'none: where the organization could not be learned, mailauth names the author domain in its place',
        when: (situation, ours, theirs) =>
          ours.organization === null && theirs.organization === situation.from && sameButOrganization(ours, theirs),
      },
    ])
    expect(differ).toEqual([])
  }, 300_000)

  it.skipIf(excused('perl', '/usr/share/perl5/Mail/DMARC.pm'))(
    'is, as receivers of RFC 7489 see it, that of Mail::DMARC',
    async () => {
      // It has no way to tell an answer that did not come from one that is empty.
      const answered = situations.map(situation => ({
        ...situation,
        records: Object.fromEntries(Object.entries(situation.records).filter(([, texts]) => texts !== 'timeout')),
      }))
      const ours = await Promise.all(answered.map(former))
      const theirs = await askedByLine('perl', [script('dmarc-judge.pl')], answered)
      const differ = compare('Mail::DMARC', ours, theirs, [
        {
          clause: 'RFC 6376 §3.2: a tag that stands twice makes the whole list invalid; Mail::DMARC takes the last',
          when: situation => hasTagTwice(appliedText(situation)),
        },
        {
          clause:
            'RFC 7489 §6.4: "v" *WSP "=" *WSP %x44.4d.41.52.43.31, then a separator; Mail::DMARC compares eight characters, without case',
          when: situation => /^(v=dmarc1|v = DMARC1|v=DMARC1[^; ]|v=DMARC1 p)/m.test(appliedText(situation)),
        },
        {
          clause:
            'RFC 7489 §6.6.3 step 6: "contains an sp tag that is not valid"; Mail::DMARC passes over tags without a value, and takes sp=x',
          when: situation => /;\s*s?p=\s*(x|;|$)/im.test(appliedText(situation)),
        },
        {
          clause:
            'RFC 7489 §6.6.3 step 6: one syntactically valid URI; Mail::DMARC takes out white space first, and wants places that agreed',
          when: situation =>
            /rua=(mailto:a b|https|x|,|mailto:(;|$)|mailto:a@example\.net)/im.test(appliedText(situation)) &&
            /rua/i.test(appliedText(situation)),
        },
      ])
      expect(differ).toEqual([])
    },
    300_000,
  )
})

async function askedByLine(program: string, args: readonly string[], asked = situations): Promise<readonly Verdict[]> {
  const input = `${asked.map(situation => JSON.stringify(situation)).join('\n')}\n`
  const { stdout } = await mustRun(program, args, { input, timeoutMs: 240_000 })
  const lines = stdout.trim().split('\n')
  expect(lines).toHaveLength(asked.length)
  return lines.map(line => JSON.parse(line) as Verdict)
}

/** The disagreements that no clause settles. Those that one settles are counted and told. */
function compare(
  peer: string,
  ours: readonly Verdict[],
  theirs: readonly Verdict[],
  settled: readonly Settled[],
): readonly string[] {
  const counts = new Map<string, number>()
  const open: string[] = []
  let agreed = 0
  for (const [i, situation] of situations.entries()) {
    const [mine, other] = [written(ours[i]!), written(theirs[i]!)]
    if (mine === other) {
      agreed++
      continue
    }
    const reason = settled.find(({ when }) => when(situation, ours[i]!, theirs[i]!))
    if (reason === undefined) open.push(`${JSON.stringify(situation)}\n  we: ${mine}\n  they: ${other}`)
    else counts.set(reason.clause, (counts.get(reason.clause) ?? 0) + 1)
  }
  const told = [...counts].map(([clause, count]) => `  ${count} settled by ${clause}`)
  process.stderr.write(
    `${[`${peer}: ${agreed} of ${situations.length} alike, ${open.length} open`, ...told].join('\n')}\n`,
  )
  expect(agreed / situations.length).toBeGreaterThan(0.8)
  return open
}

function written({ result, at, policy, organization }: Verdict): string {
  if (result === 'none' || result === 'temperror') {
    // Without a policy nothing is aligned with anything.
    return at == null ? result : `${result} ${at} ${policy} of ${organization ?? 'unknown'}`
  }
  return `${result} ${at} ${policy} of ${organization ?? 'unknown'}`
}

const sameButOrganization = (one: Verdict, other: Verdict): boolean =>
  written({ ...one, organization: null }) === written({ ...other, organization: null })

/** Of the names that RFC 7489 asks, the texts. */
function appliedText({ records, from }: DmarcSituation): string {
  return [from, publicSuffixOrganization(from) ?? from].flatMap(domain => records[domain] ?? []).join('\n')
}

const allTexts = ({ records }: DmarcSituation): string =>
  Object.values(records)
    .flatMap(texts => (texts === 'timeout' ? [] : texts))
    .join('\n')

function hasTagTwice(texts: string): boolean {
  return texts.split('\n').some(text => {
    const names = text
      .split(';')
      .flatMap(piece => (piece.includes('=') ? [piece.split('=')[0]!.trim().toLowerCase()] : []))
    return new Set(names).size < names.length
  })
}

function resolverOf({ records, exists, from }: DmarcSituation): Resolver {
  const lines = Object.entries(records).flatMap(([domain, texts]) =>
    texts === 'timeout'
      ? [`_dmarc.${domain} FAULT timeout`]
      : texts.map(text => zoneLine(`_dmarc.${domain}`, 'TXT', text)),
  )
  return zoneResolver([...lines, ...(exists ? [`${from} A 192.0.2.1`] : [])].join('\n'))
}

/** By RFC 9989 §5.3. */
async function current(situation: DmarcSituation): Promise<Verdict> {
  const resolver = resolverOf(situation)
  const walk = await walkTree(resolver, situation.from)
  const policy = await discoverPolicy(resolver, walk)
  if (policy.kind === 'unknown') return { result: 'temperror' }
  if (policy.kind !== 'policy') return { result: 'none' }
  const found = organizationOf(walk)
  const author = { domain: situation.from, organization: found }
  const { adkim, aspf } = policy.record
  const proofs = await Promise.all([
    ...situation.spf.map(async domain => aligned(aspf, author, await identify(resolver, domain))),
    ...situation.dkim.map(async domain => aligned(adkim, author, await identify(resolver, domain))),
  ])
  const organization = found.known ? found.domain : null
  const result = proofs.includes(true) ? 'pass' : proofs.includes('unknown') ? 'temperror' : 'fail'
  return { result, at: policy.at, policy: policy.effective, organization }
}

/** By RFC 7489 §6.6, as the audit shows it. */
async function former(situation: DmarcSituation): Promise<Verdict> {
  const resolver = resolverOf(situation)
  const organization = publicSuffixOrganization(situation.from) ?? situation.from
  const view = await formerView(resolver, await walkTree(resolver, situation.from), organization)
  if (view.kind !== 'policy') return { result: 'none' }
  const isAligned = (mode: DmarcRecord['adkim'], domain: string): boolean =>
    domain === situation.from || (mode === 'r' && (publicSuffixOrganization(domain) ?? domain) === organization)
  const passes =
    situation.spf.some(domain => isAligned(view.record.aspf, domain)) ||
    situation.dkim.some(domain => isAligned(view.record.adkim, domain))
  return { result: passes ? 'pass' : 'fail', at: view.at, policy: view.policy, organization }
}

interface MailauthAnswer {
  readonly status: { readonly result: string }
  readonly policy?: string
  readonly policyDomain?: string
  readonly domain?: string
}

async function askMailauth(
  dmarc: (question: object) => Promise<MailauthAnswer>,
  situation: DmarcSituation,
): Promise<Verdict> {
  const resolver = resolverOf(situation)
  const ask = async (name: string, type: 'TXT' | 'A' | 'CNAME'): Promise<unknown> => {
    const answer = await resolver.resolve(name, type)
    if (answer.kind === 'records') return answer.records
    const code = { nodata: 'ENODATA', nxdomain: 'ENOTFOUND', unreachable: 'ETIMEOUT' }[answer.kind]
    throw Object.assign(new Error(code), { code })
  }
  const answer = await dmarc({
    headerFrom: situation.from,
    spfDomains: situation.spf.map(domain => ({ domain })),
    dkimDomains: situation.dkim.map(domain => ({ domain })),
    resolver: ask,
  })
  const { result } = answer.status
  if (result === 'none' || answer.policyDomain === undefined) return { result }
  return { result, at: answer.policyDomain, policy: answer.policy ?? null, organization: answer.domain ?? null }
}
