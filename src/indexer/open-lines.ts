import type { Config } from '../config/load.ts'
import type { OpenedEngine } from '../daemon/engines.ts'
import type { Target } from '../state/control/target.ts'
import { Line } from './line.ts'
import type { LineContext } from './line-context.ts'

/** Opens the lines of all targets, or none. */
export async function openLines(
  context: LineContext,
  targets: readonly Target[],
  open: (config: Config, target: string) => Promise<OpenedEngine>,
): Promise<Line[]> {
  const lines: Line[] = []
  try {
    const share = context.config.indexer.inFlightBytes / targets.length
    for (const target of targets) lines.push(new Line(context, target, await open(context.config, target.name), share))
    return lines
  } catch (error) {
    for (const line of lines) await line.close()
    throw error
  }
}
