// The names of each host as a table of plain text: which are the same as the host's, and below it those that are others.
import { endpointText } from '../names/endpoint.ts'
import type { HostReading, Level, Report } from './report.ts'
import { shorten, visible } from './visible.ts'
import { columns, cut, padded } from './wrap.ts'

/** A line; `detail` goes with the row above it, and may be wrapped. */
export interface HostLine {
  readonly kind: 'head' | 'row' | 'detail'
  readonly level: Level
  readonly text: string
}

/** A domain may have hundreds of addresses; all of them stand in the JSON report. */
const HOSTS_SHOWN = 20
const NAME_MOST = 100
const WIDEST_NAME = 34

const titles = ['Host', 'Address', 'Role', 'Banner', 'EHLO', 'Reverse name', 'Certificate'] as const
const roles: Readonly<Record<HostReading['role'], string>> = {
  egress: 'sends',
  mx: 'MX',
  mine: 'yours',
  listener: 'listener',
}

/** None when no host was connected to: of sending addresses the checks tell all. `width` is what a line may have. */
export function hostLines({ readings: { hosts = [] }, at }: Report, width: number): readonly HostLine[] {
  if (hosts.every(({ role }) => role === 'egress')) return []
  const shown = hosts.slice(0, HOSTS_SHOWN)
  const rows = shown.map(host => ({ host, cells: cellsOf(host, at) }))
  const table = [titles, ...rows.map(({ cells }) => cells)]
  const rooms = titles.map((_, index) => Math.max(...table.map(cells => columns(cells[index]!))))
  const left = hosts.length - shown.length
  return [
    { kind: 'head', level: 'info', text: lineOf(titles, rooms, width) },
    ...rows.flatMap(({ host, cells }): readonly HostLine[] => {
      const others = othersOf(host)
      return [
        { kind: 'row', level: levelOf(host, at), text: lineOf(cells, rooms, width) },
        ...(others.length === 0 ? [] : [{ kind: 'detail', level: 'info', text: others.join(' · ') } as const]),
      ]
    }),
    ...(left > 0 ? [{ kind: 'detail', level: 'info', text: `and ${left} more, in the JSON report` } as const] : []),
  ]
}

function lineOf(cells: readonly string[], rooms: readonly number[], width: number): string {
  return cut(
    cells
      .map((cell, index) => padded(cell, rooms[index]!))
      .join('  ')
      .trimEnd(),
    width,
  )
}

function cellsOf(host: HostReading, at: string): readonly string[] {
  const { role, name, address, port, banner, ehlo, certificate } = host
  const said = (what: HostReading['differs'][number], value: unknown): string =>
    value === null ? '' : host.differs.includes(what) ? 'differs' : 'same'
  return [
    name === null ? '(not told)' : cut(visible(shorten(name, NAME_MOST)), WIDEST_NAME),
    port === null || port === 25 ? address : endpointText(address, port),
    roles[role],
    said('banner', banner),
    said('ehlo', ehlo),
    reverseWord(host, said('ptr', host.ptr)),
    certificate === null ? '' : certificateWord(certificate.end, at, said('certificate', certificate)),
  ]
}

function reverseWord({ ptr, forwardConfirmed }: HostReading, said: string): string {
  if (ptr === null) return forwardConfirmed === null ? '' : 'none'
  return forwardConfirmed === true ? said : `${said}, ${forwardConfirmed === null ? 'unproven' : 'one way'}`
}

// Of one that is over nothing else matters; whom it was for is told below.
function certificateWord(end: string, at: string, said: string): string {
  const day = end.slice(0, 10)
  return isOver(end, at) ? `ended ${day}` : `${said}, to ${day}`
}

function isOver(end: string, at: string): boolean {
  return Date.parse(end) < Date.parse(at)
}

/** The names that are others, each after what says it. */
function othersOf(host: HostReading): readonly string[] {
  const { differs, banner, ehlo, ptr, certificate } = host
  const names = certificate?.names.slice(0, 3) ?? []
  const more = (certificate?.more ?? 0) + (certificate?.names.length ?? 0) - names.length
  const all = [...names, ...(more > 0 ? [`${more} more`] : [])].join(', ')
  const values = { banner, ehlo, ptr, certificate: all === '' ? 'no host at all' : all }
  return differs.flatMap(what => {
    const value = values[what]
    return value === null ? [] : [`${words[what]} ${shorten(value, NAME_MOST)}`]
  })
}

const words: Readonly<Record<HostReading['differs'][number], string>> = {
  banner: 'banner',
  ehlo: 'EHLO',
  ptr: 'reverse name',
  certificate: 'certificate for',
}

/** As its checks judge it: of a host that takes mail other names are no fault. */
function levelOf({ role, differs, ptr, forwardConfirmed, certificate, banner }: HostReading, at: string): Level {
  if (certificate !== null && isOver(certificate.end, at)) return 'fail'
  if (role === 'egress')
    return forwardConfirmed === false
      ? 'fail'
      : differs.length > 0
        ? 'warn'
        : forwardConfirmed === null
          ? 'unknown'
          : 'pass'
  if (differs.includes('certificate')) return 'warn'
  if (banner === null && certificate === null) return 'unknown'
  return differs.length > 0 || (ptr === null && forwardConfirmed === false) ? 'info' : 'pass'
}
