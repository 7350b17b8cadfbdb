import { exitCodes } from '../../daemon/exit-codes.ts'
import { type Applied, applyEach } from '../apply-targets.ts'
import type { Session } from '../command.ts'
import { fail } from '../fail.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'

export async function run(args: Session): Promise<number> {
  return withState(args, async ({ config, state }) => {
    const failures: number[] = []
    for await (const each of applyEach(config, state)) {
      if ('error' in each) failures.push(fail(each.error, args, ['targets', 'apply']))
      else print(args, each, () => told(each))
    }
    return failures[0] ?? exitCodes.done
  })
}

function told({ target, new: isNew, changes }: Applied): string {
  if (changes.length === 0) return `${target}: nothing to change`
  const lines = changes.map(({ key, from, to }) => `  ${key}: ${isNew ? to : `${from} → ${to}`}`)
  return [`${target}: ${isNew ? 'new' : 'changed'}`, ...lines].join('\n')
}
