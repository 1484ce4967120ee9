import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeLogo } from '../../../src/protocol/svg/tiny-ps.ts'

const root = 'xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" viewBox="0 0 64 64"'
const shapes = '<rect width="64" height="64" fill="#123"/><circle cx="32" cy="32" r="20" fill="#fed"/>'
const logo = ({ attributes = root, title = '<title>Example</title>', inside = shapes } = {}): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<svg ${attributes}>${title}${inside}</svg>\n`
const judge = (text: string | Uint8Array) => judgeLogo(typeof text === 'string' ? Buffer.from(text) : text)

describe('a logo in SVG Tiny PS', () => {
  it.each([
    ['as it should be', logo()],
    ['with a byte order mark', `\ufeff${logo()}`],
    [
      'with a comment, a description and a group',
      logo({ inside: `<!-- x --><desc>A logo</desc><g id="a">${shapes}</g>` }),
    ],
    [
      'with a gradient that is used',
      logo({
        inside: `<defs><linearGradient id="g"><stop offset="0" stop-color="red"/></linearGradient></defs>
          <path d="M0 0h1v1z" fill="url(#g)"/><use href="#g"/>`,
      }),
    ],
    [
      'with xlink, under any prefix',
      logo({ attributes: `${root} xmlns:l="http://www.w3.org/1999/xlink"`, inside: '<use l:href="#a"/>' }),
    ],
    [
      'with its prefix',
      logo()
        .replaceAll(/<(\/?)(?=[a-z])/g, '<$1s:')
        .replace('xmlns=', 'xmlns:s='),
    ],
    ['with CDATA and references in its title', logo({ title: '<title><![CDATA[A & B]]> &amp; &#x43;</title>' })],
    ['with allowed fixed values', logo({ attributes: `${root} zoomAndPan="disable" focusable="false"` })],
  ])('%s has no fault', (_, text) => {
    expect(judge(text)).toMatchObject({ faults: [], advice: [] })
  })

  it('tells its title', () => {
    expect(judge(logo({ title: '<title> A &amp; B </title>' })).title).toBe('A & B')
  })

  it.each([
    ['version is missing, and must be "1.2"', logo({ attributes: root.replace('version="1.2" ', '') })],
    ['version is "1.1", and must be "1.2"', logo({ attributes: root.replace('1.2', '1.1') })],
    ['baseProfile is "tiny", and must be "tiny-ps"', logo({ attributes: root.replace('tiny-ps', 'tiny') })],
    ['baseProfile is missing', logo({ attributes: root.replace('baseProfile', 'baseprofile') })],
    ['its root is no svg element', logo({ attributes: root.replace('2000/svg', '1999/svg') })],
    ['its root is no svg element', '<html/>'],
    ['its root has x', logo({ attributes: `${root} x="0px"` })],
    ['its root has y', logo({ attributes: `${root} y="0px"` })],
    ['viewBox is missing', logo({ attributes: root.replace(/ viewBox="[^"]*"/, '') })],
    ['viewBox is "0 0 64"', logo({ attributes: root.replace('0 0 64 64', '0 0 64') })],
    ['viewBox is "0 0 0 0", which is no area', logo({ attributes: root.replace('0 0 64 64', '0 0 0 0') })],
    ['it has no title', logo({ title: '' })],
    ['its title is empty', logo({ title: '<title> </title>' })],
    ['it has several titles', logo({ title: '<title>a</title><title>b</title>' })],
    ['a desc in it is empty', logo({ inside: '<desc/>' })],
    ['zoomAndPan must be "disable"', logo({ attributes: `${root} zoomAndPan="magnify"` })],
    ['<script> stands in it: no script', logo({ inside: '<script>alert(1)</script>' })],
    ['<SCRIPT> stands in it: no script', logo({ inside: '<SCRIPT/>' })],
    ['<animate> stands in it: nothing may move', logo({ inside: '<rect><animate attributeName="x"/></rect>' })],
    ['<set> stands in it: nothing may move', logo({ inside: '<rect><set attributeName="x"/></rect>' })],
    ['<image> stands in it: it may hold no other image', logo({ inside: '<image/>' })],
    ['<foreignObject> stands in it', logo({ inside: '<foreignObject/>' })],
    ['<style> stands in it', logo({ inside: '<style>a{}</style>' })],
    ['<a> stands in it: it may link to nothing', logo({ inside: '<a/>' })],
    ['<svg> stands in it', logo({ inside: '<svg/>' })],
    ['<filter> stands in it', logo({ inside: '<filter/>' })],
    ['<x:script> stands in it', logo({ inside: '<x:script xmlns:x="http://www.w3.org/1999/xhtml"/>' })],
    ['<q:rect> stands in it', logo({ inside: '<q:rect/>' })],
    [
      'href on <use> leads out of it: "https://evil.example/#a"',
      logo({ inside: '<use href="https://evil.example/#a"/>' }),
    ],
    [
      'xlink:href on <use> leads out of it',
      logo({
        attributes: `${root} xmlns:xlink="http://www.w3.org/1999/xlink"`,
        inside: '<use xlink:href="data:image/svg+xml,x"/>',
      }),
    ],
    ['href on <use> leads out of it', logo({ inside: '<use href=" javascript:alert(1)"/>' })],
    ['href on <use> leads out of it', logo({ inside: '<use href="java&#115;cript:alert(1)"/>' })],
    ['fill on <rect> leads out of it', logo({ inside: '<rect fill="url(https://evil.example/#g)"/>' })],
    ['fill on <rect> leads out of it', logo({ inside: `<rect fill="URL('//evil.example')"/>` })],
    ['onload on <rect> would run a script', logo({ inside: '<rect onload="x"/>' })],
    ['onload on <svg> would run a script', logo({ attributes: `${root} onload="x"` })],
    ['style on <rect>', logo({ inside: '<rect style="fill:red"/>' })],
    ['opacity stands on <rect>', logo({ inside: '<rect opacity="0.5"/>' })],
    ['i:label stands on <g>', logo({ inside: '<g xmlns:i="http://www.inkscape.org/" i:label="x"/>' })],
    ['it has a document type', `<!DOCTYPE svg>${logo().slice(39)}`],
    ['it has a document type', logo().replace('<svg', '<!DOCTYPE svg [<!ENTITY a "b">]><svg')],
    ['it uses an entity of its own', logo({ title: '<title>&lol9;</title>' })],
    ['it has a processing instruction', logo().replace('<svg', '<?xml-stylesheet href="x"?><svg')],
    ['it says that it is not in UTF-8', logo().replace('UTF-8', 'UTF-16')],
    ['the end of svg does not belong', '<svg><g></svg></g>'],
    ['the element svg does not end', '<svg>'],
    ['it has more than one root element', `${logo()}<svg/>`],
    ['text stands outside its root element', `${logo()}x`],
    ['has the attribute fill twice', logo({ inside: '<rect fill="a" fill="b"/>' })],
    ['deep in each other', `${'<g>'.repeat(500)}${'</g>'.repeat(500)}`],
    ['it has no element', ''],
    ['it has control characters in it', logo({ title: '<title>\x00</title>' })],
  ])('%s', (fault, text) => {
    const { faults } = judge(text)
    expect(
      faults.some(one => one.includes(fault)),
      faults.join('\n'),
    ).toBe(true)
  })

  it('is no text in UTF-8', () => {
    expect(judge(Buffer.from(logo(), 'utf16le')).faults).not.toEqual([])
    expect(judge(Buffer.from([0xff, 0xfe, 0x3c])).faults).toEqual(['it is no text in UTF-8'])
  })

  it.each([
    ['it is not square: viewBox is 64 by 32', logo({ attributes: root.replace('0 0 64 64', '0 0 64 32') })],
    ['width is "100%", and should be in pixels', logo({ attributes: `${root} width="100%"` })],
    ['height is "16": Gmail wants 96 pixels', logo({ attributes: `${root} height="16"` })],
    ['its title is longer than 64', logo({ title: `<title>${'x'.repeat(65)}</title>` })],
    ['its title is not its first element', logo({ title: '<desc>x</desc><title>x</title>' })],
    ['and should have 32768 at most', logo({ inside: `<!--${' '.repeat(32 * 1024)}-->` })],
    [
      'its metadata holds more than text',
      logo({ inside: '<metadata><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></metadata>' }),
    ],
    ['xml:base', logo({ attributes: `${root} xml:base="https://evil.example/"` })],
  ])('should not be: %s', (what, text) => {
    const { faults, advice } = judge(text)
    expect(faults).toEqual([])
    expect(
      advice.some(one => one.includes(what)),
      advice.join('\n'),
    ).toBe(true)
  })

  it('finds a script even in metadata', () => {
    expect(judge(logo({ inside: '<metadata><script/></metadata>' })).faults[0]).toContain('<script>')
  })

  it('names the line, and each fault once', () => {
    const { faults } = judge(logo({ inside: '\n<image/>\n<image/>' }))
    expect(faults).toEqual(['<image> stands in it: it may hold no other image (line 3)'])
  })
})

describe('any octets', () => {
  const piece = fc.constantFrom(
    ...[
      '<',
      '>',
      '/>',
      '</',
      '<svg',
      '<svg>',
      '</svg>',
      '<g ',
      '="',
      '"',
      "'",
      '&',
      '&amp;',
      '&#',
      ';',
      '<!--',
      '-->',
      '<![CDATA[',
    ],
    ...[']]>', '<?', '?>', '<!DOCTYPE', ' ', '\n', root, 'url(', 'xmlns:a="b"', 'a:b', 'href', '\u{1f600}', '\ud800'],
  )

  it('are judged without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), octets => {
        judgeLogo(octets)
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), parts => {
        const { faults } = judge(parts.join(''))
        for (const fault of faults) expect(fault).toMatch(/^[\x20-\x7e…]*$/)
      }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), parts => {
        judge(logo({ inside: parts.join('') }))
      }),
    )
  })

  it.each([
    ['tags', '<g>'.repeat(200_000)],
    ['empty tags', `<svg>${'<g/>'.repeat(200_000)}</svg>`],
    ['an open attribute', `<svg ${'a="'.repeat(200_000)}`],
    ['spaces', `<svg${' '.repeat(800_000)}`],
    ['ampersands', `<svg>${'&'.repeat(800_000)}</svg>`],
    ['url(', logo({ inside: `<rect fill="${'url('.repeat(100_000)}"/>` })],
    ['attributes', `<svg ${Array.from({ length: 50_000 }, (_, i) => `a${i}=""`).join(' ')}/>`],
    ['comments', '<!---->'.repeat(100_000)],
    ['faults', logo({ inside: '<image/>'.repeat(19_000) })],
    [
      'namespaces',
      `${Array.from({ length: 90 }, (_, i) => `<g ${Array.from({ length: 190 }, (_, j) => `xmlns:a${i}_${j}=""`).join(' ')}>`).join('')}${'<b xmlns:b=""/>'.repeat(19_000)}`,
    ],
    ['different faults', logo({ inside: Array.from({ length: 19_000 }, (_, i) => `<x${i}/>`).join('\n') })],
  ])('take bounded time: %s', (_, text) => {
    const started = performance.now()
    judge(text)
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
