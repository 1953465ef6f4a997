import { AsyncLocalStorage } from 'node:async_hooks';

/** Whose work an error belongs to that nobody caught. */
export interface ErrorOwner {
  readonly name: string;
  /** Its work cannot go on and is begun anew. */
  failed(error: unknown): void;
}

const owners = new AsyncLocalStorage<ErrorOwner>();

/** Everything that follows from `work`, in timers and socket events too, belongs to this owner. */
export function ownErrors<T>(owner: ErrorOwner, work: () => T): T {
  return owners.run(owner, work);
}

/** Within a handler of `uncaughtException` or `unhandledRejection`: whose work threw. */
export function ownerOfError(): ErrorOwner | undefined {
  return owners.getStore();
}
