import { setTimeout as after } from 'node:timers/promises'

const pauseMs = 500

/** Asks again and again, until it is so; throws what asking throws. For what a server does for hours, and tells when asked. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await after(pauseMs)
}
