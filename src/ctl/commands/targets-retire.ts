import { exitCodes } from '../../daemon/exit-codes.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { countTargetRows, retireTarget } from '../../state/control/retire.ts'
import { listTargets } from '../../state/control/target.ts'
import type { Session } from '../command.ts'
import { asTyped } from '../next-step.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { plural } from '../units.ts'

interface Arguments extends Session {
  readonly name: string
  readonly yes: boolean
}

export async function run(args: Arguments): Promise<number> {
  const { name } = args
  return withState(args, async ({ config, db }) => {
    const targets = await listTargets(db)
    const found = targets.find((target) => target.name === name)
    if (found === undefined) {
      const known = targets.map((target) => target.name).join(', ') || 'none yet'
      throw new SlipError('USAGE', `there is no target ${name}; known: ${known}`)
    }
    if (name in config.targets) {
      const key = `targets.${name}`
      const message = `${key} is still in the configuration: take it out there, on every host, and restart the daemons first`
      throw new SlipError('TARGET_IN_USE', message, { place: { key, file: config.file } })
    }
    const rows = await countTargetRows(db, name)
    const retired = args.yes && (await db.transaction((tx) => retireTarget(tx, name)))
    print(args, { target: name, ...rows, retired, already: found.state === 'retiring' }, () => {
      const what = `${rows.queued} queued, ${rows.indexed} in the ledger, ${plural(rows.errors, 'error')}`
      if (found.state === 'retiring') return `${name} is being retired; left: ${what}`
      if (retired)
        return asTyped(
          `${name} is being retired: slip-enqueue deletes its rows (${what}); see slipctl targets list`,
          args,
        )
      return asTyped(
        `would delete all that is known of ${name}: ${what}; do it with slipctl targets retire ${name} --yes`,
        args,
      )
    })
    return retired || found.state === 'retiring' ? exitCodes.done : exitCodes.usage
  })
}
