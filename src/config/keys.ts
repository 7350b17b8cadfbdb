import { z } from 'zod'
import { schema } from './schema.ts'

/** One key of the configuration, read off the schema. */
export interface Key {
  /** `database.url`, `sources.NAME.files`, `targets.NAME.shards` … */
  readonly path: string
  readonly type: string
  readonly required: boolean
  readonly standard: unknown
  readonly description: string
  readonly secret: boolean
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
  const merged = new Map<string, Key>()
  for (const variant of variants(node)) {
    for (const [name, child] of Object.entries(variant.properties ?? {})) {
      const path = prefix === '' ? name : `${prefix}.${name}`
      const nested = keysOf(child, path)
      const keys = nested.length > 0 ? nested : [leaf(path, child, variant.required?.includes(name) ?? false)]
      for (const key of keys) {
        const known = merged.get(key.path)
        merged.set(
          key.path,
          known
            ? {
                ...known,
                type: `${known.type} \\| ${key.type}`.replace(/^(.*) \\\| \1$/, '$1'),
                description:
                  known.description === key.description
                    ? key.description
                    : `${known.description} ${key.type}: ${key.description}`,
              }
            : key,
        )
      }
    }
  }
  return [...merged.values()]
}

function leaf(path: string, node: JsonSchema, required: boolean): Key {
  return {
    path,
    type: typeName(node),
    required: required && node.default === undefined,
    standard: node.default,
    description: node.description ?? '',
    secret: node.secret ?? false,
  }
}

function typeName(node: JsonSchema): string {
  if (node.const !== undefined) return String(node.const)
  if (node.enum) return node.enum.join(' \\| ')
  return node.type === 'array' ? `list of ${node.items?.type ?? 'any'}` : (node.type ?? 'any')
}
