// What a question can be about. A scope names a kind of subject; subjects expand from facts: domain → MX host → its address.
import type { IpAddress } from '../names/address.ts'
import { canonicalName, displayName } from '../names/domain.ts'
import type { ServerAddress } from '../net/resolver.ts'
import type { Know } from './fact.ts'

/** What is audited: the domain and what is known of its sending side. */
export interface Target {
  readonly domain: string
  /** Addresses that the world sees mail coming from, each with the name given in HELO/EHLO where it is known. */
  readonly egress: readonly { readonly address: IpAddress; readonly helo?: string }[]
  readonly selectors: readonly string[]
  /** Public halves of our own signing keys: selector → `sha256:…` as in `Readings.dkim[].keyHash`. */
  readonly ourKeys: { readonly [selector: string]: string }
  /** The key records that publish them, where they are known: selector → text of the TXT record. */
  readonly ourRecords?: { readonly [selector: string]: string }
  /** Since when their private keys are there at least, where that is known. */
  readonly ourKeysSince?: { readonly [selector: string]: Date }
  /** True when no others are looked for: whoever signs knows its selectors, and asks often. */
  readonly givenSelectorsOnly?: true
  /** False when no SMTP connection is wanted. */
  readonly smtp: boolean
  readonly smtpPort: number
  /** Our own listeners that speak TLS, at addresses where they can be reached from here. */
  readonly listeners: readonly Listening[]
  /** The families of addresses that may be connected to. */
  readonly families: readonly (4 | 6)[]
  /** The families that this machine has a way to; its own loopback is always there. */
  readonly ownFamilies: readonly (4 | 6)[]
  /** Public addresses of this machine: a connection to one of them never leaves it. */
  readonly ownAddresses?: readonly IpAddress[]
  /** Hosts of the user's own, where RCPT may be tried and submission is looked at: strangers take that for abuse. */
  readonly mine?: readonly string[]
  /** URL of a page that answers with the address of whoever asks; without one nobody is asked. */
  readonly reflector?: string
  /** Of the sending addresses those that this machine itself sends from, by the way that its system chooses. */
  readonly leavesFrom?: readonly IpAddress[]
  /** The servers of the zones are asked as well: what they publish now, beside what the resolver sees. */
  readonly authoritative?: true
  /** The name servers that the resolver asks, each to be looked at itself. */
  readonly resolvers?: readonly NamedServer[]
  /** A message of the domain, when it is a message that is judged. */
  readonly message?: GivenMessage
}

/** A message and what was told of its way here. */
export interface GivenMessage {
  /** The file as it was read, its line ends as they may be. */
  readonly octets: Uint8Array
  /** What a person calls it: the name of the file. */
  readonly name: string
  /** How it was made the message that was on the wire, each a clause: none when nothing had to be done. */
  readonly notes: readonly string[]
  /** The connection that it came by; undefined when it was not told. `mailFrom` is empty for the null sender. */
  readonly came:
    | { readonly client: IpAddress; readonly helo: string | undefined; readonly mailFrom: string }
    | undefined
  /** Hosts whose Received and Authentication-Results fields are believed. */
  readonly trustedServers: readonly string[]
  /** An rspamd that is asked for its opinion; undefined when none was named. */
  readonly rspamd?: RspamdService
}

/** Where an rspamd listens, and whom the message is for, as far as it is told. */
export interface RspamdService {
  /** As it was given: what reports call it. It holds no password. */
  readonly url: string
  /** A name or an address, without brackets. */
  readonly host: string
  readonly port: number
  /** By HTTPS. */
  readonly secure: boolean
  readonly path: string
  readonly recipients: readonly string[]
}

/** A name server that the resolver asks, and what it is called. */
export interface NamedServer {
  readonly name: string
  readonly server: ServerAddress
}

/** A page that answers with the address of whoever asks. */
export interface NamedReflector {
  /** What reports call it. */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly path: string
}

/** A listener of ours: the name that its certificate should have, and whether TLS comes at once or by STARTTLS. */
export interface Listening {
  readonly host: string
  readonly address: IpAddress
  readonly port: number
  readonly tls: 'starttls' | 'implicit'
}

