import { check } from './check.ts'
import { operations } from './operations.ts'
import { change, enqueue } from './requests.ts'
import { rest } from './rest.ts'
import { befall } from './troubles.ts'
import type { Walk } from './walk.ts'
import { targets, type World } from './world.ts'

/** Walks, rests and checks; returns what is wrong. */
export async function run(world: World, walk: Walk): Promise<string[]> {
  await world.begin(walk.items.length)
  const all = targets.flatMap((target) => world.items.map((item) => ({ item, target, pick: 99 })))
  await change(world, all.slice(0, world.items.length))
  await enqueue(world, all)
  const longest = Math.max(...walk.items.map((steps) => steps.length))
  for (let at = 0; at < longest; at++) {
    for (const event of walk.events) if (event.at === at) await befall(world, event.trouble, event.pick)
    await step(world, walk, at)
  }
  const isAtRest = await rest(world, walk)
  return [...(isAtRest ? [] : ['never at rest']), ...(await check(world))]
}

async function step(world: World, { items }: Walk, at: number): Promise<void> {
  const steps = items.flatMap((of, index) => {
    const [item, step] = [world.items[index], of[at]]
    return item === undefined || step === undefined ? [] : [{ ...step, item }]
  })
  for (const [name, { act }] of Object.entries(operations)) {
    const due = steps.filter(({ operation }) => operation === name)
    if (due.length > 0) await act(world, due)
  }
}
