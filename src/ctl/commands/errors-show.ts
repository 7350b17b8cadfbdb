import { SlipError } from '../../errors/slip-error.ts'
import { type ErrorRow, findError } from '../../state/audit/errors.ts'
import { itemReport } from '../../state/audit/item.ts'
import type { Session } from '../command.ts'
import { adviceFor, errorBlock, errorData, errorLine } from '../error-text.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'

interface Arguments extends Session {
  readonly number: number
}

export async function run(args: Arguments): Promise<number> {
  if (!Number.isSafeInteger(args.number) || args.number < 1) {
    throw new SlipError('USAGE', 'the number of an error is a whole number, as errors list prints it')
  }
  return withState(args, async ({ db }) => {
    const row = await findError(db, args.number)
    if (row === null) throw new SlipError('NOT_FOUND', `there is no error number ${args.number}`)
    const errors = row.htid === null ? [] : (await itemReport(db, row.htid)).errors
    const history = errors.filter(({ id, target }) => id !== row.id && target === row.target)
    const data = { error: { ...errorData(row), advice: adviceFor(row, args) }, history: history.map(errorData) }
    print(args, data, () => text(row, history, args))
    return 0
  })
}

function text(row: ErrorRow, history: readonly ErrorRow[], session: Session): string {
  const item = row.htid ?? row.record_id
  const earlier = history.map((each) => `  ${errorLine(each)}`)
  return [
    ...(item === null ? [] : [item]),
    errorBlock(row, session),
    ...(earlier.length === 0 ? [] : ['other errors of this item', ...earlier]),
  ].join('\n')
}