/**
 * The subjects. A check may need any fact whose subject is a part of its own: a check about an egress of a domain may need
 * facts about the domain and about the bare address.
 */
export interface Subjects {
  readonly domain: { readonly domain: string }
  readonly egress: { readonly domain: string; readonly address: IpAddress; readonly helo: string | undefined }
  readonly selector: {
    readonly domain: string
    readonly selector: string
    readonly ourKey: string | undefined
    /** The text of the record that publishes our key. */
    readonly ourRecord?: string | undefined
    /** Since when the private key is there at least. */
    readonly ourKeySince?: Date | undefined
    /** It was not named but found: nobody said that mail is signed with it. */
    readonly found?: { readonly provider: string | undefined }
  }
  readonly address: { readonly address: IpAddress }
  readonly host: { readonly host: string }
  readonly endpoint: Listening
  /** Where a host of the user's own takes mail from other servers, perhaps for the domain. */
  readonly ownServer: {
    readonly domain: string
    readonly host: string
    readonly address: IpAddress
    readonly port: number
  }
  /** What a domain shows by HTTPS: asked only where connections are wanted. */
  readonly web: { readonly domain: string; readonly via: 'https' }
  /** The zone of a domain, as its own servers tell it: only where these are to be asked. */
  readonly zone: { readonly domain: string; readonly via: 'servers' }
  /** An address of an MX host with the domain whose mail goes there. */
  readonly delivery: Listening & { readonly domain: string; readonly via: 'https' }
  /** The connections that this machine makes to the MX hosts of a domain, by one family of addresses. */
  readonly outgoing: {
    readonly domain: string
    readonly family: 4 | 6
    /** Only others' hosts, on port 25: what a connection within one's own network shows is something else. */
    readonly endpoints: readonly Listening[]
  }
  /** A reflector that was named, asked by one family of addresses. */
  readonly reflector: { readonly family: 4 | 6; readonly reflector: NamedReflector }
  /** The same, as it bears on the sending side of a domain. */
  readonly reflection: {
    readonly domain: string
    readonly family: 4 | 6
    readonly reflector: NamedReflector
    /** As in the target, of the family; none when it is not known that mail leaves from this machine. */
    readonly leavesFrom: readonly IpAddress[]
  }
  readonly blocklist: { readonly zone: string }
  readonly listing: { readonly address: IpAddress; readonly zone: string }
  /** All records of one type at one name. */
  readonly recordSet: { readonly name: string; readonly type: string }
  /** Records that the audit leans on: those at `name` whose text begins so, or all of them. */
  readonly published: {
    readonly domain: string
    readonly name: string
    readonly type: 'MX' | 'TXT' | 'TLSA'
    readonly beginning: string
  }
  readonly resolver: NamedServer
  /** `author`: the domain of its From field; empty when it has none that could be read. */
  readonly message: { readonly author: string; readonly message: GivenMessage }
  /** A message, and a program of others that is asked about it. */
  readonly rspamd: { readonly author: string; readonly message: GivenMessage; readonly service: RspamdService }
  /** One of its signatures, counted from 1 down the header; `label` tells it from the others. */
  readonly signature: {
    readonly author: string
    readonly message: GivenMessage
    readonly number: number
    readonly label: string
  }
}

export type Scope = keyof Subjects

interface ScopeWords<S extends Scope> {
  /** Two subjects with one key are the same subject. */
  key(subject: Subjects[S]): string
  /** How a person is told which subject is meant. */
  says(subject: Subjects[S]): string
  /** True when the subject does not belong to one domain: what is learned of it serves the whole run. */
  readonly shared: boolean
}

