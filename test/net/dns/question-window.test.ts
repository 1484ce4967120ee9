import { describe, expect, it } from 'vitest'
import { type Place, QuestionWindow } from '../../../src/net/dns/question-window.ts'

/** A window with `count` questions that are open or wait. They begin in the order of `places`. */
function filled(count: number): { window: QuestionWindow; places: Place[]; begun: () => number } {
  const window = new QuestionWindow()
  let begun = 0
  const places = Array.from({ length: count }, () => window.enter(() => begun++, false))
  return { window, places, begun: () => begun }
}

describe('the window of open questions', () => {
  it('lets a hundred begin, and the others wait', () => {
    const { window, places, begun } = filled(150)
    expect([begun(), window.open]).toEqual([100, 100])
    places[0]!.leave()
    expect([begun(), window.open]).toEqual([101, 100])
  })

  it('doubles with every round that was answered, to 800 at most', () => {
    const { window, places } = filled(5000)
    const limits = new Set<number>()
    for (const place of places) {
      place.answered()
      limits.add(window.limit)
    }
    expect([...limits]).toEqual([100, 200, 400, 800])
  })

  it('does not grow before all that was tried is known', () => {
    const { window, places } = filled(5000)
    // The second never gets an answer, so its round does not end.
    for (const place of [places[0]!, ...places.slice(2, 1000)]) place.answered()
    expect(window.limit).toBe(100)
    places[1]!.lost()
    expect(window.limit).toBe(200)
  })

  it('does not grow while it is not in use', () => {
    const { window, places } = filled(40)
    for (const place of places) place.answered()
    expect(window.limit).toBe(100)
  })

  it('shrinks to what was answered, by half at most, and then grows in small steps', () => {
    const { window, places } = filled(5000)
    places[0]!.leave()
    for (const place of places.slice(1, 76)) place.answered()
    for (const place of places.slice(76, 100)) place.lost()
    expect(window.limit).toBe(76)
    let next = 100
    while (window.limit === 76) places[next++]!.lost()
    expect(window.limit).toBe(38)
    while (window.limit === 38) places[next++]!.answered()
    expect(window.limit).toBe(41)
  })

  it('never closes', () => {
    const { window, places } = filled(5000)
    for (const place of places) place.lost()
    expect([window.limit, window.open]).toEqual([20, 0])
  })

  it('lets those go first that ask again, and forgets those that left', () => {
    const { window, places } = filled(100)
    const begun: string[] = []
    window.enter(() => begun.push('first'), false)
    const left = window.enter(() => begun.push('left'), true)
    window.enter(() => begun.push('again'), true)
    left.leave()
    places[0]!.answered()
    places[1]!.leave()
    places[1]!.leave()
    places[1]!.lost()
    expect(begun).toEqual(['again', 'first'])
    expect(window.open).toBe(100)
  })
})
