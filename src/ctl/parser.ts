import yargs, { type Argv } from 'yargs'
import { codeVersion } from '../config/version.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { Command } from './command.ts'
import { commonExits, groups, manual } from './manual.ts'

type Run = (command: Command, args: Record<string, unknown>) => Promise<void>

/**
 * The command line of slipctl, made from the manual. `run` is called with the command chosen.
 *
 * @param width columns of the help
 */
export function parserOf(argv: readonly string[], width: number, run: Run): Argv {
  const parser = yargs(spelledOut(argv))
    .scriptName('slipctl')
    .usage(
      `slipctl <command> [options]\n\nWatches and steers SLIP. slipctl <command> --help tells more of one.\n\nCommands:\n${listOfCommands}`,
    )
    .option('config', {
      describe: 'configuration file (default: SLIP_CONFIG, else /etc/slip/slip.yaml)',
      type: 'string',
      requiresArg: true,
      global: true,
    })
    .option('json', { describe: 'print JSON, one value a line', type: 'boolean', default: false, global: true })
    .version(codeVersion)
    .help()
    .alias('help', 'h')
    .locale('en')
    .strict()
    .check((args) => {
      const twice = Object.keys(args).find((name) => Array.isArray(args[name]) && !takesMany(name))
      if (twice !== undefined) throw new SlipError('USAGE', `--${twice} is given twice`)
      return true
    })
    .demandCommand(1, 'name a command')
    .wrap(width)
    .exitProcess(false)
    .epilogue(commonExits)
  for (const command of manual.filter(({ name }) => !name.includes(' '))) add(parser, command.name, command, run)
  for (const [group, summary] of Object.entries(groups)) {
    const members = manual.filter(({ name }) => name.startsWith(`${group} `))
    parser.command(group, false, (below) => {
      below.usage(`slipctl ${group} <command>\n\n${summary}.`).demandCommand(1, `name a command of ${group}`)
      for (const command of members) add(below, command.name.slice(group.length + 1), command, run)
      return below
    })
  }
  return parser
}

/** yargs drops a word `-` unseen. It stands for standard input, for which the commands that take ids have an option. */
const spelledOut = (argv: readonly string[]): string[] =>
  argv.map((word, at) => (word === '-' && !argv[at - 1]?.startsWith('--') ? '--ids-file=-' : word))

/** Names of arguments that are lists; `_` is what yargs calls the words of the command. */
const takesMany = (name: string): boolean =>
  name === '_' || manual.some(({ options, positionals }) => (options?.[name] ?? positionals?.[name])?.array === true)

const listOfCommands = '@commands'

/**
 * What `slipctl WORDS --help` prints. The list of all commands is put in here and hidden from yargs, which knows no
 * command of two words.
 */
export async function helpOf(words: readonly string[], width: number): Promise<string> {
  const help = await parserOf(words, width, async () => {}).getHelp()
  return help.replace(listOfCommands, () => {
    const entries = manual.map(({ name, takes, summary }) => ({ left: takes ? `${name} ${takes}` : name, summary }))
    const column = Math.max(...entries.map(({ left }) => left.length))
    return entries.map(({ left, summary }) => `  ${left.padEnd(column)}  ${summary}`).join('\n')
  })
}

function add(parser: Argv, word: string, command: Command, run: Run): void {
  const summary = command.name.includes(' ') ? command.summary : false
  parser.command(
    [word, command.takes].filter(Boolean).join(' '),
    summary as string,
    (own) => {
      const usage = ['slipctl', command.name, command.takes, '[options]'].filter(Boolean).join(' ')
      own.usage([usage, `${command.summary}.`, command.detail].filter(Boolean).join('\n\n'))
      for (const [name, positional] of Object.entries(command.positionals ?? {})) own.positional(name, positional)
      own.options(command.options ?? {})
      for (const [line, what] of command.examples) own.example(`slipctl ${line}`, what)
      return own.epilogue(`Exit codes: ${command.exits}.\n\n${commonExits}`)
    },
    (args) => run(command, args),
  )
}
