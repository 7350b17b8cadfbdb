import { codeVersion } from '../../config/version.ts'
import { exitCodeOf } from '../../daemon/exit-codes.ts'
import { asSlipError } from '../../errors/slip-error.ts'
import { checkSchema, schemaStatus } from '../../state/migrate.ts'
import type { Session } from '../command.ts'
import { asTyped } from '../next-step.ts'
import { withAnySchema } from '../open.ts'
import { print } from '../print.ts'

export async function run(args: Session): Promise<number> {
  return withAnySchema(args, async ({ db }) => {
    const status = await schemaStatus(db)
    const wrong = await checkSchema(db, codeVersion).then(() => null, asSlipError)
    print(args, { ...status, release: codeVersion, fits: wrong === null }, () => {
      const lines = [`schema version ${status.version}, this release needs ${status.needed}`]
      lines.push(...status.pending.map((step) => `pending: ${step}`))
      if (wrong !== null) lines.push(wrong.message, asTyped(wrong.advice, args))
      return lines.join('\n')
    })
    return wrong === null ? 0 : exitCodeOf(wrong)
  })
}
