// The way of a message in the text and HTML reports: every step with its time, and what of it is proven.
import { describe, expect, it } from 'vitest'
import { renderHtml } from '../../src/report/html.ts'
import { wayNote, wayRows } from '../../src/report/message-way.ts'
import type { Json, Report } from '../../src/report/report.ts'
import { renderText } from '../../src/report/text.ts'
import { judgedMessage } from '../support/judged-message.ts'
import { letter, mailZone, noon } from '../support/signed-mail.ts'

const message = `Received: from out.example.org (o [192.0.2.25]) by mx.list.example with ESMTPS id 2; Fri, 20 Nov 2026 09:02:05 +0000
Received: from <b>evil (x [192.0.2.30]) by out.example.org with ESMTP id 1; Fri, 20 Nov 2026 08:00:00 +0000
${letter}`

const judged = (text = message): Promise<Report> => judgedMessage(text, { zone: mailZone(), now: noon })

function withHops(hops: Json): Report {
  const finding = {
    check: 'message-trace',
    subject: 'x',
    outcome: 'way',
    level: 'info',
    required: false,
    says: 'x',
  } as const
  return { findings: [{ ...finding, data: { hops }, refs: [], evidence: [] }] } as unknown as Report
}

describe('the way of a message', () => {
  it('is a line for each step in the text', async () => {
    const text = renderText(await judged(), { width: 120 })
    expect(text).toContain('The way of the message\n')
    expect(text).toContain('! 1. 2026-11-20 08:00:00: out.example.org took it from')
    expect(text).toContain('ESMTP, not encrypted')
    expect(text).toContain(
      '✓ 2. 2026-11-20 09:02:05 (+1 h 2 min): mx.list.example took it from out.example.org [192.0.2.25];',
    )
    expect(text).toContain('--trusted-server names the servers that are believed.')
  })

  it('is a table in HTML, escaped', async () => {
    const page = renderHtml([await judged()])
    expect(page).toContain('The way of the message')
    expect(page).toContain('<td data-label="by">mx.list.example</td>')
    expect(page).not.toContain('<b>evil')
  })

  it('is left out where there is none', async () => {
    const report = await judged(letter)
    expect(renderText(report)).not.toContain('The way of the message')
    expect(renderHtml([report])).not.toContain('The way of the message')
  })

  it('is made of whatever a stored report holds', () => {
    expect(wayRows(withHops([null, 1, 'x', [], { number: 1, tls: 'odd', delay: -5, at: 7 }]))).toEqual([
      {
        number: '1',
        from: 'not told',
        by: 'not told',
        how: '',
        level: 'info',
        at: 'not known',
        delay: '−5 s',
        proven: undefined,
      },
    ])
    expect(wayRows(withHops('none'))).toEqual([])
  })

  it('says from where on it is proven', () => {
    const rows = (proven: readonly boolean[]) =>
      wayRows(withHops(proven.map((one, i) => ({ number: i + 1, proven: one }))))
    expect(wayNote(rows([false, true]))).toContain('before step 2 could be made up')
    expect(wayNote(rows([true, true]))).toContain('All of it')
  })
})
