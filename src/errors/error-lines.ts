import type { Place, SlipError } from './slip-error.ts'

/** What a person is told of an error: one sentence, the place, what to do; a stack only for a defect. */
export function errorLines(error: SlipError, advice: string = error.advice): string[] {
  const place = placeText(error.place, error.message)
  return [
    `${error.code}: ${error.message}`,
    ...(place === '' ? [] : [`  ${place}`]),
    `  ${advice}`,
    ...(error.class === 'internal' ? [defectStack(error)] : []),
  ]
}

/** Where a defect arose: the stack of what was thrown. */
export const defectStack = (error: SlipError): string => ((error.cause as Error | undefined) ?? error).stack ?? ''

/** A place as `key=value …`; what the message says already is left out. */
export function placeText(place: Place, message = ''): string {
  return Object.entries(place)
    .filter(([, value]) => !message.includes(String(value)))
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
}
