// Reads the transcript of a connection out of its line of an evidence file.
import type { DialFailure, TlsSession, TlsWish } from '../dialer.ts'
import {
  EvidenceFault,
  type Fields,
  list,
  number,
  object,
  octetsOf,
  oneOf,
  optionalText,
  text,
  truth,
} from './fields.ts'
import type { Step, Transcript } from './transcript.ts'

const failures: readonly DialFailure['why'][] = ['refused', 'timeout', 'network', 'closed', 'tls']

/** @throws EvidenceFault */
export function readTranscript(line: Fields): Transcript {
  const unfinished = line.unfinished === true
  if (line.ms === undefined && unfinished) return { connected: undefined, steps: [], unfinished }
  const ms = number(line.ms, 'ms')
  if (line.failed !== undefined) return { connected: { ms, failure: readFailure(line.failed) }, steps: [], unfinished }
  return { connected: { ms }, steps: list(line.dialogue, 'dialogue').map(readStep), unfinished }
}

function readStep(value: unknown, index: number): Step {
  const name = `dialogue[${index}]`
  const step = object(value, name)
  const at = (): number => number(step.at, `${name}.at`)
  if ('read' in step) return { kind: 'read', bytes: Buffer.from(text(step.read, `${name}.read`)), at: at() }
  if ('read64' in step) return { kind: 'read', bytes: octetsOf(step.read64, `${name}.read64`), at: at() }
  if ('write' in step) return { kind: 'write', bytes: Buffer.from(text(step.write, `${name}.write`)) }
  if ('write64' in step) return { kind: 'write', bytes: octetsOf(step.write64, `${name}.write64`) }
  if ('nothing' in step) {
    return { kind: 'nothing', why: oneOf(step.nothing, ['closed', 'timeout'], `${name}.nothing`), at: at() }
  }
  if ('pending' in step) return { kind: 'pending', octets: number(step.pending, `${name}.pending`) }
  if ('tls' in step) {
    const wish = object(step.tls, `${name}.tls`) as unknown as TlsWish
    text(wish.serverName, `${name}.tls.serverName`)
    const came =
      step.failed === undefined
        ? ({ kind: 'secured', session: readSession(step.session, `${name}.session`) } as const)
        : readFailure(step.failed)
    return { kind: 'tls', wish, came, at: at() }
  }
  throw new EvidenceFault(`${name} is no step of a dialogue`)
}

function readFailure(value: unknown): DialFailure {
  const failed = object(value, 'failed')
  return {
    kind: 'failed',
    why: oneOf(failed.why, failures, 'failed.why'),
    detail: text(failed.detail, 'failed.detail'),
  }
}

function readSession(value: unknown, name: string): TlsSession {
  const session = object(value, name)
  text(session.protocol, `${name}.protocol`)
  text(session.cipher, `${name}.cipher`)
  truth(session.trusted, `${name}.trusted`)
  optionalText(session.trustFault, `${name}.trustFault`)
  if (session.dhBits !== undefined) number(session.dhBits, `${name}.dhBits`)
  const chain = list(session.chain, `${name}.chain`).map(der => octetsOf(der, `${name}.chain`))
  return { ...(session as unknown as TlsSession), chain }
}
