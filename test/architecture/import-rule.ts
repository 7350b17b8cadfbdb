import { dirname, join } from 'node:path/posix'

/**
 * "Imports go down only" as data, lowest layer first. A part may import every part of a lower layer, and none beside
 * it; parts that share the lowest layer may import each other. Where tests are concerned everything is allowed.
 */
const layers: readonly (readonly string[])[] = [
  ['src/errors', 'src/events', 'src/config', 'package.json'],
  ['migrations', 'src/embedded-postgres', 'src/http'],
  ['src/state', 'src/sources', 'src/repository', 'src/shards'],
  ['src/daemon'],
  ['src/rights', 'src/enqueue', 'src/indexer'],
  ['src/operations'],
  ['src/ctl', 'src/web'],
]

/** What lies beside state although a lower layer may be imported: sources and repository start no server of their own. */
const forbidden: readonly (readonly [from: string, to: string])[] = [
  ['src/sources', 'src/embedded-postgres'],
  ['src/repository', 'src/embedded-postgres'],
  ['src/sources', 'migrations'],
  ['src/repository', 'migrations'],
  ['src/shards', 'migrations'],
]

export interface Import {
  readonly from: string
  readonly to: string
}

/** The relative imports of a TypeScript file, static, dynamic and of types, as paths from the root. */
export function importsOf(file: string, text: string): Import[] {
  const specifiers = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]+)['"]/g)
  return [...specifiers].map((match) => ({ from: file, to: join(dirname(file), match[1] ?? '') }))
}

/** Why an import breaks the rule; null when it keeps it. */
export function breach({ from, to }: Import): string | null {
  const [upper, lower] = [partOf(from), partOf(to)]
  if (upper === null) return `${from} lies in no part of the architecture`
  if (lower === null) return `${from} imports ${to}, which lies in no part of the architecture`
  if (upper === lower) return null
  const [above, below] = [layerOf(upper), layerOf(lower)]
  const down = below < above || (above === 0 && below === 0)
  return down && !forbidden.some(([a, b]) => a === upper && b === lower) ? null : `${from} imports ${to}`
}

function partOf(file: string): string | null {
  return layers.flat().find((part) => file === part || file.startsWith(`${part}/`)) ?? null
}

const layerOf = (part: string) => layers.findIndex((layer) => layer.includes(part))
