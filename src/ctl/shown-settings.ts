import { allKeys } from '../config/keys.ts'
import { duration } from './units.ts'

const hidden = '********'

/**
 * The settings as a person may see them, shaped as in the file: defaults filled in, durations with their unit, secrets
 * and passwords inside URLs hidden. It passes `config check` again.
 */
export function shownSettings(settings: object): unknown {
  const keys = new Map(allKeys().map((key) => [key.path, key]))
  return shown(settings, '', (path) => keys.get(path))
}

type Lookup = (path: string) => { readonly type: string; readonly secret: boolean } | undefined

function shown(value: unknown, path: string, keyOf: Lookup): unknown {
  if (Array.isArray(value)) return value.map((entry) => shown(entry, path, keyOf))
  if (value !== null && typeof value === 'object') {
    const named = path === 'sources' || path === 'targets'
    const step = (name: string) => [path, named ? 'NAME' : name].filter(Boolean).join('.')
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, shown(entry, step(name), keyOf)]))
  }
  const key = keyOf(path)
  if (key?.secret) return hidden
  // the schema takes text and gives a number for nothing but durations
  if (typeof value === 'number' && key?.type === 'string') return duration(value)
  return typeof value === 'string' ? withoutPassword(value) : value
}

/** Up to the last @, for a password that was not encoded may hold one itself. */
function withoutPassword(text: string): string {
  return text
    .replace(/^([a-z][a-z0-9+.-]*:\/\/[^:/@]*):.*@/is, `$1:${hidden}@`)
    .replace(/([?&](?:ssl)?password=)[^&]*/gi, `$1${hidden}`)
}
