/**
 * class: `item` – the item's own input is at fault, attempts count; `environment` – a server, a mount or a process is
 * at fault, no attempt is burnt and no errors row is written; `usage` – a person's command or configuration;
 * `internal` – a defect of SLIP.
 */
export type ErrorClass = 'item' | 'environment' | 'usage' | 'internal'

export interface ErrorCode {
  readonly class: ErrorClass
  /** Where it arises: a stage or a command. */
  readonly stage: 'rights' | 'enqueue' | 'index' | 'ctl' | 'any'
  /** True when trying the same input again cannot help: goes to slip_errors at once. */
  readonly permanent: boolean
  /** What it means, one sentence. */
  readonly means: string
  /** What a person does about it, one sentence. */
  readonly advice: string
  /** What is better advice, where the message of an error tells its cause. */
  readonly causes?: readonly Cause[]
}

export interface Cause {
  readonly cause: string
  readonly says: RegExp
  readonly advice: string
}

/** What a person does about an error of this code and message. */
export const adviceOf = ({ advice, causes = [] }: ErrorCode, message: string): string =>
  causes.find(({ says }) => says.test(message))?.advice ?? advice

export const item = (means: string, advice: string): ErrorCode => ({
  class: 'item',
  stage: 'index',
  permanent: true,
  means,
  advice,
})
/** An item error that may heal by itself while a file is still being copied: tried again before it is final. */
export const passing = (means: string, advice: string): ErrorCode => ({ ...item(means, advice), permanent: false })
export const environment = (
  stage: ErrorCode['stage'],
  means: string,
  advice: string,
  causes: readonly Cause[] = [],
): ErrorCode => ({
  class: 'environment',
  stage,
  permanent: false,
  means,
  advice,
  causes,
})
export const usage = (means: string, advice: string): ErrorCode => ({
  class: 'usage',
  stage: 'any',
  permanent: true,
  means,
  advice,
})
