// Authorities and certificates made by openssl's own commands: good ones, and such as are wrong in one way each.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mustRun, temporaryFolder } from './program.ts'

/** PEM files. */
export interface Certificate {
  readonly certificate: string
  readonly key: string
}

/** What a certificate says of itself. Days are counted from now; negative ones are past. */
export interface Wish {
  /** The names of the subjectAltName extension; the first is the common name too. */
  readonly names: readonly string[]
  readonly from?: number
  readonly to?: number
  /** Only a common name, as certificates were made in the last century. */
  readonly withoutExtension?: boolean
  /** An elliptic curve unless a size of RSA is given. */
  readonly rsaBits?: number
  /** Of the signature; `sha256` unless said otherwise. */
  readonly digest?: 'sha1'
  /** The extended key usage; none unless said otherwise. */
  readonly purpose?: 'clientAuth' | 'serverAuth'
}

const DAY_MS = 86_400_000

/** An authority of our own. Its certificate is the file `certificate`; one that another signed is an intermediate. */
export class Authority implements Certificate {
  readonly certificate: string
  readonly key: string
  readonly #folder: string
  #made = 0

  private constructor(folder: string) {
    this.#folder = folder
    this.certificate = join(folder, 'authority.pem')
    this.key = join(folder, 'authority.key')
  }

  /** A root; `name` is what people see. */
  static async root(name: string): Promise<Authority> {
    const authority = new Authority(layOut(temporaryFolder('certificates')))
    await newKey(authority.key)
    await openssl(
      ...['req', '-x509', '-new', '-key', authority.key, '-out', authority.certificate, '-days', '30'],
      ...['-subj', `/CN=${name}`, ...authorityExtensions],
    )
    return authority
  }

  /** An authority that this one signed. */
  async intermediate(name: string): Promise<Authority> {
    const authority = new Authority(layOut(temporaryFolder('certificates')))
    const request = `${authority.certificate}.csr`
    await newKey(authority.key)
    const config = ['-config', join(this.#folder, 'openssl.cnf')]
    await openssl(
      'req',
      '-new',
      '-key',
      authority.key,
      '-out',
      request,
      '-subj',
      `/CN=${name}`,
      ...config,
      ...authorityExtensions,
    )
    await this.#sign(request, authority.certificate, -2, 60)
    return authority
  }

  async issue({ from = -1, to = 30, digest, ...wish }: Wish): Promise<Certificate> {
    const { request, key, certificate } = await this.#request(wish)
    await this.#sign(request, certificate, from, to, digest)
    return { certificate, key }
  }

  /** As `issue`; the file also holds the certificate of this authority, so that a server sends both. */
  async issueWithChain(wish: Wish): Promise<Certificate> {
    const issued = await this.issue(wish)
    writeFileSync(issued.certificate, readFileSync(issued.certificate, 'utf8') + readFileSync(this.certificate, 'utf8'))
    return issued
  }

  /** As `issue`; the file holds these as well, in this order. */
  async issueWith(wish: Wish, sent: readonly Certificate[]): Promise<Certificate> {
    const issued = await this.issue(wish)
    const texts = [issued, ...sent].map(({ certificate }) => readFileSync(certificate, 'utf8'))
    writeFileSync(issued.certificate, texts.join(''))
    return issued
  }

  /** A certificate that answers for itself. */
  async selfSigned(wish: Wish): Promise<Certificate> {
    const { request, key, certificate } = await this.#request(wish)
    const signing = ['x509', '-req', '-in', request, '-signkey', key, '-days', '30', '-copy_extensions', 'copy']
    await openssl(...signing, '-out', certificate)
    return { certificate, key }
  }

  async #sign(request: string, certificate: string, from: number, to: number, digest = 'sha256'): Promise<void> {
    const signing = ['ca', '-batch', '-notext', '-config', join(this.#folder, 'openssl.cnf'), '-cert', this.certificate]
    signing.push('-md', digest)
    const dates = ['-startdate', stamp(from), '-enddate', stamp(to)]
    await openssl(...signing, '-keyfile', this.key, ...dates, '-in', request, '-out', certificate)
  }

  async #request({
    names,
    withoutExtension,
    rsaBits,
    purpose,
  }: Wish): Promise<Certificate & { readonly request: string }> {
    const base = join(this.#folder, `issued${this.#made++}`)
    const [request, key, certificate] = [`${base}.csr`, `${base}.key`, `${base}.pem`]
    await newKey(key, rsaBits)
    const alternatives = ['-addext', `subjectAltName=${names.map(name => `DNS:${name}`).join(',')}`]
    const purposes = purpose === undefined ? [] : ['-addext', `extendedKeyUsage=${purpose}`]
    await openssl(
      ...['req', '-new', '-key', key, '-out', request, '-subj', `/CN=${names[0]}`],
      ...['-config', join(this.#folder, 'openssl.cnf'), ...(withoutExtension ? [] : alternatives), ...purposes],
    )
    return { request, key, certificate }
  }
}

const authorityExtensions = [
  ...['-addext', 'basicConstraints=critical,CA:TRUE'],
  ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
]

/** The files that `openssl ca` keeps its books in. */
function layOut(folder: string): string {
  mkdirSync(join(folder, 'new'))
  writeFileSync(join(folder, 'index.txt'), '')
  writeFileSync(join(folder, 'serial'), '1000\n')
  const config = `
[ca]
default_ca = own
[own]
dir = ${folder}
database = $dir/index.txt
serial = $dir/serial
new_certs_dir = $dir/new
default_md = sha256
policy = anything
unique_subject = no
copy_extensions = copy
[anything]
commonName = supplied
[req]
distinguished_name = name
[name]
`
  writeFileSync(join(folder, 'openssl.cnf'), config)
  return folder
}

async function newKey(file: string, rsaBits?: number): Promise<void> {
  const kind = rsaBits === undefined ? ['EC', 'ec_paramgen_curve:P-256'] : ['RSA', `rsa_keygen_bits:${rsaBits}`]
  await openssl('genpkey', '-algorithm', kind[0]!, '-pkeyopt', kind[1]!, '-out', file)
}

async function openssl(...args: readonly string[]): Promise<void> {
  await mustRun('openssl', args)
}

/** A time so many days from now, as `openssl ca` takes it. */
function stamp(days: number): string {
  return `${new Date(Date.now() + days * DAY_MS).toISOString().replace(/\D/g, '').slice(0, 14)}Z`
}
