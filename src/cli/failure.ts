// Trouble that the command line knows: wrong use and output that cannot be written, told in a single line, status 2.

import { visible } from '../report/visible.ts'

/** Wrong arguments, or a file that cannot be used. The message says where and why, and is all that is printed. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The run ends here, with this status, and what is to be said about it has been said. */
export class Ended extends Error {
  override readonly name = 'Ended'
  readonly status: number

  constructor(status: number) {
    super(`ended with status ${status}`)
    this.status = status
  }
}

/** What went wrong with a file, in words: the code of the system's error where there is one. */
export function fileTrouble(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  const words: { [code: string]: string } = {
    ENOENT: 'there is no such file',
    EACCES: 'permission denied',
    EISDIR: 'it is a directory',
    ENOTDIR: 'a part of the path is not a directory',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the quota is used up',
    EFBIG: 'the file would be too large',
  }
  return words[code ?? ''] ?? (error instanceof Error ? error.message : String(error))
}

/** Several lines, each safe to show. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}

/** A fault of ours that did not end the run: told on standard error. */
export function tellFault(where: string, fault: unknown): void {
  const detail = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
  process.stderr.write(`mailworthy: a fault of ours in ${visible(where)}; please report it:\n${visibleLines(detail)}\n`)
}
