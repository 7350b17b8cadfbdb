import { configFile, loadConfig } from '../../config/load.ts'
import { exitCodes } from '../../daemon/exit-codes.ts'
import { asSlipError } from '../../errors/slip-error.ts'
import type { Session } from '../command.ts'
import { print } from '../print.ts'

export async function run(args: Session): Promise<number> {
  const file = configFile(args.config)
  try {
    loadConfig(file)
  } catch (thrown) {
    const error = asSlipError(thrown)
    if (error.code !== 'CONFIG_INVALID') throw error
    const findings = error.message.split('\n')
    print(args, { file, correct: false, findings }, () => error.message)
    return exitCodes.usage
  }
  print(args, { file, correct: true, findings: [] }, () => `${file}: correct`)
  return exitCodes.done
}
