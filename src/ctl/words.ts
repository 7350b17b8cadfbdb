import { suggestion } from '../errors/nearest.ts'
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

/** The words as far as there is help for them. */
export function knownWords(argv: readonly string[]): string[] {
  const words = commandWords(argv)
  if (manual.some(({ name }) => name === words.join(' '))) return words
  return words[0] !== undefined && words[0] in groups ? words.slice(0, 1) : []
}

/** What yargs found wrong with the arguments of a command, in the words of its manual. */
export function clearer(message: string, argv: readonly string[]): string {
  const command = manual.find(({ name }) => name === commandWords(argv).join(' '))
  const choice = /Argument: (\S+), Given: (.*), Choices: (.*)/.exec(message)
  if (choice) return `--${choice[1]} is one of ${choice[3]}, and not ${choice[2]}`.replaceAll('"', '')
  const lacking = /^Not enough arguments following: (.*)$/.exec(message)?.[1]
  if (lacking !== undefined) return `--${lacking} needs a value`
  const unknown = /^Unknown arguments?: (.*)$/.exec(message)?.[1]?.split(', ')[0]
  if (command === undefined) return message
  if (message.startsWith('Not enough non-option arguments')) return `${command.name} needs ${command.takes}`
  if (unknown === undefined) return message
  const short = argv.find((word) => /^-[^-]/.test(word))
  if (short !== undefined)
    return `${command.name} has no option ${short}; a word that starts with - stands inside quotes with others`
  const isOption = argv.some((word) => word === `--${unknown}` || word.startsWith(`--${unknown}=`))
  if (!isOption) return `${command.name} takes ${command.takes ?? 'no argument'}, and not ${unknown}`
  const options = ['config', 'json', 'help', ...Object.keys(command.options ?? {})].map((name) => `--${name}`)
  return `${command.name} has no option --${unknown}${suggestion(`--${unknown}`, options)}`
}
