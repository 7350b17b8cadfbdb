import type { FieldKind } from './analysis.ts'

/** Most UTF-8 bytes of a value that is matched as it is: for a longer term Lucene refuses the whole document. */
export const longestExactValue = 32_765

const exactKinds: readonly FieldKind[] = ['string', 'sortKey']

/** Whether the values of a kind are terms as they are, so that a document may bring none longer than `longestExactValue`. */
export const isMatchedExactly = (kind: FieldKind): boolean => exactKinds.includes(kind)

const room = new Uint8Array(longestExactValue)
const encoder = new TextEncoder()

/**
 * The value, or as much of its beginning as an exact value may have, cut between two characters. Who calls it counts
 * what was cut (the answer is shorter) and tells; a field of text that holds the same value keeps it whole.
 */
export function cutExactValue(value: string): string {
  // a UTF-16 unit has at most three bytes
  if (value.length * 3 <= longestExactValue) return value
  return value.slice(0, encoder.encodeInto(value, room).read)
}
