import { basename } from 'node:path'
import { SlipError } from '../errors/slip-error.ts'
import { fileOrder } from './file-order.ts'
import { gunzip, readBytes } from './read-bytes.ts'
import { bad, inMember } from './record-events.ts'
import type { RecordEvent } from './source.ts'
import { readTar, type TarMember } from './tar.ts'

/** Reads the records of a file by its name. */
export type ReadNamed = (name: string, file: string, bytes: AsyncGenerator<Buffer>) => AsyncGenerator<RecordEvent>

/** A tar is read from its beginning once more wherever its order is not that of names. */
const mostReadings = 20
const known = /\.(json|ndjson|ndj|jsonl|xml|mrc|marc|txt)(\.gz)?$/

/**
 * The records of a tar of files, each read by its name, in the order that they would have beside each other. What is bad is told with the name of its file.
 *
 * @throws SlipError SOURCE_FILE_UNREADABLE, when the tar itself is damaged, after what came before.
 */
export async function* readTarRecords(path: string, readNamed: ReadNamed): AsyncGenerator<RecordEvent> {
  const { order, damage } = await orderOf(path)
  for (let next = 0; next < order.length; ) {
    let index = 0
    const before = next
    for await (const member of readTar(path, readBytes(path))) {
      if (index++ !== order[next]) continue
      next++
      for await (const event of readMember(path, member, readNamed)) {
        yield event.kind === 'bad' ? inMember(event, member.name) : { ...event, member: member.name }
      }
      // what is next lies before it, or nowhere: what follows may be damaged
      if (next === order.length || order[next]! < index) break
    }
    if (next === before) throw unreadable(path, 'changed while it was read')
  }
  if (damage !== null) throw damage
}

/** The places of its members in the order they are to be read; of a damaged tar, of those before the damage. */
async function orderOf(path: string): Promise<{ order: number[]; damage: SlipError | null }> {
  const keys: string[] = []
  let damage: SlipError | null = null
  try {
    for await (const { name } of readTar(path, readBytes(path))) keys.push(fileOrder(name))
  } catch (error) {
    if (!(error instanceof SlipError && error.code === 'SOURCE_FILE_UNREADABLE')) throw error
    damage = error
  }
  const order = [...keys.keys()].sort((a, b) => (keys[a] === keys[b] ? a - b : keys[a]! < keys[b]! ? -1 : 1))
  const readings = 1 + order.filter((place, at) => at > 0 && place < order[at - 1]!).length
  if (readings > mostReadings) {
    throw unreadable(path, `would have to be read ${readings} times: pack its files in the order of their names`)
  }
  return { order, damage }
}

async function* readMember(path: string, member: TarMember, readNamed: ReadNamed): AsyncGenerator<RecordEvent> {
  const tell = (message: string) => bad(path, 1, message, Buffer.from(member.name))
  if (member.flaw !== null) return yield tell(`It ${member.flaw}.`)
  if (!known.test(member.name))
    return yield tell('Its name says nothing of records: no .json, .xml, .mrc, .marc or .txt.')
  let tarFailure: { readonly error: unknown } | null = null
  const content = async function* () {
    try {
      yield* member.content
    } catch (error) {
      tarFailure = { error }
      throw error
    }
  }
  try {
    const bytes = content()
    yield* readNamed(basename(member.name), path, member.name.endsWith('.gz') ? gunzip(bytes) : bytes)
  } catch (error) {
    const failure = tarFailure as { readonly error: unknown } | null
    if (failure !== null) throw failure.error
    if (!(error instanceof Error && 'code' in error)) throw error
    yield tell(`It cannot be read to its end: ${error.message}.`)
  }
}

function unreadable(file: string, what: string): SlipError {
  return new SlipError('SOURCE_FILE_UNREADABLE', `The file ${file} ${what}.`, { place: { file } })
}
