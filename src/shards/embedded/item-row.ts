import type { SearchHit } from '../engine.ts'
import { fieldTexts } from './document.ts'

/** What a hit tells of its item, beside `shown` of table `document`. */
export interface ItemRow {
  readonly id: string
  readonly shard: number
  readonly title: unknown
  readonly author: unknown
  readonly publishDate: unknown
}

export const shown = `fields->'title' AS title, fields->'author' AS author, fields->'publishDate' AS "publishDate"`

export function itemOf({ id, shard, title, author, publishDate }: ItemRow): Omit<SearchHit, 'score' | 'pages'> {
  const first = (value: unknown) => fieldTexts(value)[0] ?? null
  return { id, shard, title: first(title), author: first(author), publishDate: first(publishDate) }
}
