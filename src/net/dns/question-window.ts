// How many questions may be open at one server at once: found out from what it answers, since a server that is asked
// more than it can hold drops questions, and a dropped question looks like a dead server.
//
// It goes by rounds: when all that was open at one moment has been answered or lost, the share that was lost decides.
// So nothing grows before what was tried last has been proven, however much longer a time-out lasts than an answer
// takes. Some names never get an answer though the server is idle: an eighth may be lost before it counts as too much.

/** A question's place in the window. Each of the three ends it; after the first they do nothing. */
export interface Place {
  /** An answer came. */
  answered(): void
  /** None came in time. */
  lost(): void
  /** Nobody waits for it any more. */
  leave(): void
}

const FIRST = 100
const LEAST = 20
const MOST = 800
const TOO_MUCH = 1 / 8
/** A question that was lost before may itself be to blame. */
const WEIGHT_AGAIN = 1 / 2

export class QuestionWindow {
  #limit = FIRST
  /** Below it the window doubles, above it grows in small steps: a server once held no more than about this. */
  #threshold = MOST
  #open = 0
  #opened = 0
  /** The round: how many of those opened up to `#mark` are still open, and what became of the others. */
  #mark = 0
  #remaining = 0
  #answered = 0
  #lost = 0
  readonly #again = new Line<Waiting>()
  readonly #first = new Line<Waiting>()

  /** How many may be open now. */
  get limit(): number {
    return this.#limit
  }

  /** How many are open now. */
  get open(): number {
    return this.#open
  }

  /** Calls `start` once there is room; those that ask again go before those that ask for the first time. */
  enter(start: () => void, again: boolean): Place {
    const waiting = new Waiting(this, start, again)
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
  end(how: 'answered' | 'lost' | 'left', number: number, again: boolean): void {
    this.#open--
    if (number <= this.#mark) {
      this.#remaining--
      if (how === 'answered') this.#answered++
      if (how === 'lost') this.#lost += again ? WEIGHT_AGAIN : 1
    }
    if (this.#remaining === 0) this.#nextRound()
    this.#admit()
  }

  #nextRound(): void {
    const told = this.#answered + this.#lost
    if (this.#lost > told * TOO_MUCH) {
      this.#limit = Math.max(LEAST, Math.ceil(this.#limit * Math.max(1 / 2, this.#answered / told)))
      this.#threshold = this.#limit
    } else if (this.#answered * 2 >= this.#limit) {
      // Only a window that was in use proves that the server can hold as much (RFC 7661).
      const step = this.#limit < this.#threshold ? this.#limit : Math.ceil(this.#limit / 16)
      this.#limit = Math.min(MOST, this.#limit + step)
    }
    this.#mark = this.#opened
    this.#remaining = this.#open
    this.#answered = 0
    this.#lost = 0
  }

  #admit(): void {
    while (this.#open < this.#limit) {
      const next = this.#again.shift() ?? this.#first.shift()
      if (next === undefined) return
      next.admit()
    }
  }
}

class Waiting implements Place {
  readonly #window: QuestionWindow
  readonly #start: () => void
  readonly #again: boolean
  #number = 0
  #over = false

  constructor(window: QuestionWindow, start: () => void, again: boolean) {
    this.#window = window
    this.#start = start
    this.#again = again
  }

  admit(): void {
    if (this.#over) return
    this.#number = this.#window.begin()
    this.#start()
  }

  answered(): void {
    this.#end('answered')
  }

  lost(): void {
    this.#end('lost')
  }

  leave(): void {
    this.#end('left')
  }

  #end(how: 'answered' | 'lost' | 'left'): void {
    if (this.#over) return
    this.#over = true
    if (this.#number > 0) this.#window.end(how, this.#number, this.#again)
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