/** The words of each scope. */
export const scopes: { readonly [S in Scope]: ScopeWords<S> } = {
  domain: { key: s => canonicalName(s.domain), says: s => displayName(s.domain), shared: false },
  egress: {
    key: s => `${canonicalName(s.domain)} ${s.address.text} ${s.helo ?? ''}`,
    says: s => (s.helo === undefined ? s.address.text : `${s.address.text} (${s.helo})`),
    shared: false,
  },
  selector: {
    key: s => `${s.selector} ${canonicalName(s.domain)} ${s.ourKey ?? ''}`,
    says: s => `${s.selector}._domainkey.${s.domain}`,
    shared: false,
  },
  address: { key: s => s.address.text, says: s => s.address.text, shared: true },
  host: { key: s => canonicalName(s.host), says: s => displayName(s.host), shared: true },
  endpoint: { key: endpointKey, says: endpointSays, shared: true },
  ownServer: {
    key: s => `${canonicalName(s.domain)} ${canonicalName(s.host)} ${s.address.text} ${s.port}`,
    says: s => scopes.endpoint.says({ ...s, tls: 'starttls' }),
    shared: false,
  },
  web: { key: s => canonicalName(s.domain), says: s => displayName(s.domain), shared: false },
  zone: { key: s => canonicalName(s.domain), says: s => displayName(s.domain), shared: false },
  delivery: {
    key: s => `${canonicalName(s.domain)} ${endpointKey(s)}`,
    says: endpointSays,
    shared: false,
  },
  outgoing: {
    key: s => `${canonicalName(s.domain)} ${s.family}`,
    says: s => `IPv${s.family} from here`,
    shared: false,
  },
  reflector: {
    key: s => `${s.family} ${s.reflector.url}`,
    says: s => `IPv${s.family} by ${s.reflector.url}`,
    shared: true,
  },
  reflection: {
    key: s => `${canonicalName(s.domain)} ${s.family} ${s.reflector.url}`,
    says: s => `IPv${s.family} by ${s.reflector.host}`,
    shared: false,
  },
  blocklist: { key: s => s.zone, says: s => s.zone, shared: true },
  listing: { key: s => `${s.address.text} ${s.zone}`, says: s => `${s.address.text} on ${s.zone}`, shared: true },
  recordSet: { key: s => `${canonicalName(s.name)} ${s.type}`, says: s => `${s.name} ${s.type}`, shared: true },
  published: {
    key: s => `${canonicalName(s.name)} ${s.type} ${s.beginning}`,
    says: s => `${displayName(s.name)} ${s.type}`,
    shared: false,
  },
  resolver: { key: s => s.name, says: s => s.name, shared: true },
  message: {
    key: s => s.message.name,
    says: s => (s.author === '' ? 'the message' : displayName(s.author)),
    shared: false,
  },
  rspamd: { key: s => `${s.service.url} ${s.message.name}`, says: s => s.service.url, shared: false },
  signature: { key: s => `${s.number} ${s.message.name}`, says: s => s.label, shared: false },
}

function endpointKey({ host, address, port, tls }: Listening): string {
  return `${canonicalName(host)} ${address.text} ${port} ${tls}`
}

function endpointSays({ host, address, port }: Listening): string {
  return `${displayName(host)} [${address.text}]${port === 25 ? '' : `:${port}`}`
}

/**
 * Why a scope has no subjects here. `not-applicable`: there is nothing of the kind (a null MX has no hosts).
 * `not-asked`: whoever started the audit did not name it. Neither is a fault, and both are said.
 */
export interface NoSubjects {
  readonly none: 'not-applicable' | 'not-asked'
  readonly reason: string
}

/** Subjects, of which some are left out; the reason is told beside them. */
export interface SomeSubjects<S extends Scope> {
  readonly subjects: readonly Subjects[S][]
  readonly left: NoSubjects
}

/**
 * How the subjects of one scope follow from those of another. Throws `Unknowable` when they could not be learned. Several may
 * lead to one scope: an endpoint may be that of an MX host, or a listener of our own.
 */
export interface Expansion<P extends Scope = Scope, C extends Scope = Scope> {
  readonly from: P
  readonly to: C
  /** Which kind of subjects of its scope it leads to, where a profile tells them apart. */
  readonly kind?: string
  subjects(
    parent: Subjects[P],
    know: Know,
    target: Target,
  ): Promise<readonly Subjects[C][] | SomeSubjects<C> | NoSubjects>
}

/** Declares an expansion with its types inferred. */
export function defineExpansion<P extends Scope, C extends Scope>(expansion: Expansion<P, C>): Expansion {
  return expansion as unknown as Expansion
}
