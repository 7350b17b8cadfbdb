import { storableText } from '../../errors/storable-text.ts'
/** Who ended something by hand, and why: what the note of an errors row says. */
export interface Person {
  readonly person: string
  readonly reason: string
}

/** As long as the column is, in characters: a slice of the string could cut one in two. */
export const noteOf = ({ person, reason }: Person): string =>
  [...storableText(`${person}: ${reason}`)].slice(0, 1_000).join('')
