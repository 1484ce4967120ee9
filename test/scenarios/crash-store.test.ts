// kill -9 while messages come in at full speed: what was promised is there, whole, and what was delivered stays so.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { crashTrial } from '../support/crash-trial.ts'

it('loses nothing that it has promised', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mailworthy-crash-'))
  try {
    const trial = await crashTrial(join(folder, 'mail.db'), 5, 400, Math.random)
    expect(trial.wrong).toEqual([])
    expect(trial.put).toBeGreaterThan(50)
    expect(trial.delivered).toBeGreaterThan(5)
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 60_000)
