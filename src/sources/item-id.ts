import { SlipError } from '../errors/slip-error.ts'

const rule = 'an item id is namespace.object: 1 to 255 printable ASCII characters without blanks'

/** Why a text is no item id, as the end of a sentence; null when it is one. */
export function itemIdProblem(text: string): string | null {
  if (text === '') return `is empty; ${rule}`
  if (text.length > 255) return `has ${text.length} characters; ${rule}`
  if (!/^[!-~]+$/.test(text)) return `holds a blank, a control character or a letter outside ASCII; ${rule}`
  if (!/^[A-Za-z0-9_-]+\../.test(text)) return `has no namespace of letters and digits before its first dot; ${rule}`
  return null
}

/**
 * An item id in the form it is kept in everywhere: `namespace.object`, namespace in lower case, object id as written
 * (it may hold `:` and `/`; the namespace ends at the first dot). Case of the object id is kept because the name of its
 * folder in the pairtree is made of it.
 *
 * @throws SlipError ITEM_ID_INVALID with the rule that is broken.
 */
export function parseItemId(text: string): { htid: string } {
  const problem = itemIdProblem(text)
  if (problem !== null) {
    throw new SlipError('ITEM_ID_INVALID', `The id ${JSON.stringify(text.slice(0, 300))} ${problem}.`)
  }
  const dot = text.indexOf('.')
  return { htid: text.slice(0, dot).toLowerCase() + text.slice(dot) }
}
