import type { EventName, Events } from './events.ts'

export type Listener = <N extends EventName>(name: N, fields: Events[N]) => void

/** Hands each event to every subscriber, in order, at once. A subscriber that throws is a defect and surfaces. */
export class EventBus {
  readonly #listeners = new Set<Listener>()

  emit<N extends EventName>(name: N, fields: Events[N]): void {
    for (const listener of this.#listeners) listener(name, fields)
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
