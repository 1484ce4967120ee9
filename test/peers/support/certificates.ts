// An authority and certificates made by openssl's own commands: good, and wrong in one way each.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mustRun, temporaryFolder } from './program.ts'

export interface Certificate {
  /** PEM files. */
  readonly certificate: string
  readonly key: string
}

const DAY_MS = 86_400_000

/** An authority of our own whose certificate is `file`. */
export class Authority {
  readonly file: string
  readonly #folder: string
  readonly #key: string
  #issued = 0

  private constructor(folder: string) {
    this.#folder = folder
    this.file = join(folder, 'authority.pem')
    this.#key = join(folder, 'authority.key')
  }

  static async found(): Promise<Authority> {
    const authority = new Authority(temporaryFolder('certificates'))
    await authority.#found()
    return authority
  }

  async #found(): Promise<void> {
    const folder = this.#folder
    mkdirSync(join(folder, 'new'))
    writeFileSync(join(folder, 'index.txt'), '')
    writeFileSync(join(folder, 'serial'), '1000\n')
    writeFileSync(
      join(folder, 'openssl.cnf'),
      `
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
`,
    )
    await this.#newKey(this.#key)
    await openssl(
      ...['req', '-x509', '-new', '-key', this.#key, '-out', this.file, '-days', '30', '-subj', '/CN=Peers Root'],
      ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    )
  }

  /** A certificate for these names, valid from and to so many days from now; negative days are past ones. */
  async issue(names: readonly string[], { from = -1, to = 30 } = {}): Promise<Certificate> {
    const { request, key, certificate } = await this.#request(names)
    const dates = ['-startdate', stamp(from), '-enddate', stamp(to)]
    const config = join(this.#folder, 'openssl.cnf')
    await openssl(
      ...['ca', '-batch', '-notext', '-config', config, '-cert', this.file, '-keyfile', this.#key, ...dates],
      ...['-in', request, '-out', certificate],
    )
    return { certificate, key }
  }

  /** A certificate that answers for itself. */
  async selfSigned(names: readonly string[]): Promise<Certificate> {
    const { request, key, certificate } = await this.#request(names)
    const signing = ['x509', '-req', '-in', request, '-signkey', key, '-days', '30', '-copy_extensions', 'copy']
    await openssl(...signing, '-out', certificate)
    return { certificate, key }
  }

  async #request(names: readonly string[]): Promise<Certificate & { readonly request: string }> {
    const base = join(this.#folder, `issued${this.#issued++}`)
    const [request, key, certificate] = [`${base}.csr`, `${base}.key`, `${base}.pem`]
    await this.#newKey(key)
    const alternatives = names.map(name => `DNS:${name}`).join(',')
    await openssl(
      ...['req', '-new', '-key', key, '-out', request, '-subj', `/CN=${names[0]}`],
      ...['-config', join(this.#folder, 'openssl.cnf'), '-addext', `subjectAltName=${alternatives}`],
    )
    return { request, key, certificate }
  }

  async #newKey(file: string): Promise<void> {
    await openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file)
  }
}

async function openssl(...args: readonly string[]): Promise<void> {
  await mustRun('openssl', args)
}

/** A time so many days from now as `openssl ca` takes it. */
function stamp(days: number): string {
  return `${new Date(Date.now() + days * DAY_MS).toISOString().replace(/\D/g, '').slice(0, 14)}Z`
}
