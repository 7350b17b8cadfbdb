import { SlipError } from '../../errors/slip-error.ts'
import { runCensus, runSource, type Task } from '../../rights/run-source.ts'
import { type InHand, withSource } from '../source-in-hand.ts'
import { tellOutcome, timeoutOf, type WaitingArguments } from '../source-outcome.ts'

interface Arguments extends WaitingArguments {
  readonly name: string
  readonly new: boolean
  readonly broken: boolean
  readonly all: boolean
  readonly record?: string
  readonly withdrawMissing: boolean
  readonly yes: boolean
  readonly dryRun: boolean
}

export async function run(args: Arguments): Promise<number> {
  const task = taskOf(args)
  timeoutOf(args)
  if (args.withdrawMissing && task.kind !== 'all') throw new SlipError('USAGE', '--withdraw-missing goes with --all')
  if ((args.yes || args.dryRun) && !args.withdrawMissing)
    throw new SlipError('USAGE', '--yes and --dry-run go with --withdraw-missing')
  return withSource(args, args.name, task.kind === 'all', (inHand) =>
    args.withdrawMissing ? withdraw(args, inHand) : read(args, inHand, task),
  )
}

function taskOf({ new: fresh, broken, all, record }: Arguments): Task {
  const tasks: Task[] = [
    ...(fresh ? [{ kind: 'new' } as const] : []),
    ...(broken ? [{ kind: 'broken' } as const] : []),
    ...(all ? [{ kind: 'all' } as const] : []),
    ...(record === undefined ? [] : [{ kind: 'record', id: record } as const]),
  ]
  const [task] = tasks
  if (task === undefined || tasks.length > 1)
    throw new SlipError('USAGE', 'say one of --new, --broken, --all and --record ID')
  return task
}

const said = { new: 'what is new', broken: 'what has errors', all: 'all of it', record: 'one record', files: 'files' }

async function read(args: Arguments, inHand: InHand, task: Task): Promise<number> {
  const { pass, breakers } = inHand
  const what = `read ${said[task.kind]}`
  return tellOutcome(args, inHand, args.name, what, () => runSource(pass, breakers, args.name, task))
}

async function withdraw(args: Arguments, inHand: InHand): Promise<number> {
  const { pass, breakers } = inHand
  const what = args.dryRun ? 'read all of it, withdrew nothing' : 'read all of it'
  return tellOutcome(args, inHand, args.name, what, async () => {
    const { items, missing, withdrawn } = await runCensus(pass, breakers, args.name, args)
    const notes = [`${missing} of ${items} items are missing in it, ${withdrawn} were withdrawn`]
    return { flaw: null, notes, data: { items, missing, withdrawn, dryRun: args.dryRun } }
  })
}
