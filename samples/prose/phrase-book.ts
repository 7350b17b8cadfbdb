import type { Random } from '../random.ts'

/** Parts of sentences that fit together whichever are drawn: all subjects agree with all predicates. */
export interface PhraseBook {
  /** Where or when; a sentence may begin with one. */
  readonly openers: readonly string[]
  readonly subjects: readonly string[]
  /** Verb and the rest of the clause, with `|` between them where an opener puts the verb before the subject. */
  readonly predicates: readonly string[]
  /** A further clause, with the punctuation that joins it. */
  readonly closers: readonly string[]
  /** Whole sentences with their full stops: sayings and remarks. */
  readonly sayings: readonly string[]
  /** Between words and between sentences; empty in Chinese and Japanese. */
  readonly space: '' | ' '
  readonly stop: string
  /** After an opener. */
  readonly pause: string
  readonly verbSecond?: boolean
}

/** A sentence of its language, new for nearly every call. */
export function sentence(book: PhraseBook, random: Random): string {
  if (random.chance(0.12)) return random.pick(book.sayings)
  const opener = random.chance(0.6) ? random.pick(book.openers) : ''
  const subject = random.pick(book.subjects)
  const [verb, rest = ''] = random.pick(book.predicates).split('|')
  const clause = opener !== '' && book.verbSecond === true ? [verb, subject, rest] : [subject, verb, rest]
  const main = clause.filter((part) => part !== '').join(book.space)
  const whole = opener === '' ? main : `${opener}${book.pause}${book.space}${main}`
  return capital(`${whole}${random.chance(0.55) ? random.pick(book.closers) : ''}${book.stop}`)
}

function capital(text: string): string {
  const [first = ''] = text
  return first.toUpperCase() + text.slice(first.length)
}
