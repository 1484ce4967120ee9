// How the certificates that a server sent hang together: which of them issued which.
import { X509Certificate } from 'node:crypto'

/** Positions in what was sent. */
export interface ChainShape {
  /** From the server's own (0) upwards, each issued by the next; it ends where no issuer was sent, or at one that signed itself. */
  readonly path: readonly number[]
  /** What was sent and leads nowhere from there. */
  readonly superfluous: readonly number[]
}

/** @param chain DER, the server's own first, as `readCertificate` can read each */
export function chainShape(chain: readonly Uint8Array[]): ChainShape {
  const sent = chain.map(der => new X509Certificate(der))
  const path = sent.length > 0 ? [0] : []
  for (let current = sent[0]; current !== undefined; ) {
    const child: X509Certificate = current
    if (issued(child, child)) break
    // One after the other as they stand, so that a renewed issuer that was sent twice counts once.
    const next = sent.findIndex((candidate, index) => !path.includes(index) && issued(candidate, child))
    if (next === -1) break
    path.push(next)
    current = sent[next]
  }
  return { path, superfluous: sent.map((_, index) => index).filter(index => !path.includes(index)) }
}

function issued(issuer: X509Certificate, child: X509Certificate): boolean {
  try {
    return child.checkIssued(issuer) && child.verify(issuer.publicKey)
  } catch {
    return false
  }
}
