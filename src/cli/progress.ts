// One line on a terminal's standard error while many domains are audited: how many, how fast, what came out so far.
import type { Verdict } from '../report/report.ts'
import { cut } from '../report/wrap.ts'
import { steers } from './terminal.ts'

const EVERY_MS = 100
const TAKE_AWAY = '\r\x1b[K'

/** Counts finished audits and rewrites its line; silent when there is no terminal or only one domain. */
export class Progress {
  readonly #total: number
  #shown: boolean
  readonly #stream: NodeJS.WriteStream
  readonly #started = performance.now()
  readonly #counts: Record<Verdict, number> = { pass: 0, warn: 0, unknown: 0, fail: 0 }
  #done = 0
  #last = 0

  constructor(total: number, stream: NodeJS.WriteStream, quiet: boolean) {
    this.#total = total
    this.#stream = stream
    this.#shown = steers(stream) && total > 1 && !quiet
  }

  finished(verdict: Verdict): void {
    this.#done++
    this.#counts[verdict]++
    if (performance.now() - this.#last >= EVERY_MS) this.show()
  }

  /** Takes the line away, so that what is printed next stands alone. */
  clear(): void {
    if (this.#shown) this.#stream.write(TAKE_AWAY)
  }

  /** Puts the line where the cursor is; in place of what stands there. */
  show(): void {
    if (!this.#shown) return
    this.#last = performance.now()
    // A line that is wider than the terminal would become two, and only one would go away again.
    const line = cut(this.line((this.#last - this.#started) / 1000), Math.max((this.#stream.columns || 80) - 1, 1))
    this.#stream.write(TAKE_AWAY + line)
  }

  /** Takes the line away for good. */
  end(): void {
    this.clear()
    this.#shown = false
  }

  /** The line as it stands after `seconds`. */
  line(seconds: number): string {
    const rate = seconds > 0 ? this.#done / seconds : 0
    const left = rate > 0 ? Math.ceil((this.#total - this.#done) / rate) : undefined
    const { fail, unknown, warn, pass } = this.#counts
    const came = `${fail} fail, ${unknown} unknown, ${warn} warn, ${pass} pass`
    const end = this.#done < this.#total && left !== undefined ? ` · about ${left} s left` : ''
    return `${this.#done}/${this.#total} domains · ${rate.toFixed(rate < 10 ? 1 : 0)}/s · ${came}${end}`
  }
}
