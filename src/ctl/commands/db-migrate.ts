import { migrate } from '../../state/migrate.ts'
import { schemaStatus } from '../../state/migrate-status.ts'
import { checkServer } from '../../state/server-check.ts'
import type { Session } from '../command.ts'
import { withAnySchema } from '../open.ts'
import { note, print } from '../print.ts'

export async function run(args: Session): Promise<number> {
  return withAnySchema(args, async ({ db }) => {
    for (const warning of await checkServer(db)) note(warning)
    const steps = await migrate(db)
    const { version } = await schemaStatus(db)
    const last = steps.length === 0 ? `nothing to do: schema version ${version}` : `schema version ${version}`
    print(args, { steps, version }, () => [...steps.map((step) => `ran ${step}`), last].join('\n'))
    return 0
  })
}
