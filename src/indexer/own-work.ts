import type { Config } from '../config/load.ts'
import type { StageDefinition } from '../daemon/stage.ts'
import { suggestion } from '../errors/nearest.ts'
import { SlipError } from '../errors/slip-error.ts'
import { lanes } from '../state/queue/lanes.ts'

/** The part of the work that a process is for, where hosts or instances share it out. */
export interface OwnWork {
  readonly hasTarget: (target: string) => boolean
  /** Shard 0, where new items wait, is everybody's. */
  readonly hasShard: (shard: number) => boolean
  readonly hasLane: (lane: number) => boolean
}

export const allWork: OwnWork = { hasTarget: () => true, hasShard: () => true, hasLane: () => true }

const many = { array: true, requiresArg: true } as const

export const ownWorkOptions: StageDefinition['options'] = {
  target: { describe: 'works for this target only; may be given several times', type: 'string', ...many },
  shard: {
    describe: 'claims what is in this shard only, and draws new items to no other; may be given several times',
    type: 'number',
    ...many,
  },
  lane: {
    describe: `claims from this lane only: ${Object.keys(lanes).join(', ')}; may be given several times`,
    type: 'string',
    ...many,
  },
}

interface Arguments {
  readonly target?: readonly string[]
  readonly shard?: readonly number[]
  readonly lane?: readonly string[]
}

/** What `--target`, `--shard` and `--lane` leave to this process. Throws USAGE for a name that is none. */
export function ownWork({ targets }: Config, args: Arguments): OwnWork {
  const names = args.target ?? Object.keys(targets)
  for (const name of names) assertKnown('target', name, Object.keys(targets))
  for (const name of args.lane ?? []) assertKnown('lane', name, Object.keys(lanes))
  if (args.shard !== undefined) assertShards(args.shard, names, targets)
  const numbers = args.lane?.map((name) => lanes[name as keyof typeof lanes] as number)
  return {
    hasTarget: (target) => names.includes(target),
    hasShard: (shard) => shard === 0 || (args.shard?.includes(shard) ?? true),
    hasLane: (lane) => numbers?.includes(lane) ?? true,
  }
}

function assertShards(shards: readonly number[], names: readonly string[], targets: Config['targets']): void {
  const [name, second] = new Set(names)
  if (name === undefined || second !== undefined)
    throw new SlipError('USAGE', `--shard needs one --target to say whose shard is meant: ${names.join(', ')}`)
  const count = targets[name]?.shards ?? 0
  const wrong = shards.find((shard) => !(Number.isInteger(shard) && shard >= 1 && shard <= count))
  if (wrong !== undefined)
    throw new SlipError('USAGE', `--shard is a whole number from 1 to ${count}: ${name} has no shard ${wrong}`)
}

function assertKnown(option: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return
  throw new SlipError('USAGE', `there is no ${option} ${name}${suggestion(name, known)}; known: ${known.join(', ')}`)
}
