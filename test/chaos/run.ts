import { setTimeout as pause } from 'node:timers/promises'
import { Random } from '../../samples/random.ts'
import type { ServerName, Tell } from '../services/server.ts'
import { faults as everyFault } from './faults/all.ts'
import type { Thing } from './faults/fault.ts'
import { applyChange } from './library/changes.ts'
import { openWorld } from './open-world.ts'
import { lookAround } from './platform.ts'
import { untilAtRest } from './rest.ts'
import { drawSchedule, type Step } from './schedule.ts'
import { judge, knownOf, type Verdict } from './verdict.ts'
import { Watch } from './watch.ts'
import type { World } from './world.ts'

export interface ChaosOptions {
  readonly database: ServerName
  readonly seed: number
  readonly faults: number
}

/** The closing line. */
export interface ChaosResult {
  readonly database: ServerName
  readonly seed: number
  /** How many of each kind took effect. */
  readonly faults: Readonly<Record<string, number>>
  readonly items: number
  readonly revisions: number
  readonly fencedOut: number
  readonly staleRefused: number
  readonly lost: number
  readonly doubled: number
  readonly stale: number
}

export interface ChaosRun {
  readonly result: ChaosResult
  /** True when nothing was lost, doubled or stale and no invariant was broken. */
  readonly sound: boolean
}

/** Runs the daemons through a schedule of changes and faults, lets them come to rest, and judges what they made. */
export async function runChaos({ database, seed, faults }: ChaosOptions, tell: Tell): Promise<ChaosRun> {
  const world = await openWorld(database, await lookAround(tell), tell)
  try {
    const possible = everyFault.filter((fault) => {
      const reason = fault.applies(world)
      if (reason !== null) tell(`left out: ${fault.kind}: ${reason}`)
      return reason === null
    })
    populate(world, faults)
    for (const daemon of world.daemons) daemon.start()
    const watch = new Watch(world)
    const counts = await strikeAll(world, drawSchedule(seed, faults, possible))
    world.tell('all faults are healed; waiting for rest')
    await untilAtRest(world)
    await watch.stop()
    await Promise.all(world.daemons.map((daemon) => daemon.stop('SIGTERM')))
    const verdict = await judge(world)
    await report(world, verdict)
    const count = (kind: string) =>
      new Set(verdict.findings.filter((each) => each.kind === kind).map(({ htid }) => htid)).size
    const { fencedOut, staleRefused, defects } = world.journal
    const { items, revisions } = verdict
    const bad = { lost: count('lost'), doubled: count('doubled'), stale: count('stale') }
    return {
      result: { database, seed, faults: counts, items, revisions, fencedOut, staleRefused, ...bad },
      sound: verdict.findings.length + verdict.broken.length + defects.length === 0,
    }
  } finally {
    await world.close()
  }
}

/** More items for more faults, up to a hundred and fifty to begin with. */
function populate({ library }: World, faults: number): void {
  const records = Array.from({ length: Math.min(20 + faults, 75) }, (_, index) => library.add(1 + (index % 3)))
  const items = [...library.items.values()]
  library.changed({ volumes: items, records, rights: items })
  library.flush()
}

/** Step by step; faults of different things last side by side. Resolves when all are healed. */
async function strikeAll(world: World, steps: readonly Step[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const healing = new Map<Thing | number, Promise<void>>()
  for (const step of steps) {
    change(world, step)
    const { fault, number, lastsMs } = step
    for (const thing of fault.takes) await healing.get(thing)
    const struck = await fault.strike(world, new Random(step.seed))
    world.tell(`${number}/${steps.length} ${fault.kind} ${struck.what} (${lastsMs} ms; ${step.changes.join(', ')})`)
    const healed = pause(lastsMs).then(async () => {
      if (await struck.heal()) counts[fault.kind] = (counts[fault.kind] ?? 0) + 1
    })
    for (const thing of [...fault.takes, number]) healing.set(thing, healed)
    await pause(step.pauseMs)
  }
  await Promise.all(healing.values())
  for (const { clock } of world.hosts) clock?.set(0)
  world.serverClock?.setAhead()
  return counts
}

function change({ library, requests }: World, { changes, seed }: Step): void {
  for (const [index, kind] of changes.entries())
    requests.add(applyChange(kind, library, new Random(`${seed} change ${index}`)))
  requests.add(library.flush().requests)
}

async function report(world: World, { findings, broken }: Verdict): Promise<void> {
  for (const sentence of [...broken, ...world.journal.defects]) world.tell(sentence)
  for (const [htid, found] of Map.groupBy(findings, (finding) => finding.htid)) {
    for (const { kind, message } of found) world.tell(`${kind}: ${htid}: ${message}`)
    for (const line of await knownOf(world, htid)) world.tell(line)
  }
}
