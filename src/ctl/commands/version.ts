import { schemaVersion } from '../../../migrations/index.ts'
import { codeVersion } from '../../config/version.ts'
import type { Session } from '../command.ts'
import { print } from '../print.ts'

export async function run(args: Session): Promise<number> {
  const node = process.versions.node
  print(args, { version: codeVersion, schema: schemaVersion, node }, () => {
    return `slipctl ${codeVersion} (schema ${schemaVersion}, Node ${node})`
  })
  return 0
}
