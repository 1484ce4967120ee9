// A date as it stands in Date and Received fields (RFC 5322 §3.3), with the obsolete forms that are still read (§4.3).
import { tokensOf } from './tokens.ts'

/** `faults`: what is not as it must be although the moment is plain; each completes "Date: …", as a clause about it. */
export type DateReading =
  | {
      readonly ok: true
      readonly at: number
      readonly offsetMinutes: number | undefined
      readonly faults: readonly string[]
    }
  | { readonly ok: false; readonly why: string }

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

// §4.3. Military letters were defined the wrong way round once: they say nothing but the time in UTC.
const zones: { readonly [name: string]: number | undefined } = {
  ...{ ut: 0, utc: 0, gmt: 0, z: 0 },
  ...{ est: -300, edt: -240, cst: -360, cdt: -300, mst: -420, mdt: -360, pst: -480, pdt: -420 },
}

/** Reads an unfolded value. Never throws. `at` is in milliseconds since the epoch. */
export function readDate(value: string): DateReading {
  const { tokens, open } = tokensOf(value.slice(0, 1000))
  if (open !== undefined) return { ok: false, why: `${open} in it is not closed` }
  const text = tokens
    .filter(token => token.kind !== 'comment')
    .map(token => (token.kind === 'quoted' ? `"${token.text}"` : token.text))
    .join(' ')
    .replaceAll(/ ?([:,]) ?/g, '$1')
  if (text === '') return { ok: false, why: 'it is empty' }
  const match =
    /^(?:([A-Za-z]+),)? ?(\d{1,2}) ([A-Za-z]+) (\d{2,4}) (\d{1,2}):(\d{1,2})(?::(\d{1,2}))? ?(?:([+-]\d{4})|([A-Za-z]{1,5}))?$/.exec(
      text,
    )
  if (match === null) return { ok: false, why: 'it is not of the form "Fri, 20 Nov 2026 08:00:00 +0000"' }
  const [, dayName, day, monthName, year, hour, minute, second = '0', offset, zone] = match
  const month = MONTHS.indexOf(monthName!.toLowerCase())
  if (month < 0) return { ok: false, why: `${monthName} is no month` }
  const fullYear = yearOf(year!)
  const [d, h, m, s] = [day, hour, minute, second].map(Number) as [number, number, number, number]
  // A leap second is told as 60.
  if (h > 23 || m > 59 || s > 60) return { ok: false, why: `${hour}:${minute}:${second} is no time of day` }
  const utc = Date.UTC(fullYear, month, d, h, m, s)
  const date = new Date(Date.UTC(fullYear, month, d))
  if (fullYear < 1900 || d < 1 || date.getUTCMonth() !== month)
    return { ok: false, why: `${day} ${monthName} ${year} is no day` }
  const shift = offset === undefined ? zoneOf(zone) : minutesOf(offset)
  if (shift === undefined) {
    const written = offset ?? zone
    return { ok: false, why: written === undefined ? 'it has no time zone' : `${written} is no time zone` }
  }
  const wrongDay = dayName !== undefined && dayName.slice(0, 3).toLowerCase() !== DAYS[date.getUTCDay()]
  const faults = [
    ...(wrongDay ? [`that day is no ${dayName}`] : []),
    ...(year!.length < 4 ? [`its year ${year} has ${year!.length} digits (RFC 5322 §4.3)`] : []),
    ...(zone === undefined
      ? []
      : [`its time zone ${zone} is written in a form that is obsolete (RFC 5322 §4.3): write +0000`]),
  ]
  return { ok: true, at: utc - shift * 60_000, offsetMinutes: offset === '-0000' ? undefined : shift, faults }
}

// §4.3: 00 to 49 are of this century, three digits count from 1900.
function yearOf(text: string): number {
  const year = Number(text)
  if (text.length === 2) return year < 50 ? 2000 + year : 1900 + year
  return text.length === 3 ? 1900 + year : year
}

function minutesOf(offset: string): number | undefined {
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(3))]
  if (minutes > 59 || hours > 23) return undefined
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

function zoneOf(name: string | undefined): number | undefined {
  if (name === undefined) return undefined
  const lower = name.toLowerCase()
  return zones[lower] ?? (/^[a-ik-z]$/.test(lower) ? 0 : undefined)
}
