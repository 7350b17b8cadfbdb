import { parseItemId } from '../sources/item-id.ts'

/** One id as typed, in its kept form. Throws ITEM_ID_INVALID. */
export const oneId = (text: string): string => parseItemId(text).htid
