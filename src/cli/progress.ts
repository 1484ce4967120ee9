// One line on a terminal's standard error while many domains are audited: how many, how fast, what came out so far.
import type { Verdict } from '../report/report.ts'

const EVERY_MS = 100

/** Counts finished audits and rewrites its line; silent when there is no terminal or only one domain. */
export class Progress {
  readonly #total: number
  readonly #shown: boolean
  readonly #stream: NodeJS.WriteStream
  readonly #started = performance.now()
  readonly #counts: Record<Verdict, number> = { pass: 0, warn: 0, unknown: 0, fail: 0 }
  #done = 0
  #last = 0

  constructor(total: number, stream: NodeJS.WriteStream, quiet: boolean) {
    this.#total = total
    this.#stream = stream
    this.#shown = stream.isTTY === true && total > 1 && !quiet
  }

  finished(verdict: Verdict): void {
    this.#done++
    this.#counts[verdict]++
    const now = performance.now()
    if (!this.#shown || (now - this.#last < EVERY_MS && this.#done < this.#total)) return
    this.#last = now
    this.#stream.write(`\r\x1b[K${this.line((now - this.#started) / 1000)}`)
  }

  /** Takes the line away, so that what is printed next stands alone. */
  clear(): void {
    if (this.#shown) this.#stream.write('\r\x1b[K')
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
