import { existsSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs'
import { resolve, sep } from 'node:path'

/** Why a value could not be resolved, for the key it stands at. */
export interface Unresolved {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/**
 * Replaces `${ENV}` in every string and `{file: PATH}` by the content of the file (trailing newline dropped). A file
 * that the world may read is refused, and one that a group may read unless the group is one of ours or the file is a
 * systemd credential: a stray copy in a home folder does not pass.
 */
export function resolveValues(
  value: unknown,
  baseDir: string,
  path: readonly (string | number)[] = [],
): { value: unknown; unresolved: Unresolved[] } {
  if (typeof value === 'string') return resolveText(value, path)
  if (Array.isArray(value)) return collect(value.map((entry, index) => resolveValues(entry, baseDir, [...path, index])))
  if (value === null || typeof value !== 'object') return { value, unresolved: [] }
  const entries = Object.entries(value)
  if (entries.length === 1 && entries[0]?.[0] === 'file' && typeof entries[0][1] === 'string') {
    return readSecret(resolve(baseDir, entries[0][1]), path)
  }
  const resolved = entries.map(([key, entry]) => resolveValues(entry, baseDir, [...path, key]))
  const whole = collect(resolved)
  return { ...whole, value: Object.fromEntries(entries.map(([key], index) => [key, resolved[index]?.value])) }
}

function collect(parts: { value: unknown; unresolved: Unresolved[] }[]) {
  return { value: parts.map((part) => part.value) as unknown, unresolved: parts.flatMap((part) => part.unresolved) }
}

function resolveText(text: string, path: readonly (string | number)[]) {
  const unresolved: Unresolved[] = []
  const value = text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, name: string) => {
    const found = process.env[name]
    if (found === undefined) unresolved.push({ path, message: `environment variable ${name} is not set` })
    return found ?? whole
  })
  return { value, unresolved }
}

function readSecret(file: string, path: readonly (string | number)[]) {
  try {
    const found = statSync(file)
    const groups = [process.getgid?.(), ...(process.getgroups?.() ?? [])]
    const isShared = found.mode & 0o040 && !groups.includes(found.gid) && !isCredential(file, found)
    if (found.mode & 0o004 || isShared) {
      return { value: undefined, unresolved: [{ path, message: `${file} can be read by others; chmod 600 it` }] }
    }
    return { value: readFileSync(file, 'utf8').replace(/\r?\n$/, ''), unresolved: [] }
  } catch (error) {
    return { value: undefined, unresolved: [{ path, message: (error as Error).message }] }
  }
}

/**
 * Whether systemd made it for this service (LoadCredential=, ImportCredential=, SetCredential=). Where the file system
 * has ACLs it belongs to root with mode 0400 and an ACL that lets the user of the service read; the mask of the ACL
 * shows as the bits of a group that may read nothing: 0440 root:root. Elsewhere it is given to the user, with mode 0400.
 */
function isCredential(file: string, { uid }: Stats): boolean {
  const folder = process.env.CREDENTIALS_DIRECTORY
  if (!folder || !existsSync(folder) || (uid !== 0 && uid !== process.getuid?.())) return false
  return realpathSync(file).startsWith(`${realpathSync(folder)}${sep}`)
}
