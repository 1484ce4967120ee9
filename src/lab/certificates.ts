// Makes the lab's certificates when it starts: an authority of its own, and certificates good and bad for its hosts.
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { bits, integer, nothing, objectId, octets, sequence, set, tagged, time, utf8, yes } from './der.ts'

/** PEM texts as a server wants them: its certificate and those above it up to, not with, the root; and its key. */
export interface ServerCertificate {
  readonly certificate: string
  readonly key: string
}

export interface CertificateWish {
  /** The DNS names it is for (subjectAltName); wildcards may stand among them. */
  readonly names: readonly string[]
  /** For the subject; the first of `names` unless said otherwise. */
  readonly commonName?: string
  readonly from: Date
  readonly to: Date
  readonly key?: KeyKind
  /** Under the signature of its issuer; `sha256` unless said otherwise. */
  readonly digest?: 'sha256' | 'sha1'
  /** For clients alone, instead of for servers. */
  readonly forClients?: true
  /** RFC 7633. */
  readonly mustStaple?: true
}

type KeyKind = 'ec' | 'rsa' | 'rsa-1024'

/** Signs certificates. `root` is the PEM text to trust. */
export interface Authority {
  readonly root: string
  issue(wish: CertificateWish): ServerCertificate
  /** An authority below this one: what it issues is sent with its own certificate. */
  subordinate(wish: Pick<CertificateWish, 'from' | 'to' | 'key' | 'digest'>): Authority
}

interface Issuer {
  readonly name: string
  readonly organization?: string | undefined
  readonly key: KeyObject
  /** PEM texts that are sent with what it issues. */
  readonly sent: string
  readonly root: string
}

const DAY = 86_400_000

/**
 * A root, valid for a year from a day before `now`. Each is new: nobody can have its key.
 * @param organization whose it says it is
 */
export function createAuthority(now: Date, organization?: string): Authority {
  const name = `mailworthy lab root ${randomBytes(4).toString('hex')}`
  const key = newKey('ec')
  const root = encode(
    { name, organization, names: [], isAuthority: true, key, from: days(now, -1), to: days(now, 365) },
    { name, organization, key },
  )
  return authority({ name, organization, key, sent: '', root })
}

/** A certificate that nobody but its owner signed. */
export function selfSigned(wish: CertificateWish): ServerCertificate {
  const key = newKey(wish.key ?? 'ec')
  const name = nameOf(wish)
  return { certificate: encode({ ...wish, name, isAuthority: false, key }, { name, key }), key: pemOf(key) }
}

/** What can be the matter with the certificate of a host in the lab. */
export type CertificateKind =
  | 'good'
  | 'expiring'
  | 'expiring-tomorrow'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-name'
  | 'self-signed'

/** A certificate of the kind for one host, with a lifetime of 90 days. */
export function certificateFor(host: string, kind: CertificateKind, by: Authority, now: Date): ServerCertificate {
  const names = [host]
  const lasting = (left: number) => ({ names, from: days(now, left - 90), to: days(now, left) })
  switch (kind) {
    case 'good':
      return by.issue(lasting(80))
    case 'expiring':
      return by.issue(lasting(20))
    case 'expiring-tomorrow':
      return by.issue(lasting(1))
    case 'expired':
      return by.issue(lasting(-3))
    case 'not-yet-valid':
      return by.issue(lasting(93))
    case 'wrong-name':
      return by.issue({ ...lasting(80), names: ['www.elsewhere.example'] })
    case 'self-signed':
      return selfSigned(lasting(80))
  }
}

function authority(issuer: Issuer): Authority {
  return {
    root: issuer.root,
    issue(wish) {
      const key = newKey(wish.key ?? 'ec')
      const own = encode({ ...wish, name: nameOf(wish), isAuthority: false, key }, issuer)
      return { certificate: own + issuer.sent, key: pemOf(key) }
    },
    subordinate({ from, to, key: kind = 'ec', digest }) {
      const key = newKey(kind)
      const name = `mailworthy lab intermediate ${randomBytes(4).toString('hex')}`
      const own = encode({ name, names: [], isAuthority: true, key, from, to, ...(digest && { digest }) }, issuer)
      return authority({ name, key, sent: own + issuer.sent, root: issuer.root })
    },
  }
}

