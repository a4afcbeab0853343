/**
 * Waiting for the event loop to come round, for any number of waiters at the price of one: by then connections
 * have written what they had been given.
 */
import { setImmediate } from "node:timers";

/** Who waits. */
export interface TurnWaiter {
  /** The event loop has come round. Must not throw. */
  turned(): void;
}

export class Turns {
  #waiting: TurnWaiter[] = [];
  readonly #nextTurn: (turn: () => void) => void;

  /** @param nextTurn calls back once the event loop has come round; default `setImmediate` */
  constructor(nextTurn: (turn: () => void) => void = (turn) => void setImmediate(turn)) {
    this.#nextTurn = nextTurn;
  }

  /** Tells `waiter` once, in the next turn. Whoever begins to wait in a turn is told in the one after. */
  wait(waiter: TurnWaiter): void {
    if (this.#waiting.push(waiter) === 1) this.#nextTurn(() => this.#turn());
  }

  #turn(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const waiter of waiting) waiter.turned();
  }
}
