import { stringify } from 'yaml'
import { loadConfig } from '../../config/load.ts'
import type { Session } from '../command.ts'
import { print } from '../print.ts'
import { shownSettings } from '../shown-settings.ts'

export async function run(args: Session): Promise<number> {
  const { file, baseDir: _, digest: __, ...settings } = loadConfig(args.config)
  const shown = shownSettings(settings)
  print(args, shown, () => `# ${file}\n${stringify(shown).trimEnd()}`)
  return 0
}
