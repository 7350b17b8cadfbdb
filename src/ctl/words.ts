import { distance } from 'fastest-levenshtein'
import { groups, manual } from './manual.ts'

/** The words of a command line that choose the command: one, or two where the first is a group. */
export function commandWords(argv: readonly string[]): string[] {
  const words = argv.filter((word, index) => !word.startsWith('-') && argv[index - 1] !== '--config')
  return words.slice(0, words[0] !== undefined && words[0] in groups ? 2 : 1)
}

export function askedForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return (end < 0 ? argv : argv.slice(0, end)).some((word) => word === '--help' || word === '-h')
}

/** What is wrong with the command of a command line, with the nearest one there is; null when it is one or has none. */
export function unknownCommand(argv: readonly string[]): string | null {
  const [first, second] = commandWords(argv)
  if (first === undefined) return null
  const known = [...new Set(manual.map(({ name }) => name.split(' ')[0] as string))]
  if (!known.includes(first)) return `there is no command ${first}${suggestion(first, known)}`
  if (!(first in groups)) return null
  const members = manual.flatMap(({ name }) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []))
  if (second === undefined) return askedForHelp(argv) ? null : `${first} is followed by ${members.join(' or ')}`
  return members.includes(second) ? null : `there is no command ${first} ${second}${suggestion(second, members)}`
}

/** `; did you mean X?` for the nearest of the words known, or nothing when none is near. */
export function suggestion(word: string, known: readonly string[]): string {
  const nearest = known.toSorted((a, b) => distance(word, a) - distance(word, b))[0]
  return nearest !== undefined && distance(word, nearest) <= Math.max(2, word.length / 3)
    ? `; did you mean ${nearest}?`
    : ''
}
