import { type Config, loadConfig } from '../config/load.ts'
import { codeVersion } from '../config/version.ts'
import { checkSchema } from '../state/migrate-status.ts'
import { openState, type State } from '../state/open-state.ts'
import type { Session } from './command.ts'

export interface Opened {
  readonly config: Config
  readonly state: State
  readonly db: State['db']
}

/**
 * Runs `work` with configuration and state database, and closes what was opened however it ends, Ctrl-C included: an
 * embedded server that this command started stops with it. Throws what loadConfig, openState and checkSchema throw.
 *
 * `gentle`: aborted by the first Ctrl-C, for work that ends itself then; a second one ends it.
 */
export async function withState<T>(
  session: Session,
  work: (opened: Opened) => Promise<T>,
  gentle?: AbortController,
): Promise<T> {
  const checked = async (opened: Opened) => {
    await checkSchema(opened.db, codeVersion)
    return work(opened)
  }
  return withAnySchema(session, checked, gentle)
}

/** As withState, for the commands that look at the schema itself. */
export async function withAnySchema<T>(
  session: Session,
  work: (opened: Opened) => Promise<T>,
  gentle?: AbortController,
): Promise<T> {
  const config = loadConfig(session.config)
  const state = await openState(config, { applicationName: 'slipctl', poolSize: 2 })
  const stop = (signal: NodeJS.Signals) => {
    if (gentle !== undefined && !gentle.signal.aborted) {
      gentle.abort()
      return
    }
    state.close().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143))
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  try {
    return await work({ config, state, db: state.db })
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
    await state.close()
  }
}
