import type { Config } from '../config/load.ts'
import type { EventBus } from '../events/bus.ts'
import type { State } from '../state/open-state.ts'
import type { Chore } from './chores/chore.ts'
import type { Pauses } from './pause-gate.ts'

/** What a stage is given to work with. */
export interface StageContext {
  readonly config: Config
  readonly state: State
  readonly bus: EventBus
  /** Token of this process in slip_worker. */
  readonly worker: string
  /** Aborted when the process is to stop. */
  readonly stop: AbortSignal
  /** Until there is nothing to do, then end: what the stage does at intervals it does whole. */
  readonly once: boolean
  /** Arguments of the command line that are the stage's own. */
  readonly args: Readonly<Record<string, unknown>>
}

/** One stage, driven by the loop. */
export interface Stage {
  readonly chores: readonly Chore[]
  /**
   * One batch of work; true = there may be more, false = nothing to do now, `paused` = nothing but what is paused. Throws a SlipError of class environment
   * when a server or mount is away: the loop waits and calls again. A step that may last ends between two blocks of its work
   * once `end` is aborted: the process is to stop, is paused, or may not go on.
   */
  step(pauses: Pauses, end: AbortSignal): Promise<boolean | 'paused'>
  close(): Promise<void>
}

export interface StageDefinition {
  readonly name: 'rights' | 'enqueue' | 'index'
  readonly summary: string
  /** Options of its own, as yargs takes them. */
  readonly options: Readonly<
    Record<string, { describe: string; type: 'string' | 'number' | 'boolean'; array?: boolean; requiresArg?: boolean }>
  >
  /** Looks at what the options say before anything is opened. Throws USAGE. */
  readonly check?: (config: Config, args: StageContext['args']) => void
  /** Whether what the options ask for is done once, as with `--once`. */
  readonly isOnce?: (args: StageContext['args']) => boolean
  open(context: StageContext): Promise<Stage>
}
