// What is cleaned up when a signal ends a run, before the signal does what it does.

/** Watches for signals; what is given back ends the watch. */
export function beforeInterruption(cleanUp: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const end = (): void => {
    for (const signal of signals) process.removeListener(signal, interrupted)
  }
  const interrupted = (signal: NodeJS.Signals): void => {
    cleanUp()
    end()
    // By the signal itself, so that whoever started us sees what it was.
    process.kill(process.pid, signal)
  }
  for (const signal of signals) process.on(signal, interrupted)
  return end
}
