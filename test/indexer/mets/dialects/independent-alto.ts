import { referenceCleaning } from '../../text/reference-cleaning.ts'

const token = /<(?:\w+:)?(String|HYP|SP)\b((?:\s+[\w:]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*\/?>|<\/(?:\w+:)?TextLine>/g

/** The text of an ALTO file read another way than the product's, cleaned as a page is. Good for well-formed files only. */
export function altoIndependently(alto: string): string {
  const lines: string[][] = [[]]
  /** Words that an SP stands before, by line and place. */
  const apart = new Set<string>()
  let whole: string | undefined
  for (const [, element, attributes = ''] of alto.matchAll(token)) {
    const line = lines.at(-1)!
    const content = attribute(attributes, 'CONTENT') ?? ''
    if (element === undefined) lines.push([])
    else if (element === 'SP') apart.add(`${lines.length - 1} ${line.length}`)
    else if (element === 'HYP') {
      if (whole === undefined && line.length > 0) line.push(`${line.pop()}${content || '-'}`)
    } else if (attribute(attributes, 'SUBS_TYPE') === 'HypPart1') {
      whole = attribute(attributes, 'SUBS_CONTENT') || undefined
      line.push(whole ?? content)
    } else if (attribute(attributes, 'SUBS_TYPE') === 'HypPart2' && whole === attribute(attributes, 'SUBS_CONTENT')) {
      whole = undefined
    } else if (content !== '') line.push(content)
  }
  const text = lines.map((line, at) => `${lineOf(line, (word) => apart.has(`${at} ${word}`))}\n`).join('')
  return referenceCleaning(Buffer.from(text), true).text
}

const script = '(?=[\\u2e80-\\u{3ffff}])[\\p{scx=Hani}\\p{scx=Hira}\\p{scx=Kana}]'
const endsUnspaced = new RegExp(`${script}$`, 'u')
const beginsUnspaced = new RegExp(`^${script}`, 'u')

/** Words with blanks between, but in Chinese and Japanese where nothing says so. */
export function lineOf(words: readonly string[], isApart: (index: number) => boolean): string {
  const parts = words.map((word, index) => {
    const before = words[index - 1]
    if (before === undefined) return word
    return !isApart(index) && endsUnspaced.test(before) && beginsUnspaced.test(word) ? word : ` ${word}`
  })
  return parts.join('')
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function attribute(attributes: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes)
  return (value?.[1] ?? value?.[2])?.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (_, decimal, hex, entity) =>
    entity ? named[entity]! : String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16)),
  )
}
