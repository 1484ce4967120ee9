// What every part of a report in plain text is written with: colors, signs, the width to wrap at.
import { styleText } from 'node:util'
import type { Level } from './report.ts'
import { visible } from './visible.ts'
import { signs } from './wording.ts'
import { wrap } from './wrap.ts'

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'magenta' | 'green' | 'cyan'
export type Paint = (style: Style | readonly Style[], text: string) => string

/** The color of each level. */
export const levelStyles: Readonly<Record<Level, Style>> = {
  pass: 'green',
  info: 'dim',
  warn: 'yellow',
  unknown: 'magenta',
  fail: 'red',
}

/** Paints by terminal escapes, or not at all. */
export function painter(color: boolean): Paint {
  return color ? (style, text) => styleText(style as Style, text, { validateStream: false }) : (_style, text) => text
}

/** The sign of a level in its color. */
export function sign(level: Level, paint: Paint): string {
  return paint(level === 'fail' ? ['bold', 'red'] : levelStyles[level], signs[level])
}

const NARROWEST = 40

/** How a report is written as plain text. */
export interface SheetOptions {
  /** Whether to paint by terminal escapes; nothing else ever writes one. */
  readonly color?: boolean
  /** Columns to wrap at; 100 unless said otherwise. Records are never wrapped: they are there to be copied. */
  readonly width?: number
  /** Also say why each check passed, its sources, and what was asked. */
  readonly explain?: boolean
}

/** How much is said, how wide, and whether in color. */
export class Sheet {
  readonly paint: Paint
  readonly width: number
  readonly explain: boolean

  constructor({ color = false, width = 100, explain = false }: SheetOptions) {
    this.paint = painter(color)
    this.width = Math.max(NARROWEST, width)
    this.explain = explain
  }

  /** The sign of a level, as a line begins with it. */
  lead(level: Level): string {
    return `  ${sign(level, this.paint)} `
  }

  /** Escaped, wrapped and indented; `lead` stands before the first line and may be painted already. */
  wrapped(text: string, indent: number, style?: Style, lead?: string): readonly string[] {
    const margin = ' '.repeat(indent)
    return wrap(visible(text), this.width - indent).map((line, i) => {
      const painted = style === undefined ? line : this.paint(style, line)
      return `${i === 0 && lead !== undefined ? lead : margin}${painted}`
    })
  }
}
