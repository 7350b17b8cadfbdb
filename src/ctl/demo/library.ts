import { createHash } from 'node:crypto'
import { realpathSync, statSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { stringify } from 'yaml'
import { packageRoot } from '../../config/package-root.ts'
import { SlipError } from '../../errors/slip-error.ts'

/** One library the demo can run: the sample, or a person's own. */
export interface DemoLibrary {
  readonly name: string
  /** Configuration text, paths relative to the demo folder or absolute. */
  readonly config: string
  /** What is laid into the demo folder before each run of the stages, in order; none for a library of one's own. */
  readonly days: readonly Day[]
  /** Null = taken from the text of an indexed page. */
  readonly query: string | null
  /** Said before it starts. */
  readonly notes: readonly string[]
}

export interface Day {
  readonly label: string
  readonly folder: string
}

const common = {
  database: { url: 'embedded:postgres' },
  // short, so that what a kill -9 leaves behind is taken up while you watch
  targets: { main: { engine: 'embedded', shards: 2, lease: '10s', overlap: '200s' } },
  // small batches: one draw of a shard each
  indexer: { batch: 8, attempts: 2, backoff: '1s', environmentBackoff: '2s' },
}

/** The library written by this project: two days, ten languages, one volume of each trouble. */
export function sampleLibrary(): DemoLibrary {
  const folder = join(packageRoot, 'samples/library')
  const config = {
    ...common,
    repository: { root: 'pairtree' },
    sources: {
      catalogue: { kind: 'records', files: ['catalogue/*.ndjson', 'catalogue/*_delete.txt'] },
      rights: { kind: 'hathifiles', files: ['rights/*.txt'] },
    },
  }
  return {
    name: 'sample',
    config: stringify(config),
    days: [
      { label: 'day 1', folder: join(folder, 'day-1') },
      { label: 'day 2, with a delete file', folder: join(folder, 'day-2') },
    ],
    query: 'heliotrope',
    notes: [],
  }
}

export interface OwnFiles {
  readonly pairtree: string
  readonly catalogue: readonly string[]
  readonly rights: readonly string[]
}

const publicDomain = 1

/** A library of one's own, read in place: what is in its pairtree is indexed. Throws USAGE. */
export function ownLibrary({ pairtree, catalogue, rights }: OwnFiles): DemoLibrary {
  const root = existing(pairtree, 'folder')
  const files = catalogue.map((file) => existing(file, 'file'))
  const rightsFiles = rights.map((file) => existing(file, 'file'))
  const key = createHash('sha256')
    .update(JSON.stringify([root, files, rightsFiles]))
    .digest('hex')
    .slice(0, 8)
  const config = {
    ...common,
    repository: { root, scope: 'present' },
    rights: { default: publicDomain },
    sources: {
      ...(files.length > 0 ? { catalogue: { kind: 'records', files } } : {}),
      ...(rightsFiles.length > 0 ? { rights: { kind: 'hathifiles', files: rightsFiles } } : {}),
      tree: { kind: 'repository' },
    },
  }
  return {
    name: `${basename(root)}-${key}`,
    config: stringify(config),
    days: [],
    query: null,
    notes: [
      `repository.scope is present: what lies below ${root} is indexed, other catalogue items are left out`,
      `rights.default is ${publicDomain} (pd): given to an item that no file gives rights`,
    ],
  }
}

function existing(path: string, kind: 'file' | 'folder'): string {
  // npm runs scripts in the package's folder; the person stood in INIT_CWD
  const full = resolve(process.env.INIT_CWD ?? process.cwd(), path)
  const found = statSync(full, { throwIfNoEntry: false })
  if (found && (kind === 'folder' ? found.isDirectory() : found.isFile())) return realpathSync(full)
  throw new SlipError('USAGE', `there is no ${kind} ${full}`, { place: { path: full } })
}

/** A path as a person can type it where they stand. */
export function typed(path: string): string {
  const short = relative(process.env.INIT_CWD ?? process.cwd(), path)
  return short.startsWith('..') ? path : short
}
