// How many questions may be open at one server at once: found out from what it answers, since a server that is asked
// more than it can hold drops questions, and a dropped question looks like a dead server.
//
// The rule is that of TCP (RFC 5681): grow with every answer, halve when too much is lost. Some names never get an
// answer however idle the server is, so only a tenth or more of the questions lost counts as too much.

/** A question's place in the window. Each of the three ends it; after the first they do nothing. */
export interface Place {
  /** An answer came. */
  answered(): void
  /** None came in time. @param telling false when the question itself has been lost before and may be to blame. */
  lost(telling: boolean): void
  /** Nobody waits for it any more. */
  leave(): void
}

const FIRST = 100
const LEAST = 20
const MOST = 800

export class QuestionWindow {
  #limit = FIRST
  #threshold = MOST
  #open = 0
  #opened = 0
  #halvedAt = 0
  #answered = 0
  #lost = 0
  readonly #again = new Line<Waiting>()
  readonly #first = new Line<Waiting>()

  /** How many may be open now. */
  get limit(): number {
    return Math.floor(this.#limit)
  }

  /** How many are open now. */
  get open(): number {
    return this.#open
  }

  /** Calls `start` once there is room; those that ask again go before those that ask for the first time. */
  enter(start: (place: Place) => void, again: boolean): Place {
    const waiting = new Waiting(this, start)
    const line = again ? this.#again : this.#first
    line.push(waiting)
    this.#admit()
    return waiting
  }

  /** For the places. */
  begin(): number {
    this.#open++
    return ++this.#opened
  }

  /** For the places. */
  end(how: 'answered' | 'lost' | 'left', number: number): void {
    if (how === 'answered') this.#grow()
    if (how === 'lost') this.#shrink(number)
    this.#open--
    this.#admit()
  }

  #grow(): void {
    this.#answered++
    if (this.#answered + this.#lost > 4 * this.#limit) {
      this.#answered /= 2
      this.#lost /= 2
    }
    // Only a full window proves that the server can hold as much (RFC 7661).
    if (this.#open < this.limit) return
    this.#limit = Math.min(MOST, this.#limit + (this.#limit < this.#threshold ? 1 : 1 / this.#limit))
  }

  #shrink(number: number): void {
    // What was sent before the last halving tells of the same congestion.
    if (number <= this.#halvedAt) return
    this.#lost++
    if (this.#lost * 10 < this.#answered + this.#lost) return
    this.#limit = Math.max(LEAST, this.#limit / 2)
    this.#threshold = this.#limit
    this.#halvedAt = this.#opened
    this.#answered = 0
    this.#lost = 0
  }

  #admit(): void {
    while (this.#open < this.limit) {
      const next = this.#again.shift() ?? this.#first.shift()
      if (next === undefined) return
      next.admit()
    }
  }
}

class Waiting implements Place {
  readonly #window: QuestionWindow
  readonly #start: (place: Place) => void
  #number = 0
  #over = false

  constructor(window: QuestionWindow, start: (place: Place) => void) {
    this.#window = window
    this.#start = start
  }

  admit(): void {
    if (this.#over) return
    this.#number = this.#window.begin()
    this.#start(this)
  }

  answered(): void {
    this.#end('answered')
  }

  lost(telling: boolean): void {
    this.#end(telling ? 'lost' : 'left')
  }

  leave(): void {
    this.#end('left')
  }

  #end(how: 'answered' | 'lost' | 'left'): void {
    if (this.#over) return
    this.#over = true
    if (this.#number > 0) this.#window.end(how, this.#number)
  }
}

/** First come, first served. */
class Line<T> {
  #items: T[] = []
  #head = 0

  push(item: T): void {
    this.#items.push(item)
  }

  shift(): T | undefined {
    const item = this.#items[this.#head]
    if (item === undefined) return undefined
    this.#head++
    if (this.#head > 1000 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }
}
