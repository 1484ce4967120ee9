// The list of formats that a report can be written in, and the one way to write them: report by report, then the end.
import { type DomainRow, domainRow } from './domains.ts'
import { HtmlPage, renderHtml } from './html.ts'
import { openJsonArray, renderJson } from './json.ts'
import { renderNdjson } from './ndjson.ts'
import type { Report } from './report.ts'
import { FEW_DOMAINS, renderSummary, renderTextAmong } from './text-domains.ts'
import type { SheetOptions } from './text-sheet.ts'
import { renderZone } from './zone.ts'

/** What the formats want to know; each takes what concerns it. */
export interface RenderOptions extends SheetOptions {
  /** How many reports there will be, where it is known before they are: many are told more briefly. */
  readonly domains?: number
  /** JSON: an object instead of an array. True when exactly one domain was typed, and only then. */
  readonly single?: boolean
}

/** One writing of reports. What `add` and `end` return, in order, is the document. */
export interface Rendering {
  add(report: Report): string
  /** To be called once, after the last report; also when there was none. */
  end(): string
}

/** A way to write reports. */
export interface Format {
  readonly name: string
  /** One line for the help. */
  readonly says: string
  /** Without the dot. */
  readonly extension: string
  readonly mediaType: string
  /** True when reports are written as they finish; otherwise nothing comes before the end. */
  readonly streams: boolean
  open(options: RenderOptions): Rendering
  /** The whole document at once. */
  render(reports: readonly Report[], options: RenderOptions): string
}

type Declared = Omit<Format, 'name' | 'streams' | 'render'>

function streaming(name: string, format: Declared): Format {
  return {
    ...format,
    name,
    streams: true,
    render(reports, options) {
      const rendering = format.open({ domains: reports.length, ...options })
      return [...reports.map(report => rendering.add(report)), rendering.end()].join('')
    },
  }
}

/** Every format, by the name that `--format` takes. */
export const formats = {
  text: streaming('text', {
    says: 'for a person: grouped, worst first, the fix under each finding',
    extension: 'txt',
    mediaType: 'text/plain; charset=utf-8',
    open(options) {
      const rows: DomainRow[] = []
      const domains = options.domains ?? FEW_DOMAINS + 1
      let begun = false
      const apart = (text: string): string => {
        const gap = begun && text !== '' ? '\n' : ''
        begun ||= text !== ''
        return gap + text
      }
      return {
        add(report) {
          rows.push(domainRow(report))
          return apart(renderTextAmong(report, domains, options))
        },
        end: () => (rows.length > 1 ? apart(renderSummary(rows, options)) : ''),
      }
    },
  }),
  json: streaming('json', {
    says: 'all data: an object for one domain, else an array',
    extension: 'json',
    mediaType: 'application/json',
    open: ({ single, domains = 1 }) => (single && domains === 1 ? { add: renderJson, end: () => '' } : openJsonArray()),
  }),
  ndjson: streaming('ndjson', {
    says: 'all data, one report a line, as they finish',
    extension: 'ndjson',
    mediaType: 'application/x-ndjson',
    open: () => ({ add: renderNdjson, end: () => '' }),
  }),
  html: {
    name: 'html',
    says: 'one self-contained page',
    extension: 'html',
    mediaType: 'text/html; charset=utf-8',
    streams: false,
    open({ domains = Number.POSITIVE_INFINITY }) {
      const page = new HtmlPage(domains)
      return {
        add(report) {
          page.add(report)
          return ''
        },
        end: () => page.page(),
      }
    },
    render: renderHtml,
  },
  zone: streaming('zone', {
    says: 'the records to publish as a zone file, to try with --with',
    extension: 'zone',
    mediaType: 'text/dns',
    open: () => ({ add: renderZone, end: () => '' }),
  }),
} as const satisfies Readonly<Record<string, Format>>

export type FormatName = keyof typeof formats

/** True when the text names a format. */
export function isFormatName(text: string): text is FormatName {
  return Object.hasOwn(formats, text)
}
