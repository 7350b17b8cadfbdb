import type { Options, PositionalOptions } from 'yargs'

/** What every command is called with, beside its own arguments. */
export interface Session {
  /** `--config`, as typed. */
  readonly config?: string | undefined
  /** `--json`: one JSON value a line instead of text for people. */
  readonly json: boolean
}

/**
 * The manual entry of a command: the help, the docs and the command line are made from it. What the command does is
 * loaded when it is called, so that `--help` and `version` load no database driver.
 */
export interface Command {
  /** As typed: `status`, `errors list`. */
  readonly name: string
  /** Positional arguments as yargs writes them: `<scope>`, `[ids..]`. */
  readonly takes?: string
  /** One line, for the list of commands. */
  readonly summary: string
  /** What a person has to know before using it; paragraphs. */
  readonly detail?: string
  readonly positionals?: Readonly<Record<string, PositionalOptions>>
  readonly options?: Readonly<Record<string, Options>>
  /** Arguments after `slipctl`, and what they do. */
  readonly examples: readonly (readonly [line: string, what: string])[]
  /** Exit codes of its own, as a sentence without full stop. */
  readonly exits: string
  readonly load: () => Promise<{ run(args: never): Promise<number> }>
}
