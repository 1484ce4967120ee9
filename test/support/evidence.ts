// Evidence files as fixtures: what was heard once, judged by the checks of today.
import { readFileSync } from 'node:fs'
import { type Evidence, readEvidence } from '../../src/evidence.ts'

const folder = new URL('../evidence/', import.meta.url)

/**
 * One of `test/evidence`. To record one: `mailworthy audit DOMAIN … --save-evidence test/evidence/NAME.evidence`. When a check has
 * learned to ask more, what depends on that is unknown here until it is recorded again; `notHeld` counts it.
 */
export function evidenceFixture(name: string): Evidence {
  return readEvidence(readFileSync(new URL(`${name}.evidence`, folder), 'utf8'))
}
