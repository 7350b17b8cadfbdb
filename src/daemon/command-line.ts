import yargs from 'yargs'
import { codeVersion } from '../config/version.ts'
import { SlipError } from '../errors/slip-error.ts'
import { runDaemon } from './daemon.ts'
import type { StageDefinition } from './stage.ts'

/** The command line of a daemon. Returns the exit code. */
export async function runStage(definition: StageDefinition, argv: readonly string[]): Promise<number> {
  const parser = yargs([...argv])
    .scriptName(`slip-${definition.name}`)
    .usage(`$0 [options]\n\n${definition.summary}`)
    .option('config', {
      describe: 'configuration file (default: SLIP_CONFIG, else /etc/slip/slip.yaml)',
      type: 'string',
      requiresArg: true,
    })
    .option('once', { describe: 'run until there is nothing to do, then exit 0', type: 'boolean', default: false })
    .options(definition.options)
    .version(codeVersion)
    .epilogue(
      'Exit codes: 0 done, 1 unexpected, 2 configuration, 4 some of the items named were rejected (slip-rights --force), 6 it or a target is paused, or stopped by the storm brake (--once only), 7 a server is away (--once only), 8 schema too old or too new.',
    )
    .strict()
    .check((args) => {
      const twice = Object.keys(args).find(
        (name) => name !== '_' && Array.isArray(args[name]) && definition.options[name]?.array !== true,
      )
      if (twice !== undefined) throw new SlipError('USAGE', `--${twice} is given twice`)
      return true
    })
    .wrap(Math.min(110, yargs().terminalWidth()))
    .locale('en')
    .exitProcess(false)
  let failure: string | undefined
  parser.fail((message, error) => {
    failure = message ?? error?.message ?? 'wrong command line'
  })
  const args = await parser.parseAsync()
  if (failure !== undefined) {
    process.stderr.write(`slip-${definition.name}: USAGE: ${failure}; see --help\n`)
    return 2
  }
  if (args.help === true || args.version === true) return 0
  return runDaemon(definition, args as never)
}
