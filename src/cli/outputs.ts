// Where the reports of an audit go: standard output, a file, and any number of further formats in files.
import { type FormatName, formats, isFormatName, type Rendering, type RenderOptions } from '../report/formats.ts'
import type { Report } from '../report/report.ts'
import { visible } from '../report/visible.ts'
import { Ended, UsageError } from './failure.ts'
import { type Continuing, fileSink, NOBODY_READS, type Sink, standardOutput } from './sinks.ts'
import { paints } from './terminal.ts'

/** The options that say what is written where. */
export interface OutputFlags {
  readonly format?: string
  readonly json?: boolean
  readonly output?: string
  readonly o: readonly string[]
  readonly explain?: boolean
  readonly color: boolean
}

/** One document that is being written. */
interface Writing {
  readonly rendering: Rendering
  readonly sink: Sink
}

/** All documents of a run. Files are opened before anything is asked, so that a bad path costs no time. */
export class Outputs {
  readonly #writings: Writing[] = []
  readonly #alsoWanted: boolean

  /**
   * @param about whether exactly one domain was typed, how many domains there are, and what makes room on the terminal
   * @throws UsageError for an unknown format or a file that cannot be written
   */
  constructor(
    flags: OutputFlags,
    about: {
      readonly single: boolean
      readonly total: number
      readonly room?: { clear(): void; show(): void }
      /** Something else comes of the run: it goes on although nobody reads the report. */
      readonly alsoWanted?: boolean
      /** What an earlier run wrote to the main file. */
      readonly after?: Continuing['after']
    },
  ) {
    this.#alsoWanted = about.alsoWanted ?? false
    if (flags.json && flags.format !== undefined && flags.format !== 'json') {
      throw new UsageError('--json and --format exclude each other')
    }
    const main = formatNamed(flags.format ?? (flags.json ? 'json' : 'text'))
    const files = flags.o.map(text => {
      const at = text.indexOf('=')
      if (at < 1 || at === text.length - 1) throw new UsageError(`-o takes FORMAT=FILE, not "${visible(text)}"`)
      return { format: formatNamed(text.slice(0, at)), file: text.slice(at + 1) }
    })
    const options = { single: about.single, domains: about.total, explain: flags.explain ?? false }
    const output = flags.output === '-' ? undefined : flags.output
    const terminal = output === undefined && process.stdout.isTTY === true
    const shown: RenderOptions = {
      ...options,
      color: terminal && flags.color && paints(process.stdout),
      ...(terminal ? { width: Math.min(Math.max(process.stdout.columns || 80, 40), 120) } : {}),
    }
    const plain: RenderOptions = { ...options, color: false }
    try {
      if (output === undefined) this.#open(main, shown, standardOutput(terminal ? about.room : undefined))
      else {
        // Whole lines of many domains are worth keeping; half a document is not.
        const isKept = main === 'ndjson' && about.total > 1
        this.#open(
          main,
          plain,
          fileSink(output, isKept ? { kept: true, ...(about.after && { after: about.after }) } : undefined),
        )
      }
      for (const { format, file } of files) this.#open(format, plain, fileSink(file))
    } catch (failure) {
      this.abandon()
      throw failure
    }
  }

  async add(report: Report): Promise<void> {
    await this.#write(rendering => rendering.add(report))
  }

  /** Whether reports go anywhere but to the main document. */
  get hasOthers(): boolean {
    return this.#writings.length > 1
  }

  /** A report that an earlier run wrote to the main document: the others are to have it too. */
  async addToOthers(report: Report): Promise<void> {
    const [, ...others] = this.#writings
    for (const { rendering, sink } of others) await sink.write(rendering.add(report))
  }

  /** Whether one of the documents stands in this file. */
  writesTo(path: string | undefined): boolean {
    return path !== undefined && this.#writings.some(({ sink }) => sink.path === path)
  }

  async finish(): Promise<void> {
    await this.#write(rendering => rendering.end())
    for (const { sink } of this.#writings) sink.done()
  }

  /**
   * Leaves no half-written file behind when the run could not be finished.
   * @returns where the finished reports stay, when a later run can go on with them
   */
  abandon(): string | undefined {
    return this.#writings.map(({ sink }) => sink.abandon()).find(kept => kept !== undefined)
  }

  async #write(text: (rendering: Rendering) => string): Promise<void> {
    for (const writing of [...this.#writings]) {
      try {
        await writing.sink.write(text(writing.rendering))
      } catch (failure) {
        // Whoever reads our output may stop early (`| head`); the files are wanted all the same.
        const gone = failure instanceof Ended && failure.status === NOBODY_READS
        if (!gone || (this.#writings.length === 1 && !this.#alsoWanted)) throw failure
        this.#writings.splice(this.#writings.indexOf(writing), 1)
      }
    }
  }

  #open(format: FormatName, options: RenderOptions, sink: Sink): void {
    const twice = sink.path !== undefined && this.#writings.some(writing => writing.sink.path === sink.path)
    this.#writings.push({ rendering: formats[format].open(options), sink })
    if (twice) throw new UsageError(`two reports are to be written to ${visible(sink.path!)}`)
  }
}

function formatNamed(name: string): FormatName {
  if (isFormatName(name)) return name
  throw new UsageError(`no format is called "${visible(name)}": there are ${Object.keys(formats).join(', ')}`)
}
