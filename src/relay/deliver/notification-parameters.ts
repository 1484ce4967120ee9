// What a recipient asked to be told about the delivery, as parameters of RCPT for the next server (RFC 3461 §4).
import type { Envelope } from '../envelope.ts'

/** ` NOTIFY=FAILURE ORCPT=rfc822;a@example.org`, each parameter with a space in front; empty when nothing was asked for. */
export function notificationParameters({ notify, orcpt }: Envelope['dsn']): string {
  const asked = notify.includes('never') ? ['never'] : notify
  const when = asked.length === 0 ? '' : ` NOTIFY=${asked.map(one => one.toUpperCase()).join(',')}`
  const colon = orcpt?.indexOf(';') ?? -1
  if (orcpt === undefined || colon < 1) return when
  // The kind of address is an atom, what follows is xtext (RFC 3461 §4.2).
  return `${when} ORCPT=${orcpt.slice(0, colon).replace(/[^A-Za-z0-9-]/g, '')};${xtext(orcpt.slice(colon + 1))}`
}

/** RFC 3461 §4: `+`, `=` and whatever is no printable ASCII becomes `+XX`. */
function xtext(value: string): string {
  return [...Buffer.from(value, 'utf8')]
    .map(octet =>
      octet > 0x20 && octet < 0x7f && octet !== 0x2b && octet !== 0x3d
        ? String.fromCharCode(octet)
        : `+${octet.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('')
}
