import { basename, relative } from 'node:path'
import type { Session } from './command.ts'

/**
 * Advice and next steps say `slipctl …` and `ID`; this makes of them what works when typed here: the way slipctl was
 * called, the configuration it was called with, the item meant.
 */
export function asTyped(text: string, session: Session, htid?: string | number): string {
  const named = htid === undefined ? text : text.replace(/\bID\b/g, () => quoted(String(htid)))
  const config = session.config === undefined ? '' : ` --config ${quoted(session.config)}`
  return named.replace(/\bslipctl (?=[a-z-])/g, () => `${called()}${config} `)
}

/** `slipctl` where it is a command of its own (installed, linked), else the launcher by its path. */
function called(): string {
  const script = process.argv[1] ?? 'slipctl'
  if (!script.endsWith('.cjs')) return basename(script)
  const path = relative(process.cwd(), script)
  return `node ${quoted(path.startsWith('..') ? script : path)}`
}

/** As one word of a shell. */
function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
