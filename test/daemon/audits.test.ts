// From which of its addresses a relay sends by the way that the system chooses: only there a reflector can tell that one is wrong.
import { expect, it } from 'vitest'
import { leavingFrom } from '../../src/daemon/audits.ts'

const here = new Set(['192.0.2.10', '10.0.0.5', '2001:db8::10'])
const leaving = (seenAs: readonly string[], source: readonly string[] = []) =>
  leavingFrom({ egress: [{ name: 'main', seenAs, source, helo: 'mail.example.org' }] }, here).map(({ text }) => text)

it.each([
  ['behind address translation', ['203.0.113.5'], [], ['203.0.113.5']],
  ['bound to the address that is seen', ['192.0.2.10'], [], []],
  ['bound to a source behind address translation', ['203.0.113.5'], ['10.0.0.5'], []],
  ['each family by itself', ['203.0.113.5', '2001:db8::10'], [], ['203.0.113.5']],
  ['a source of the other family', ['203.0.113.5', '2001:db8:5::1'], ['2001:db8::10'], ['203.0.113.5']],
  ['one of two that the machine has', ['203.0.113.5', '192.0.2.10'], [], []],
])('%s', (_, seenAs, source, left) => expect(leaving(seenAs, source)).toEqual(left))
