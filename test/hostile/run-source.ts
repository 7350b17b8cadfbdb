import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asSlipError } from '../../src/errors/slip-error.ts'
import { sharesOf } from '../../src/rights/record-share.ts'
import { readHathifile } from '../../src/sources/hathifiles.ts'
import { readRecordFile } from '../../src/sources/record-files.ts'
import type { RecordEvent, RightsEvent } from '../../src/sources/source.ts'
import { type End, errorEnd } from './ends.ts'
import type { SourceInput } from './kind.ts'

/** Longest source text of an errors row. */
const longest = 4_000

export const laySource = (folder: string, { name, bytes }: SourceInput): void =>
  writeFileSync(join(folder, name), bytes)

/** Reads a file as slip-rights does, each record down to the shares of its items. */
export async function runSource(folder: string, { of, name, intact = [] }: SourceInput): Promise<End> {
  const path = join(folder, name)
  try {
    return await sourceEnd(of === 'hathifile' ? readHathifile(path) : readRecordFile(path), intact)
  } catch (thrown) {
    return errorEnd(asSlipError(thrown))
  }
}

/** How events of a source end, each record taken down to the shares of its items; throws what they throw. */
export async function sourceEnd(
  events: AsyncIterable<RightsEvent | RecordEvent> | Iterable<RightsEvent | RecordEvent>,
  intact: readonly string[],
): Promise<End> {
  const keys = new Set<string>()
  let bad = 0
  let violation: string | undefined
  for await (const event of events) {
    if (event.kind === 'bad') {
      bad++
      if (event.text.length > longest) violation = `the source text of an error has ${event.text.length} characters`
    } else {
      keys.add(keyOf(event))
      bad += problemsOf(event)
    }
  }
  const lost = intact.filter((key) => !keys.has(key))
  if (lost.length > 0) violation = `lost ${lost.join(' ')}`
  return { end: bad > 0 ? 'some bad' : 'read', ...(violation === undefined ? {} : { violation }) }
}

type Good = Exclude<RightsEvent | RecordEvent, { kind: 'bad' }>

function keyOf(event: Good): string {
  if (event.kind === 'rights') return event.htid
  return event.kind === 'delete' ? event.recordId : event.record.id
}

/** As it goes into slip_record and comes out again. */
function problemsOf(event: Good): number {
  if (event.kind !== 'record') return 0
  return sharesOf(JSON.parse(JSON.stringify(event.record))).problems.length
}
