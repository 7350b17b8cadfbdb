/** An XML element, a line or several; attributes that are undefined are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | boolean | undefined>>,
  children: string | readonly string[] = [],
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
    .join('')
  if (typeof children === 'string') return `<${name}${written}>${escaped(children)}</${name}>`
  if (children.length === 0) return `<${name}${written}/>`
  return `<${name}${written}>\n${children.map(indented).join('\n')}\n</${name}>`
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character]!)
const indented = (text: string): string => text.replace(/^/gm, '  ')
