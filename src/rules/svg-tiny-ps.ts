// SVG Tiny Portable/Secure, the profile of logos for BIMI, as dated data: the elements and attributes that it knows, after
// draft-svg-tiny-ps-abrotman and the schema of the BIMI Group (SVG_PS-latest.rnc).

/** The month in which the tables below were last compared with them. */
export const svgTinyPsAsOf = '2026-11'

const list = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Attributes that every element may have. */
export const commonAttributes: ReadonlySet<string> = new Set(
  list(`about class color color-rendering content datatype direction display display-align fill fill-opacity fill-rule font-family
    font-size font-style font-variant font-weight id image-rendering line-increment pointer-events property rel requiredFonts
    resource rev role shape-rendering solid-color solid-opacity stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset
    stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width systemLanguage text-align text-anchor
    text-rendering transform typeof unicode-bidi vector-effect viewport-fill viewport-fill-opacity visibility buffered-rendering
    xml:base xml:id xml:lang xml:space`),
)

/** The elements, each with the attributes that it has beside the common ones. */
export const elements: { readonly [name: string]: ReadonlySet<string> } = Object.fromEntries(
  Object.entries({
    svg: `baseProfile contentScriptType externalResourcesRequired focusable height playbackOrder preserveAspectRatio snapshotTime
      timelineBegin version viewBox width zoomAndPan`,
    title: '',
    desc: '',
    metadata: '',
    defs: '',
    g: '',
    use: 'href xlink:href x y',
    path: 'd pathLength',
    rect: 'x y width height rx ry',
    circle: 'cx cy r',
    ellipse: 'cx cy rx ry',
    line: 'x1 y1 x2 y2',
    polyline: 'points',
    polygon: 'points',
    linearGradient: 'x1 y1 x2 y2 gradientUnits',
    radialGradient: 'cx cy r gradientUnits',
    stop: 'offset',
    solidColor: '',
    text: 'editable rotate x y',
    textArea: 'editable x y width height',
  }).map(([name, own]) => [name, new Set(own === '' ? [] : list(own))]),
)

/** Elements for embedded fonts: the draft lets them in (§2.4), the schema has no place for them. */
export const fontElements: ReadonlySet<string> = new Set(list('font font-face font-face-src glyph hkern missing-glyph'))

/** Attributes of the root that may have one value only. */
export const fixedAttributes: { readonly [name: string]: string } = {
  zoomAndPan: 'disable',
  externalResourcesRequired: 'false',
  focusable: 'false',
  snapshotTime: 'none',
  playbackOrder: 'all',
  timelineBegin: 'onLoad',
}

const because = (names: string, why: string): readonly (readonly [string, string])[] =>
  list(names).map(name => [name.toLowerCase(), why] as const)

/** Why elements are left out that drawing programs like to write; by lower-case name. */
export const excludedElements: ReadonlyMap<string, string> = new Map([
  ...because('script handler listener', 'no script may stand in it'),
  ...because('animate animateColor animateMotion animateTransform set discard mpath', 'nothing may move in it'),
  ...because('animation audio video', 'it may play nothing'),
  ...because('image', 'it may hold no other image'),
  ...because('foreignObject iframe', 'it may hold nothing but SVG'),
  ...because('a', 'it may link to nothing'),
  ...because('style', 'attributes say how things look, not a style sheet'),
  ...because('switch', 'it looks the same everywhere'),
  ...because('clipPath mask filter pattern symbol marker tspan textPath', 'SVG Tiny PS does not have it'),
])

/** Octets above which a logo is larger than it should be, not compressed (§2.4). */
export const LARGEST_LOGO = 32 * 1024

/** Characters above which a title is longer than it should be (§2.1). */
export const LONGEST_TITLE = 64

/** Pixels below which Gmail shows no logo. */
export const SMALLEST_LOGO = 96
