import { codeVersion } from '../../config/version.ts'
import { exitCodeOf } from '../../daemon/exit-codes.ts'
import { asSlipError } from '../../errors/slip-error.ts'
import { holderText, type MigrationLock, migrationLock } from '../../state/migrate-lock.ts'
import { checkSchema, schemaStatus } from '../../state/migrate-status.ts'
import type { Session } from '../command.ts'
import { asTyped } from '../next-step.ts'
import { withAnySchema } from '../open.ts'
import { print } from '../print.ts'

export async function run(args: Session): Promise<number> {
  return withAnySchema(args, async ({ db }) => {
    const status = await schemaStatus(db)
    const lock = await migrationLock(db)
    const wrong = await checkSchema(db, codeVersion).then(() => null, asSlipError)
    print(args, { ...status, ...lock, codeVersion, fits: wrong === null }, () => {
      const lines = [`schema version ${status.version}, this release needs ${status.needed}`]
      if (status.version > 0)
        lines.push(`oldest release that may run on it: ${status.oldestCode}, this is ${codeVersion}`)
      lines.push(...status.pending.map((step) => `pending: ${step}`))
      lines.push(...lockLines(lock).map((line) => asTyped(line, args)))
      if (wrong !== null) lines.push(wrong.message, asTyped(wrong.advice, args))
      return lines.join('\n')
    })
    return wrong === null ? 0 : exitCodeOf(wrong)
  })
}

function lockLines({ holder, leftBehind }: MigrationLock): string[] {
  if (holder !== null) return [`being migrated by ${holderText(holder)}`]
  return leftBehind ? ['a migration was broken off and left its lock; first: slipctl db unlock'] : []
}
