// Tests a check through the real kernel: zone text in, the finding that a person reads out; every outcome must be reached.
import { describe, expect, it } from 'vitest'
import { AuditRun } from '../../src/audit/audit.ts'
import { type AnyCheck, type Check, kernelOutcomes } from '../../src/audit/check.ts'
import type { GivenMessage, Target } from '../../src/audit/scope.ts'
import { placeholders } from '../../src/audit/words.ts'
import { rspamdService } from '../../src/cli/rspamd-service.ts'
import { expansions } from '../../src/facts/expansions.ts'
import { parseAddress } from '../../src/names/address.ts'
import type { Dialer } from '../../src/net/dialer.ts'
import type { Resolver } from '../../src/net/resolver.ts'
import type { Finding, Json, RecordChange } from '../../src/report/report.ts'
import { expectMended } from './mending.ts'
import { zoneResolver } from './zone-resolver.ts'

/** One situation of the world and what must be said about it. */
export interface Case {
  /** What is special here; defaults to the outcome. */
  readonly name?: string
  readonly zone: string
  /** `example.org` without a sending side, unless said otherwise. `egress` as `address` or `address helo`. */
  readonly target?: {
    domain?: string
    egress?: readonly string[]
    selectors?: readonly string[]
    ourKeys?: { [selector: string]: string }
    ourRecords?: { [selector: string]: string }
    ourKeysSince?: { [selector: string]: Date }
    givenSelectorsOnly?: true
    smtp?: boolean
    families?: readonly (4 | 6)[]
    /** A message, for checks of messages: its text, LF for CRLF, or the octets of its file. */
    message?: string | Uint8Array
    /** The connection that it came by: `address mail-from helo`, the last two as `<>` and `-` where there is none. */
    came?: string
    trustedServers?: readonly string[]
    /** The URL of an rspamd, which is reached through `dialer`. */
    rspamd?: string
    ownFamilies?: readonly (4 | 6)[]
    authoritative?: true
    mine?: readonly string[]
    reflector?: string
    leavesFrom?: readonly string[]
    resolvers?: Target['resolvers']
    listeners?: Target['listeners']
  }
  readonly dialer?: Dialer
  /** Instead of one over `zone`. */
  readonly resolver?: Resolver
  /** The moment of the audit; that of the test unless said otherwise. */
  readonly now?: Date
  /** What the sentence must contain or match: the words a person reads. */
  readonly says: string | RegExp
  readonly fix?: string | RegExp
  readonly records?: readonly RecordChange[]
  readonly data?: { readonly [key: string]: Json }
  /** How many findings the check makes in all; 1 unless said otherwise. */
  readonly findings?: number
  /** The subject of the finding that is meant, where there are several. */
  readonly subject?: string
}

export const nobody: Dialer = {
  async connect() {
    return { kind: 'failed', why: 'timeout', detail: 'nobody is there' }
  },
}

/** All findings of one check about a little world. */
export async function findingsOf(
  check: unknown,
  situation: Pick<Case, 'zone' | 'target' | 'dialer' | 'now' | 'resolver'>,
): Promise<readonly Finding[]> {
  const one = check as AnyCheck
  const profile = { name: 'test', title: 'test', checks: { [one.id]: { required: true, gate: 'warn' as const } } }
  const faults: unknown[] = []
  const run = new AuditRun(
    {
      checks: [one],
      expansions,
      readings: async () => ({}) as never,
      readiness: () => ({}),
      rules: {},
    },
    {
      resolver: situation.resolver ?? zoneResolver(situation.zone),
      dialer: situation.dialer ?? nobody,
      ehloName: 'probe.example.net',
    },
  )
  const report = await run.audit(target(situation.target), {
    profile,
    ...(situation.now === undefined ? {} : { now: situation.now }),
    onFault: (_, fault) => faults.push(fault),
  })
  if (faults.length > 0) throw faults[0]
  return report.findings
}

