/** What has to be quoted in the text of an array: its own signs, a text that is empty, and one that would be read as null. */
const signs = /["\\{},\s]|^(?:null)?$/i

/**
 * The text of an array parameter, as PostgreSQL reads it. pg quotes every element, and looks through each twice for it: of a
 * block of rows that is more than sending it takes.
 */
export function arrayText(values: readonly unknown[]): string {
  let text = '{'
  for (let at = 0; at < values.length; at++) {
    if (at > 0) text += ','
    text += elementText(values[at])
  }
  return `${text}}`
}

function elementText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (Array.isArray(value)) return arrayText(value)
  const text = String(value)
  return signs.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text
}
