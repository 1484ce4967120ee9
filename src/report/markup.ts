// HTML that escapes by default: what is put into a template is text unless another template made it.
import { visible } from './visible.ts'

/** HTML that is known to be well made. Only `html` and `trusted` make it, so no text from the network can pose as it. */
export class Markup {
  readonly #html: string

  private constructor(html: string) {
    this.#html = html
  }

  /** For text that stands in this program's own source; never for anything that came from outside. */
  static trusted(html: string): Markup {
    return new Markup(html)
  }

  toString(): string {
    return this.#html
  }
}

/** What may stand in a template. Nothing is shown for `undefined`, `null` and `false`. */
export type Content = Markup | string | number | undefined | null | false | readonly Content[]

/**
 * A piece of HTML. Interpolated text is escaped for element content and for quoted attributes (write the quotes), and its
 * invisible characters become visible escapes; nested markup and lists of it are taken as they are.
 */
export function html(literals: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return Markup.trusted(
    literals.map((literal, i) => literal + (i < contents.length ? render(contents[i]) : '')).join(''),
  )
}

function render(content: Content): string {
  if (content === undefined || content === null || content === false) return ''
  if (content instanceof Markup) return content.toString()
  if (typeof content === 'object') return content.map(render).join('')
  return escapeHtml(visible(String(content)))
}

const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => ENTITIES[character]!)
}
