// An address and a port as one text, so that equal endpoints are written alike everywhere.
import { parseAddress } from './address.ts'

/** `192.0.2.1:25` or `[2001:db8::1]:25` (RFC 3986 §3.2.2); equal endpoints give equal texts. */
export function endpointText(address: string, port: number): string {
  const text = parseAddress(address)?.text ?? address
  return text.includes(':') ? `[${text}]:${port}` : `${text}:${port}`
}