/** A message as `mailworthy message` hands it to the checks. */
export function givenMessage(
  text: string | Uint8Array,
  { came, trustedServers = [], rspamd }: { came?: string; trustedServers?: readonly string[]; rspamd?: string } = {},
): GivenMessage {
  const [address = '', mailFrom = '<>', helo = '-'] = came?.split(' ') ?? []
  return {
    octets: typeof text === 'string' ? Buffer.from(text, 'utf8') : text,
    name: 'test.eml',
    notes: [],
    came:
      came === undefined
        ? undefined
        : {
            client: parseAddress(address)!,
            helo: helo === '-' ? undefined : helo,
            mailFrom: mailFrom === '<>' ? '' : mailFrom,
          },
    trustedServers,
    ...(rspamd !== undefined && { rspamd: rspamdService({ rspamd, rcptTo: [] })! }),
  }
}

export function target(given: Case['target'] = {}): Target {
  return {
    domain: given.domain ?? 'example.org',
    egress: (given.egress ?? []).map(text => {
      const [address = '', helo] = text.split(' ')
      return { address: parseAddress(address)!, ...(helo === undefined ? {} : { helo }) }
    }),
    selectors: given.selectors ?? [],
    ourKeys: given.ourKeys ?? {},
    ...(given.ourRecords && { ourRecords: given.ourRecords }),
    ...(given.ourKeysSince && { ourKeysSince: given.ourKeysSince }),
    ...(given.givenSelectorsOnly && { givenSelectorsOnly: given.givenSelectorsOnly }),
    smtp: given.smtp ?? true,
    smtpPort: 25,
    listeners: given.listeners ?? [],
    families: given.families ?? [4, 6],
    ownFamilies: given.ownFamilies ?? [4, 6],
    ...(given.authoritative && { authoritative: given.authoritative }),
    ...(given.mine && { mine: given.mine }),
    ...(given.reflector !== undefined && { reflector: given.reflector }),
    ...(given.leavesFrom && { leavesFrom: given.leavesFrom.map(text => parseAddress(text)!) }),
    ...(given.resolvers && { resolvers: given.resolvers }),
    ...(given.message === undefined ? {} : { message: givenMessage(given.message, given) }),
  }
}

type KernelOutcome = Exclude<keyof typeof kernelOutcomes, 'error'>

/**
 * Runs a check over cases, by outcome. The type demands at least one case for every outcome that the check declares;
 * outcomes of the kernel (`unknowable`, `not-asked`, `not-applicable`) may be added.
 */
export function describeCheck<K extends string>(
  check: Check<never, never, K> | { readonly id: string; readonly outcomes: { readonly [O in K]: unknown } },
  cases: { readonly [O in K]: readonly [Case, ...Case[]] } & { readonly [O in KernelOutcome]?: readonly Case[] },
): void {
  describe((check as AnyCheck).id, () => {
    for (const [outcome, situations] of Object.entries(cases) as [string, readonly Case[]][]) {
      for (const situation of situations) {
        it(`${outcome}: ${situation.name ?? 'as declared'}`, async () => {
          const findings = await findingsOf(check, situation)
          const shown = findings.map(f => `${f.subject} ${f.outcome}: ${f.says}`)
          const finding = findings.find(f => f.outcome === outcome && (situation.subject ?? f.subject) === f.subject)
          expect(finding, `no finding "${outcome}" among:\n${shown.join('\n')}`).toBeDefined()
          if (typeof situation.says === 'string') expect(finding!.says).toContain(situation.says)
          else expect(finding!.says).toMatch(situation.says)
          expect(findings, shown.join('\n')).toHaveLength(situation.findings ?? 1)
          const words = (check as AnyCheck).outcomes[outcome] ?? kernelOutcomes[outcome as KernelOutcome]
          const wanted = [...placeholders(words.says), ...placeholders(('fix' in words && words.fix) || '')]
          expect(
            wanted.filter(name => !(name in finding!.data)),
            'placeholders without data',
          ).toEqual([])
          if (situation.fix !== undefined) {
            if (typeof situation.fix === 'string') expect(finding!.fix).toContain(situation.fix)
            else expect(finding!.fix).toMatch(situation.fix)
          }
          if (situation.records !== undefined) expect(finding!.records ?? []).toEqual(situation.records)
          if (situation.data !== undefined) expect(finding!.data).toMatchObject(situation.data)
          if (findings.some(f => f.records !== undefined)) {
            const { zone, dialer = nobody, now = new Date() } = situation
            await expectMended((check as AnyCheck).id, { zone, dialer, now, target: target(situation.target) })
          }
        })
      }
    }
  })
}
