import { XMLBuilder } from 'fast-xml-parser'

/** An element as the builder takes it: its name with its children, and its attributes under `:@`. */
export type XmlElement = Readonly<Record<string, unknown>>

const builder = new XMLBuilder({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  // a value that is true is written as others are
  suppressBooleanAttributes: false,
  suppressEmptyNode: true,
  format: true,
  indentBy: '  ',
})

/** Attributes that are undefined are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | boolean | undefined>>,
  children: string | readonly XmlElement[] = [],
): XmlElement {
  const written = Object.entries(attributes).filter(([, value]) => value !== undefined)
  return {
    [name]: typeof children === 'string' ? [{ '#text': children }] : children,
    ':@': Object.fromEntries(written.map(([key, value]) => [key, String(value)])),
  }
}

/** A file of one element. */
export const xmlFile = (root: XmlElement): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build([root]).trim()}\n`
