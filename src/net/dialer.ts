// How everything but DNS reaches a host: one seam, so that the lab can map addresses and evidence can be recorded.

/** What TLS is wanted: the name for SNI. The certificate is never refused; what is wrong with it is told. */
export interface TlsWish {
  readonly serverName: string
}

/** What TLS turned out to be. Plain data: it can be recorded and replayed. */
export interface TlsSession {
  /** `TLSv1.3` and so on, by OpenSSL's names. */
  readonly protocol: string
  /** The cipher suite by its IANA name. */
  readonly cipher: string
  /** The size in bits of the group when keys were exchanged by Diffie-Hellman without curves (DHE). */
  readonly dhBits?: number
  /** The certificates as they were sent, DER: the peer's own first, then what else it sent. */
  readonly chain: readonly Uint8Array[]
  /** True when the chain leads to a trusted root and is inside its dates. Names are not judged here. */
  readonly trusted: boolean
  /**
   * OpenSSL's code when it is not trusted: `CERT_HAS_EXPIRED`, `DEPTH_ZERO_SELF_SIGNED_CERT`, … One fault may hide
   * another: of an expired certificate it is not known whether its issuer is trusted.
   */
  readonly trustFault?: string
}

/**
 * Nothing was learned from the host itself, unless it is `refused`: then something answered that nobody listens.
 * `network`: no way from here to there. `closed`: the peer, or something between, ended it. `tls`: the handshake failed.
 */
export interface DialFailure {
  readonly kind: 'failed'
  readonly why: 'refused' | 'timeout' | 'network' | 'closed' | 'tls'
  /** The reason in the system's or OpenSSL's words, without addresses or ports that change from run to run. */
  readonly detail: string
}

/** An open connection; every wait is bounded by milliseconds. Whoever opened it closes it. */
export interface Connection {
  readonly kind: 'connected'
  /** The next bytes; `closed` when the peer ended it; `timeout` when nothing came in time. One read at a time. */
  read(timeoutMs: number): Promise<Uint8Array | 'closed' | 'timeout'>
  /**
   * Milliseconds since the connection stood, by its own clock: one that is replayed has the time of when it was recorded.
   * Whoever reckons how long something on it took, or may take, reckons by this.
   */
  elapsed(): number
  /** Bytes that came and were not read, without waiting: what stands in the buffer when TLS begins was injected. */
  pending(): number
  write(bytes: Uint8Array | string): void
  /**
   * Upgrades in place (STARTTLS), or begins TLS on a fresh connection. What was pending is dropped: it came in clear, and
   * nothing of it may be taken for a word said under TLS. The connection carries TLS from then on.
   */
  startTls(
    wish: TlsWish,
    timeoutMs: number,
  ): Promise<{ readonly kind: 'secured'; readonly session: TlsSession } | DialFailure>
  close(): void
}

/** Opens connections. Failures are values; only bugs throw. */
export interface Dialer {
  connect(to: { readonly address: string; readonly port: number }, timeoutMs: number): Promise<Connection | DialFailure>
}
