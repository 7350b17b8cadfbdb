import { asSlipError, SlipError } from '../errors/slip-error.ts'
import type { Session } from './command.ts'
import { fail } from './fail.ts'
import { helpOf, parserOf } from './parser.ts'
import { endQuietlyWithoutReader } from './print.ts'
import { askedForHelp, clearer, commandWords, knownWords, unknownCommand } from './words.ts'

/** slipctl. Returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  endQuietlyWithoutReader()
  const width = Math.min(100, process.stdout.columns ?? 100)
  let session: Session = { json: argv.includes('--json') }
  try {
    const unknown = unknownCommand(argv)
    if (unknown !== null) throw new SlipError('USAGE', unknown)
    if (askedForHelp(argv)) {
      process.stdout.write(`${await helpOf(commandWords(argv), width)}\n`)
      return 0
    }
    let exitCode = 0
    const parser = parserOf(argv, width, async (command, args) => {
      session = { json: args.json === true, config: args.config as string | undefined }
      const { run } = await command.load()
      exitCode = await run(args as never)
    })
    parser.fail((message, error) => {
      // yargs' own errors have a message or are of this name; others come from the command
      if (error && error.name !== 'YError') throw error
      throw new SlipError('USAGE', clearer(message ?? error.message, argv))
    })
    await parser.parseAsync()
    return exitCode
  } catch (error) {
    return fail(asSlipError(error), session, knownWords(argv))
  }
}
