import { readWatermark, writeWatermark } from '../state/control/watermark.ts'
import { carryAll } from '../state/records/carry-all.ts'
import type { Pass } from './context.ts'

/** Watermark of stage rights: the settings by which records were last carried over. */
const name = 'carry-over'

/**
 * Which items of a record there are, and with what rights, depends on `repository.scope` and `rights.default` as well: when
 * one of them is another than before, all records are carried over anew.
 */
export async function heedSettings({ db, config }: Pass): Promise<void> {
  const now = `scope ${config.repository.scope}, default ${config.rights.default ?? 'none'}`
  const before = await readWatermark(db, 'rights', name)
  if (before === now) return
  if (before !== null) await carryAll(db)
  await db.transaction((tx) => writeWatermark(tx, 'rights', name, now, true))
}
