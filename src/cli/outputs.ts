// Where the reports of an audit go: standard output, a file, and any number of further formats in files.
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { type FormatName, formats, isFormatName, type Rendering, type RenderOptions } from '../report/formats.ts'
import type { Report } from '../report/report.ts'
import { visible } from '../report/visible.ts'
import { fileTrouble, UsageError } from './failure.ts'

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
  write(text: string): Promise<void>
  /** Called once after the last text. */
  done(): void
  /** Takes back what an interrupted run left. */
  abandon(): void
}

/** All documents of a run. Files are opened before anything is asked, so that a bad path costs no time. */
export class Outputs {
  readonly #writings: readonly Writing[]

  /**
   * @param about whether exactly one domain was typed, and how many domains there are
   * @throws UsageError for an unknown format or a file that cannot be written
   */
  constructor(flags: OutputFlags, about: { readonly single: boolean; readonly total: number }) {
    const main = formatNamed(flags.format ?? (flags.json ? 'json' : 'text'))
    const files = flags.o.map(text => {
      const at = text.indexOf('=')
      if (at < 1 || at === text.length - 1) throw new UsageError(`-o takes FORMAT=FILE, not "${visible(text)}"`)
      return { format: formatNamed(text.slice(0, at)), file: text.slice(at + 1) }
    })
    const options = { single: about.single, domains: about.total, explain: flags.explain ?? false }
    const terminal = flags.output === undefined && process.stdout.isTTY === true
    const shown: RenderOptions = {
      ...options,
      color: terminal && flags.color && !process.env.NO_COLOR,
      ...(terminal ? { width: Math.min(Math.max(process.stdout.columns, 60), 120) } : {}),
    }
    const plain: RenderOptions = { ...options, color: false }
    const writings: Writing[] = []
    try {
      writings.push(flags.output === undefined ? onStandardOutput(main, shown) : inFile(main, flags.output, plain))
      for (const { format, file } of files) writings.push(inFile(format, file, plain))
    } catch (failure) {
      for (const writing of writings) writing.abandon()
      throw failure
    }
    this.#writings = writings
  }

  async add(report: Report): Promise<void> {
    for (const writing of this.#writings) await writing.write(writing.rendering.add(report))
  }

  async finish(): Promise<void> {
    for (const writing of this.#writings) {
      await writing.write(writing.rendering.end())
      writing.done()
    }
  }

  /** Leaves no half-written file behind when the run could not be finished. */
  abandon(): void {
    for (const writing of this.#writings) writing.abandon()
  }
}

function formatNamed(name: string): FormatName {
  if (isFormatName(name)) return name
  throw new UsageError(`no format is called "${visible(name)}": there are ${Object.keys(formats).join(', ')}`)
}

function onStandardOutput(format: FormatName, options: RenderOptions): Writing {
  return {
    rendering: formats[format].open(options),
    write: text =>
      text === '' ? Promise.resolve() : new Promise(resolve => process.stdout.write(text, () => resolve())),
    done() {},
    abandon() {},
  }
}

/** Formats that are whole only at the end are written beside the file and renamed, so that no reader sees a half. */
function inFile(format: FormatName, file: string, options: RenderOptions): Writing {
  const { streams } = formats[format]
  const path = streams ? file : `${file}.part`
  let handle: number
  try {
    handle = openSync(path, 'w')
  } catch (error) {
    throw new UsageError(`cannot write ${visible(file)}: ${fileTrouble(error)}`)
  }
  return {
    rendering: formats[format].open(options),
    async write(text) {
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at)
    },
    done() {
      closeSync(handle)
      if (!streams) renameSync(path, file)
    },
    abandon() {
      try {
        closeSync(handle)
        if (!streams) rmSync(path, { force: true })
      } catch {
        // It was done already.
      }
    },
  }
}
