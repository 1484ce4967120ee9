import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Content, html, Markup } from '../../src/report/markup.ts'

describe('html', () => {
  it('escapes text in elements and attributes', () => {
    const text = `</script><img src=x onerror="a('&')">`
    expect(html`<p title="${text}">${text}</p>`.toString()).toBe(
      '<p title="&lt;/script&gt;&lt;img src=x onerror=&quot;a(&#39;&amp;&#39;)&quot;&gt;">&lt;/script&gt;&lt;img src=x onerror=&quot;a(&#39;&amp;&#39;)&quot;&gt;</p>',
    )
  })

  it('shows characters that cannot be seen', () => {
    expect(html`<p>${'\x1b\u202e\u200b\x00'}</p>`.toString()).toBe('<p>\\x1b\\u202e\\u200b\\x00</p>')
  })

  it('takes markup and lists of it as they are, and nothing for nothing', () => {
    const items: Content = [html`<li>${'<'}</li>`, 2, [' ', 'x']]
    expect(html`<ul>${items}${undefined}${null}${false}${0}</ul>`.toString()).toBe('<ul><li>&lt;</li>2 x0</ul>')
  })

  it('is not fooled by an object that poses as markup', () => {
    const posing = { toString: () => '<b>', html: '<b>' } as never
    expect(() => html`${posing}`.toString()).toThrow()
    const child = JSON.parse('{"#html":"<b>"}')
    expect(() => html`${child}`.toString()).toThrow()
    expect(Markup.trusted('<b>').toString()).toBe('<b>')
  })

  it('lets no tag through, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const inside = html`${text}`.toString()
        expect(inside).not.toMatch(/[<>"']/)
        expect(inside).not.toMatch(/&(?!(amp|lt|gt|quot|#39);)/)
      }),
    )
  })
})
