// What does the rspamd that was named make of the message? The opinion of another program: shown, and never a failure of ours.
import { defineCheck } from '../audit/check.ts'
import { rspamdVerdict } from '../facts/rspamd-verdict.ts'
import type { RspamdVerdict } from '../protocol/message/rspamd-verdict.ts'

/** Symbols that a sentence names; `data` has them all. */
const NAMED = 8

export default defineCheck({
  id: 'message-rspamd',
  group: 'message',
  scope: 'rspamd',
  title: 'The rspamd that was asked lets the message pass',
  why: 'A content filter weighs hundreds of signs and is set up differently everywhere: what yours says shows what weighs against the message, and proves nothing about others.',
  refs: ['https://docs.rspamd.com/developers/protocol'],
  needs: { verdict: rspamdVerdict },
  outcomes: {
    lets: { level: 'pass', says: 'rspamd gives {score} of {required} points: {action}. {symbols}' },
    delays: {
      level: 'info',
      says: 'rspamd gives {score} of {required} points and would put it off ({action}), as it does with senders it does not know. {symbols}',
    },
    marks: {
      level: 'warn',
      says: 'rspamd gives {score} of {required} points and would mark the message as spam ({action}). {symbols}',
      fix: 'Look at what weighs most. `rspamc symbols FILE` shows each with its description; what is about SPF, DKIM and DMARC is judged above.',
    },
    refuses: {
      level: 'warn',
      says: 'rspamd gives {score} of {required} points and would refuse the message ({action}). {symbols}',
      fix: 'Look at what weighs most. `rspamc symbols FILE` shows each with its description; what is about SPF, DKIM and DMARC is judged above.',
    },
    skipped: { level: 'info', says: 'rspamd is set up not to look at this message (is_skipped).' },
  },
  evaluate({ verdict }) {
    const { score, required, action, skipped, symbols } = verdict
    if (skipped) return { outcome: 'skipped' }
    const data = {
      ...{ score: rounded(score), required: rounded(required), action, symbols: sentenceOf(verdict) },
      weights: symbols.map(({ name, score: weight }) => ({ name, score: rounded(weight) })),
    }
    return { outcome: outcomes[action] ?? (score >= required ? 'refuses' : 'marks'), data }
  },
})

/** By rspamd's names of its actions. */
const outcomes: { readonly [action: string]: 'lets' | 'delays' | 'marks' | 'refuses' | undefined } = {
  'no action': 'lets',
  accept: 'lets',
  greylist: 'delays',
  'soft reject': 'delays',
  'add header': 'marks',
  'rewrite subject': 'marks',
  quarantine: 'marks',
  reject: 'refuses',
  discard: 'refuses',
}

function sentenceOf({ symbols }: RspamdVerdict): string {
  const heavy = symbols.filter(({ score }) => Math.abs(score) >= 0.005).slice(0, NAMED)
  if (heavy.length === 0) return 'No sign weighs anything.'
  return `What weighs most: ${heavy.map(({ name, score }) => `${name} ${score > 0 ? '+' : '−'}${rounded(Math.abs(score))}`).join(', ')}.`
}

function rounded(number: number): number {
  return Math.round(number * 100) / 100
}
