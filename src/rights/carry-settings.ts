import { readWatermark, writeWatermark } from '../state/control/watermark.ts'
import { carryAll } from '../state/records/carry-all.ts'
import type { Pass } from './context.ts'

/** Watermark of stage rights: the settings by which records were last carried over. */
const name = 'carry-over'

/**
 * Which items of a record there are, and with what rights, depends on `repository.scope` and `rights.default` as well: when
 * one of them is another than before, all records are carried over anew. Looked at once a process: two hosts that are
 * configured otherwise would carry over for ever.
 */
export async function heedSettings({ db, config, settings }: Pass): Promise<void> {
  if (settings.areHeeded) return
  const now = `scope ${config.repository.scope}, default ${config.rights.default ?? 'none'}`
  const before = await readWatermark(db, 'rights', name)
  if (before !== null && before !== now) await carryAll(db)
  if (before !== now) await db.transaction((tx) => writeWatermark(tx, 'rights', name, now, true))
  settings.areHeeded = true
}
