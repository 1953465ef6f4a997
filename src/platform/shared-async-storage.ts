import asyncHooks, { AsyncLocalStorage } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';

/** What one storage holds in a context, and what the others hold there. */
interface Frame {
  readonly key: object;
  readonly value: unknown;
  readonly rest: Frame | undefined;
}

const base = new AsyncLocalStorage<Frame | undefined>();
let isShared = false;

/** The frames without that of this key: a context that is entered again and again does not grow. */
function without(frame: Frame | undefined, key: object): Frame | undefined {
  if (!frame) return undefined;
  if (frame.key === key) return frame.rest;
  const rest = without(frame.rest, key);
  return rest === frame.rest ? frame : { ...frame, rest };
}

/** Answers as Node's own does, on the one storage that all share. */
class SharedAsyncLocalStorage<T> {
  static readonly bind = AsyncLocalStorage.bind.bind(AsyncLocalStorage);
  static readonly snapshot = AsyncLocalStorage.snapshot.bind(AsyncLocalStorage);
  /** Another one after `disable`, so that what was held is found no more. */
  #key = {};

  getStore(): T | undefined {
    let frame = base.getStore();
    while (frame && frame.key !== this.#key) frame = frame.rest;
    return frame?.value as T | undefined;
  }

  run<R, A extends unknown[]>(store: T | undefined, callback: (...given: A) => R, ...given: A): R {
    return base.run(this.#with(store), callback, ...given);
  }

  exit<R, A extends unknown[]>(callback: (...given: A) => R, ...given: A): R {
    return this.run(undefined, callback, ...given);
  }

  enterWith(store: T): void {
    base.enterWith(this.#with(store));
  }

  disable(): void {
    this.#key = {};
  }

  #with(value: T | undefined): Frame {
    return { key: this.#key, value, rest: without(base.getStore(), this.#key) };
  }
}

/**
 * From now on every `new AsyncLocalStorage()` of the process shares one of Node's. On Node 20 each promise walks all there
 * are, and Baileys makes one for each socket, so that a message costs more the more accounts there are. Newer Node keeps
 * contexts otherwise and needs no such thing.
 */
export function shareAsyncLocalStorage(): void {
  if (isShared) return;
  isShared = true;
  Object.assign(asyncHooks, { AsyncLocalStorage: SharedAsyncLocalStorage });
  syncBuiltinESMExports();
}
