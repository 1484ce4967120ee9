import { describe, expect, it } from 'vitest'
import { blocklistKeys } from '../../src/config/blocklist-keys.ts'

const key = 'abcdefgh1234567890abcdefgh'

describe('the keys of blocklists', () => {
  it('are none unless the environment has one', () => {
    expect(blocklistKeys({})).toEqual({ ok: true, zones: [] })
    expect(blocklistKeys({ MAILWORTHY_DQS_KEY: ' ' })).toEqual({ ok: true, zones: [] })
  })

  it('open every list of the service', () => {
    expect(blocklistKeys({ MAILWORTHY_DQS_KEY: ` ${key}\n` })).toEqual({
      ok: true,
      zones: [
        { zone: 'zen.spamhaus.org', keyedZone: `${key}.zen.dq.spamhaus.net`, key },
        { zone: 'dbl.spamhaus.org', keyedZone: `${key}.dbl.dq.spamhaus.net`, key },
      ],
    })
  })

  it.each(['short', 'a.b.c.d.e.f.g.h.i.j', `${key}.zen.dq.spamhaus.net`, 'a'.repeat(64)])(
    'must be one label, and a wrong one is not repeated: %s',
    wrong => {
      const keys = blocklistKeys({ MAILWORTHY_DQS_KEY: wrong })
      expect(keys).toMatchObject({ ok: false, reason: expect.stringContaining('MAILWORTHY_DQS_KEY') })
      expect(JSON.stringify(keys)).not.toContain(wrong)
    },
  )
})
