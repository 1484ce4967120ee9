// One line on a terminal's standard error while many domains are audited: how many, how fast, what came out so far.
import type { Verdict } from '../report/report.ts'
import { columns, cut } from '../report/wrap.ts'
import { steers } from './terminal.ts'

const EVERY_MS = 100
const NARROWEST_BAR = 8
const WIDEST_BAR = 30
const TAKE_AWAY = '\r\x1b[K'

/** Counts finished audits and rewrites its line; silent when there is no terminal or only one domain. */
export class Progress {
  readonly #total: number
  #shown: boolean
  readonly #stream: NodeJS.WriteStream
  readonly #started = performance.now()
  readonly #counts: Record<Verdict, number> = { pass: 0, warn: 0, unknown: 0, fail: 0 }
  #done = 0
  /** Finished by an earlier run: they say nothing of how fast this one is. */
  #before = 0
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

  /** Counts what an earlier run finished. */
  resumed(counts: Readonly<Record<Verdict, number>>): void {
    for (const verdict of Object.keys(this.#counts) as Verdict[]) {
      this.#counts[verdict] += counts[verdict]
      this.#before += counts[verdict]
    }
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
    const room = Math.max((this.#stream.columns || 80) - 1, 1)
    const line = cut(this.line((this.#last - this.#started) / 1000), room)
    this.#stream.write(TAKE_AWAY + line + this.#bar(room - columns(line) - 3))
  }

  /** Takes the line away for good. */
  end(): void {
    this.clear()
    this.#shown = false
  }

  /** The line as it stands after `seconds`. */
  line(seconds: number): string {
    const rate = seconds > 0 ? this.#done / seconds : 0
    const done = this.#before + this.#done
    const left = rate > 0 ? Math.ceil((this.#total - done) / rate) : undefined
    const { fail, unknown, warn, pass } = this.#counts
    const came = `${fail} fail, ${unknown} unknown, ${warn} warn, ${pass} pass`
    const end = done < this.#total && left !== undefined ? ` · about ${roughly(left)} left` : ''
    return `${done}/${this.#total} domains · ${rate.toFixed(rate < 10 ? 1 : 0)}/s · ${came}${end}`
  }

  /** In what room is left; none in a little. */
  #bar(room: number): string {
    const width = Math.min(room, WIDEST_BAR)
    if (width < NARROWEST_BAR) return ''
    const filled = Math.floor((width * (this.#before + this.#done)) / this.#total)
    return ` [${'#'.repeat(filled)}${'-'.repeat(width - filled)}]`
  }
}

/** `398 s`, `12 min`, `3 h 5 min`. */
function roughly(seconds: number): string {
  if (seconds < 600) return `${seconds} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
