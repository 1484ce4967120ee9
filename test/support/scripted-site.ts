// Web servers out of a table, without a socket: what each address of a document answers, and the certificate they all show.
import { X509Certificate } from 'node:crypto'
import { createAuthority } from '../../src/lab/certificates.ts'
import type { Dialer } from '../../src/net/dialer.ts'

export interface Page {
  readonly status?: number
  readonly fields?: readonly string[]
  readonly body?: string | Uint8Array
  /** Nothing comes. */
  readonly silent?: true
}

/** @param pages by `host/path`; all else is not found */
export function siteDialer(
  pages: { readonly [place: string]: Page },
  { names = ['www.example.org', 'example.org'], trusted = true }: { names?: readonly string[]; trusted?: boolean } = {},
): Dialer & { readonly asked: readonly string[] } {
  const asked: string[] = []
  const { certificate } = createAuthority(new Date('2026-11-20')).issue({
    names,
    from: new Date('2026-11-01'),
    to: new Date('2027-01-01'),
  })
  return {
    asked,
    async connect() {
      let left: readonly Uint8Array[] = []
      let isSilent = false
      return {
        kind: 'connected',
        async read() {
          const [next, ...rest] = left
          left = rest
          return next ?? (isSilent ? 'timeout' : 'closed')
        },
        elapsed: () => 0,
        pending: () => 0,
        write(bytes) {
          const [, path, host] = /^GET (\S+) HTTP\/1.1\r\nHost: (\S+)\r\n/.exec(
            Buffer.from(bytes as string).toString(),
          )!
          asked.push(`${host}${path}`)
          const { status = 200, fields = [], body = '', silent } = pages[`${host}${path}`] ?? { status: 404 }
          isSilent = silent ?? false
          const head = [`HTTP/1.1 ${status} Whatever`, ...fields, '', ''].join('\r\n')
          left = isSilent ? [] : [Buffer.from(head), Buffer.from(body as string)]
        },
        async startTls() {
          const chain = [new X509Certificate(certificate).raw]
          const trust = trusted ? { trusted } : { trusted, trustFault: 'self-signed certificate' }
          return {
            kind: 'secured',
            session: { protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', chain, ...trust },
          }
        },
        close() {},
      }
    },
  }
}

/** A logo without a fault. */
export const goodLogo =
  '<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" viewBox="0 0 64 64"><title>Example</title><circle cx="32" cy="32" r="30" fill="#123"/></svg>\n'
