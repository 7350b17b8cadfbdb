/**
 * The first SIGTERM or SIGINT asks to stop: the work in hand is handed back or finished. The second ends the process at
 * once; the reaper takes what it held.
 */
export function stopOnSignals(onStop: (signal: NodeJS.Signals) => void): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143)
      controller.abort(signal)
      onStop(signal)
    })
  }
  return controller.signal
}
