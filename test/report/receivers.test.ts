import { describe, expect, it } from 'vitest'
import { renderHtml } from '../../src/report/html.ts'
import { receiverLines, unseenLines } from '../../src/report/receivers.ts'
import type { Report } from '../../src/report/report.ts'
import { renderText } from '../../src/report/text.ts'
import { broken } from '../support/sample-reports.ts'

const ready: Report['ready'] = {
  gmail: {
    verdict: 'fail',
    because: ['dmarc-record'],
    volumes: [
      { volume: 'all', from: null, verdict: 'pass', because: [] },
      { volume: 'bulk', from: 5000, verdict: 'fail', because: ['dmarc-record'] },
    ],
    would: [{ check: 'dmarc-record', code: '550 5.7.40', says: 'Gmail refuses <that>.', volume: 'bulk' }],
    open: [],
    unseen: ['mail is sent over TLS'],
    source: { url: 'https://support.google.com/a/answer/81126', asOf: '2026-03' },
  },
  outlook: {
    verdict: 'unknown',
    because: ['dkim-key'],
    volumes: [
      { volume: 'all', from: null, verdict: 'unknown', because: ['rdns-presence'] },
      { volume: 'bulk', from: 5000, verdict: 'unknown', because: ['dkim-key'] },
    ],
    would: [],
    open: [{ check: 'dkim-key', says: 'no DKIM selector was given (--selector)' }],
    unseen: [],
  },
}

describe('what receivers would answer', () => {
  it('begins with refusals and their codes, and ends with what has to be given', () => {
    expect(receiverLines(ready).map(({ level, says }) => `${level}: ${says}`)).toEqual([
      'fail: Gmail, 550 5.7.40 (bulk senders, from 5,000 messages a day): Gmail refuses <that>.',
      'pass: Whoever is no bulk sender meets what is demanded by Gmail.',
      'unknown: Not known (dkim-key): no DKIM selector was given (--selector).',
    ])
    expect(unseenLines(ready).map(({ says }) => says)).toEqual([
      'Not visible here, demanded by Gmail too: mail is sent over TLS (https://support.google.com/a/answer/81126, 2026-03).',
    ])
  })

  it('says nothing of reports that do not tell it', () => {
    expect(receiverLines({ gmail: { verdict: 'fail', because: ['dmarc-record'] } })).toEqual([])
  })

  it('stands in the text, and in the page with a link to the finding', () => {
    const text = renderText({ ...broken, ready })
    expect(text).toContain('What receivers would answer\n  ✗ Gmail, 550 5.7.40 (bulk senders')
    expect(text).not.toContain('Not visible here')
    expect(renderText({ ...broken, ready }, { explain: true })).toContain('Not visible here, demanded by Gmail too')
    const page = renderHtml([{ ...broken, ready }])
    expect(page).toContain('What receivers would answer')
    expect(page).toContain('Gmail refuses &lt;that&gt;.')
    expect(page).toMatch(/Gmail refuses &lt;that&gt;\. <a href="#[^"]+">/)
  })
})
