// What the relay is told: its egresses, domains, listeners, clients and routes. The configuration makes these; nothing else does.
import type { KeyObject } from 'node:crypto'

/** How the gate answers when mail may not go out: refuse, take and hold, or take and only note it. */
export type GateMode = 'reject' | 'hold' | 'observe'

/** An exit that the world sees. Connections are opened only from here. */
export interface EgressSettings {
  readonly name: string
  /** Addresses as the world sees them; at most one of each family is used for a connection. */
  readonly seenAs: readonly string[]
  /** Local addresses to bind, where NAT makes them differ from `seenAs`. */
  readonly source: readonly string[]
  readonly helo: string
}

/** A domain that mail may be sent from, with the keys that sign for it. */
export interface DomainSettings {
  /** A-label form. */
  readonly name: string
  /** `since`: when the key was put where it is, if that is known; it may be older. */
  readonly dkim: readonly { readonly selector: string; readonly key: KeyObject; readonly since?: Date }[]
}

/** A certificate and its key, PEM. */
export interface TlsMaterial {
  readonly certificate: string
  readonly key: string
}

export interface ListenerSettings {
  readonly name: string
  readonly bind: readonly { readonly address: string; readonly port: number }[]
  /** `required` and `optional` by STARTTLS; `implicit` from the first octet. */
  readonly tls: 'none' | 'optional' | 'required' | 'implicit'
  readonly material: TlsMaterial | undefined
  readonly auth: readonly ('plain' | 'login')[]
  /** Octets. */
  readonly maxMessageSize: number
  readonly maxRecipients: number
  readonly maxConnections: number
}

/** Who may submit. The most specific match wins: a user before an address range, a longer prefix before a shorter one. */
export interface ClientSettings {
  readonly name: string
  readonly match: { readonly user?: string; readonly ips?: readonly string[] }
  /** `scrypt:…`, as `mailworthy clients password` makes it. */
  readonly password: string | undefined
  /** Patterns of addresses: `a@example.org`, `*@example.org`, `*@*.example.org`, `*`; `<>` for the null sender, which `*` has too. */
  readonly senders: readonly string[]
  readonly rate: { readonly messages: number; readonly perMs: number } | undefined
  readonly gate: GateMode | undefined
  /** What becomes of bare CR and LF: refused, or made CRLF before signing. */
  readonly lineEndings: 'strict' | 'normalize'
}

/** What receivers will see behind a smart host. */
export interface Appearance {
  readonly addresses: readonly string[]
  /** A mechanism that must stand in the sender's SPF record, such as `include:spf.protection.outlook.com`. */
  readonly spf: string | undefined
  readonly dkim: 'ours' | 'provider' | 'both'
}

export interface RouteSettings {
  readonly name: string
  /** Recipient domains: `example.org`, `*.example.org`, `*`. The most specific wins, then the lowest cost. */
  readonly match: readonly string[]
  readonly cost: number
  readonly via: 'mx' | readonly { readonly host: string; readonly port: number }[]
  readonly tls: 'auto' | 'opportunistic' | 'required' | 'verify' | 'none'
  readonly auth: { readonly user: string; readonly password: string } | undefined
  readonly appearsAs: Appearance | undefined
}

/** When to try again: steps in order, the last one repeated until the message expires. Milliseconds. */
export interface RetrySettings {
  readonly steps: readonly number[]
  readonly expiresAfter: number
  /** When the sender is told that it takes long; undefined for never. */
  readonly warnAfter: number | undefined
}

export interface RelaySettings {
  readonly hostname: string
  readonly egress: readonly EgressSettings[]
  readonly domains: readonly DomainSettings[]
  readonly listeners: readonly ListenerSettings[]
  readonly clients: readonly ClientSettings[]
  readonly routes: readonly RouteSettings[]
  readonly gate: {
    readonly mode: GateMode
    /** Milliseconds after which a report is too old to open the gate. */
    readonly stale: number
    readonly domains: { readonly [domain: string]: GateMode }
  }
  readonly retry: RetrySettings
}
