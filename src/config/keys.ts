import { z } from 'zod'
import { schema } from './schema.ts'

/** One key of the configuration, read off the schema. */
export interface Key {
  /** `database.url`, `sources.NAME.files`, `targets.NAME.shards` … */
  readonly path: string
  readonly type: string
  readonly required: boolean
  /** The kinds that require it, where others do not. */
  readonly requiredOnly: readonly string[]
  readonly standard: unknown
  /** Defaults of kinds that have another. */
  readonly otherStandards: readonly { readonly kinds: readonly string[]; readonly standard: unknown }[]
  readonly description: string
  readonly secret: boolean
  /** The kinds of source, or of engine, that have it; none where all do. */
  readonly only: readonly string[]
}

interface JsonSchema {
  type?: string
  properties?: Record<string, JsonSchema>
  additionalProperties?: JsonSchema | boolean
  required?: string[]
  items?: JsonSchema
  oneOf?: JsonSchema[]
  anyOf?: JsonSchema[]
  enum?: unknown[]
  const?: unknown
  default?: unknown
  description?: string
  secret?: boolean
}

const tree = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema

/** Every key in the order of the schema. */
export function allKeys(): Key[] {
  return keysOf(tree, '')
}

/** The key names known below a path of a configuration, to suggest the nearest. */
export function keysAt(path: readonly PropertyKey[]): string[] {
  let nodes: JsonSchema[] = [tree]
  for (const step of path) nodes = nodes.flatMap((node) => below(node, String(step)))
  return [...new Set(nodes.flatMap((node) => variants(node).flatMap((each) => Object.keys(each.properties ?? {}))))]
}

const variants = (node: JsonSchema): JsonSchema[] => node.oneOf ?? node.anyOf ?? [node]

function below(node: JsonSchema, step: string): JsonSchema[] {
  return variants(node).flatMap((each) => {
    const found =
      each.properties?.[step] ??
      (typeof each.additionalProperties === 'object' ? each.additionalProperties : each.items)
    return found ? [found] : []
  })
}

function keysOf(node: JsonSchema, prefix: string): Key[] {
  if (typeof node.additionalProperties === 'object') return keysOf(node.additionalProperties, `${prefix}.NAME`)
  const all = variants(node).map((variant) => ({ kind: kindOf(variant), keys: keysOfVariant(variant, prefix) }))
  const [first] = all
  if (all.length === 1 && first !== undefined) return first.keys
  const ofKinds = all.flatMap(({ kind, keys }) => keys.map((key) => ({ ...key, only: [kind] })))
  return [...Map.groupBy(ofKinds, ({ path }) => path).values()].map((keys) => mergedKey(keys, all.length))
}

/** What tells a variant from the others: its key that has one value. */
const kindOf = ({ properties }: JsonSchema): string =>
  String(Object.values(properties ?? {}).find((each) => each.const !== undefined)?.const)

function keysOfVariant({ properties, required }: JsonSchema, prefix: string): Key[] {
  return Object.entries(properties ?? {}).flatMap(([name, child]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`
    const nested = keysOf(child, path)
    return nested.length > 0 ? nested : [leaf(path, child, required?.includes(name) ?? false)]
  })
}

/** One key of those that kinds have under the same name. @param kinds how many kinds there are */
function mergedKey(keys: readonly Key[], kinds: number): Key {
  const standards = Map.groupBy(keys, ({ standard }) => JSON.stringify(standard))
  const required = keys.filter((key) => key.required)
  const [first, ...others] = Map.groupBy(keys, ({ description }) => description)
  const told = others.map(
    ([description, theirs]) => ` ${theirs.flatMap(({ only }) => only).join(', ')}: ${description}`,
  )
  return {
    ...(keys[0] as Key),
    type: [...new Set(keys.map(({ type }) => type))].join(' \\| '),
    required: required.length === keys.length,
    requiredOnly: required.length === keys.length ? [] : required.flatMap(({ only }) => only),
    otherStandards: [...standards.values()]
      .slice(1)
      .map((same) => ({ kinds: same.flatMap(({ only }) => only), standard: same[0]?.standard })),
    description: (first?.[0] ?? '') + told.join(''),
    only: keys.length === kinds ? [] : keys.flatMap(({ only }) => only),
  }
}

function leaf(path: string, node: JsonSchema, required: boolean): Key {
  return {
    path,
    type: typeName(node),
    required: required && node.default === undefined,
    requiredOnly: [],
    standard: node.default,
    otherStandards: [],
    description: node.description ?? '',
    secret: node.secret ?? false,
    only: [],
  }
}

function typeName(node: JsonSchema): string {
  if (node.const !== undefined) return String(node.const)
  if (node.enum) return node.enum.join(' \\| ')
  return node.type === 'array' ? `list of ${node.items?.type ?? 'any'}` : (node.type ?? 'any')
}
