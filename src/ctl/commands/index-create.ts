import { givenName } from '../../config/schema.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { type CreatableKind, whatIsCreated } from '../../shards/schema/created.ts'
import type { Session } from '../command.ts'
import { print } from '../print.ts'

interface Arguments extends Session {
  readonly print: boolean
  readonly kind: CreatableKind
  readonly target: string
}

export async function run(args: Arguments): Promise<number> {
  if (!args.print) throw new SlipError('USAGE', 'index create only prints, for now: add --print')
  const target = givenName.safeParse(args.target)
  if (!target.success) throw new SlipError('USAGE', `--target ${args.target} is not ${target.error.issues[0]?.message}`)
  const files = whatIsCreated(args.kind, target.data)
  print(args, files, () => textOf(Object.entries(files)))
  return 0
}

/** A file alone as it is, to be piped into a request; several each after its name. */
function textOf(files: readonly (readonly [file: string, text: string])[]): string {
  if (files.length === 1) return files.map(([, text]) => text.trimEnd()).join()
  return files.map(([file, text]) => `==> ${file} <==\n${text}`).join('\n')
}
