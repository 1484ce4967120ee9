// How long a piece of work takes, whatever else the machine does: the least of several, in time of the processor.

const MOST = 5

/** What no bound of a test is below: then the first time will do. */
const SHORT = 10

/** Milliseconds. */
export function leastTime(work: () => unknown): number {
  let least = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < MOST && least > SHORT; turn++) {
    const before = process.threadCpuUsage()
    work()
    const { user, system } = process.threadCpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}
