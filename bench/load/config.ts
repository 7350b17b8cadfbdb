import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { hour, shardCount } from '../queue/state.ts'

/** The configuration of slip-rights on such a database, with these sources; nobody asks for its repository or its index. */
export function writeConfig(folder: string, database: string, sources: Readonly<Record<string, unknown>>): string {
  const root = join(folder, 'pairtree')
  mkdirSync(root, { recursive: true })
  const known = { engine: 'embedded', shards: shardCount, lease: `${hour}ms`, overlap: `${hour}ms` }
  const targets = { main: { ...known, urls: ['postgres://127.0.0.1:9/index'] } }
  const configFile = join(folder, 'slip.yaml')
  const config = { database: { url: database }, repository: { root }, rights: { default: 1 }, sources, targets }
  writeFileSync(configFile, stringify(config), { mode: 0o600 })
  return configFile
}
