import { setTimeout as pause } from 'node:timers/promises'
import { Random } from '../../samples/random.ts'
import type { Tell } from '../services/server.ts'
import { faults as everyFault } from './faults/all.ts'
import type { Thing } from './faults/fault.ts'
import { applyChange, burst } from './library/changes.ts'
import { type Kinds, openWorld } from './open-world.ts'
import { lookAround } from './platform.ts'
import { untilAtRest } from './rest.ts'
import { drawSchedule, type Step } from './schedule.ts'
import { type Finding, judge, knownOf, type Verdict } from './verdict.ts'
import { Watch } from './watch.ts'
import type { World } from './world.ts'

export interface ChaosOptions extends Kinds {
  readonly seed: number
  readonly faults: number
}

/** The closing line. */
export interface ChaosResult extends Kinds {
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
export async function runChaos({ database, engine, seed, faults }: ChaosOptions, tell: Tell): Promise<ChaosRun> {
  const world = await openWorld({ database, engine }, await lookAround(tell), tell)
  try {
    const possible = everyFault.filter((fault) => {
      const reason = fault.applies(world)
      if (reason !== null) tell(`left out: ${fault.kind}: ${reason}`)
      return reason === null
    })
    populate(world, faults)
    for (const daemon of world.daemons) daemon.start()
    const counts: Record<string, number> = {}
    const verdict = await runRounds(world, drawSchedule(seed, faults, possible), counts)
    await report(world, verdict)
    const { fencedOut, staleRefused, defects } = world.journal
    const { items, revisions, findings, broken } = verdict
    const count = (kind: Finding['kind']) =>
      new Set(findings.filter((each) => each.kind === kind).map(({ htid }) => htid)).size
    const bad = { lost: count('lost'), doubled: count('doubled'), stale: count('stale') }
    return {
      result: { database, engine, seed, faults: counts, items, revisions, fencedOut, staleRefused, ...bad },
      sound: findings.length + broken.length + defects.length === 0,
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

/** How many faults lie between two rests. */
const roundLength = 12

/** Round by round, each of which ends at rest and is judged; the first that is not sound is the last. */
async function runRounds(world: World, steps: readonly Step[], counts: Record<string, number>): Promise<Verdict> {
  const watch = new Watch(world)
  try {
    for (let done = 0; ; done += roundLength) {
      const round = steps.slice(done, done + roundLength)
      await strikeAll(world, round, counts)
      await changeInHaste(world, round.at(-1)!)
      world.tell('all is healed; waiting for rest')
      await untilAtRest(world)
      const verdict = await judge(world)
      world.tell(`at rest after ${done + round.length} faults: ${verdict.items} items, ${verdict.revisions} revisions`)
      const { length: wrong } = [...verdict.findings, ...verdict.broken, ...world.journal.defects]
      if (wrong > 0 || done + roundLength >= steps.length) return verdict
    }
  } finally {
    await watch.stop()
  }
}

/** The last changes before a rest come one upon the other, into claims under way. */
async function changeInHaste(world: World, { seed }: Step): Promise<void> {
  for (const [index, kind] of burst.entries()) {
    change(world, { changes: [kind], seed: `${seed} burst ${index}` })
    await pause(hasteMs)
  }
}

const hasteMs = 250

/** Step by step; faults of different things last side by side. Resolves when all are healed. */
async function strikeAll(world: World, steps: readonly Step[], counts: Record<string, number>): Promise<void> {
  const healing = new Map<Thing | number, Promise<void>>()
  try {
    for (const step of steps) {
      change(world, step)
      const { fault, number, lastsMs } = step
      for (const thing of fault.takes) await healing.get(thing)
      const struck = await fault.strike(world, new Random(step.seed))
      world.tell(`${number} ${fault.kind} ${struck.what} (${lastsMs} ms; ${step.changes.join(', ')})`)
      const healed = pause(lastsMs).then(async () => {
        if (await struck.heal()) counts[fault.kind] = (counts[fault.kind] ?? 0) + 1
      })
      // told below, when all others are healed too
      healed.catch(() => undefined)
      for (const thing of [...fault.takes, number]) healing.set(thing, healed)
      await pause(step.pauseMs)
    }
  } finally {
    await Promise.allSettled(healing.values())
  }
  await Promise.all(healing.values())
  for (const { clock } of world.hosts) clock?.set(0)
  world.serverClock?.setAhead()
}

function change({ library, requests }: World, { changes, seed }: Pick<Step, 'changes' | 'seed'>): void {
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
