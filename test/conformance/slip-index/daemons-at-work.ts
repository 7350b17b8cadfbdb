import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { EngineContent } from '../../../src/state/audit/invariants.ts'
import { contentOf, type Library } from '../../daemon/library.ts'

/** A configuration like the library's in which targets are reached at other URLs. */
export function configThrough({ folder, configFile }: Library, urls: Readonly<Record<string, string>>): string {
  const config = parse(readFileSync(configFile, 'utf8'))
  for (const [target, url] of Object.entries(urls)) config.targets[target].urls = [url]
  const file = join(folder, 'through.yaml')
  writeFileSync(file, stringify(config))
  return file
}

/** Whether no fault of a server has burnt an attempt, or become an error of an item. */
export async function untouched({ state }: Library): Promise<boolean> {
  const burnt = await state.db.query('SELECT 1 FROM slip_queue WHERE attempts > 0 AND state <> 1')
  const errors = await state.db.query(
    `SELECT 1 FROM slip_errors WHERE code LIKE 'ENGINE%' OR code LIKE 'DOCUMENT%' OR code = 'LEASE_LOST'`,
  )
  return burnt.length + errors.length === 0
}

/** All that both shards hold. */
export async function contentOfBoth({ engine }: Library): Promise<EngineContent[]> {
  const content: EngineContent[] = []
  for await (const each of contentOf(engine, 2)) content.push(each)
  return content
}
