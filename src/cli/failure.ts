// The one kind of trouble that the command line tells in a single line and ends with status 2: wrong use.

import { visible } from '../report/visible.ts'

/** Wrong arguments or an input file that cannot be used. The message says where and why, and is all that is printed. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
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
  }
  return words[code ?? ''] ?? (error instanceof Error ? error.message : String(error))
}

/** Several lines, each safe to show. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}
