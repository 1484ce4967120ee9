import { describe, expect, it } from 'vitest'
import { Progress } from '../../src/cli/progress.ts'

function terminal(isTTY: boolean, columns = 80): { stream: NodeJS.WriteStream; written: string[] } {
  const written: string[] = []
  return {
    written,
    stream: { isTTY, columns, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream,
  }
}

describe('progress', () => {
  it('tells how many, how fast and what came out', () => {
    const progress = new Progress(400, terminal(true).stream, false)
    progress.finished('fail')
    progress.finished('pass')
    expect(progress.line(2)).toBe('2/400 domains · 1.0/s · 1 fail, 0 unknown, 0 warn, 1 pass · about 398 s left')
  })

  it('counts what an earlier run finished, but not into the rate', () => {
    const progress = new Progress(40_000, terminal(true).stream, false)
    progress.resumed({ pass: 9_000, warn: 0, unknown: 0, fail: 1_000 })
    for (let i = 0; i < 10; i++) progress.finished('warn')
    expect(progress.line(10)).toBe(
      '10010/40000 domains · 1.0/s · 1000 fail, 0 unknown, 10 warn, 9000 pass · about 8 h 20 min left',
    )
  })

  it('shows a bar where there is room', () => {
    const { stream, written } = terminal(true, 120)
    const progress = new Progress(4, stream, false)
    progress.resumed({ pass: 1, warn: 0, unknown: 0, fail: 1 })
    progress.show()
    expect(written.join('')).toMatch(/^\r\x1b\[K2\/4 domains .* \[#{15}-{15}\]$/)
  })

  it('stays in view, makes room for what is printed, and goes in the end', () => {
    const { stream, written } = terminal(true)
    const progress = new Progress(400, stream, false)
    const wipe = '\r\x1b[K'
    progress.show()
    expect(written.splice(0)).toEqual([expect.stringMatching(/^\r\x1b\[K0\/400 domains/)])
    progress.finished('fail')
    expect(written).toEqual([])
    progress.clear()
    progress.show()
    expect(written.splice(0)).toEqual([wipe, expect.stringMatching(/^\r\x1b\[K1\/400 domains · .* 1 fail/)])
    progress.end()
    progress.show()
    expect(written).toEqual([wipe])
  })

  it('never takes more than a line', () => {
    const { stream, written } = terminal(true, 30)
    new Progress(400, stream, false).show()
    expect(written.join('').replace('\r\x1b[K', '').length).toBeLessThan(30)
  })

  it('is silent without a terminal, for one domain, and when asked to be', () => {
    for (const [total, isTTY, quiet] of [
      [400, false, false],
      [1, true, false],
      [400, true, true],
    ] as const) {
      const { stream, written } = terminal(isTTY)
      const progress = new Progress(total, stream, quiet)
      for (let i = 0; i < total; i++) progress.finished('pass')
      progress.show()
      progress.end()
      expect(written).toEqual([])
    }
  })
})