const days = (from: Date, count: number): Date => new Date(from.getTime() + count * DAY)

const nameOf = (wish: CertificateWish): string => wish.commonName ?? wish.names[0] ?? 'nameless'

function newKey(type: KeyKind): KeyObject {
  const { privateKey } =
    type === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: type === 'rsa' ? 2048 : 1024 })
  return privateKey
}

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

/** RFC 5280 §4.1: a version 3 certificate, as PEM. */
function encode(
  about: {
    readonly name: string
    readonly organization?: string | undefined
    readonly names: readonly string[]
    readonly isAuthority: boolean
    readonly key: KeyObject
    readonly from: Date
    readonly to: Date
  } & Pick<CertificateWish, 'digest' | 'forClients' | 'mustStaple'>,
  issuer: Pick<Issuer, 'name' | 'organization' | 'key'>,
): string {
  const { digest = 'sha256' } = about
  const isOld = digest === 'sha1'
  const algorithm =
    issuer.key.asymmetricKeyType === 'ec'
      ? sequence(objectId(isOld ? '1.2.840.10045.4.1' : '1.2.840.10045.4.3.2'))
      : sequence(objectId(isOld ? '1.2.840.113549.1.1.5' : '1.2.840.113549.1.1.11'), nothing())
  const extensions = about.isAuthority ? authorityExtensions() : serverExtensions(about)
  const signed = sequence(
    tagged(0, true, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    algorithm,
    distinguishedName(issuer),
    sequence(time(about.from), time(about.to)),
    distinguishedName(about),
    publicHalf(about.key),
    tagged(3, true, sequence(...keyIdentifiers(about.key, issuer.key), ...extensions)),
  )
  const der = sequence(signed, algorithm, bits(sign(digest, signed, issuer.key)))
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`
}

function publicHalf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' })
}

const attribute = (id: string, text: string): Buffer => set(sequence(objectId(id), utf8(text)))

function distinguishedName({ name, organization }: Pick<Issuer, 'name' | 'organization'>): Buffer {
  const whose = organization === undefined ? [] : [attribute('2.5.4.10', organization)]
  return sequence(...whose, attribute('2.5.4.3', name))
}

const extension = (id: string, critical: boolean, contents: Uint8Array): Buffer =>
  sequence(objectId(id), ...(critical ? [yes()] : []), octets(contents))

/** RFC 5280 §4.2.1.1 and §4.2.1.2: strict verifiers demand both. */
function keyIdentifiers(own: KeyObject, issuer: KeyObject): Buffer[] {
  const identifier = (key: KeyObject) => createHash('sha1').update(publicHalf(key)).digest()
  return [
    extension('2.5.29.14', false, octets(identifier(own))),
    extension('2.5.29.35', false, sequence(tagged(0, false, identifier(issuer)))),
  ]
}

function authorityExtensions(): Buffer[] {
  return [
    extension('2.5.29.19', true, sequence(yes())),
    // keyCertSign, cRLSign
    extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)),
  ]
}

function serverExtensions({
  names,
  forClients,
  mustStaple,
}: Pick<CertificateWish, 'names' | 'forClients' | 'mustStaple'>): Buffer[] {
  const purpose = forClients ? '1.3.6.1.5.5.7.3.2' : '1.3.6.1.5.5.7.3.1'
  const alternatives = names.map(name => tagged(2, false, Buffer.from(name, 'latin1')))
  return [
    extension('2.5.29.37', false, sequence(objectId(purpose))),
    // RFC 7633 §4.1: status_request, which is extension 5 of TLS.
    ...(mustStaple ? [extension('1.3.6.1.5.5.7.1.24', false, sequence(integer(Buffer.from([5]))))] : []),
    ...(names.length === 0 ? [] : [extension('2.5.29.17', false, sequence(...alternatives))]),
  ]
}
