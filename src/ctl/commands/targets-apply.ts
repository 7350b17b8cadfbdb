import { type Applied, applyTargets } from '../apply-targets.ts'
import type { Session } from '../command.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'

export async function run(args: Session): Promise<number> {
  return withState(args, async ({ config, state }) => {
    for (const applied of await applyTargets(config, state)) print(args, applied, () => told(applied))
    return 0
  })
}

function told({ target, new: isNew, changes }: Applied): string {
  if (changes.length === 0) return `${target}: nothing to change`
  const lines = changes.map(({ key, from, to }) => `  ${key}: ${isNew ? to : `${from} → ${to}`}`)
  return [`${target}: ${isNew ? 'new' : 'changed'}`, ...lines].join('\n')
}
