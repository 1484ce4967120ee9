// SASL PLAIN and LOGIN as a client sends them (RFC 4616; LOGIN by draft-murchison-sasl-login), decoded strictly.

export interface Credentials {
  readonly user: string
  readonly password: string
}

/** `undecodable`: no base64, or not of the form that the mechanism has. `foreign`: it would act as somebody else. */
export type SaslReading =
  | { readonly kind: 'credentials'; readonly credentials: Credentials }
  | { readonly kind: 'undecodable' }
  | { readonly kind: 'foreign' }

/** The message of PLAIN, still in base64: authzid NUL authcid NUL password. */
export function readPlain(base64: string): SaslReading {
  const text = fromBase64(base64)
  const parts = text?.split('\0')
  if (parts?.length !== 3) return { kind: 'undecodable' }
  const [authorization, user, password] = parts as [string, string, string]
  if (!isUserName(user) || password === '') return { kind: 'undecodable' }
  // RFC 4616 §2: an authorization identity asks to act as that user. Nobody may act as another.
  if (authorization !== '' && authorization !== user) return { kind: 'foreign' }
  return { kind: 'credentials', credentials: { user, password } }
}

/** One answer of LOGIN, still in base64; the user name may hold no controls, the password no NUL. */
export function readLogin(base64: string, which: 'user' | 'password'): string | undefined {
  const text = fromBase64(base64)
  if (text === undefined || text === '') return undefined
  if (which === 'user') return isUserName(text) ? text : undefined
  return text.includes('\0') ? undefined : text
}

/** RFC 4616 §2: no NUL; and nothing that a log or a header would take for the end of a line. */
function isUserName(text: string): boolean {
  return text !== '' && text.length <= 255 && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** RFC 4954 §4: base64 as RFC 4648 §4 has it, nothing else in between. `=` alone stands for an empty response. */
function fromBase64(text: string): string | undefined {
  if (text === '=') return ''
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  try {
    return utf8.decode(Buffer.from(text, 'base64'))
  } catch {
    return undefined
  }
}
