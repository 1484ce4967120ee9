// Who is next: messages by when they are due, in a lane for each next hop, so that a slow one keeps no other waiting.
//
// An entry is only a hint that a message may have something due: the store knows. A wrong hint costs a look.
import { DueHeap } from './due-heap.ts'

/** How much is done at once. */
export interface Places {
  readonly total: number
  /** For one next hop. */
  readonly perHop: (hop: string) => number
}

/** A message: the number of its queue id, which takes less room; an id of others as it is. */
export type Key = number | string

interface Lane {
  readonly hop: string
  readonly entries: DueHeap<Key>
  active: number
  /** `ready`: in line. `asleep`: its first entry is due later. `still`: nothing to do, or no place left. */
  state: 'ready' | 'asleep' | 'still'
  wakesAt: number
  newest: { readonly due: number; readonly message: Key } | undefined
}

/** Somebody took a place in a lane; `done` gives it back. */
export interface Turn {
  readonly hop: string
  readonly message: Key
  readonly done: () => void
}

export class Schedule {
  readonly #places: Places
  readonly #lanes = new Map<string, Lane>()
  /** Lanes with something due and a free place: each in its turn, whatever stands behind it. */
  #line: Lane[] = []
  #lineStart = 0
  readonly #asleep = new DueHeap<Lane>()
  #active = 0
  #size = 0

  constructor(places: Places) {
    this.#places = places
  }

  /** Entries in memory. */
  get size(): number {
    return this.#size
  }

  get active(): number {
    return this.#active
  }

  add(hop: string, due: number, message: Key): void {
    const lane = this.#lanes.get(hop) ?? this.#newLane(hop)
    // A message for a hundred people at one place is one entry.
    if (lane.newest?.due === due && lane.newest.message === message && lane.entries.size > 0) return
    lane.newest = { due, message }
    lane.entries.add(due, message)
    this.#size++
    if (lane.state === 'still' || (lane.state === 'asleep' && due < lane.wakesAt)) this.#place(lane)
  }

  /** The next that is due and has a place. */
  next(now: number): Turn | undefined {
    while ((this.#asleep.first ?? Number.POSITIVE_INFINITY) <= now) {
      const { due, what: lane } = this.#asleep.take()!
      // A lane that was woken earlier leaves its old alarm behind.
      if (lane.state === 'asleep' && lane.wakesAt === due) this.#enqueue(lane)
    }
    if (this.#active >= this.#places.total) return undefined
    const lane = this.#dequeue()
    if (lane === undefined) return undefined
    const entry = lane.entries.take()!
    this.#size--
    this.#active++
    lane.active++
    this.#place(lane, now)
    return { hop: lane.hop, message: entry.what, done: () => this.#leave(lane) }
  }

  /** When `next` is worth asking again, if nothing is added and nothing ends. */
  wakesAt(): number | undefined {
    return this.#lineStart < this.#line.length ? undefined : this.#asleep.first
  }

  /** Forgets all entries; places that are taken stay so. */
  clear(): void {
    for (const lane of [...this.#lanes.values()]) {
      this.#size -= lane.entries.size
      lane.entries.clear()
      lane.state = 'still'
      if (lane.active === 0) this.#lanes.delete(lane.hop)
    }
    this.#asleep.clear()
    this.#line = []
    this.#lineStart = 0
  }

  #newLane(hop: string): Lane {
    const entries = new DueHeap<Key>()
    const lane: Lane = { hop, entries, active: 0, state: 'still', wakesAt: 0, newest: undefined }
    this.#lanes.set(hop, lane)
    return lane
  }

  #leave(lane: Lane): void {
    this.#active--
    lane.active--
    if (lane.state === 'still') this.#place(lane)
  }

  #place(lane: Lane, now = Number.NEGATIVE_INFINITY): void {
    const due = lane.entries.first
    if (due === undefined) {
      lane.state = 'still'
      if (lane.active === 0) this.#lanes.delete(lane.hop)
    } else if (lane.active >= this.#places.perHop(lane.hop)) {
      lane.state = 'still'
    } else if (due <= now) {
      this.#enqueue(lane)
    } else {
      lane.state = 'asleep'
      lane.wakesAt = due
      this.#asleep.add(due, lane)
    }
  }

  #enqueue(lane: Lane): void {
    lane.state = 'ready'
    this.#line.push(lane)
  }

  #dequeue(): Lane | undefined {
    const lane = this.#line[this.#lineStart]
    if (lane === undefined) return undefined
    this.#lineStart++
    if (this.#lineStart > 1000 && this.#lineStart * 2 > this.#line.length) {
      this.#line = this.#line.slice(this.#lineStart)
      this.#lineStart = 0
    }
    return lane
  }
}
