// The file of `--save-evidence`: written as the run goes, in its place only when it is whole.
import { UsageError } from './failure.ts'
import type { Outputs } from './outputs.ts'
import { fileSink, type Sink } from './sinks.ts'

/** Text that is gathered before it is written. */
const PIECE = 64 * 1024

export class EvidenceFile {
  readonly #sink: Sink
  #text = ''
  #written = Promise.resolve()
  #failure: unknown

  /** @throws UsageError when it cannot be written */
  constructor(file: string, outputs: Outputs) {
    if (file === '-') throw new UsageError('--save-evidence takes a file: on standard output stands the report')
    this.#sink = fileSink(file)
    if (outputs.writesTo(this.#sink.path)) {
      this.abandon()
      throw new UsageError(`--save-evidence and a report are to be written to the same file`)
    }
  }

  readonly write = (line: string): void => {
    this.#text += line
    if (this.#text.length >= PIECE) this.#flush()
  }

  /** @throws UsageError when something could not be written so far */
  async proceed(): Promise<void> {
    await this.#written
    if (this.#failure !== undefined) throw this.#failure
  }

  async finish(): Promise<void> {
    this.#flush()
    await this.proceed()
    this.#sink.done()
  }

  abandon(): void {
    this.#sink.abandon()
  }

  #flush(): void {
    const text = this.#text
    this.#text = ''
    this.#written = this.#written
      .then(() => (this.#failure === undefined ? this.#sink.write(text) : undefined))
      .catch(failure => {
        // Who asks the world must not stumble over it; the run is told by `proceed`.
        this.#failure = failure
      })
  }
}
